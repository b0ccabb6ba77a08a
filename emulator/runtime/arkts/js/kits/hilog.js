// @ohos.hilog: into the record's log. What a format does not call public is shown as <private>, as in a release build.

const LogLevel = { DEBUG: 3, INFO: 4, WARN: 5, ERROR: 6, FATAL: 7 };
const LETTERS = { debug: 'D', info: 'I', warn: 'W', error: 'E', fatal: 'F' };
const PLACE = /%(?:\{(public|private)\})?([sdioOfcjxX])|%%/g;

function format(text, values) {
  let next = 0;
  return String(text).replace(PLACE, (place, privacy, letter) => {
    if (place === '%%') return '%';
    if (next >= values.length) return place;
    const value = values[next++];
    if (privacy !== 'public') return '<private>';
    if (letter === 'd' || letter === 'i') return String(Math.trunc(Number(value)));
    return kit.show(value);
  });
}

const hilog = { LogLevel, isLoggable: () => true };
for (const [name, letter] of Object.entries(LETTERS)) {
  hilog[name] = (domain, tag, text, ...values) => kit.log('hilog', `${letter} ${tag}: ${format(text, values)}`);
}
exports.default = hilog;

'use strict';
// The app's values as the device sees them: text and kind, in JSON that no prototype of the app can change.

const { stringify } = JSON;
const { apply, getPrototypeOf } = Reflect;
const { String, Number, Error } = globalThis;
const { trunc } = Math;
const { indexOf, slice } = String.prototype;
const MAX_TEXT = 200;
const MAX_MESSAGE = 1 << 16;
const MAX_DEPTH = 50;
const errors = Error.prototype;
const { host } = realm;

function plain(members) {
  return { __proto__: null, ...members };
}

// A text, whatever the app's getters throw on the way to it.
function safely(look, otherwise) {
  try {
    return String(look());
  } catch {
    return otherwise;
  }
}

function short(text, length = MAX_TEXT) {
  return text.length <= length ? text : apply(slice, text, [0, length]);
}

function inherits(value, prototype) {
  try {
    let at = value;
    for (let depth = 0; depth < MAX_DEPTH && typeof at === 'object' && at !== null; depth++) {
      at = getPrototypeOf(at);
      if (at === prototype) return true;
    }
  } catch {
    // a Proxy that says nothing about itself
  }
  return false;
}

function className(value) {
  return short(safely(() => value.constructor.name || 'Object', 'Object'));
}

function errorName(error) {
  const name = short(safely(() => error.name, 'Error'));
  return name === 'Error' ? className(error) : name;
}

function isError(value) {
  return host.isError(value) || inherits(value, errors);
}

function describe(value) {
  const type = typeof value;
  if (type === 'function') return `function ${safely(() => value.name, '')}`;
  if (type !== 'object' || value === null) return safely(() => value, type);
  const text = safely(() => stringify(value) ?? className(value), className(value));
  return text === '{}' ? className(value) : text;
}

function valueObject(value) {
  if (value === undefined) return plain({ kind: 'undefined', text: 'undefined' });
  const type = typeof value;
  if (type === 'string' || type === 'boolean' || type === 'number') return plain({ kind: type, text: String(value) });
  if (type === 'bigint') return plain({ kind: 'number', text: `${value}n` });
  if (isError(value)) {
    return plain({ kind: 'error', text: short(`${errorName(value)}: ${safely(() => value.message, '')}`) });
  }
  if (host.isPromise(value)) return plain({ kind: 'promise', text: className(value) });
  const thenable = value !== null && safely(() => typeof value.then === 'function', 'false') === 'true';
  if (thenable) return plain({ kind: 'thenable', text: className(value) });
  return plain({ kind: 'object', text: short(describe(value)) });
}

function errorObject(error) {
  const real = isError(error);
  return plain({
    type: real ? errorName(error) : error === undefined || error === null ? `${error}` : className(error),
    text: short(real ? safely(() => error.message, '') : typeof error === 'string' ? error : '', MAX_MESSAGE),
    isError: real,
    isString: typeof error === 'string',
    stack: real ? short(safely(() => error.stack, ''), MAX_MESSAGE) : '',
    missing: realm.modules.missingOf(error),
  });
}

function show(value) {
  if (typeof value === 'string') return value;
  if (isError(value)) return `${errorName(value)}: ${safely(() => value.message, '')}`;
  return describe(value);
}

// What a letter after % makes of a value; undefined for a letter that means nothing.
function placed(letter, value) {
  if (letter === 's') return show(value);
  if (letter === 'd' || letter === 'f') return safely(() => Number(value), 'NaN');
  if (letter === 'i') return safely(() => trunc(Number(value)), 'NaN');
  if (letter === 'j' || letter === 'o' || letter === 'O') return describe(value);
  return letter === 'c' ? '' : undefined;
}

function format(values) {
  let next = 0;
  let text = '';
  if (typeof values[0] === 'string') {
    const pattern = values[next++];
    let from = 0;
    for (let at = 0; (at = apply(indexOf, pattern, ['%', at])) >= 0; at++) {
      const letter = pattern[at + 1];
      const isValue = letter !== '%' && next < values.length;
      const made = isValue ? placed(letter, values[next]) : letter === '%' && values.length > 1 ? '%' : undefined;
      if (made === undefined) continue;
      if (isValue) next++;
      text += apply(slice, pattern, [from, at++]) + made;
      from = at + 1;
    }
    text += apply(slice, pattern, [from]);
  }
  for (let i = next; i < values.length; i++) text += (i ? ' ' : '') + show(values[i]);
  return text;
}

return {
  format,
  inherits,
  short,
  show,
  describe,
  errorObject,
  valueText: (value) => stringify(valueObject(value)),
  errorText: (error) => stringify(errorObject(error)),
};

'use strict';
// What the app prints, and how much of it is kept.

const { host, clock, define, tell } = realm;
const { max } = Math;
const MAX_LINE = 1 << 16;
const MAX_LINES = 10_000;

const counts = host.map();
const stopwatches = host.map();
let depth = 0;

function print(stream, values, ...more) {
  let text = '';
  for (let i = 0; i < depth; i++) text += '  ';
  text += realm.values.format(values);
  for (let i = 0; i < more.length; i++) text += ' ' + realm.values.format(more[i]);
  log(stream, text);
}

// The device's log drops lines of an app that says too much, and cuts long ones.
let lines = 0;
function log(stream, text) {
  if (++lines > MAX_LINES) return;
  tell('log', stream, realm.values.short(text, MAX_LINE));
  if (lines === MAX_LINES) tell('log', stream, `(no more lines of this thread are kept after ${MAX_LINES})`);
}
realm.modules.offered.log = log;

define('console', {
  log: (...values) => print('stdout', values),
  info: (...values) => print('stdout', values),
  debug: (...values) => print('stdout', values),
  warn: (...values) => print('stderr', values),
  error: (...values) => print('stderr', values),
  trace: (...values) => print('stderr', ['Trace:'], values),
  dir: (value) => print('stdout', [value]),
  table: (value) => print('stdout', [value]),
  assert(condition, ...values) {
    if (!condition) print('stderr', ['Assertion failed:'], values);
  },
  group(...values) {
    if (values.length) print('stdout', values);
    depth++;
  },
  groupEnd() {
    depth = max(0, depth - 1);
  },
  count(label = 'default') {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    print('stdout', [`${label}: ${counts.get(label)}`]);
  },
  countReset: (label = 'default') => counts.delete(label),
  time: (label = 'default') => stopwatches.set(label, clock[0]),
  timeLog: (label = 'default', ...values) => print('stdout', [`${label}: ${elapsed(label)}`], values),
  timeEnd(label = 'default') {
    print('stdout', [`${label}: ${elapsed(label)}`]);
    stopwatches.delete(label);
  },
});
console.groupCollapsed = console.group;

function elapsed(label) {
  return stopwatches.has(label) ? `${(clock[0] - stopwatches.get(label)) / 1e6}ms` : 'no such timer';
}

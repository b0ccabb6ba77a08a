'use strict';
// Evaluated inside every realm: what the app finds there as its world (clocks, timers, console), and how its code is run.
// `host` is the engine's outer realm, `clock` what is shared with it: now, horizon, free ticks left, ticks paid, dying.

const settings = JSON.parse(config);
const { parse, stringify } = JSON;
const { apply, construct, defineProperty } = Reflect;
const { then } = Promise.prototype;
const settled = Promise.resolve();
const RealDate = Date;
const [NOW, HORIZON, LEFT, PAID, DYING] = [0, 1, 2, 3, 4];
const { batchTicks, firstPriceNs, doublingTicks, clockPriceNs, cpuFactor, epochMs } = settings;
const KILL = Symbol('killed');
const RESERVED_DEPTH = 300;

Error.stackTraceLimit = 50;

// the clock ------------------------------------------------------------------------------------------------------------------

function tick() {
  if (--clock[LEFT] < 0) outOfFuel();
}

function outOfFuel() {
  if (clock[DYING]) {
    clock[LEFT] = 0;
    throw KILL;
  }
  while (clock[LEFT] < 0) {
    const price = firstPriceNs * 2 ** Math.floor(clock[PAID] / doublingTicks);
    clock[PAID] += batchTicks;
    clock[LEFT] = batchTicks;
    spend(price * batchTicks * cpuFactor);
  }
}

// Let time pass; at the horizon somebody else has something to do.
function spend(ns) {
  clock[NOW] += ns;
  if (clock[NOW] >= clock[HORIZON]) request('realm.pass', '[]');
}

function checkCaught(error) {
  if (clock[DYING] || error === KILL) throw KILL;
}

function wallMs() {
  spend(clockPriceNs * cpuFactor);
  return epochMs + Math.floor(clock[NOW] / 1e6);
}

// asking and telling ---------------------------------------------------------------------------------------------------------

// A stack that overflows does so here, and not in the middle of a message.
function reserve(depth) {
  return depth === 0 ? 0 : 1 + reserve(depth - 1);
}

function request(op, text) {
  if (clock[DYING]) throw KILL;
  reserve(RESERVED_DEPTH);
  const answer = host.ask(op, text);
  if (answer === '') throw KILL;
  return answer;
}

// JSON of an array, whatever the app has done to the prototypes; what JSON does not know becomes null.
function listText(values) {
  let text = '[';
  for (let i = 0; i < values.length; i++) text += (i ? ',' : '') + (stringify(values[i]) ?? 'null');
  return text + ']';
}

function tell(kind, ...values) {
  const text = listText(values);
  host.note(`[${clock[NOW]},"${kind}"${text === '[]' ? ']' : ',' + text.slice(1)}`);
}

// Tell something that makes work for another thread: it gets its chance when this one next looks at a clock.
function tellOthers(kind, ...values) {
  tell(kind, ...values);
  clock[HORIZON] = 0;
}

const realm = { host, clock, settings, KILL, request, listText, tell, tellOthers, tick, checkCaught, enqueue, guardedJob, loading: false };
realm.values = host.part('values')(realm);
realm.modules = host.part('modules')(realm);
realm.clone = host.part('clone')(realm);

// jobs -----------------------------------------------------------------------------------------------------------------------

function enqueue(job) {
  apply(then, settled, [job]);
}

// What nobody catches in `job` ends the process, as on the device.
function guardedJob(job) {
  return () => {
    try {
      job();
    } catch (error) {
      uncaught(error);
    }
  };
}

function uncaught(error) {
  if (clock[DYING] || error === KILL) return;
  try {
    request('realm.uncaught', `[${realm.values.errorText(error)}]`);
  } catch {
    // the process is gone
  }
}

function define(name, value) {
  defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}

// timers ---------------------------------------------------------------------------------------------------------------------

const { timers } = host;

function startTimer(handler, delay, values, repeats) {
  const ns = Math.max(0, Math.trunc(Number(delay)) || 0) * 1e6;
  const id = host.number();
  timers.set(id, { handler, values, repeats });
  tell('timer', id, clock[NOW] + ns, repeats ? Math.max(ns, 1e6) : 0, host.tag());
  return id;
}

function clearTimer(id) {
  if (timers.delete(id)) tell('clear', id);
}

function fire(id) {
  const timer = timers.get(id);
  return guardedJob(() => {
    if (timer === undefined) return;
    if (!timer.repeats) timers.delete(id);
    if (typeof timer.handler === 'function') apply(timer.handler, undefined, timer.values);
  });
}

define('setTimeout', (handler, delay, ...values) => startTimer(handler, delay, values, false));
define('setInterval', (handler, delay, ...values) => startTimer(handler, delay, values, true));
define('clearTimeout', clearTimer);
define('clearInterval', clearTimer);
define('queueMicrotask', (job) => {
  if (typeof job !== 'function') throw new TypeError('the callback of queueMicrotask has to be a function');
  enqueue(guardedJob(job));
});

// clocks, random numbers -----------------------------------------------------------------------------------------------------

function VirtualDate(...values) {
  if (new.target === undefined) return new RealDate(wallMs()).toString();
  return construct(RealDate, values.length ? values : [wallMs()], new.target);
}
defineProperty(VirtualDate, 'name', { value: 'Date' });
defineProperty(VirtualDate, 'length', { value: 7 });
VirtualDate.prototype = RealDate.prototype;
VirtualDate.now = wallMs;
VirtualDate.parse = RealDate.parse;
VirtualDate.UTC = RealDate.UTC;
defineProperty(RealDate.prototype, 'constructor', { value: VirtualDate, writable: true, configurable: true });
define('Date', VirtualDate);

// Without an argument these mean now.
const formats = Intl.DateTimeFormat.prototype;
const { get: formatOf } = Object.getOwnPropertyDescriptor(formats, 'format');
const { formatToParts } = formats;
defineProperty(formats, 'format', {
  configurable: true,
  get() {
    const format = apply(formatOf, this, []);
    return (date) => format(date ?? wallMs());
  },
});
formats.formatToParts = function (date) {
  return apply(formatToParts, this, [date ?? wallMs()]);
};

define('performance', {
  timeOrigin: epochMs,
  now() {
    spend(clockPriceNs * cpuFactor);
    return clock[NOW] / 1e6;
  },
});

// A small generator of 32 bits of state at a time (splitmix32): equal seeds, equal numbers.
let state = settings.seed | 0;
function random32() {
  state = (state + 0x9e3779b9) | 0;
  let mixed = state ^ (state >>> 16);
  mixed = Math.imul(mixed, 0x21f0aaad);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
realm.random32 = random32;
Math.random = () => ((random32() >>> 5) * 67108864 + (random32() >>> 6)) / 9007199254740992;

// What would really wait, or make code.
delete Atomics.wait;
delete Atomics.waitAsync;
delete globalThis.WebAssembly;

// console --------------------------------------------------------------------------------------------------------------------

const counts = new Map();
const stopwatches = new Map();
let indent = '';

function print(stream, values) {
  tell('log', stream, indent + realm.values.format(values));
}

define('console', {
  log: (...values) => print('stdout', values),
  info: (...values) => print('stdout', values),
  debug: (...values) => print('stdout', values),
  warn: (...values) => print('stderr', values),
  error: (...values) => print('stderr', values),
  trace: (...values) => print('stderr', ['Trace:', ...values]),
  dir: (value) => print('stdout', [value]),
  table: (value) => print('stdout', [value]),
  assert(condition, ...values) {
    if (!condition) print('stderr', ['Assertion failed:', ...values]);
  },
  group(...values) {
    if (values.length) print('stdout', values);
    indent += '  ';
  },
  groupEnd() {
    indent = indent.slice(2);
  },
  count(label = 'default') {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    print('stdout', [`${label}: ${counts.get(label)}`]);
  },
  countReset: (label = 'default') => counts.delete(label),
  time: (label = 'default') => stopwatches.set(label, clock[NOW]),
  timeLog: (label = 'default', ...values) => print('stdout', [`${label}: ${elapsed(label)}`, ...values]),
  timeEnd(label = 'default') {
    print('stdout', [`${label}: ${elapsed(label)}`]);
    stopwatches.delete(label);
  },
});
console.groupCollapsed = console.group;

function elapsed(label) {
  return stopwatches.has(label) ? `${(clock[NOW] - stopwatches.get(label)) / 1e6}ms` : 'no such timer';
}

// the extension object -------------------------------------------------------------------------------------------------------

let instance;
let byDevice = false;

function load() {
  return () => {
    realm.loading = true;
    try {
      const made = realm.modules.entry(settings.entry, settings.className);
      if (typeof made === 'string') {
        request('realm.loaded', listText([made]));
        return;
      }
      instance = new made();
      if (settings.kind === 'main') {
        instance.context = realm.modules.context();
        for (const name of settings.callbacks) watch(name);
      }
      request('realm.loaded', '[""]');
    } catch (error) {
      if (clock[DYING]) return;
      request('realm.not-loaded', `[${realm.values.errorText(error)}]`);
    } finally {
      realm.loading = false;
    }
  };
}

// Let every entry into a callback's body be told, also when the app calls it itself.
function watch(name) {
  const method = instance[name];
  if (typeof method !== 'function') return;
  const entered = function (...values) {
    tell('entry', name, byDevice ? 'device' : 'subject');
    byDevice = false;
    return apply(method, this, values);
  };
  defineProperty(entered, 'name', { value: name });
  defineProperty(instance, name, { value: entered, writable: true, configurable: true, enumerable: false });
}

function call(number, name, text) {
  return () => {
    let result;
    try {
      const method = instance[name];
      if (typeof method !== 'function') {
        request('realm.returned', `[${number},"absent",null,null]`);
        return;
      }
      byDevice = true;
      try {
        result = apply(method, instance, parse(text));
      } finally {
        byDevice = false;
      }
    } catch (error) {
      if (clock[DYING]) return;
      request('realm.returned', `[${number},"threw",null,${realm.values.errorText(error)}]`);
      return;
    }
    if (clock[DYING]) return;
    if (!host.isPromise(result)) {
      request('realm.returned', `[${number},"returned",${realm.values.valueText(result)},null]`);
      return;
    }
    apply(then, result, [
      (value) => settledAs(number, `"fulfilled",${realm.values.valueText(value)},null`),
      (error) => settledAs(number, `"rejected",null,${realm.values.errorText(error)}`),
    ]);
    request('realm.returned', `[${number},"promise",${realm.values.valueText(result)},null]`);
  };
}

function settledAs(number, text) {
  if (!clock[DYING]) request('realm.settled', `[${number},${text}]`);
}

const pool = host.part('pool')(realm);
realm.modules.offered.pool = pool;
host.kit('globals')(globalThis, realm.modules.offered);
realm.modules.offerUi();

return {
  enqueue,
  load,
  call,
  timer: fire,
  settle: (id, ok, text) => guardedJob(() => realm.modules.settle(id, ok, text)),
  pool: (what, id) => pool.event(what, id),
  owns: (promise) => promise instanceof Promise,
  unhandled(reason) {
    if (reason !== KILL) tell('unhandled', realm.values.errorObject(reason));
  },
};

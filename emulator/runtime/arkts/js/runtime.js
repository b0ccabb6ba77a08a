'use strict';
// Evaluated inside every realm: what the app finds there as its world (clocks, timers, console), and how its code is run.
// `outer` is the engine's outer realm, `clock` what is shared with it: now, horizon, free ticks left, ticks paid, dying.
//
// Whatever the app does to the built-in objects, this code goes on: it has its own names for what it calls, looks nothing up
// on prototypes of this realm, has the outer realm's maps, and builds lists without `push`, spread and destructuring.

const { Error, Function, Map, Number, Promise, RangeError, TypeError } = globalThis;
const { parse, stringify } = JSON;
const { apply, defineProperty, getPrototypeOf } = Reflect;
const { isArray } = Array;
const { keys } = Object;
const { floor } = Math;
const { then } = Promise.prototype;
const { toWellFormed } = String.prototype;
const objects = Object.prototype;
const promises = Promise.prototype;
const settled = Promise.resolve();
const [NOW, HORIZON, LEFT, PAID, DYING, LOOKED] = [0, 1, 2, 3, 4, 5];
const KILL = Symbol('killed');
const MAX_PROTOTYPES = 20;
const MAX_RESULT = 1 << 25;

let settings; // of the thread that it becomes

Error.stackTraceLimit = 50;
defineProperty(settled, 'constructor', { value: undefined }); // so that reacting to it asks nothing of Promise

// the outer realm ------------------------------------------------------------------------------------------------------------

// An error of the outer realm's own, a stack that overflows there for one, must not get to the app.
function ours(error) {
  let root = error;
  for (let depth = 0; depth < MAX_PROTOTYPES && typeof root === 'object' && root !== null; depth++) {
    const next = getPrototypeOf(root);
    if (next === null) break;
    root = next;
  }
  if (typeof root !== 'object' || root === null || root === objects || root === error) return error;
  return error.name === 'RangeError' ? new RangeError(error.message) : new TypeError(error.message);
}

function guarded(work) {
  return function () {
    try {
      return apply(work, undefined, arguments);
    } catch (error) {
      throw error === KILL ? error : ours(error);
    }
  };
}

const host = { __proto__: null };
for (const name in outer) host[name] = typeof outer[name] === 'function' ? guarded(outer[name]) : outer[name];

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
    const beyond = clock[PAID] - settings.steadyTicks;
    const price = settings.priceNs * 2 ** (beyond > 0 ? floor(beyond / settings.doublingTicks) : 0);
    clock[PAID] += settings.batchTicks;
    clock[LEFT] = settings.batchTicks;
    spend(price * settings.batchTicks * settings.cpuFactor);
  }
}

// Let time pass; at the horizon somebody else has something to do.
function spend(ns) {
  clock[NOW] += ns;
  if (clock[NOW] >= clock[HORIZON]) request('realm.pass', '[]');
}

function checkCaught(error) {
  if (clock[DYING] || error === KILL) throw KILL;
  clock[LEFT] -= settings.caughtTicks;
}

// What time it is, in ns; looking has its price, which grows for a loop that does nothing else.
function look() {
  const beyond = clock[LOOKED] - settings.steadyLooksNs;
  const price = settings.clockPriceNs + (beyond > 0 ? floor(beyond / settings.looksShare) : 0);
  clock[LOOKED] += price;
  spend(price * settings.cpuFactor);
  return clock[NOW];
}

// asking and telling ---------------------------------------------------------------------------------------------------------

// A stack that overflows does so here, and not in the middle of a message.
function reserve() {
  apply(nothing, undefined, host.reserved);
}

function nothing() {}

function request(op, text) {
  if (clock[DYING]) throw KILL;
  reserve();
  const answer = host.ask(op, text);
  if (answer === '') throw KILL;
  return answer;
}

// What native code gets of a text: no half of a character.
function wellFormed(value) {
  return stringify(typeof value === 'string' ? apply(toWellFormed, value, []) : value);
}

// JSON of a value by its own members alone; what JSON does not know becomes null.
function textOf(value, simple = stringify) {
  if (typeof value !== 'object' || value === null) return simple(value) ?? 'null';
  let text = '';
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) text += (i ? ',' : '') + textOf(value[i], simple);
    return `[${text}]`;
  }
  const names = keys(value);
  for (let i = 0; i < names.length; i++) {
    const member = value[names[i]];
    if (member !== undefined && typeof member !== 'function' && typeof member !== 'symbol') {
      text += `${text && ','}${simple(names[i])}:${textOf(member, simple)}`;
    }
  }
  return `{${text}}`;
}

function note(kind, values) {
  let text = `[${clock[NOW]},"${kind}"`;
  const simple = kind === 'later' || kind === 'note' ? wellFormed : stringify;
  for (let i = 0; i < values.length; i++) text += ',' + textOf(values[i], simple);
  if (host.note(text + ']')) request('realm.pass', '[]');
}

function tell(kind, ...values) {
  note(kind, values);
}

// Tell what the device acts on: it has done so before this thread next looks at a clock. `text` is what follows in JSON.
function report(kind, text) {
  host.note(`[${clock[NOW]},"${kind}",${text}]`);
  clock[HORIZON] = 0;
}

// Tell something that makes work for another thread: it gets its chance when this one next looks at a clock.
function tellOthers(kind, ...values) {
  note(kind, values);
  clock[HORIZON] = 0;
}

const realm = { host, clock, define, KILL, request, listText: textOf, wellFormed, tell, tellOthers, tick, look, checkCaught, reserve, enqueue, guardedJob, loading: false };
realm.values = host.part('values')(realm);
realm.modules = host.part('modules')(realm);

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

const { fire } = host.part('timers')(realm);
host.part('console')(realm);

// what needs no import -------------------------------------------------------------------------------------------------------

// All of it is made when the app looks at the first of it.
for (const name of host.globalNames.split(',')) {
  defineProperty(globalThis, name, {
    configurable: true,
    enumerable: false,
    get() {
      host.globals()(globalThis, realm.modules.offered);
      return globalThis[name];
    },
    set(value) {
      host.globals()(globalThis, realm.modules.offered);
      globalThis[name] = value;
    },
  });
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
        report('loaded', textOf(made));
        return;
      }
      instance = new made();
      if (settings.kind === 'main') {
        if (settings.hasContext) instance.context = realm.modules.context();
        for (const name of settings.callbacks) watch(name);
      }
      report('loaded', '""');
    } catch (error) {
      report('not-loaded', realm.values.errorText(error));
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

// Which of them have the empty body of the base class still, so that calling them does nothing: told when that changes.
const SPARED = ['onProcess', 'onRelease'];
let emptyBodies;
let spared = '';

realm.modules.offered.declareBase = (prototype) => {
  emptyBodies ??= [prototype.onProcess, prototype.onRelease];
};

function tellSpared() {
  let names = '';
  for (let i = 0; i < 2; i++) {
    if (emptyBodies !== undefined && host.finds(instance, SPARED[i], emptyBodies[i])) names += `${SPARED[i]} `;
  }
  if (names !== spared) tell('spared', names);
  spared = names;
}

function call(number, name, text) {
  return () => {
    let result;
    try {
      const method = instance[name];
      if (typeof method !== 'function') {
        report('returned', `${number},"absent",null,null`);
        return;
      }
      byDevice = true;
      try {
        result = apply(method, instance, parse(text));
      } finally {
        byDevice = false;
      }
    } catch (error) {
      report('returned', `${number},"threw",null,${realm.values.errorText(error)}`);
      return;
    }
    if (clock[DYING]) return;
    if (!host.isPromise(result)) {
      checkSize(result);
      report('returned', `${number},"returned",${realm.values.valueText(result)},null`);
      return;
    }
    whenSettled(
      result,
      (value) => {
        checkSize(value);
        settledAs(number, `"fulfilled",${realm.values.valueText(value)},null`);
      },
      (error) => settledAs(number, `"rejected",null,${realm.values.errorText(error)}`),
    );
    report('returned', `${number},"promise",${realm.values.valueText(result)},null`);
  };
}

// A result beyond any measure is more than the process can pass on.
function checkSize(value) {
  if (typeof value === 'string' && value.length > MAX_RESULT && !clock[DYING]) request('realm.exhausted', '[]');
}

// The reaction to a promise of the app, whose constructor is asked for a species; an error in there is a rejection.
function whenSettled(promise, fulfilled, rejected) {
  try {
    apply(then, promise, [fulfilled, rejected]);
  } catch (error) {
    enqueue(() => rejected(error));
  }
}
realm.whenSettled = whenSettled;

function settledAs(number, text) {
  if (!clock[DYING]) report('settled', `${number},${text}`);
}

// What serves taskpool and emitter is made when something asks for it.
const served = { __proto__: null };
function serving(name) {
  realm.clone ??= host.part('clone')(realm);
  return (served[name] ??= host.part(name)(realm));
}
defineProperty(realm.modules.offered, 'pool', { get: () => serving('pool') });
defineProperty(realm.modules.offered, 'events', { get: () => serving('events') });

// Evaluate kits ahead of the app.
function prepare(kits) {
  for (const name of kits ? kits.split(',') : []) realm.modules.kit(name);
}

// Become a thread of a process. Nothing before depends on which.
function begin(text) {
  settings = realm.settings = parse(text);
  realm.random32 = host.part('clocks')(realm);
  realm.modules.offerUi();
  if (settings.kind === 'worker') serving('pool');
}

return {
  prepare,
  begin,
  enqueue,
  load,
  call,
  timer: fire,
  settle: (id, ok, text) => guardedJob(() => realm.modules.settle(id, ok, text)),
  pool: (what, id) => serving('pool').event(what, id),
  event: (id) => serving('events').deliver(id),
  owns: (promise) => realm.values.inherits(promise, promises),
  tellSpared,
  unhandled(reason) {
    if (reason !== KILL) tell('unhandled', realm.values.errorObject(reason));
  },
};

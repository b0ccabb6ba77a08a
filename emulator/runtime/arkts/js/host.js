'use strict';
// The engine process: the protocol over fd 0 and 1, and the contexts in which the app's code runs.
//
// Half-duplex: a line comes in, exactly one line goes out, and one at the beginning. A command begins with "{" and is answered
// when it is over. While it runs, code of a realm may ask (`exchange`): that line goes out instead, and before the answer (a
// line that begins with "r") further commands may come, which then run on top. Only primitives cross between this realm and
// those of the app.

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');
const { AsyncLocalStorage } = require('node:async_hooks');
const { types } = require('node:util');
const v8 = require('node:v8');
const { readLine, writeLine } = require('./lines.js');
const { earlyKitsIn, uiNamesIn } = require('./mentions.js');

const FAULT = 70;
const LITTERED = 40 << 20; // so much memory in use is mostly that of realms of old, which is cleared away between two apps
const RESERVED_WORDS = 2500; // of the stack: what a message takes on its way
const MAX_NOTED = 1 << 20;
const SHARED_ROUNDS = 3;
const [NOW, HORIZON, LEFT, PAID, DYING, LOOKED] = [0, 1, 2, 3, 4, 5];
const PARAMETERS = 'exports, require, module, __filename, __dirname, __tick, __chk, __concurrent, __sendable, __ext';

// Taken before anything else runs: nothing below may depend on what the process object says later.
const tellRejections = process._tickCallback.bind(process);
const leave = process.reallyExit.bind(process);

const realms = new Map();
const scripts = new Map();
const programs = new Map();
const kitTexts = new Map();
let spare = null; // the first realm of the next process, which is made while nobody waits
let expected = ''; // the kits that the next process has from the beginning, if it is one of the same app
const drain = new vm.Script('0');
const reserved = new Array(RESERVED_WORDS).fill(0);
const tags = new AsyncLocalStorage();
v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc');
v8.setFlagsFromString('--no-expose-gc'); // or every realm would have it

// Of the code that runs: what runs on top of it keeps its own.
const clock = new Float64Array(6);
let notes = [];
let noted = 0;

// Of the process that is leased to: what its realms share.
const timers = new Map();
const tasks = new Map();
const listeners = new Map();
const events = new Map();
let shared = new WeakSet();
let sharing = false;
let lastNumber = 0;

const runtime = read('runtime.js', 'outer, clock');
const parts = Object.fromEntries(['values', 'modules', 'clone', 'pool', 'events', 'timers', 'console', 'clocks'].map((name) => [name, read(`${name}.js`, 'realm')]));
const globals = read('kits/globals.js', 'globals, kit');
const kitNames = JSON.parse(fs.readFileSync(path.join(__dirname, 'kits', 'modules.json'), 'utf8'));
const BUILT_IN = Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name));
const KIT_PREFIXES = /^(@ohos[.:]|@kit\.|@hms[.:]|@system\.|@arkts\.)|\.so$/;

function own(object, name) {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function spelled(specifier) {
  return specifier.startsWith('@') ? specifier.replace(':', '.') : specifier;
}

function exported(kit, name) {
  return (own(own(kitNames.kit, kit) ?? {}, name) ?? '').split('#');
}

function read(name, parameters) {
  const text = fs.readFileSync(path.join(__dirname, name), 'utf8');
  return new vm.Script(`(function (${parameters}) {${text}\n})`, { filename: `kit:///${name}` });
}

// asking ---------------------------------------------------------------------------------------------------------------------

// What the running code has to tell first, and where its clock stands.
function head(kind) {
  const told = notes.length ? `,"n":[${notes.join(',')}]` : '';
  notes = [];
  noted = 0;
  return `{"k":"${kind}","t":${clock[NOW]},"l":${clock[LEFT]},"p":${clock[PAID]}${told}`;
}

// Ask, and serve commands until the answer is there. The answer: "v" or "e", then JSON; "" when the code has to die.
function exchange(op, text) {
  writeLine(`${head('s')},"op":${JSON.stringify(op)},"a":${text}}`);
  for (;;) {
    const line = readLine();
    if (line.charCodeAt(0) !== 114) {
      handle(line);
      continue;
    }
    const parts = line.split(' ', 6);
    if (parts[5] === 'k') {
      clock[DYING] = 1;
      clock[LEFT] = 0;
      return '';
    }
    for (let i = 0; i < 4; i++) clock[i] = +parts[i + 1];
    let start = 0;
    for (let i = 0; i < 5; i++) start = line.indexOf(' ', start) + 1;
    return line.slice(start);
  }
}

// realms ---------------------------------------------------------------------------------------------------------------------

class Realm {
  constructor(kits) {
    this.kits = kits;
    this.context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
      microtaskMode: 'afterEvaluate',
      codeGeneration: { strings: false, wasm: false },
    });
    this.running = false;
    this.api = runtime.runInContext(this.context)(hostOf(this), clock);
    this.api.prepare(kits);
  }

  begin(wanted) {
    this.wanted = wanted;
    this.program = programs.get(wanted.program);
    this.api.begin(JSON.stringify(wanted.config));
    return this;
  }

  // One event: the job runs first among the microtasks, so that loading a script inside it drains nothing.
  event(job, tag) {
    this.running = true;
    tags.run(tag, () => this.api.enqueue(job));
    drain.runInContext(this.context);
    if (sharing) this.drainOthers();
    tellRejections();
    this.api.tellSpared();
    this.running = false;
  }

  // A promise of another realm's, made by a method of a shared object, settles in that realm.
  drainOthers() {
    for (let round = 0; round < SHARED_ROUNDS; round++) {
      for (const other of realms.values()) {
        if (other === this || !other.running) drain.runInContext(other.context);
      }
    }
  }
}

// What a realm may call. Everything that goes in or out is a primitive, or a value of a realm of the same process.
function hostOf(realm) {
  return {
    timers,
    tasks,
    listeners,
    events,
    ask: exchange,
    // True when so much has been told that it has to be sent.
    note: (text) => {
      if (clock[DYING]) return false;
      notes.push(text);
      noted += text.length;
      return noted > MAX_NOTED;
    },
    map: () => new Map(),
    set: (names) => new Set(names.split(' ')),
    weakMap: () => new WeakMap(),
    tampered: () => isTampered(realm),
    isPromise: (value) => types.isPromise(value),
    isError: (value) => types.isNativeError(value),
    kindOf,
    finds,
    viewName: (view) => (types.isDataView(view) ? 'DataView' : viewNameOf.call(view)),
    isShared,
    number: () => ++lastNumber,
    reserved,
    share(value) {
      shared.add(value);
      return value;
    },
    shareInstances(shape) {
      shared.add(shape.prototype);
      sharing = true;
      return shape;
    },
    tag: () => tags.getStore() ?? null,
    dependency: (file, specifier) => own(realm.program.modules[file].dependencies, specifier) ?? '',
    fault: (file) => realm.program.modules[file].fault || scripts.get(realm.program.modules[file].digest).fault,
    compile: (file) => scripts.get(realm.program.modules[file].digest).script.runInContext(realm.context),
    part: (name) => parts[name].runInContext(realm.context),
    isKit: (specifier) => KIT_PREFIXES.test(specifier),
    unsupported: (file) => realm.program.modules[file].unsupported,
    lacks: (file, specifier) => realm.program.modules[file].lacking.includes(specifier),
    kitFile: (specifier) => own(kitNames.ohos, spelled(specifier)) ?? '',
    isKitNamespace: (specifier) => specifier.startsWith('@kit.'),
    kitExport: (specifier, name) => exported(specifier, name)[0],
    kitMember: (specifier, name) => exported(specifier, name)[1] ?? '',
    uiNames: () => realm.program.uiNames,
    spelled,
    directory: (file) => file.slice(0, Math.max(0, file.lastIndexOf('/'))),
    from: (text, start) => text.slice(start),
    kit: (name) => kitScript(name).runInContext(realm.context),
    shim: (specifier) => JSON.stringify(own(realm.program.shims, spelled(specifier))) ?? '',
    globals: () => globals.runInContext(realm.context),
    globalNames: kitNames.globals.join(),
    toBase64: (value) => bytesOf(value).toString('base64'),
    fromBase64: (text, buffer) => Buffer.from(buffer).write(text, 'base64'),
    byteLength: (text) => Buffer.byteLength(text, 'base64'),
  };
}

const viewNameOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

function kindOf(value) {
  if (types.isProxy(value)) return 'Proxy';
  if (Array.isArray(value)) return 'Array';
  if (types.isNativeError(value)) return 'Error';
  if (types.isPromise(value)) return 'Promise';
  if (types.isMap(value)) return 'Map';
  if (types.isSet(value)) return 'Set';
  if (types.isDate(value)) return 'Date';
  if (types.isRegExp(value)) return 'RegExp';
  if (types.isSharedArrayBuffer(value)) return 'SharedArrayBuffer';
  if (types.isArrayBuffer(value)) return 'ArrayBuffer';
  if (ArrayBuffer.isView(value)) return 'View';
  if (types.isWeakMap(value)) return 'WeakMap';
  if (types.isWeakSet(value)) return 'WeakSet';
  return types.isBoxedPrimitive(value) ? 'Boxed' : 'Object';
}

// Whether `object` has a value under a name, be it from its prototypes, that nothing which the app has made answers for.
function finds(object, name, value) {
  for (let at = object; at !== undefined && at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    const found = Reflect.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found.value === value;
  }
  return false;
}

function isShared(value) {
  for (let at = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (shared.has(at)) return true;
  }
  return false;
}

function bytesOf(value) {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.from(value);
}

function kitScript(name) {
  let script = kitTexts.get(name);
  if (script === undefined) {
    const file = path.join(__dirname, 'kits', `${name}.js`);
    script = null;
    if (fs.existsSync(file)) {
      const text = fs.readFileSync(file, 'utf8');
      script = new vm.Script(`(function (exports, kit) {'use strict';${text}\n})`, { filename: `kit:///${name}.js` });
    }
    kitTexts.set(name, script);
  }
  return script;
}

process.on('unhandledRejection', (reason, promise) => {
  for (const realm of realms.values()) {
    if (realm.api.owns(promise)) {
      realm.api.unhandled(reason);
      return;
    }
  }
});

// Whether the app has changed what the language gives it: a kit that fails then is not to blame.
function isTampered(realm) {
  const fresh = new Realm('').begin(realm.wanted);
  return described(realm.context) !== described(fresh.context);
}

// The built-in objects and functions of a context that can be reached by names, as text.
function described(context) {
  const seen = new Set();
  let text = '';
  const visit = (value, place) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) {
      text += `${place} ${typeof value}\n`;
      return;
    }
    seen.add(value);
    text += `${place} ${typeof value === 'function' ? Function.prototype.toString.call(value) : 'object'}\n`;
    for (const key of types.isProxy(value) ? [] : Reflect.ownKeys(value)) {
      const { get, set, value: member } = Reflect.getOwnPropertyDescriptor(value, key);
      for (const part of [get, set, member]) visit(part, `${place}.${String(key)}`);
    }
    if (!types.isProxy(value)) visit(Object.getPrototypeOf(value), `${place}^`);
  };
  for (const name of BUILT_IN) {
    const member = Reflect.getOwnPropertyDescriptor(context, name);
    visit(member?.value, name);
  }
  return text;
}

// commands -------------------------------------------------------------------------------------------------------------------

const COMMANDS = {
  scripts(command) {
    const prefix = `(function (${PARAMETERS}) {`;
    for (const { digest, file, code } of command.scripts) {
      const script = compiled(`${prefix}${code}\n})`, `app:///${file}`, -prefix.length);
      scripts.set(digest, { ...script, uiNames: uiNamesIn(code), kits: earlyKitsIn(code) });
    }
  },
  program(command) {
    const used = Object.values(command.modules).map(({ digest }) => scripts.get(digest));
    const all = (name) => [...new Set(used.flatMap((script) => script[name]))].join();
    programs.set(command.program, { ...command, uiNames: all('uiNames'), kits: all('kits') });
  },
  // The process is gone, with all that it had. How much memory is in use, in bytes.
  forget() {
    realms.clear();
    timers.clear();
    tasks.clear();
    listeners.clear();
    events.clear();
    shared = new WeakSet();
    sharing = false;
    lastNumber = 0;
    const used = memoryInUse();
    if (used <= LITTERED) return used;
    collectGarbage();
    return memoryInUse();
  },
};

function memoryInUse() {
  const { used_heap_size: heap, external_memory: beside } = v8.getHeapStatistics();
  return heap + beside;
}

function compiled(text, filename, columnOffset) {
  try {
    return { script: new vm.Script(text, { filename, columnOffset }), fault: '' };
  } catch (error) {
    return { script: null, fault: `${error.message} (${String(error.stack).split('\n', 1)[0].replace('app:///', '')})` };
  }
}

// The events of a realm, by the name of the command: the job that its runtime makes of one.
const EVENTS = {
  load: (api) => api.load(),
  call: (api, command) => api.call(command.number, command.name, JSON.stringify(command.args)),
  timer: (api, command) => api.timer(command.id),
  settle: (api, command) => api.settle(command.id, command.ok, JSON.stringify(command.value ?? null)),
  pool: (api, command) => api.pool(command.what, command.id),
  event: (api, command) => api.event(command.id),
};

function handle(line) {
  const command = JSON.parse(line);
  if (COMMANDS[command.c] !== undefined) {
    writeLine(JSON.stringify({ k: 'd', v: COMMANDS[command.c](command) }));
    return;
  }
  const below = [clock[DYING], clock[LOOKED]];
  [clock[NOW], clock[HORIZON], clock[LEFT], clock[PAID]] = command.clock;
  clock[DYING] = clock[LOOKED] = 0;
  if (command.realm !== undefined) {
    const kits = command.realm.config.kind === 'main' ? programs.get(command.realm.program).kits : '';
    realms.set(command.r, (spare?.kits === kits ? spare : new Realm(kits)).begin(command.realm));
    spare = null;
    if (command.realm.config.kind === 'main') expected = kits;
  }
  const realm = realms.get(command.r);
  realm.event(EVENTS[command.c](realm.api, command), command.tag);
  const answer = `${head('d')}}`;
  [clock[DYING], clock[LOOKED]] = below;
  writeLine(answer);
}

try {
  writeLine('{"k":"d","v":0}');
  for (;;) {
    if (realms.size === 0) spare ??= new Realm(expected);
    handle(readLine());
  }
} catch (error) {
  fs.writeSync(2, `host: ${error && error.stack}\n`);
  leave(FAULT);
}

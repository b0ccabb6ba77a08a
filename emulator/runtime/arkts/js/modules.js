'use strict';
// Modules of the app (CommonJS, with cycles) and of the device (kits), and what stands in for kits that are not there.

const { host, KILL, request, listText, tell } = realm;
const { Error, Object, Promise, Proxy, SyntaxError, Uint8Array, ArrayBuffer } = globalThis;
const { parse } = JSON;
const { apply, construct, defineProperty, get: read, getPrototypeOf } = Reflect;
const { create, hasOwn, isFrozen } = Object;
const { then } = Promise.prototype;
const objects = Object.prototype;
const modules = host.map();
const kits = host.map();
const extensions = host.map();
const candidates = host.map();
const concurrentNames = host.weakMap();
const concurrentFunctions = host.map();
const UNAVAILABLE = 801;
const TOO_DEEP = 'Maximum call stack size exceeded';

// the app's modules ----------------------------------------------------------------------------------------------------------

function load(file) {
  const known = modules.get(file);
  if (known !== undefined) {
    if ('error' in known) throw known.error;
    return known.exports;
  }
  const module = { id: file, exports: {} };
  modules.set(file, module);
  try {
    const unsupported = host.unsupported(file);
    if (unsupported) throw refused(new Error(`${unsupported} is not emulated`), unsupported);
    const fault = host.fault(file);
    if (fault) throw new SyntaxError(fault);
    host.compile(file)(
      module.exports,
      (specifier) => require(file, specifier),
      module,
      file,
      host.directory(file),
      realm.tick,
      realm.checkCaught,
      (concurrent, name) => {
        concurrentNames.set(concurrent, { file, name });
        concurrentFunctions.set(`${file}#${name}`, concurrent);
      },
      host.shareInstances,
      (extension, name) => {
        extensions.set(`${file}#${name}`, extension);
        if (!candidates.has(file)) candidates.set(file, []);
        candidates.get(file)[candidates.get(file).length] = extension;
      },
    );
  } catch (error) {
    module.error = error;
    throw error;
  }
  return module.exports;
}

function require(importer, specifier) {
  const shim = shimOf(specifier);
  if (shim !== undefined && shim.file !== importer) return shimmed(specifier, shim);
  const file = host.dependency(importer, specifier);
  if (file) return load(file);
  if (host.isKit(specifier) || host.lacks(importer, specifier)) return kit(specifier);
  throw new Error(`cannot find module '${specifier}', imported by ${importer}`);
}

// The first class of a file that is a backup extension.
function likely(file, ability) {
  const classes = candidates.get(file) ?? [];
  for (let i = 0; i < classes.length; i++) {
    if (realm.values.inherits(classes[i].prototype, ability)) return classes[i];
  }
  return undefined;
}

// The class that the device makes an instance of, or what is wrong.
function entry(file, className) {
  const exports = load(file);
  const named = className ? exports[className] ?? extensions.get(`${file}#${className}`) : exports.default;
  if (typeof named === 'function') return named;
  if (className) return `${file} has no class ${className}`;
  const { prototype } = kit('@ohos.application.BackupExtensionAbility').default;
  return likely(file, prototype) ?? `${file} exports no default class`;
}

function concurrent(file, name) {
  load(file);
  return concurrentFunctions.get(`${file}#${name}`);
}

// kits -----------------------------------------------------------------------------------------------------------------------

class BusinessError extends Error {
  constructor(code, message, data) {
    super(message);
    this.code = code;
    if (data !== undefined) this.data = data;
  }
}
defineProperty(BusinessError.prototype, 'name', { value: 'BusinessError', writable: true, configurable: true });

function answered(answer) {
  const value = parse(host.from(answer, 2));
  if (answer[0] === 'v') return value;
  throw new BusinessError(value.code, value.message, value.data ?? undefined);
}

const pending = host.map();

const offered = {
  BusinessError,
  open,
  tell,
  show: realm.values.show,
  randomBytes: (size) => Uint8Array.from({ length: size }, () => realm.random32() & 255),
  sys: (op, ...values) => answered(request(op, listText(values, realm.wellFormed))),
  note: (op, ...values) => tell('note', op, values),
  later(op, ...values) {
    const id = host.number();
    tell('later', id, op, values, host.tag());
    return new Promise((resolve, reject) => pending.set(id, { resolve, reject }));
  },
  fail(code, message, data) {
    throw new BusinessError(code, message, data);
  },
  missing: (name) => used(name),
  require: (specifier) => kit(specifier),
  directories: () => realm.settings.directories,
  both(promise, callback) {
    if (typeof callback !== 'function') return promise;
    apply(then, promise, [(value) => call(callback, undefined, value), (error) => call(callback, error, undefined)]);
    return undefined;
  },
  bytes: (value) => ({ __proto__: null, $bytes: host.toBase64(value) }),
  buffer(value) {
    const text = value.$bytes;
    const buffer = new ArrayBuffer(host.byteLength(text));
    host.fromBase64(text, buffer);
    return buffer;
  },
  share: host.share,
  shareInstances: host.shareInstances,
};

// A callback of the app is an event of its own: what it throws is uncaught.
function call(callback, ...values) {
  realm.guardedJob(() => apply(callback, undefined, values))();
}

function settle(id, ok, text) {
  const { resolve, reject } = pending.get(id);
  pending.delete(id);
  const value = parse(text);
  if (ok) resolve(value);
  else reject(new BusinessError(value.code, value.message, value.data ?? undefined));
}

function kit(specifier) {
  const known = kits.get(specifier);
  if (known !== undefined) return known;
  const made = host.isKitNamespace(specifier) ? kitNamespace(specifier) : kitModule(specifier);
  kits.set(specifier, made);
  return made;
}

function kitModule(specifier) {
  const name = host.kitFile(specifier);
  if (!name) return moduleStub(specifier);
  const exports = {};
  try {
    host.kit(name)(exports, offered);
  } catch (error) {
    const isOurs = error !== KILL && error?.message !== TOO_DEEP && !host.tampered();
    if (isOurs) request('realm.fault', listText([`kit ${name}: ${realm.values.show(error)} ${error.stack}`]));
    throw error;
  }
  const shown = host.spelled(specifier);
  if (typeof exports.default === 'object' && exports.default !== null) exports.default = open(exports.default, shown);
  return open(exports, shown);
}

function kitNamespace(specifier) {
  const exports = create(null);
  return new Proxy(exports, {
    get(_, name) {
      if (name === '__esModule') return true;
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (!(name in exports)) {
        const module = host.kitExport(specifier, name);
        exports[name] = module ? memberOf(provided(module), host.kitMember(specifier, name)) : stub(`${specifier}.${name}`);
      }
      return exports[name];
    },
  });
}

function memberOf(exports, member) {
  if (!member) return exports.default;
  return hasOwn(exports, member) ? exports[member] : (exports.default?.[member] ?? exports[member]);
}

// shims: what the user puts in the place of a module ---------------------------------------------------------------------------

const shims = host.map();
const layers = host.weakMap();

function shimOf(specifier) {
  const text = host.shim(specifier);
  return text === '' ? undefined : parse(text);
}

function provided(specifier) {
  const shim = shimOf(specifier);
  return shim === undefined ? kit(specifier) : shimmed(specifier, shim);
}

function shimmed(specifier, shim) {
  if (!shims.has(specifier)) shims.set(specifier, shimModule(specifier, shim));
  return shims.get(specifier);
}

function shimModule(specifier, { file, functions, later }) {
  const exports = file ? loadShim(specifier, file) : {};
  for (let i = 0; i < functions.length; i++) exports[functions[i]] = bridged(specifier, functions[i], offered.sys);
  for (let i = 0; i < later.length; i++) exports[later[i]] = bridged(specifier, later[i], offered.later);
  const below = () => (host.isKit(specifier) ? kit(specifier) : moduleStub(specifier));
  const main = exports.default ?? exports;
  return new Proxy(exports, {
    get(target, name) {
      if (name === '__esModule') return true;
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (name === 'default') return layered(main, () => below().default);
      const holder = hasOwn(target, name) ? target : main;
      return layered(hasOwn(holder, name) ? holder[name] : undefined, () => below()[name]);
    },
  });
}

function bridged(specifier, name, ask) {
  const op = `shim.${host.spelled(specifier)}.${name}`;
  return (...values) => ask(op, ...values);
}

function loadShim(specifier, file) {
  try {
    return load(file);
  } catch (error) {
    if (error !== KILL) request('realm.shim-failed', `[${listText(host.spelled(specifier))},${realm.values.errorText(error)}]`);
    throw error;
  }
}

// What a shim does not have is as it is without the shim.
function layered(value, below) {
  if (value === undefined) return below();
  if (typeof value !== 'object' || value === null || isFrozen(value)) return value;
  const prototype = getPrototypeOf(value);
  if (prototype !== null && prototype !== objects) return value;
  if (!layers.has(value)) {
    const get = (target, name, receiver) => {
      if (typeof name === 'symbol' || SILENT.has(name)) return read(target, name, receiver);
      return layered(target[name], () => below()?.[name]);
    };
    layers.set(value, new Proxy(value, { get }));
  }
  return layers.get(value);
}

// what is not there ----------------------------------------------------------------------------------------------------------

const SILENT = host.set('then toJSON constructor prototype valueOf toString hasOwnProperty default');
const missingErrors = host.weakMap();
const stubs = host.map();
const told = host.set('');

// A kit's object whose unknown names are stubs.
function open(target, name) {
  return new Proxy(target, {
    get(object, member, receiver) {
      if (member === '__esModule') return true;
      if (member in object || typeof member === 'symbol' || SILENT.has(member)) return read(object, member, receiver);
      return stub(`${name}.${member}`);
    },
  });
}

function moduleStub(specifier) {
  const exports = create(null);
  return new Proxy(exports, {
    get(_, member) {
      if (member === '__esModule') return true;
      if (typeof member === 'symbol' || member === 'then') return undefined;
      return stub(member === 'default' ? specifier : `${specifier}.${member}`);
    },
  });
}

// Inert while modules are evaluated, an error in a callback; noted in both cases.
function used(name) {
  if (realm.loading) {
    if (!told.has(name)) tell('missing', `kit missing: ${name}`);
    told.add(name);
    return stub(name);
  }
  told.add(name);
  throw refused(new BusinessError(UNAVAILABLE, `${name} is not available on the emulated device`), `kit missing: ${name}`);
}

// The error of an app that asks for what there is not.
function refused(error, what) {
  tell('missing', what);
  return alsoMissing(error, what);
}

function stub(name) {
  if (stubs.has(name)) return stubs.get(name);
  const made = new Proxy(function () {}, {
    get(target, member) {
      if (member === Symbol.toPrimitive) return () => (realm.loading ? '' : used(name));
      if (member === Symbol.iterator) return undefined;
      if (member === 'name') return name;
      if (member === 'prototype') return target.prototype;
      if (typeof member === 'symbol' || SILENT.has(member)) return read(target, member);
      return hasOwn(target, member) && member !== 'length' ? target[member] : stub(`${name}.${member}`);
    },
    apply: () => used(name),
    construct(target, values, newTarget) {
      const inert = used(name);
      return newTarget === made ? inert : construct(target, [], newTarget);
    },
  });
  stubs.set(name, made);
  return made;
}

// What an app with a user interface has without an import (enumerations, components) is there by name only.
function offerUi() {
  const names = host.uiNames();
  if (names === '') return;
  for (const name of names.split(',')) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, {
      configurable: true,
      get: () => stub(name),
      set(value) {
        Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
      },
    });
  }
}

function missingOf(error) {
  return (typeof error === 'object' && error !== null && missingErrors.get(error)) || '';
}

function alsoMissing(error, what) {
  if (what && typeof error === 'object' && error !== null) missingErrors.set(error, what);
  return error;
}

return {
  BusinessError,
  offered,
  kit,
  entry,
  offerUi,
  settle,
  missingOf,
  alsoMissing,
  concurrent,
  concurrentName: (value) => concurrentNames.get(value),
  context: () => kit('@ohos.application.BackupExtensionAbility').makeContext(),
};

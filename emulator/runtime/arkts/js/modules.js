'use strict';
// Modules of the app (CommonJS, with cycles) and of the device (kits), and what stands in for kits that are not there.

const { host, KILL, request, listText, tell } = realm;
const { parse } = JSON;
const modules = new Map();
const kits = new Map();
const extensions = new Map();
const concurrentNames = new WeakMap();
const concurrentFunctions = new Map();
const UNAVAILABLE = 801;

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
    const fault = host.fault(file);
    if (fault) throw new SyntaxError(fault);
    host.compile(file)(
      module.exports,
      (specifier) => require(file, specifier),
      module,
      file,
      file.slice(0, Math.max(0, file.lastIndexOf('/'))),
      realm.tick,
      realm.checkCaught,
      (concurrent, name) => {
        concurrentNames.set(concurrent, { file, name });
        concurrentFunctions.set(`${file}#${name}`, concurrent);
      },
      host.shareInstances,
      (extension, name) => extensions.set(`${file}#${name}`, extension),
    );
  } catch (error) {
    module.error = error;
    throw error;
  }
  return module.exports;
}

function require(importer, specifier) {
  const file = host.dependency(importer, specifier);
  if (file) return load(file);
  if (host.isKit(specifier)) return kit(specifier);
  throw new Error(`cannot find module '${specifier}', imported by ${importer}`);
}

// The class that the device makes an instance of, or what is wrong.
function entry(file, className) {
  const exports = load(file);
  const named = className ? exports[className] ?? extensions.get(`${file}#${className}`) : exports.default;
  if (typeof named === 'function') return named;
  if (className) return `${file} has no class ${className}`;
  const found = [...extensions].find(([name, extension]) => {
    return name.startsWith(`${file}#`) && extension.prototype instanceof kit('@ohos.application.BackupExtensionAbility').default;
  });
  return found ? found[1] : `${file} exports no default class`;
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
Object.defineProperty(BusinessError, 'name', { value: 'BusinessError' });

function answered(answer) {
  const value = parse(answer.slice(2));
  if (answer[0] === 'v') return value;
  throw new BusinessError(value.code, value.message, value.data ?? undefined);
}

const pending = new Map();

const offered = {
  BusinessError,
  open,
  tell,
  show: realm.values.show,
  randomBytes: (size) => Uint8Array.from({ length: size }, () => realm.random32() & 255),
  sys: (op, ...values) => answered(request(op, listText(values))),
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
  both(promise, callback) {
    if (typeof callback !== 'function') return promise;
    promise.then(
      (value) => call(callback, undefined, value),
      (error) => call(callback, error, undefined),
    );
    return undefined;
  },
  bytes: (value) => ({ $bytes: host.toBase64(value) }),
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
  realm.guardedJob(() => callback(...values))();
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
  const made = specifier.startsWith('@kit.') ? kitNamespace(specifier) : kitModule(specifier);
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
    if (error !== KILL) request('realm.fault', listText([`kit ${name}: ${realm.values.show(error)} ${error.stack}`]));
    throw error;
  }
  const shown = specifier.replace(':', '.');
  if (typeof exports.default === 'object' && exports.default !== null) exports.default = open(exports.default, shown);
  return open(exports, shown);
}

function kitNamespace(specifier) {
  const exports = Object.create(null);
  return new Proxy(exports, {
    get(_, name) {
      if (name === '__esModule') return true;
      if (typeof name === 'symbol' || name === 'then') return undefined;
      if (!(name in exports)) {
        const [module, member] = host.kitExport(specifier, name).split('#');
        exports[name] = module ? memberOf(kit(module), member) : stub(`${specifier}.${name}`);
      }
      return exports[name];
    },
  });
}

function memberOf(exports, member) {
  if (member === undefined) return exports.default;
  return Object.hasOwn(exports, member) ? exports[member] : (exports.default?.[member] ?? exports[member]);
}

// what is not there ----------------------------------------------------------------------------------------------------------

const SILENT = new Set(['then', 'toJSON', 'constructor', 'prototype', 'valueOf', 'toString', 'hasOwnProperty', 'default']);
const missingErrors = new WeakMap();
const stubs = new Map();
const told = new Set();

// A kit's object whose unknown names are stubs.
function open(target, name) {
  return new Proxy(target, {
    get(object, member, receiver) {
      if (member === '__esModule') return true;
      if (member in object || typeof member === 'symbol' || SILENT.has(member)) return Reflect.get(object, member, receiver);
      return stub(`${name}.${member}`);
    },
  });
}

function moduleStub(specifier) {
  const exports = Object.create(null);
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
  const inert = realm.loading;
  if (!inert || !told.has(name)) {
    told.add(name);
    request('realm.missing', listText([name]));
  }
  if (inert) return stub(name);
  const error = new BusinessError(UNAVAILABLE, `${name} is not available on the emulated device`);
  missingErrors.set(error, name);
  throw error;
}

function stub(name) {
  if (stubs.has(name)) return stubs.get(name);
  const made = new Proxy(function () {}, {
    get(target, member) {
      if (member === Symbol.toPrimitive) return () => (realm.loading ? '' : used(name));
      if (member === Symbol.iterator) return undefined;
      if (member === 'name') return name;
      if (member === 'prototype') return target.prototype;
      if (typeof member === 'symbol' || SILENT.has(member)) return Reflect.get(target, member);
      return Object.hasOwn(target, member) && member !== 'length' ? target[member] : stub(`${name}.${member}`);
    },
    apply: () => used(name),
    construct(target, values, newTarget) {
      const inert = used(name);
      return newTarget === made ? inert : Reflect.construct(target, [], newTarget);
    },
  });
  stubs.set(name, made);
  return made;
}

// What an app with a user interface has without an import (enumerations, components) is there by name only.
function offerUi() {
  for (const name of host.uiNames()) {
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

function alsoMissing(error, name) {
  if (name && typeof error === 'object' && error !== null) missingErrors.set(error, name);
  return error;
}

return {
  BusinessError,
  offered,
  entry,
  offerUi,
  settle,
  missingOf,
  alsoMissing,
  concurrent,
  concurrentName: (value) => concurrentNames.get(value),
  context: () => kit('@ohos.application.BackupExtensionAbility').makeContext(),
};

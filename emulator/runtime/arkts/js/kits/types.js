// util.types: by the internal kind of a value, whatever its prototype says.
const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
const typedArray = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;

// Whether a getter or a method of a built-in takes the value for its own.
const takes = (method, ...args) => (value) => {
  try {
    method.call(value, ...args);
    return true;
  } catch {
    return false;
  }
};
const getter = (Class, name) => takes(Object.getOwnPropertyDescriptor(Class.prototype, name).get);
const boxed = (Class) => {
  const valueOf = takes(Class.prototype.valueOf);
  return (value) => typeof value === "object" && value !== null && valueOf(value);
};

const GeneratorFunction = Object.getPrototypeOf(function* () {}).constructor;
const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {}).constructor;

const is = {
  BooleanObject: boxed(Boolean),
  NumberObject: boxed(Number),
  StringObject: boxed(String),
  SymbolObject: boxed(Symbol),
  BigIntObject: boxed(BigInt),
  ArrayBuffer: getter(ArrayBuffer, "byteLength"),
  SharedArrayBuffer: (value) => typeof SharedArrayBuffer === "function" && getter(SharedArrayBuffer, "byteLength")(value),
  Map: getter(Map, "size"),
  Set: getter(Set, "size"),
  WeakMap: takes(WeakMap.prototype.has, {}),
  WeakSet: takes(WeakSet.prototype.has, {}),
  Date: takes(Date.prototype.getTime),
  RegExp: (value) => value !== RegExp.prototype && getter(RegExp, "source")(value),
};

class types {
  isAnyArrayBuffer(value) {
    return is.ArrayBuffer(value) || is.SharedArrayBuffer(value);
  }

  isArrayBufferView(value) {
    return ArrayBuffer.isView(value);
  }

  isArgumentsObject(value) {
    return tag(value) === "Arguments";
  }

  isAsyncFunction(value) {
    return value instanceof AsyncFunction || value instanceof AsyncGeneratorFunction;
  }

  isBoxedPrimitive(value) {
    return [is.BooleanObject, is.NumberObject, is.StringObject, is.SymbolObject, is.BigIntObject].some((test) => test(value));
  }

  isDataView(value) {
    return ArrayBuffer.isView(value) && typedArray.call(value) === undefined;
  }

  isExternal() {
    return false;
  }

  isGeneratorFunction(value) {
    return value instanceof GeneratorFunction || value instanceof AsyncGeneratorFunction;
  }

  isGeneratorObject(value) {
    return ["Generator", "AsyncGenerator"].includes(tag(value));
  }

  isMapIterator(value) {
    return tag(value) === "Map Iterator";
  }

  isSetIterator(value) {
    return tag(value) === "Set Iterator";
  }

  isModuleNamespaceObject(value) {
    return tag(value) === "Module";
  }

  isNativeError(value) {
    return value instanceof Error;
  }

  isPromise(value) {
    return value instanceof Promise;
  }

  // A realm cannot look behind a proxy.
  isProxy() {
    return false;
  }

  isTypedArray(value) {
    return typedArray.call(value) !== undefined;
  }
}

for (const name of ["ArrayBuffer", "SharedArrayBuffer", "BooleanObject", "NumberObject", "StringObject", "SymbolObject"]) {
  types.prototype[`is${name}`] = is[name];
}
for (const name of ["Map", "Set", "WeakMap", "WeakSet", "Date", "RegExp"]) types.prototype[`is${name}`] = is[name];
for (const width of ["Int8", "Int16", "Int32", "Uint8", "Uint8Clamped", "Uint16", "Uint32", "Float32", "Float64", "BigInt64", "BigUint64"]) {
  types.prototype[`is${width}Array`] = (value) => typedArray.call(value) === `${width}Array`;
}

exports.types = types;

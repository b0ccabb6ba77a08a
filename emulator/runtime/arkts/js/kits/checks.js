// Argument checks and the frame of a container class, shared by the kits; no app sees this module.
const said = (value) => {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
};

const wrongType = (name, type, value) =>
  kit.fail(401, `The type of "${name}" must be ${type}. Received value is: ${said(value)}`);

const integer = (name, value) => (Number.isInteger(value) ? value : wrongType(name, "number", value));
const callable = (name, value) => (typeof value === "function" ? value : wrongType(name, "callable", value));
const instance = (name, Class, value) => (value instanceof Class ? value : wrongType(name, Class.name, value));

const within = (name, value, low, high) => {
  if (value < low || value > high) {
    kit.fail(10200001, `The value of "${name}" is out of range. It must be >= ${low} && <= ${high}. Received value is: ${value}`);
  }
  return value;
};

// An element's index in a container of `length`: an empty one says so, with the code of an index out of range.
const element = (value, length) => {
  integer("index", value);
  return length > 0 ? within("index", value, 0, length - 1) : kit.fail(10200001, "Container is empty");
};

// A half-open range of a container, as removeByRange and its kin take it.
const range = (from, to, length) => {
  integer("fromIndex", from);
  integer("toIndex", to);
  if (length <= 0) kit.fail(10200001, "Container is empty");
  within("fromIndex", from, 0, Math.min(length, to) - 1);
  within("toIndex", to, 0, length);
};

// The class as the app gets it: 10200011 when a method has lost its object, 10200012 when called without `new`.
const container = (Class, owns) => {
  for (const key of Reflect.ownKeys(Class.prototype)) {
    const property = Object.getOwnPropertyDescriptor(Class.prototype, key);
    if (key === "constructor" || typeof property.value !== "function") continue;
    const method = property.value;
    const name = typeof key === "symbol" ? key.description : key;
    const bound = function (...args) {
      if (Object(this) !== this || !owns(this)) kit.fail(10200011, `The ${name} method cannot be bound.`);
      return method.apply(this, args);
    };
    Object.defineProperty(bound, "name", { value: name });
    Object.defineProperty(bound, "length", { value: method.length });
    Object.defineProperty(Class.prototype, key, { ...property, value: bound });
  }
  const face = new Proxy(Class, {
    apply: () => kit.fail(10200012, `The ${Class.name}'s constructor cannot be directly invoked`),
  });
  Object.defineProperty(Class.prototype, "constructor", { value: face, writable: true, configurable: true });
  return face;
};

// `list[0]` for a class without own elements: what no object has ends in the prototype's prototype, and that answers.
const indexed = (Class, get, set) => {
  const at = (key) => (typeof key === "string" && /^-?\d+$/.test(key) ? Number(key) : undefined);
  const answers = new Proxy(Object.create(Object.prototype), {
    get: (target, key, list) => (at(key) === undefined ? Reflect.get(target, key, list) : get(list, at(key))),
    set: (target, key, value, list) => {
      if (at(key) === undefined) return Reflect.set(target, key, value, list);
      set(list, at(key), value);
      return true;
    },
  });
  Object.setPrototypeOf(Class.prototype, answers);
};

const iterator = function* (values) {
  yield* values;
};

Object.assign(exports, { callable, container, element, indexed, instance, integer, iterator, range, said, within, wrongType });

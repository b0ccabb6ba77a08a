// The three forms of a function that Python carries out: at once, as a Promise, and with a callback at the end.
// `prepare(...args)` gives Python's arguments or throws, for what is wrong with an argument is told at once in every form;
// `finish(value, ...args)` makes of Python's value what the app gets. Both have the `this` of the call.
const same = (...args) => args;
const asIs = (value) => value;

const atOnce = (op, prepare = same, finish = asIs) =>
  function (...args) {
    return finish.call(this, kit.sys(op, ...prepare.apply(this, args)), ...args);
  };

const later = (op, prepare = same, finish = asIs) =>
  function (...args) {
    const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
    const promise = kit.later(op, ...prepare.apply(this, args));
    return kit.both(promise.then((value) => finish.call(this, value, ...args)), callback);
  };

// {name: [op, prepare, finish]} as methods `name` and `nameSync`.
const allForms = (table) => {
  const made = {};
  for (const [name, entry] of Object.entries(table)) {
    made[name] = later(...entry);
    made[`${name}Sync`] = atOnce(...entry);
  }
  return made;
};

const laterOnly = (table) => Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, later(...entry)]));

// The object is told by a number on Python's side, which the app does not see.
const numbers = new WeakMap();
const numbered = (object, number) => {
  numbers.set(object, number);
  return object;
};
const numberOf = (object) => numbers.get(object);

const methods = (Class, table) => {
  for (const [name, value] of Object.entries(table)) {
    Object.defineProperty(Class.prototype, name, { value, writable: true, configurable: true });
  }
};

Object.assign(exports, { allForms, atOnce, later, laterOnly, methods, numberOf, numbered });

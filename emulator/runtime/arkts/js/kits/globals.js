// What the device gives every app without an import: resources, system capabilities, the context, the storages of the UI.
const RESOURCE_TYPES = {
  color: 10001,
  float: 10002,
  string: 10003,
  plural: 10004,
  boolean: 10005,
  intarray: 10006,
  integer: 10007,
};
Object.assign(RESOURCE_TYPES, { pattern: 10008, strarray: 10009, media: 20000, symbol: 40000 });
const RAWFILE = 30000;

const resource = (type, params) => ({ id: -1, type, params, bundleName: "", moduleName: "" });

// Values under names, and who holds one: a bound property keeps its name from being deleted.
class Store {
  #values = new Map();
  #bound = new Map();

  constructor(initial = {}) {
    for (const [name, value] of Object.entries(initial)) this.#values.set(name, value);
  }

  has(name) {
    return this.#values.has(name);
  }

  get(name) {
    return this.#values.get(name);
  }

  set(name, value) {
    if (!this.#values.has(name)) return false;
    this.#values.set(name, value);
    return true;
  }

  setOrCreate(name, value) {
    this.#values.set(name, value);
    return true;
  }

  #property(name, own) {
    if (!this.#values.has(name)) return undefined;
    const bound = this.#bound.get(name) ?? new Set();
    this.#bound.set(name, bound);
    let copy = this.#values.get(name);
    const property = {
      info: () => name,
      get: () => (own ? copy : this.#values.get(name)),
      set: (value) => void (own ? (copy = value) : this.#values.set(name, value)),
      aboutToBeDeleted: () => void bound.delete(property),
    };
    bound.add(property);
    return property;
  }

  link(name) {
    return this.#property(name, false);
  }

  prop(name) {
    return this.#property(name, true);
  }

  ref(name) {
    return this.#property(name, false);
  }

  setAndLink(name, value) {
    if (!this.#values.has(name)) this.#values.set(name, value);
    return this.link(name);
  }

  setAndProp(name, value) {
    if (!this.#values.has(name)) this.#values.set(name, value);
    return this.prop(name);
  }

  setAndRef(name, value) {
    return this.setAndLink(name, value);
  }

  delete(name) {
    return !this.#bound.get(name)?.size && this.#values.delete(name);
  }

  clear() {
    if ([...this.#bound.values()].some((bound) => bound.size > 0)) return false;
    this.#values.clear();
    return true;
  }

  keys() {
    return this.#values.keys();
  }

  size() {
    return this.#values.size;
  }
}

class LocalStorage extends Store {
  static getShared() {
    return undefined;
  }
}

const METHODS = Object.getOwnPropertyNames(Store.prototype).filter((name) => name !== "constructor");
const inCapitals = (name) => name[0].toUpperCase() + name.slice(1);

// The names of API 10 and, with a capital, those before it.
const statics = (store, names) =>
  Object.fromEntries(
    names.flatMap((name) => [name, inCapitals(name)].map((spelled) => [spelled, (...args) => store[name](...args)])),
  );

const store = new Store();
const AppStorage = statics(store, METHODS);
AppStorage.staticClear = AppStorage.StaticClear = AppStorage.clear;

const persisted = new Set();
const persistence = {
  persistProp(name, value) {
    persisted.add(name);
    if (!store.has(name)) store.setOrCreate(name, value);
  },
  persistProps: (props) => props.forEach(({ key, defaultValue }) => persistence.persistProp(key, defaultValue)),
  deleteProp: (name) => void persisted.delete(name),
  keys: () => [...persisted],
};

const ENVIRONMENT = {
  accessibilityEnabled: false,
  colorMode: 1,
  fontScale: 1,
  fontWeightScale: 1,
  layoutDirection: "LTR",
  languageCode: "zh",
};
const surroundings = new Set();
const environment = {
  envProp(name, value) {
    if (store.has(name)) return false;
    surroundings.add(name);
    return store.setOrCreate(name, ENVIRONMENT[name] ?? value);
  },
  envProps: (props) => props.forEach(({ key, defaultValue }) => environment.envProp(key, defaultValue)),
  keys: () => [...surroundings],
};

const offered = {
  $r: (name, ...params) => resource(RESOURCE_TYPES[String(name).split(".")[1]] ?? -1, [name, ...params]),
  $rawfile: (name) => resource(RAWFILE, [name]),
  canIUse: (capability) => typeof capability === "string" && capability.startsWith("SystemCapability."),
  getContext: () => kit.require("@ohos.application.BackupExtensionAbility").makeContext(),
  AppStorage,
  LocalStorage,
  PersistentStorage: statics(persistence, Object.keys(persistence)),
  Environment: statics(environment, Object.keys(environment)),
};
for (const [name, value] of Object.entries(offered)) {
  Object.defineProperty(globals, name, { value, writable: true, configurable: true, enumerable: false });
}

// @ohos.data.preferences. Instances and their files are in Python (bridge/preferences.py).
const { allForms, methods, numberOf, numbered } = kit.require("@emulator.forms");
const { decode, encode } = kit.require("@emulator.values");

const INVALID = 401;
const wrong = (what) => kit.fail(INVALID, `Parameter error. ${what}`);

const MAX_KEY_LENGTH = 1024;
const MAX_VALUE_LENGTH = 16 * 1024 * 1024;
const StorageType = { XML: 0, GSKV: 1 };

const where = (context, options) => {
  if (typeof context?.preferencesDir !== "string") wrong("The context is invalid.");
  const name = typeof options === "string" ? options : options?.name;
  if (typeof name !== "string") wrong("The name must be a string.");
  if (typeof options === "object" && options.storageType === StorageType.GSKV) {
    kit.fail(801, "Capability not supported.");
  }
  return [context.preferencesDir, name];
};

const keyOf = (key) => (typeof key === "string" ? key : wrong("The type of 'key' must be string."));
const valueOf = (value) => {
  if (value === undefined || value === null || typeof value === "function" || typeof value === "symbol") {
    wrong("The type of 'value' is not supported.");
  }
  return encode(value);
};
const none = () => undefined;
const own = function () {
  return [numberOf(this)];
};
const ownKey = function (key) {
  return [numberOf(this), keyOf(key)];
};

// The app's objects for the same instance are the same.
const known = new Map();
const instance = (handle) => {
  if (!known.has(handle)) known.set(handle, numbered(new Preferences(), handle));
  return known.get(handle);
};

const CHANGES = ["change", "multiProcessChange", "dataChange"];

// Observers are taken note of; nobody else changes the emulated app's preferences.
class Preferences {
  #observers = new Map();

  on(type, ...rest) {
    const callback = rest.at(-1);
    if (!CHANGES.includes(type)) wrong("The type of event is unknown.");
    if (typeof callback !== "function") wrong("The callback must be a function.");
    this.#observers.set(type, [...(this.#observers.get(type) ?? []), callback]);
  }

  off(type, ...rest) {
    const callback = rest.at(-1);
    if (!CHANGES.includes(type)) wrong("The type of event is unknown.");
    const left = (this.#observers.get(type) ?? []).filter((observer) => typeof callback === "function" && observer !== callback);
    this.#observers.set(type, left);
  }
}
methods(Preferences, allForms({
  get: ["preferences.get", function (key, fallback) {
    return [numberOf(this), keyOf(key), fallback === undefined || fallback === null ? null : encode(fallback)];
  }, (value, key, fallback) => (value === undefined ? fallback : decode(value))],
  getAll: ["preferences.getAll", own, (pairs) => Object.fromEntries(pairs.map(([key, value]) => [key, decode(value)]))],
  put: ["preferences.put", function (key, value) {
    return [numberOf(this), keyOf(key), valueOf(value)];
  }, none],
  has: ["preferences.has", ownKey],
  delete: ["preferences.delete", ownKey, none],
  clear: ["preferences.clear", own, none],
  flush: ["preferences.flush", own, none],
}));

const preferences = {
  ...allForms({
    getPreferences: ["preferences.getPreferences", where, instance],
    deletePreferences: ["preferences.deletePreferences", where, none],
    removePreferencesFromCache: ["preferences.removePreferencesFromCache", where, none],
  }),
  isStorageTypeSupported: (type) => type === StorageType.XML,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  StorageType,
};
delete preferences.deletePreferencesSync;

Object.assign(exports, preferences, { default: preferences });

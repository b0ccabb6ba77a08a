// @ohos.util.HashMap. A device orders by hash and promises no order; here it is that of insertion.
const { callable, container, instance } = kit.require("@emulator.checks");

class HashMap {
  #map = new Map();

  static {
    exports.default = container(this, (value) => #map in value);
  }

  get length() {
    return this.#map.size;
  }

  isEmpty() {
    return this.#map.size === 0;
  }

  hasKey(key) {
    return this.#map.has(key);
  }

  hasValue(value) {
    return [...this.#map.values()].some((held) => Object.is(held, value));
  }

  get(key) {
    return this.#map.get(key);
  }

  setAll(map) {
    for (const [key, value] of instance("map", HashMap, map).#map) this.#map.set(key, value);
  }

  set(key, value) {
    this.#map.set(key, value);
    return this;
  }

  remove(key) {
    const value = this.#map.get(key);
    this.#map.delete(key);
    return value;
  }

  clear() {
    this.#map.clear();
  }

  keys() {
    return this.#map.keys();
  }

  values() {
    return this.#map.values();
  }

  entries() {
    return this.#map.entries();
  }

  replace(key, value) {
    const known = this.#map.has(key);
    if (known) this.#map.set(key, value);
    return known;
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (const [key, value] of this.#map) callback.call(self, value, key, this);
  }

  [Symbol.iterator]() {
    return this.#map.entries();
  }
}

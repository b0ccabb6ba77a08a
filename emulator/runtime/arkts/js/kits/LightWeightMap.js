// @ohos.util.LightWeightMap: sorted by the hash of the key.
const { callable, container, element, instance, integer } = kit.require("@emulator.checks");
const { Ordered } = kit.require("@emulator.ordered");

class LightWeightMap {
  #map = new Ordered();

  static {
    exports.default = container(this, (value) => #map in value);
  }

  get length() {
    return this.#map.keys.length;
  }

  hasAll(map) {
    const other = instance("map", LightWeightMap, map).#map;
    return other.keys.every((key, index) => {
      const at = this.#map.indexOf(key);
      return at >= 0 && Object.is(this.#map.values[at], other.values[index]);
    });
  }

  hasKey(key) {
    return this.#map.indexOf(key) >= 0;
  }

  hasValue(value) {
    return this.#map.values.some((held) => Object.is(held, value));
  }

  increaseCapacityTo(minimum) {
    integer("minimumCapacity", minimum);
  }

  get(key) {
    return this.#map.get(key);
  }

  getIndexOfKey(key) {
    return this.#map.indexOf(key);
  }

  getIndexOfValue(value) {
    return this.#map.values.indexOf(value);
  }

  isEmpty() {
    return this.#map.keys.length === 0;
  }

  getKeyAt(index) {
    return this.#map.keys[element(index, this.#map.keys.length)];
  }

  getValueAt(index) {
    return this.#map.values[element(index, this.#map.keys.length)];
  }

  setValueAt(index, value) {
    this.#map.values[element(index, this.#map.keys.length)] = value;
    return true;
  }

  setAll(map) {
    const other = instance("map", LightWeightMap, map).#map;
    other.keys.forEach((key, index) => this.#map.set(key, other.values[index]));
  }

  set(key, value) {
    this.#map.set(key, value);
    return this;
  }

  remove(key) {
    const index = this.#map.indexOf(key);
    return index >= 0 ? this.#map.cut(index) : undefined;
  }

  removeAt(index) {
    const there = integer("index", index) >= 0 && index < this.#map.keys.length;
    if (there) this.#map.cut(index);
    return there;
  }

  clear() {
    this.#map.clear();
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#map.keys.length; index++) {
      callback.call(self, this.#map.values[index], this.#map.keys[index], this);
    }
  }

  keys() {
    return this.#map.keys.values();
  }

  values() {
    return this.#map.values.values();
  }

  *entries() {
    for (let index = 0; index < this.#map.keys.length; index++) yield [this.#map.keys[index], this.#map.values[index]];
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#map.keys.map((key, index) => `${key ?? ""}:${this.#map.values[index] ?? ""}`).join(",");
  }
}

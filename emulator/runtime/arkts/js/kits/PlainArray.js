// @ohos.util.PlainArray: integer keys in ascending order.
const { callable, container, element, integer } = kit.require("@emulator.checks");
const { Ordered } = kit.require("@emulator.ordered");

class PlainArray {
  #map = new Ordered();

  static {
    exports.default = container(this, (value) => #map in value);
  }

  get length() {
    return this.#map.keys.length;
  }

  add(key, value) {
    this.#map.set(integer("key", key), value);
  }

  clear() {
    this.#map.clear();
  }

  clone() {
    const copy = new PlainArray();
    this.#map.keys.forEach((key, index) => copy.#map.set(key, this.#map.values[index]));
    return copy;
  }

  has(key) {
    return this.#map.indexOf(integer("key", key)) >= 0;
  }

  get(key) {
    return this.#map.get(integer("key", key));
  }

  getIndexOfKey(key) {
    return this.#map.indexOf(integer("key", key));
  }

  getIndexOfValue(value) {
    return this.#map.values.indexOf(value);
  }

  isEmpty() {
    return this.#map.keys.length === 0;
  }

  getKeyAt(index) {
    return this.#map.keys[integer("index", index)] ?? -1;
  }

  getValueAt(index) {
    return this.#map.values[element(index, this.#map.keys.length)];
  }

  setValueAt(index, value) {
    this.#map.values[element(index, this.#map.keys.length)] = value;
  }

  remove(key) {
    const index = this.#map.indexOf(integer("key", key));
    return index >= 0 ? this.#map.cut(index) : undefined;
  }

  removeAt(index) {
    return integer("index", index) >= 0 && index < this.#map.keys.length ? this.#map.cut(index) : undefined;
  }

  removeRangeFrom(index, size) {
    integer("index", index);
    integer("size", size);
    element(index, this.#map.keys.length);
    if (size < 1) kit.fail(10200001, `The value of "size" is out of range. It must be > 0. Received value is: ${size}`);
    const removed = Math.min(size, this.#map.keys.length - index);
    this.#map.cut(index, removed);
    return removed;
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#map.keys.length; index++) {
      callback.call(self, this.#map.values[index], this.#map.keys[index], this);
    }
  }

  *[Symbol.iterator]() {
    for (let index = 0; index < this.#map.keys.length; index++) yield [this.#map.keys[index], this.#map.values[index]];
  }

  toString() {
    return this.#map.keys.map((key, index) => `${key}:${this.#map.values[index] ?? ""}`).join(",");
  }
}

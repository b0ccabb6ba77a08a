// @ohos.util.TreeMap
const { callable, container, instance } = kit.require("@emulator.checks");
const { Tree } = kit.require("@emulator.tree");

class TreeMap {
  #tree;

  static {
    exports.default = container(this, (value) => #tree in value);
  }

  constructor(comparator) {
    this.#tree = new Tree(comparator);
  }

  get length() {
    return this.#tree.keys.length;
  }

  isEmpty() {
    return this.#tree.keys.length === 0;
  }

  hasKey(key) {
    return this.#tree.indexOf(key) >= 0;
  }

  hasValue(value) {
    return this.#tree.values.some((held) => Object.is(held, value));
  }

  get(key) {
    return this.#tree.values[this.#tree.indexOf(key)];
  }

  getFirstKey() {
    return this.#tree.keys[0];
  }

  getLastKey() {
    return this.#tree.keys[this.#tree.keys.length - 1];
  }

  setAll(map) {
    const other = instance("map", TreeMap, map).#tree;
    other.keys.forEach((key, index) => this.#tree.set(key, other.values[index]));
  }

  set(key, value) {
    this.#tree.set(key, value);
    return this;
  }

  remove(key) {
    const index = this.#tree.indexOf(key);
    return index >= 0 ? this.#tree.cut(index) : undefined;
  }

  clear() {
    this.#tree.clear();
  }

  getLowerKey(key) {
    return this.#tree.lower(key);
  }

  getHigherKey(key) {
    return this.#tree.higher(key);
  }

  keys() {
    return this.#tree.keys.values();
  }

  values() {
    return this.#tree.values.values();
  }

  *entries() {
    for (let index = 0; index < this.#tree.keys.length; index++) yield [this.#tree.keys[index], this.#tree.values[index]];
  }

  replace(key, value) {
    const index = this.#tree.indexOf(key);
    if (index >= 0) this.#tree.values[index] = value;
    return index >= 0;
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#tree.keys.length; index++) {
      callback.call(self, this.#tree.values[index], this.#tree.keys[index], this);
    }
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

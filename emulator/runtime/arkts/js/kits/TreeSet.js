// @ohos.util.TreeSet
const { callable, container } = kit.require("@emulator.checks");
const { Tree } = kit.require("@emulator.tree");

class TreeSet {
  #tree;

  static {
    exports.default = container(this, (value) => #tree in value);
  }

  constructor(comparator) {
    this.#tree = new Tree(comparator);
  }

  #pop(index) {
    return this.#tree.keys.length > 0 ? this.#tree.cut(index) : undefined;
  }

  get length() {
    return this.#tree.keys.length;
  }

  isEmpty() {
    return this.#tree.keys.length === 0;
  }

  has(value) {
    return this.#tree.indexOf(value) >= 0;
  }

  add(value) {
    return this.#tree.set(value, value);
  }

  remove(value) {
    const index = this.#tree.indexOf(value);
    if (index >= 0) this.#tree.cut(index);
    return index >= 0;
  }

  clear() {
    this.#tree.clear();
  }

  getFirstValue() {
    return this.#tree.keys[0];
  }

  getLastValue() {
    return this.#tree.keys[this.#tree.keys.length - 1];
  }

  getLowerValue(value) {
    return this.#tree.lower(value);
  }

  getHigherValue(value) {
    return this.#tree.higher(value);
  }

  popFirst() {
    return this.#pop(0);
  }

  popLast() {
    return this.#pop(this.#tree.keys.length - 1);
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#tree.keys.length; index++) {
      callback.call(self, this.#tree.keys[index], this.#tree.keys[index], this);
    }
  }

  values() {
    return this.#tree.keys.values();
  }

  *entries() {
    for (const value of this.#tree.keys) yield [value, value];
  }

  [Symbol.iterator]() {
    return this.values();
  }
}

// @ohos.util.LightWeightSet: sorted by hash.
const { callable, container, instance, integer } = kit.require("@emulator.checks");
const { Ordered } = kit.require("@emulator.ordered");

class LightWeightSet {
  #set = new Ordered();
  #capacity = 8;

  static {
    exports.default = container(this, (value) => #set in value);
  }

  get length() {
    return this.#set.keys.length;
  }

  add(value) {
    const added = this.#set.set(value, value);
    while (this.#capacity <= this.#set.keys.length) this.#capacity *= 2;
    return added;
  }

  addAll(set) {
    return instance("set", LightWeightSet, set).#set.keys.map((value) => this.add(value)).includes(true);
  }

  hasAll(set) {
    const others = instance("set", LightWeightSet, set).#set.keys;
    return others.length > 0 && others.every((value) => this.#set.indexOf(value) >= 0);
  }

  has(value) {
    return this.#set.indexOf(value) >= 0;
  }

  // Two empty ones are not equal, and only numbers and texts are compared.
  equal(other) {
    const mine = this.#set.keys;
    const theirs = other instanceof LightWeightSet ? other.#set.keys : other;
    if (!Array.isArray(theirs) || mine.length === 0 || mine.length !== theirs.length) return false;
    return mine.every((value, index) => ["number", "string"].includes(typeof value) && value === theirs[index]);
  }

  increaseCapacityTo(minimum) {
    if (integer("minimumCapacity", minimum) <= this.#capacity) {
      kit.fail(
        10200001,
        `The value of "minimumCapacity" is out of range. It must be > ${this.#capacity}. Received value is: ${minimum}`,
      );
    }
    this.#capacity = minimum;
  }

  getIndexOf(value) {
    return this.#set.indexOf(value);
  }

  remove(value) {
    const index = this.#set.indexOf(value);
    return index >= 0 ? this.#set.cut(index) : undefined;
  }

  removeAt(index) {
    const there = integer("index", index) >= 0 && index < this.#set.keys.length;
    if (there) this.#set.cut(index);
    return there;
  }

  clear() {
    this.#set.clear();
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (let index = 0; index < this.#set.keys.length; index++) {
      callback.call(self, this.#set.keys[index], this.#set.keys[index], this);
    }
  }

  toArray() {
    return this.#set.keys.slice();
  }

  getValueAt(index) {
    return this.#set.keys[integer("index", index)];
  }

  values() {
    return this.#set.keys.values();
  }

  *entries() {
    for (const value of this.#set.keys) yield [value, value];
  }

  isEmpty() {
    return this.#set.keys.length === 0;
  }

  [Symbol.iterator]() {
    return this.values();
  }

  toString() {
    return this.#set.keys.join(",");
  }
}

// @ohos.util.HashSet. A device orders by hash and promises no order; here it is that of insertion.
const { callable, container } = kit.require("@emulator.checks");

class HashSet {
  #set = new Set();

  static {
    exports.default = container(this, (value) => #set in value);
  }

  get length() {
    return this.#set.size;
  }

  isEmpty() {
    return this.#set.size === 0;
  }

  has(value) {
    return this.#set.has(value);
  }

  add(value) {
    const known = this.#set.has(value);
    this.#set.add(value);
    return !known;
  }

  remove(value) {
    return this.#set.delete(value);
  }

  clear() {
    this.#set.clear();
  }

  forEach(callback, self) {
    callable("callbackfn", callback);
    for (const value of this.#set) callback.call(self, value, value, this);
  }

  values() {
    return this.#set.values();
  }

  entries() {
    return this.#set.entries();
  }

  [Symbol.iterator]() {
    return this.#set.values();
  }
}

// @arkts.collections: the built-in collections under their own names; the host shares their instances between threads.
const Builtin = { Array, ArrayBuffer, Map, Set };
Object.assign(Builtin, {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
});

const wrong = (name, type) => kit.fail(401, `Parameter error. The type of "${name}" must be ${type}.`);
const length = (value) => (Number.isInteger(value) && value >= 0 ? value : wrong("arrayLength", "a non-negative integer"));

const SharedArray = class extends Builtin.Array {
  static create(size, value) {
    return new SharedArray(length(size)).fill(value);
  }

  shrinkTo(size) {
    this.length = Math.min(this.length, length(size));
  }

  extendTo(size, value) {
    for (let index = this.length; index < length(size); index++) this.push(value);
  }

  containsAll(elements) {
    return Builtin.Array.from(elements).every((element) => this.includes(element));
  }

  // Keeps what the list has or the function accepts; says whether anything went.
  retainAll(wanted) {
    const keep = typeof wanted === "function" ? wanted : (element) => wanted.includes(element);
    const kept = Builtin.Array.from(this).filter((element) => keep(element));
    const changed = kept.length < this.length;
    this.splice(0, this.length, ...kept);
    return changed;
  }
};

const SharedMap = class extends Builtin.Map {
  containsValue(value) {
    return [...this.values()].some((held) => Object.is(held, value));
  }

  remove(key) {
    const value = this.get(key);
    this.delete(key);
    return value;
  }

  put(key, value) {
    const former = this.get(key);
    this.set(key, value);
    return former;
  }

  putAll(map) {
    for (const [key, value] of map) this.set(key, value);
  }
};

class BitVector {
  #bits = [];

  constructor(size) {
    if (length(size) > 0) this.#bits = new Builtin.Array(size).fill(0);
  }

  #range(from, to) {
    const most = this.#bits.length;
    if (from < 0 || to > most || from >= to)
      kit.fail(10200001, `The value of fromIndex or toIndex is out of range. It must be >= 0 && <= ${most}.`);
  }

  #at(index) {
    if (index < 0 || index >= this.#bits.length)
      kit.fail(10200001, `The value of index is out of range. Received value is: ${index}`);
  }

  get length() {
    return this.#bits.length;
  }

  push(bit) {
    this.#bits.push(bit ? 1 : 0);
    return true;
  }

  pop() {
    return this.#bits.pop();
  }

  has(bit, from, to) {
    this.#range(from, to);
    return this.#bits.slice(from, to).includes(bit);
  }

  setBitsByRange(bit, from, to) {
    this.#range(from, to);
    this.#bits.fill(bit ? 1 : 0, from, to);
  }

  setAllBits(bit) {
    this.#bits.fill(bit ? 1 : 0);
  }

  getBitsByRange(from, to) {
    this.#range(from, to);
    const part = new BitVector(0);
    part.#bits = this.#bits.slice(from, to);
    return part;
  }

  resize(size) {
    while (this.#bits.length < length(size)) this.#bits.push(0);
    this.#bits.length = size;
  }

  getBitCountByRange(bit, from, to) {
    this.#range(from, to);
    return this.#bits.slice(from, to).filter((held) => held === bit).length;
  }

  getIndexOf(bit, from, to) {
    this.#range(from, to);
    const index = this.#bits.indexOf(bit, from);
    return index < to ? index : -1;
  }

  getLastIndexOf(bit, from, to) {
    this.#range(from, to);
    const index = this.#bits.lastIndexOf(bit, to - 1);
    return index >= from ? index : -1;
  }

  flipBitByIndex(index) {
    this.#at(index);
    this.#bits[index] ^= 1;
  }

  flipBitsByRange(from, to) {
    this.#range(from, to);
    for (let index = from; index < to; index++) this.#bits[index] ^= 1;
  }

  values() {
    return this.#bits.values();
  }

  [Symbol.iterator]() {
    return this.#bits.values();
  }
}

const own = { Array: SharedArray, Map: SharedMap, BitVector };
for (const name of Object.keys(Builtin)) own[name] ??= class extends Builtin[name] {};

exports.default = {};
for (const [name, Class] of Object.entries(own)) {
  Object.defineProperty(Class, "name", { value: name });
  kit.shareInstances?.(Class);
  exports.default[name] = new Proxy(Class, {
    apply: () => kit.fail(10200012, `The ArkTS ${name}'s constructor cannot be directly invoked.`),
  });
  Object.defineProperty(Class.prototype, "constructor", { value: exports.default[name], writable: true, configurable: true });
}

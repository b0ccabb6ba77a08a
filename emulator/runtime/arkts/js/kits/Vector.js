// @ohos.util.Vector: older than the codes, so that its errors have none.
const { callable, integer } = kit.require("@emulator.checks");
const { Sequence, fill, inOrder, items, sequence } = kit.require("@emulator.sequence");

const outside = (why = "the index is out-of-bounds") => {
  throw new RangeError(why);
};

const at = (vector, index) => (integer("index", index) >= 0 && index < items(vector).length ? index : outside());

class Vector extends Sequence {
  #capacity = 10;

  #grow() {
    if (items(this).length > this.#capacity) this.#capacity = Math.max(this.#capacity * 2, items(this).length);
    return true;
  }

  add(value) {
    items(this).push(value);
    return this.#grow();
  }

  insert(value, index) {
    if (integer("index", index) < 0 || index > items(this).length) outside();
    items(this).splice(index, 0, value);
    this.#grow();
  }

  has(value) {
    return items(this).some((item) => Object.is(item, value));
  }

  get(index) {
    return items(this)[at(this, index)];
  }

  set(index, value) {
    return items(this).splice(at(this, index), 1, value)[0];
  }

  getIndexOf(value) {
    return items(this).indexOf(value);
  }

  getFirstElement() {
    return items(this)[0];
  }

  getLastElement() {
    return items(this)[items(this).length - 1];
  }

  getIndexFrom(value, index) {
    if (integer("index", index) >= items(this).length) outside("no-such-element");
    return items(this).indexOf(value, Math.max(index, 0));
  }

  getLastIndexFrom(value, index) {
    if (integer("index", index) >= items(this).length) outside("index-out-of-bounds");
    return items(this).lastIndexOf(value, Math.max(index, 0));
  }

  removeByIndex(index) {
    return items(this).splice(at(this, index), 1)[0];
  }

  removeByRange(from, to) {
    if (integer("toIndex", to) <= integer("fromIndex", from)) outside("the fromIndex cannot be less than or equal to toIndex");
    if (from < 0 || from >= items(this).length) outside("the fromIndex or the toIndex is out-of-bounds");
    items(this).splice(from, to - from);
  }

  subVector(from, to) {
    const length = items(this).length;
    integer("fromIndex", from);
    integer("toIndex", to);
    if (from < 0 || to < 0 || from >= length || to >= length) outside("the fromIndex or the toIndex is out-of-bounds");
    if (to <= from) outside("the fromIndex cannot be less than or equal to toIndex");
    return fill(new Vector(), items(this).slice(from, to));
  }

  sort(comparator) {
    items(this).sort(comparator === undefined ? inOrder : callable("comparator", comparator));
  }

  clone() {
    return fill(new Vector(), items(this).slice());
  }

  setLength(size) {
    items(this).length = integer("newSize", size);
    this.#grow();
  }

  getCapacity() {
    return this.#capacity;
  }

  increaseCapacityTo(capacity) {
    if (integer("newCapacity", capacity) < 0) outside("An incorrect size was set");
    this.#capacity = Math.max(this.#capacity, capacity);
  }

  trimToCurrentLength() {
    this.#capacity = items(this).length;
  }

  copyToArray(array) {
    items(this).forEach((value, index) => (array[index] = value));
  }

  toString() {
    return items(this).join(",");
  }
}

exports.default = sequence(
  Vector,
  ["getLastIndexOf", "remove", "replaceAllElements", "clear", "convertToArray", "isEmpty"],
  at,
);

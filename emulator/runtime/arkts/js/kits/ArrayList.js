// @ohos.util.ArrayList
const { callable, element, integer, range, within } = kit.require("@emulator.checks");
const { Sequence, fill, inOrder, items, sequence } = kit.require("@emulator.sequence");

class ArrayList extends Sequence {
  #capacity = 10;

  #grow() {
    if (items(this).length > this.#capacity) this.#capacity = Math.max(Math.floor(this.#capacity * 1.5), items(this).length);
    return true;
  }

  #of(elements) {
    const list = fill(new ArrayList(), elements);
    list.#capacity = elements.length;
    return list;
  }

  add(value) {
    items(this).push(value);
    return this.#grow();
  }

  insert(value, index) {
    items(this).splice(within("index", integer("index", index), 0, items(this).length), 0, value);
    this.#grow();
  }

  removeByIndex(index) {
    return items(this).splice(element(index, items(this).length), 1)[0];
  }

  removeByRange(from, to) {
    range(from, to, items(this).length);
    items(this).splice(from, to - from);
  }

  sort(comparator) {
    items(this).sort(comparator === undefined ? inOrder : callable("comparator", comparator));
  }

  subArrayList(from, to) {
    range(from, to, items(this).length);
    return this.#of(items(this).slice(from, to));
  }

  clone() {
    return this.#of(items(this).slice());
  }

  getCapacity() {
    return this.#capacity;
  }

  increaseCapacityTo(capacity) {
    if (integer("newCapacity", capacity) > items(this).length) this.#capacity = capacity;
  }

  trimToCurrentLength() {
    this.#capacity = items(this).length;
  }
}

exports.default = sequence(
  ArrayList,
  ["has", "getIndexOf", "getLastIndexOf", "remove", "replaceAllElements", "clear", "convertToArray", "isEmpty"],
  (list, index) => element(index, items(list).length),
);

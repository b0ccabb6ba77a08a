// @ohos.util.List
const { callable, element, integer, range, within } = kit.require("@emulator.checks");
const { Sequence, fill, items, sequence } = kit.require("@emulator.sequence");

class List extends Sequence {
  insert(value, index) {
    items(this).splice(within("index", integer("index", index), 0, items(this).length), 0, value);
  }

  get(index) {
    return items(this)[integer("index", index)];
  }

  set(index, value) {
    items(this)[element(index, items(this).length)] = value;
    return value;
  }

  removeByIndex(index) {
    return items(this).splice(element(index, items(this).length), 1)[0];
  }

  equal(other) {
    if (!(other instanceof List) || items(other).length !== items(this).length) return false;
    return items(this).every((value, index) => value === items(other)[index]);
  }

  sort(comparator) {
    items(this).sort(callable("comparator", comparator));
  }

  getSubList(from, to) {
    range(from, to, items(this).length);
    return fill(new List(), items(this).slice(from, to));
  }
}

exports.default = sequence(
  List,
  [
    ...["add", "has", "getIndexOf", "getLastIndexOf", "getFirst", "getLast", "remove"],
    ...["replaceAllElements", "clear", "convertToArray", "isEmpty"],
  ],
  (list, index) => element(index, items(list).length),
);

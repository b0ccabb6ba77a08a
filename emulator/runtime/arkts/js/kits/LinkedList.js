// @ohos.util.LinkedList
const { integer, within } = kit.require("@emulator.checks");
const { Sequence, fill, items, sequence } = kit.require("@emulator.sequence");

const filled = (list) => (items(list).length > 0 ? items(list) : kit.fail(10200010, "Container is empty"));

const found = (index, values) => {
  if (index < 0) kit.fail(10200017, "The element does not exist in this container");
  values.splice(index, 1);
  return true;
};

class LinkedList extends Sequence {
  insert(index, value) {
    items(this).splice(within("index", integer("index", index), 0, items(this).length), 0, value);
  }

  get(index) {
    return items(this)[integer("index", index)];
  }

  set(index, value) {
    within("index", integer("index", index), 0, items(this).length - 1);
    return items(this).splice(index, 1, value)[0];
  }

  addFirst(value) {
    items(this).unshift(value);
  }

  removeFirst() {
    return filled(this).shift();
  }

  removeLast() {
    return filled(this).pop();
  }

  removeByIndex(index) {
    integer("index", index);
    // An empty list names 0 as its highest index, and refuses it.
    const last = Math.max(items(this).length - 1, 0);
    if (items(this).length === 0) within("index", index || -1, 0, last);
    return items(this).splice(within("index", index, 0, last), 1)[0];
  }

  removeFirstFound(value) {
    return found(filled(this).indexOf(value), items(this));
  }

  removeLastFound(value) {
    return found(filled(this).lastIndexOf(value), items(this));
  }

  clone() {
    return fill(new LinkedList(), items(this).slice());
  }
}

exports.default = sequence(
  LinkedList,
  ["add", "has", "getIndexOf", "getLastIndexOf", "getFirst", "getLast", "remove", "clear", "convertToArray"],
  (list, index) => within("index", index, 0, items(list).length - 1),
);

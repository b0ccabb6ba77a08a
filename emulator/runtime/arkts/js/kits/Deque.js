// @ohos.util.Deque
const { within } = kit.require("@emulator.checks");
const { Sequence, items, sequence } = kit.require("@emulator.sequence");

class Deque extends Sequence {
  insertFront(value) {
    items(this).unshift(value);
  }

  insertEnd(value) {
    items(this).push(value);
  }

  popFirst() {
    return items(this).shift();
  }

  popLast() {
    return items(this).pop();
  }
}

exports.default = sequence(Deque, ["has", "getFirst", "getLast"], (list, index) =>
  within("index", index, 0, items(list).length - 1),
);

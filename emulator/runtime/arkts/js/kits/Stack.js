// @ohos.util.Stack
const { Sequence, items, sequence } = kit.require("@emulator.sequence");

class Stack extends Sequence {
  peek() {
    return items(this)[items(this).length - 1];
  }

  pop() {
    return items(this).pop();
  }

  push(value) {
    items(this).push(value);
    return value;
  }

  locate(value) {
    return items(this).indexOf(value);
  }
}

exports.default = sequence(Stack, ["isEmpty"]);

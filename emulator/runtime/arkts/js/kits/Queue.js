// @ohos.util.Queue
const { Sequence, items, sequence } = kit.require("@emulator.sequence");

class Queue extends Sequence {
  pop() {
    return items(this).shift();
  }
}

exports.default = sequence(Queue, ["add", "getFirst"]);

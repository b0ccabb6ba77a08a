// @ohos.telephony.observer: nothing ever changes.
exports.default = {
  ...kit.require("@emulator.enums")["@ohos.telephony.observer"],
  on: () => undefined,
  off: () => undefined,
};

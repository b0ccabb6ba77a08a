// @ohos.ability.wantConstant
exports.default = { ...kit.require("@emulator.enums")["@ohos.ability.wantConstant"] };

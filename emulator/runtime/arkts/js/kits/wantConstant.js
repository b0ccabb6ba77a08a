// @ohos.app.ability.wantConstant
exports.default = { ...kit.require("@emulator.enums")["@ohos.app.ability.wantConstant"] };

// @ohos.app.ability.contextConstant
exports.default = { ...kit.require("@emulator.enums")["@ohos.app.ability.contextConstant"] };

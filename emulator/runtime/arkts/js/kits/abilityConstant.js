// @ohos.app.ability.AbilityConstant
exports.default = { ...kit.require("@emulator.enums")["@ohos.app.ability.AbilityConstant"] };

// @ohos.app.ability.ConfigurationConstant
exports.default = { ...kit.require("@emulator.enums")["@ohos.app.ability.ConfigurationConstant"] };

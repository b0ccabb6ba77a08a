// @ohos.base: types for the most part; BusinessError is what kits throw.
exports.BusinessError = kit.BusinessError;
exports.default = { BusinessError: kit.BusinessError };

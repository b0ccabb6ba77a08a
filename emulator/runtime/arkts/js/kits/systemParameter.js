// @ohos.systemParameterEnhance and @ohos.systemparameter: a few parameters of the device; an app writes none.
const { async, string } = kit.require("@emulator.inert");
const { default: deviceInfo } = kit.require("@ohos.deviceInfo");

const VALUES = {
  "const.product.devicetype": deviceInfo.deviceType,
  "const.product.brand": deviceInfo.brand,
  "const.product.name": deviceInfo.marketName,
  "const.product.model": deviceInfo.productModel,
  "const.ohos.apiversion": String(deviceInfo.sdkApiVersion),
  "const.ohos.fullname": deviceInfo.osFullName,
  "persist.global.locale": "zh-Hans-CN",
  "persist.global.language": "zh-Hans",
  "persist.global.region": "CN",
};

const getSync = (key, fallback) => VALUES[string("key", key)] ?? fallback ?? kit.fail(14700101, "System parameter not found.");
const setSync = (key, value) => {
  string("key", key);
  string("value", value);
  kit.fail(14700103, "The operation on the system parameter is not permitted.");
};

exports.default = { getSync, get: async(getSync), setSync, set: async(setSync) };

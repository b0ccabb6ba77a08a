// @ohos.systemDateTime: the clock of the realm; the device started with the session.
const { async } = kit.require("@emulator.inert");
const { TimeType } = kit.require("@emulator.enums")["@ohos.systemDateTime"];

const NS_PER_MS = 1e6;
const started = Date.now();
const ZONE = "Asia/Shanghai";

const unit = (ms, nano) => (nano === true ? ms * NS_PER_MS : ms);
const getTime = (nano = false) => unit(Date.now(), nano);
const getUptime = (type, nano = false) => unit(Date.now() - started, nano);
const refused = () => kit.fail(201, "Permission denied.");

exports.default = {
  TimeType,
  getTime,
  getUptime,
  getCurrentTime: async(getTime),
  getRealActiveTime: async((nano) => getUptime(TimeType.ACTIVE, nano)),
  getRealTime: async((nano) => getUptime(TimeType.STARTUP, nano)),
  getDate: async(() => new Date()),
  getTimezone: async(() => ZONE),
  getTimezoneSync: () => ZONE,
  getAutoTimeStatus: () => true,
  getNtpTime: () => Date.now(),
  updateNtpTime: async(() => undefined),
  setTime: async(refused),
  setDate: async(refused),
  setTimezone: async(refused),
  setAutoTimeStatus: async(refused),
};

// @ohos.telephony.call: nobody calls.
const { asyncAll, both, string } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.telephony.call"];

const EMERGENCY = ["110", "112", "119", "120", "911", "999"];
const unreachable = () => kit.fail(8300002, "Operation failed. Cannot connect to service.");

exports.default = {
  ...enums,
  ...both({ hasCall: () => false, getCallState: () => enums.CallState.CALL_STATE_IDLE }),
  ...asyncAll({
    isEmergencyPhoneNumber: (number) => EMERGENCY.includes(string("phoneNumber", number)),
    formatPhoneNumber: (number) => string("phoneNumber", number),
    formatPhoneNumberToE164: (number) => string("phoneNumber", number),
    isInEmergencyCall: () => false,
    dial: unreachable,
    dialCall: unreachable,
    makeCall: unreachable,
  }),
  hasVoiceCapability: () => true,
  on: () => undefined,
  off: () => undefined,
};

// @ohos.telephony.sim: two empty slots.
const { both } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.telephony.sim"];

const SLOTS = 2;
const none = () => kit.fail(8301001, "SIM card is not activated.");
const slot = (id) =>
  Number.isInteger(id) ? id >= 0 && id < SLOTS : kit.fail(401, 'Parameter error. The type of "slotId" must be number.');

const answers = both({
  isSimActive: (id) => slot(id) && false,
  hasSimCard: (id) => slot(id) && false,
  getSimState: (id) => slot(id) && enums.SimState.SIM_STATE_NOT_PRESENT,
  getCardType: (id) => slot(id) && enums.CardType.UNKNOWN_CARD,
  getISOCountryCodeForSim: (id) => slot(id) && "",
  getSimOperatorNumeric: (id) => slot(id) && "",
  getSimSpn: (id) => slot(id) && "",
  getDefaultVoiceSlotId: () => -1,
  hasOperatorPrivileges: (id) => slot(id) && false,
  isOperatorSimCard: (id) => slot(id) && false,
  getMaxSimCount: () => SLOTS,
  getActiveSimAccountInfoList: () => [],
  getDefaultVoiceSimId: none,
  getSimAccountInfo: none,
  getSimIccId: none,
  getIMSI: none,
  getSimTelephoneNumber: none,
  getShowName: none,
  getShowNumber: none,
});

exports.default = { ...enums, ...answers };

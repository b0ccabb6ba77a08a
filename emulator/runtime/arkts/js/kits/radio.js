// @ohos.telephony.radio: a modem that is on and has no network.
const { both } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.telephony.radio"];

const state = () => ({
  longOperatorName: "",
  shortOperatorName: "",
  plmnNumeric: "",
  isRoaming: false,
  regState: enums.RegState.REG_STATE_NO_SERVICE,
  cfgTech: enums.RadioTechnology.RADIO_TECHNOLOGY_UNKNOWN,
  nsaState: enums.NsaState.NSA_STATE_NOT_SUPPORT,
  isCaActive: false,
  isEmergency: false,
});

const answers = both({
  getRadioTech: () => ({
    psRadioTech: enums.RadioTechnology.RADIO_TECHNOLOGY_UNKNOWN,
    csRadioTech: enums.RadioTechnology.RADIO_TECHNOLOGY_UNKNOWN,
  }),
  getNetworkState: state,
  getNetworkSelectionMode: () => enums.NetworkSelectionMode.NETWORK_SELECTION_AUTOMATIC,
  getSignalInformation: () => [],
  getISOCountryCodeForNetwork: () => "",
  getPrimarySlotId: () => 0,
  getOperatorName: () => "",
  getIMEI: () => "",
  getMEID: () => "",
  getUniqueDeviceId: () => "",
  isNrSupported: () => false,
  isRadioOn: () => true,
  isNRSupported: () => false,
});

exports.default = { ...enums, ...answers };

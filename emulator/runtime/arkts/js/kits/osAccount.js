// @ohos.account.osAccount: one person, user 100, signed in.
const { asyncAll } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.account.osAccount"];

const USER = 100;
const UID_RANGE = 200000;

const account = () => ({
  localId: USER,
  localName: "user",
  type: enums.OsAccountType.ADMIN,
  constraints: [],
  isVerified: true,
  isUnlocked: true,
  photo: "",
  createTime: 0,
  lastLoginTime: 0,
  serialNumber: 2026000000000001,
  isActived: true,
  isActivated: true,
  isCreateCompleted: true,
  distributedInfo: { name: "ohosAnonymousName", id: "ohosAnonymousUid", event: "", nickname: "", avatar: "" },
  domainInfo: { domain: "", accountName: "" },
  shortName: "",
  isForeground: true,
  isLoggedIn: true,
});

const known = (id) => (id === undefined || id === USER ? true : kit.fail(12300003, "Account not found."));
const yes = (id) => known(id);
const ofUid = (uid) => Math.floor(uid / UID_RANGE);

const manager = {
  ...asyncAll({
    isMultiOsAccountEnable: () => true,
    checkMultiOsAccountEnabled: () => true,
    isOsAccountActived: yes,
    checkOsAccountActivated: yes,
    isOsAccountActivated: yes,
    isOsAccountVerified: yes,
    checkOsAccountVerified: yes,
    isOsAccountUnlocked: yes,
    isOsAccountConstraintEnable: () => false,
    checkOsAccountConstraintEnabled: () => false,
    isOsAccountConstraintEnabled: () => false,
    isTestOsAccount: () => false,
    checkOsAccountTestable: () => false,
    isMainOsAccount: () => true,
    getOsAccountName: () => account().localName,
    getCreatedOsAccountsCount: () => 1,
    getOsAccountCount: () => 1,
    getOsAccountLocalIdFromProcess: () => USER,
    getOsAccountLocalId: () => USER,
    getOsAccountLocalIdFromUid: ofUid,
    getOsAccountLocalIdForUid: ofUid,
    getOsAccountLocalIdBySerialNumber: () => USER,
    getOsAccountLocalIdForSerialNumber: () => USER,
    getSerialNumberByOsAccountLocalId: () => account().serialNumber,
    getSerialNumberForOsAccountLocalId: () => account().serialNumber,
    getOsAccountAllConstraints: () => [],
    getOsAccountConstraints: () => [],
    getEnabledOsAccountConstraints: () => [],
    queryActivatedOsAccountIds: () => [USER],
    getActivatedOsAccountLocalIds: () => [USER],
    getForegroundOsAccountLocalId: () => USER,
    queryAllCreatedOsAccounts: () => [account()],
    queryCurrentOsAccount: account,
    getCurrentOsAccount: account,
    queryOsAccount: account,
    queryOsAccountById: (id) => known(id) && account(),
    getOsAccountTypeFromProcess: () => account().type,
    getOsAccountType: (id) => known(id) && account().type,
    getDistributedVirtualDeviceId: () => "0".repeat(64),
    queryDistributedVirtualDeviceId: () => "0".repeat(64),
    getOsAccountProfilePhoto: () => "",
    getOsAccountDomainInfo: () => null,
  }),
  getOsAccountLocalIdForUidSync: ofUid,
  on: () => undefined,
  off: () => undefined,
};

exports.default = { ...enums, getAccountManager: () => manager };

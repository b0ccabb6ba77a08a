// @ohos.bundle.bundleManager: what an app may know of itself.
const { allForms } = kit.require("@emulator.forms");

const flagsOf = (flags) =>
  Number.isInteger(flags) ? [flags] : kit.fail(401, "BusinessError 401: Parameter error. The type of bundleFlags must be number.");
const info = (members) => ({ appInfo: undefined, signatureInfo: undefined, ...members });

const BundleFlag = {
  GET_BUNDLE_INFO_DEFAULT: 0x0,
  GET_BUNDLE_INFO_WITH_APPLICATION: 0x1,
  GET_BUNDLE_INFO_WITH_HAP_MODULE: 0x2,
  GET_BUNDLE_INFO_WITH_ABILITY: 0x4,
  GET_BUNDLE_INFO_WITH_EXTENSION_ABILITY: 0x8,
  GET_BUNDLE_INFO_WITH_REQUESTED_PERMISSION: 0x10,
  GET_BUNDLE_INFO_WITH_METADATA: 0x20,
  GET_BUNDLE_INFO_WITH_DISABLE: 0x40,
  GET_BUNDLE_INFO_WITH_SIGNATURE_INFO: 0x80,
  GET_BUNDLE_INFO_WITH_MENU: 0x100,
  GET_BUNDLE_INFO_WITH_ROUTER_MAP: 0x200,
  GET_BUNDLE_INFO_WITH_SKILL: 0x800,
};

const bundleManager = {
  ...allForms({ getBundleInfoForSelf: ["bundleManager.self", flagsOf, info] }),
  BundleFlag,
  BundleType: { APP: 0, ATOMIC_SERVICE: 1 },
  ExtensionAbilityType: { BACKUP: 9, UNSPECIFIED: 255 },
  ModuleType: { ENTRY: 1, FEATURE: 2, SHARED: 3 },
  PermissionGrantState: { PERMISSION_DENIED: -1, PERMISSION_GRANTED: 0 },
};
Object.assign(exports, bundleManager, { default: bundleManager });

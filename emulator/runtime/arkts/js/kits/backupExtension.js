// @ohos.application.BackupExtensionAbility: the base class, and the context that the device gives its instance.
const { LANGUAGE, LOCALE } = kit.require('@emulator.locale');
const { Locale } = Intl;

// As on the device it has every callback but onBackupEx, each with an empty body (control-plane 2.1).
class BackupExtensionAbility {
  onBackup() {}
  onRestore() {}
  getBackupInfo() {}
  onRestoreEx() {}
  onProcess() {}
  onRelease() {}
  getBackupCompatibilityInfo() {}
  getRestoreCompatibilityInfo() {}
}

// Only a type in the API; a name all the same, for code that was compiled without knowing so.
class BundleVersion {
  code = 0;
  name = '';
}

const DIRECTORIES = [
  'filesDir',
  'cacheDir',
  'tempDir',
  'preferencesDir',
  'databaseDir',
  'distributedFilesDir',
  'cloudFileDir',
  'resourceDir',
  'bundleCodeDir',
  'backupDir',
];
const AREAS = 5;
const EL2 = 1;

// Those of the module in EL2, which nearly every app looks at, are known already; the device makes them all the same.
function directory(level, area, name) {
  if (level !== 'module' || area !== EL2) return kit.sys('context.directory', level, area, name);
  kit.note('context.directory', level, area, name);
  return kit.directories()[name];
}

let hubOfTheApplication;
const applicationHub = () => (hubOfTheApplication ??= kit.require('@emulator.eventHub').eventHub());

// The directories of one level ("module" or "application") in the area that the context stands in. `changed` hears of
// another area; a directory exists once it has been asked for.
function makeContext(level, first, changed) {
  let area = first;
  const known = new Map();
  const context = {
    getApplicationContext: () => makeContext('application', EL2, () => {}),
    createAreaModeContext: (other) => makeContext(level, AREAS > other && other >= 0 ? other : area, () => {}),
  };
  Object.defineProperty(context, 'area', {
    enumerable: true,
    get: () => area,
    set(other) {
      if (!Number.isInteger(other) || other < 0 || other >= AREAS) return;
      area = other;
      changed(other);
    },
  });
  for (const name of DIRECTORIES) {
    Object.defineProperty(context, name, {
      enumerable: true,
      get() {
        const key = `${area} ${name}`;
        if (!known.has(key)) known.set(key, directory(level, area, name));
        return known.get(key);
      },
    });
  }
  let resources;
  Object.defineProperty(context, 'resourceManager', {
    enumerable: true,
    get: () => (resources ??= kit.require('@emulator.resources').resourceManager()),
  });
  let hub;
  const ownHub = () => (hub ??= kit.require('@emulator.eventHub').eventHub());
  Object.defineProperty(context, 'eventHub', { enumerable: true, get: level === 'application' ? applicationHub : ownHub });
  const about = (member) => ({ enumerable: true, get: () => kit.sys('context.about')[member] });
  Object.defineProperty(context, 'applicationInfo', about('applicationInfo'));
  Object.defineProperty(context, 'currentHapModuleInfo', about('currentHapModuleInfo'));
  Object.defineProperty(context, 'extensionAbilityInfo', about('extensionAbilityInfo'));
  return kit.share(kit.open(context, 'context'));
}

// What the phone that the extension runs on is set to, in the numbers of ConfigurationConstant: light, upright, 480 dpi, no SIM.
const configuration = () => ({
  language: LANGUAGE,
  locale: new Locale(LOCALE),
  colorMode: 1,
  direction: 0,
  screenDensity: 480,
  displayId: 0,
  hasPointerDevice: false,
  fontSizeScale: 1,
  fontWeightScale: 1,
  mcc: '',
  mnc: '',
});

// The context of the extension itself has a configuration, others have not.
function extensionContext() {
  const context = makeContext('module', EL2, (area) => kit.tell('area', area));
  let known;
  Object.defineProperty(context, 'config', { enumerable: true, get: () => (known ??= configuration()) });
  return context;
}

kit.declareBase(BackupExtensionAbility.prototype);

exports.default = BackupExtensionAbility;
exports.BackupExtensionAbility = BackupExtensionAbility;
exports.BundleVersion = BundleVersion;
exports.makeContext = extensionContext;

// @ohos.settings: one table for the emulated device, in memory.
const { later } = kit.require("@emulator.forms");

// What the names stand for is "settings.<namespace>.<name in small letters>".
const NAMES = {
  date: `
    DATE_FORMAT TIME_FORMAT AUTO_GAIN_TIME AUTO_GAIN_TIME_ZONE`,
  display: `
    FONT_SCALE SCREEN_BRIGHTNESS_STATUS AUTO_SCREEN_BRIGHTNESS SCREEN_OFF_TIMEOUT DEFAULT_SCREEN_ROTATION
    ANIMATOR_DURATION_SCALE TRANSITION_ANIMATION_SCALE WINDOW_ANIMATION_SCALE DISPLAY_INVERSION_STATUS`,
  general: `
    SETUP_WIZARD_FINISHED END_BUTTON_ACTION ACCELEROMETER_ROTATION_STATUS AIRPLANE_MODE_STATUS DEVICE_PROVISION_STATUS
    HDC_STATUS BOOT_COUNTING CONTACT_METADATA_SYNC_STATUS DEVELOPMENT_SETTINGS_STATUS DEVICE_NAME USB_STORAGE_STATUS
    DEBUGGER_WAITING DEBUG_APP_PACKAGE ACCESSIBILITY_STATUS ACTIVATED_ACCESSIBILITY_SERVICES
    GEOLOCATION_ORIGINS_ALLOWED SKIP_USE_HINTS TOUCH_EXPLORATION_STATUS`,
  input: `
    DEFAULT_INPUT_METHOD ACTIVATED_INPUT_METHOD_SUB_MODE ACTIVATED_INPUT_METHODS SELECTOR_VISIBILITY_FOR_INPUT_METHOD
    AUTO_CAPS_TEXT_INPUT AUTO_PUNCTUATE_TEXT_INPUT AUTO_REPLACE_TEXT_INPUT SHOW_PASSWORD_TEXT_INPUT`,
  network: `
    DATA_ROAMING_STATUS HTTP_PROXY_CFG NETWORK_PREFERENCE_USAGE`,
  phone: `
    RTT_CALLING_STATUS`,
  sound: `
    VIBRATE_WHILE_RINGING DEFAULT_ALARM_ALERT DTMF_TONE_TYPE_WHILE_DIALING DTMF_TONE_WHILE_DIALING
    AFFECTED_MODE_RINGER_STREAMS AFFECTED_MUTE_STREAMS DEFAULT_NOTIFICATION_SOUND DEFAULT_RINGTONE
    SOUND_EFFECTS_STATUS VIBRATE_STATUS HAPTIC_FEEDBACK_STATUS`,
  TTS: `
    DEFAULT_TTS_PITCH DEFAULT_TTS_RATE DEFAULT_TTS_SYNTH ENABLED_TTS_PLUGINS`,
  wireless: `
    BLUETOOTH_DISCOVER_ABILITY_STATUS BLUETOOTH_DISCOVER_TIMEOUT AIRPLANE_MODE_RADIOS BLUETOOTH_STATUS BLUETOOTH_RADIO
    CELL_RADIO NFC_RADIO WIFI_RADIO OWNER_LOCKDOWN_WIFI_CFG WIFI_DHCP_MAX_RETRY_COUNT
    WIFI_TO_MOBILE_DATA_AWAKE_TIMEOUT WIFI_STATUS WIFI_WATCHDOG_STATUS`,
};
const named = (space, names) =>
  Object.fromEntries(names.trim().split(/\s+/).map((name) => [name, `settings.${space.toLowerCase()}.${name.toLowerCase()}`]));
const spaces = Object.fromEntries(Object.entries(NAMES).map(([space, names]) => [space, named(space, names)]));
Object.assign(spaces.display, { AUTO_SCREEN_BRIGHTNESS_MODE: 1, MANUAL_SCREEN_BRIGHTNESS_MODE: 0 });

const domainName = { DEVICE_SHARED: "global", USER_PROPERTY: "system", USER_SECURITY: "secure" };

const wrong = (name) => kit.fail(401, `Parameter error. The type of ${name} must be string.`);
const text = (value, name) => (typeof value === "string" ? value : wrong(name));
const key = (name, domain = domainName.DEVICE_SHARED) => [text(domain, "domainName"), text(name, "name")];
const uriOf = (name) => `datashare:///com.ohos.settingsdata/entry/settingsdata/SETTINGSDATA?Proxy=true&key=${text(name, "name")}`;

const settings = {
  ...spaces,
  domainName,
  getValueSync: (context, name, fallback, domain) => kit.sys("settings.get", ...key(name, domain)) ?? text(fallback, "defValue"),
  setValueSync: (context, name, value, domain) => kit.sys("settings.set", ...key(name, domain), text(value, "value")),
  getValue: later("settings.get", (context, name, domain) => key(name, domain), (value) => value ?? ""),
  setValue: later("settings.set", (context, name, value, domain) => [...key(name, domain), text(value, "value")]),
  getUriSync: uriOf,
  getURI(name, callback) {
    return kit.both(Promise.resolve(uriOf(name)), callback);
  },
  registerKeyObserver: () => true,
  unregisterKeyObserver: () => true,
};
Object.assign(exports, settings, { default: settings });

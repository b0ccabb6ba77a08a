// @ohos.i18n: a phone set to simplified Chinese in Shanghai, with a clock of 24 hours.
const { default: intl } = kit.require("@ohos.intl");
const { LANGUAGE, LOCALE, REGION } = kit.require("@emulator.locale");
const enums = kit.require("@emulator.enums")["@ohos.i18n"];

const ZONE = "Asia/Shanghai";
const invalid = () => kit.fail(890001, "Invalid parameter. Possible causes: Parameter verification failed.");
const refused = () => kit.fail(202, "Permission verification failed. A non-system application calls a system API.");
let preferred = "";

const shown = (type, code, locale) => {
  try {
    return new Intl.DisplayNames(locale, { type }).of(code);
  } catch {
    return invalid();
  }
};

class System {
  static getDisplayCountry(country, locale) {
    return shown("region", new Intl.Locale(`und-${country}`).region ?? country, locale);
  }

  static getDisplayLanguage(language, locale) {
    return shown("language", language, locale);
  }

  static getSystemLanguages() {
    return ["zh-Hans", "zh-Hant", "en-Latn-US"];
  }

  static getSystemCountries() {
    return ["CN", "US"];
  }

  static isSuggested(language, region = REGION) {
    return language.startsWith("zh") && region === REGION;
  }

  static getSystemLanguage() {
    return LANGUAGE;
  }

  static getSystemRegion() {
    return REGION;
  }

  static getSystemLocale() {
    return LOCALE;
  }

  static getSystemLocaleInstance() {
    return new Intl.Locale(LOCALE);
  }

  static is24HourClock() {
    return true;
  }

  static getPreferredLanguageList() {
    return [LOCALE];
  }

  static getFirstPreferredLanguage() {
    return LOCALE;
  }

  static getAppPreferredLanguage() {
    return preferred || LOCALE;
  }

  static setAppPreferredLanguage(language) {
    if (language !== "default" && !Intl.getCanonicalLocales(language)) invalid();
    preferred = language === "default" ? "" : language;
  }

  static getUsingLocalDigit() {
    return false;
  }

  static getSimplifiedLanguage(language = LANGUAGE) {
    return new Intl.Locale(language).minimize().toString();
  }

  static getTemperatureType() {
    return enums.TemperatureType.CELSIUS;
  }

  static getFirstDayOfWeek() {
    return enums.WeekDay.MON;
  }
}

for (const name of [
  "setSystemLanguage",
  "setSystemRegion",
  "setSystemLocale",
  "set24HourClock",
  "addPreferredLanguage",
  "removePreferredLanguage",
]) {
  System[name] = refused;
}

class TimeZone {
  #id;

  constructor(id = ZONE) {
    try {
      this.#id = new Intl.DateTimeFormat("en", { timeZone: id }).resolvedOptions().timeZone;
    } catch {
      this.#id = ZONE;
    }
  }

  getID() {
    return this.#id;
  }

  getDisplayName(locale = LOCALE) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: this.#id, timeZoneName: "long" }).formatToParts(0);
    return parts.find(({ type }) => type === "timeZoneName").value;
  }

  // Milliseconds ahead of UTC.
  getOffset(date = Date.now()) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" };
    const parts = new Intl.DateTimeFormat("en", { ...fields, hourCycle: "h23", timeZone: this.#id }).formatToParts(date);
    const value = Object.fromEntries(parts.map((part) => [part.type, Number(part.value)]));
    const local = Date.UTC(value.year, value.month - 1, value.day, value.hour, value.minute, value.second);
    return local - Math.floor(date / 1000) * 1000;
  }

  getRawOffset() {
    return Math.min(this.getOffset(Date.UTC(2026, 0, 1)), this.getOffset(Date.UTC(2026, 6, 1)));
  }
}

const is = (pattern) => (character) => pattern.test([...String(character)][0] ?? "");

const Unicode = {
  isDigit: is(/\p{Nd}/u),
  isSpaceChar: is(/\p{Z}/u),
  isWhitespace: is(/[\s\x1c-\x1f]/u),
  isRTL: is(/[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u),
  isIdeograph: is(/\p{Ideographic}/u),
  isLetter: is(/\p{L}/u),
  isLowerCase: is(/\p{Ll}/u),
  isUpperCase: is(/\p{Lu}/u),
};

const RTL = ["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"];

exports.default = {
  ...enums,
  System,
  TimeZone,
  Unicode,
  getTimeZone: (id) => new TimeZone(id),
  isRTL: (locale) => RTL.includes(new Intl.Locale(locale).language),
  is24HourClock: () => System.is24HourClock(),
  set24HourClock: refused,
  getSystemLanguage: () => LANGUAGE,
  getSystemRegion: () => REGION,
  getSystemLocale: () => LOCALE,
  getSystemLanguages: () => System.getSystemLanguages(),
  getSystemCountries: () => System.getSystemCountries(),
  getPreferredLanguageList: () => System.getPreferredLanguageList(),
  getFirstPreferredLanguage: () => LOCALE,
  getDisplayCountry: (country, locale) => System.getDisplayCountry(country, locale),
  getDisplayLanguage: (language, locale) => System.getDisplayLanguage(language, locale),
  I18NUtil: {
    getDateOrder: (locale) => {
      const parts = new intl.DateTimeFormat(locale, { year: "numeric", month: "numeric", day: "numeric" }).formatToParts(0);
      const letters = { year: "y", month: "L", day: "d" };
      return parts.flatMap(({ type }) => letters[type] ?? []).join("-");
    },
  },
};

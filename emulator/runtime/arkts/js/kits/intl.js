// @ohos.intl over Intl, with the device's locale and time zone where none is given.
const LOCALE = "zh-Hans-CN";
const ZONE = "Asia/Shanghai";

const chosen = (locale) =>
  locale === undefined || locale === "" || (Array.isArray(locale) && locale.length === 0) ? LOCALE : locale;

class DateTimeFormat extends Intl.DateTimeFormat {
  constructor(locale, options) {
    super(chosen(locale), { timeZone: ZONE, ...options });
  }
}

class NumberFormat extends Intl.NumberFormat {
  constructor(locale, options) {
    super(chosen(locale), options);
  }
}

class Collator extends Intl.Collator {
  constructor(locale, options) {
    super(chosen(locale), options);
  }
}

class PluralRules extends Intl.PluralRules {
  constructor(locale, options) {
    super(chosen(locale), options);
  }
}

class RelativeTimeFormat extends Intl.RelativeTimeFormat {
  constructor(locale, options) {
    super(chosen(locale), options);
  }
}

class Locale extends Intl.Locale {
  constructor(locale, options) {
    super(chosen(locale), options);
  }
}

exports.default = { Collator, DateTimeFormat, Locale, NumberFormat, PluralRules, RelativeTimeFormat };

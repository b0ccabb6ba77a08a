// What the phone is set to: simplified Chinese in China. No app sees this module.
const LANGUAGE = "zh-Hans";
const REGION = "CN";

Object.assign(exports, { LANGUAGE, REGION, LOCALE: `${LANGUAGE}-${REGION}` });

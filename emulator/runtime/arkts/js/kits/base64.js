// Base64 in both alphabets.
const BASIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = `${BASIC.slice(0, 62)}-_`;

const encode = (bytes, url = false, padded = !url) => {
  const alphabet = url ? URL_SAFE : BASIC;
  let text = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const left = bytes.length - index;
    const bits = (bytes[index] << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    text += alphabet[bits >> 18] + alphabet[(bits >> 12) & 63];
    text += left > 1 ? alphabet[(bits >> 6) & 63] : padded ? "=" : "";
    text += left > 2 ? alphabet[bits & 63] : padded ? "=" : "";
  }
  return text;
};

const value = (character, alphabet) => (alphabet ? alphabet.indexOf(character) : Math.max(BASIC.indexOf(character), URL_SAFE.indexOf(character)));

// undefined for a character outside the alphabet; `alphabet` undefined takes both.
const decode = (text, alphabet) => {
  const digits = text.replace(/={1,2}$/, "");
  const bytes = [];
  let bits = 0;
  let count = 0;
  for (const character of digits) {
    const digit = value(character, alphabet);
    if (digit < 0) return undefined;
    bits = ((bits << 6) | digit) & 0xffffff;
    if (++count % 4 !== 1) bytes.push((bits >> (6 - 2 * ((count - 1) % 4))) & 255);
  }
  return Uint8Array.from(bytes);
};

Object.assign(exports, { BASIC, URL_SAFE, decode, encode });

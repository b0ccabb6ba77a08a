// Text and bytes: UTF-8, UTF-16 and Latin-1 here, the older encodings by Python's codecs. A realm has no TextDecoder of its own.
const pieces = (units) => {
  let text = "";
  for (let index = 0; index < units.length; index += 8192) {
    text += String.fromCharCode.apply(undefined, units.slice(index, index + 8192));
  }
  return text;
};

const toUtf8 = (text) => {
  const bytes = [];
  for (const character of text) {
    const point = character.codePointAt(0);
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 63));
    // A lone surrogate is written as the replacement character.
    else if (point >= 0xd800 && point < 0xe000) bytes.push(0xef, 0xbf, 0xbd);
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
    else bytes.push(0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63));
  }
  return Uint8Array.from(bytes);
};

// [bytes that follow, lowest second byte, highest second byte] by the first byte of a sequence, as Unicode's table 3-7 has them.
const sequenceOf = (lead) => {
  if (lead >= 0xc2 && lead <= 0xdf) return [1, 0x80, 0xbf];
  if (lead >= 0xe0 && lead <= 0xef) return [2, lead === 0xe0 ? 0xa0 : 0x80, lead === 0xed ? 0x9f : 0xbf];
  if (lead >= 0xf0 && lead <= 0xf4) return [3, lead === 0xf0 ? 0x90 : 0x80, lead === 0xf4 ? 0x8f : 0xbf];
  return undefined;
};

// {text, held, broken}: held is how many bytes at the end begin a character that has not ended; broken whether any was replaced.
const fromUtf8 = (bytes, final) => {
  const units = [];
  let broken = false;
  const replace = () => {
    units.push(0xfffd);
    broken = true;
  };
  for (let index = 0; index < bytes.length; ) {
    const start = index;
    const lead = bytes[index++];
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    const form = sequenceOf(lead);
    if (!form) {
      replace();
      continue;
    }
    let [follow, low, high] = form;
    let point = lead & (0x3f >> follow);
    for (; follow > 0 && index < bytes.length && bytes[index] >= low && bytes[index] <= high; follow--) {
      point = (point << 6) | (bytes[index++] & 63);
      [low, high] = [0x80, 0xbf];
    }
    if (follow > 0 && index === bytes.length && !final) return { text: pieces(units), held: index - start, broken };
    if (follow > 0) replace();
    else if (point >= 0x10000) units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    else units.push(point);
  }
  return { text: pieces(units), held: 0, broken };
};

const toUtf16 = (text, big) => {
  const bytes = new Uint8Array(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes[index * 2 + (big ? 1 : 0)] = unit & 255;
    bytes[index * 2 + (big ? 0 : 1)] = unit >> 8;
  }
  return bytes;
};

const fromUtf16 = (bytes, final, big) => {
  const units = [];
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    units.push(big ? (bytes[index] << 8) | bytes[index + 1] : bytes[index] | (bytes[index + 1] << 8));
  }
  const odd = bytes.length % 2;
  if (odd && final) units.push(0xfffd);
  return { text: pieces(units), held: final ? 0 : odd, broken: odd === 1 && final };
};

const toLatin1 = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const fromLatin1 = (bytes) => ({ text: pieces([...bytes]), held: 0, broken: false });

const NAMES = { utf8: "utf-8", utf16: "utf-16le", utf16le: "utf-16le", utf16be: "utf-16be" };
const canonical = (encoding) => NAMES[encoding.toLowerCase().replace(/[-_]/g, "")] ?? encoding.toLowerCase();

const decode = (encoding, bytes, final) => {
  const name = canonical(encoding);
  if (name === "utf-8") return fromUtf8(bytes, final);
  if (name === "utf-16le" || name === "utf-16be") return fromUtf16(bytes, final, name === "utf-16be");
  return kit.sys("text.decode", name, kit.bytes(bytes), final);
};

const encode = (encoding, text) => {
  const name = canonical(encoding);
  if (name === "utf-8") return toUtf8(text);
  if (name === "utf-16le" || name === "utf-16be") return toUtf16(text, name === "utf-16be");
  return new Uint8Array(kit.buffer(kit.sys("text.encode", name, text)));
};

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// The pairs of hexadecimal digits up to the first that is none.
const fromHex = (text) => {
  const digits = /^(?:[0-9a-f]{2})*/i.exec(text)[0];
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => parseInt(digits.slice(index * 2, index * 2 + 2), 16));
};

Object.assign(exports, { canonical, decode, encode, fromHex, fromLatin1, hex, toLatin1, toUtf8 });

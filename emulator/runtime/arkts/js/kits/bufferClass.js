// buffer.Buffer, and its encodings.
const base64 = kit.require("@emulator.base64");
const text = kit.require("@emulator.text");
const { indexed } = kit.require("@emulator.checks");
const { give, number, type, within } = kit.require("@emulator.bufferNumbers");

const ENCODINGS = {
  ascii: "latin1",
  utf8: "utf8",
  "utf-8": "utf8",
  utf16le: "utf16le",
  "utf-16le": "utf16le",
  ucs2: "utf16le",
  "ucs-2": "utf16le",
  base64: "base64",
  base64url: "base64url",
  latin1: "latin1",
  binary: "latin1",
  hex: "hex",
};

const isEncoding = (encoding) => typeof encoding === "string" && Object.hasOwn(ENCODINGS, encoding.toLowerCase());

const encodingOf = (encoding = "utf8") => {
  if (typeof encoding !== "string") type("encoding", encoding, "string");
  if (!isEncoding(encoding)) {
    kit.fail(401, `Parameter error. The type of "encoding" must be BufferEncoding. the encoding ${encoding} is unknown`);
  }
  return ENCODINGS[encoding.toLowerCase()];
};

const ENCODE = {
  utf8: text.toUtf8,
  utf16le: (value) => text.encode("utf-16le", value),
  latin1: text.toLatin1,
  hex: text.fromHex,
  base64: (value) => base64.decode(value.replace(/[^A-Za-z0-9+/_-]/g, "")),
  base64url: (value) => base64.decode(value.replace(/[^A-Za-z0-9+/_-]/g, "")),
};

const DECODE = {
  utf8: (bytes) => text.decode("utf-8", bytes, true).text,
  utf16le: (bytes) => text.decode("utf-16le", bytes.subarray(0, bytes.length & ~1), true).text,
  latin1: (bytes) => text.fromLatin1(bytes).text,
  hex: text.hex,
  base64: (bytes) => base64.encode(bytes),
  base64url: (bytes) => base64.encode(bytes, true),
};

const encode = (value, encoding) => ENCODE[encodingOf(encoding)](value);
const decode = (bytes, encoding) => DECODE[encodingOf(encoding)](bytes);

const order = (one, other) => {
  const shared = Math.min(one.length, other.length);
  for (let index = 0; index < shared; index++) {
    if (one[index] !== other[index]) return one[index] < other[index] ? -1 : 1;
  }
  return Math.sign(one.length - other.length);
};

let bytesOf;

// The bytes of a Buffer or a Uint8Array.
const given = (name, value) => {
  if (value instanceof Buffer) return bytesOf(value);
  return value instanceof Uint8Array ? value : type(name, value, "Buffer or Uint8Array");
};

const readOnly = (name) => ({
  set() {
    kit.fail(10200013, `${name} cannot be set for the buffer that has only a getter`);
  },
});

class Buffer {
  #bytes;

  static {
    bytesOf = (buffer) => buffer.#bytes;
    give(this, bytesOf);
    indexed(
      this,
      (buffer, index) => buffer.#bytes[index],
      (buffer, index, value) => {
        buffer.#bytes[index] = value;
      },
    );
  }

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get length() {
    return this.#bytes.length;
  }

  get buffer() {
    return this.#bytes.buffer;
  }

  get byteOffset() {
    return this.#bytes.byteOffset;
  }

  fill(value, offset = 0, end = this.length, encoding = "utf8") {
    within("offset", number("offset", offset), 0, this.length);
    within("end", number("end", end), 0, this.length);
    if (typeof value === "number") {
      this.#bytes.fill(value & 255, offset, end);
      return this;
    }
    const pattern = typeof value === "string" ? encode(value, encoding) : given("value", value);
    for (let index = offset; index < end; index++) {
      this.#bytes[index] = pattern.length > 0 ? pattern[(index - offset) % pattern.length] : 0;
    }
    return this;
  }

  compare(target, targetStart = 0, targetEnd = target?.length, sourceStart = 0, sourceEnd = this.length) {
    const other = given("target", target);
    within("targetStart", number("targetStart", targetStart), 0, other.length);
    within("targetEnd", number("targetEnd", targetEnd), 0, other.length);
    within("sourceStart", number("sourceStart", sourceStart), 0, this.length);
    within("sourceEnd", number("sourceEnd", sourceEnd), 0, this.length);
    return order(this.#bytes.subarray(sourceStart, sourceEnd), other.subarray(targetStart, targetEnd));
  }

  copy(target, targetStart = 0, sourceStart = 0, sourceEnd = this.length) {
    const other = given("target", target);
    within("targetStart", number("targetStart", targetStart), 0, other.length);
    within("sourceStart", number("sourceStart", sourceStart), 0, this.length);
    within("sourceEnd", number("sourceEnd", sourceEnd), 0, this.length);
    const taken = this.#bytes.subarray(sourceStart, Math.min(sourceEnd, sourceStart + other.length - targetStart));
    other.set(taken, targetStart);
    return taken.length;
  }

  equals(other) {
    return order(this.#bytes, given("otherBuffer", other)) === 0;
  }

  #find(value, from, encoding, step) {
    const wanted =
      typeof value === "number" ? Uint8Array.of(value & 255) : typeof value === "string" ? encode(value, encoding) : given("value", value);
    let index = from < 0 ? from + this.length : from;
    if (step > 0) index = Math.max(index, 0);
    else index = Math.min(index, this.length - wanted.length);
    for (; index >= 0 && index + wanted.length <= this.length; index += step) {
      if (wanted.every((byte, offset) => this.#bytes[index + offset] === byte)) return index;
    }
    return -1;
  }

  indexOf(value, from = 0, encoding = "utf8") {
    return this.#find(value, from, encoding, 1);
  }

  lastIndexOf(value, from = this.length, encoding = "utf8") {
    return this.#find(value, from, encoding, -1);
  }

  includes(value, from = 0, encoding = "utf8") {
    return this.indexOf(value, from, encoding) >= 0;
  }

  // The same memory.
  subarray(start = 0, end = this.length) {
    return new Buffer(this.#bytes.subarray(start, end));
  }

  #swap(width) {
    if (this.length % width !== 0) kit.fail(10200009, `The buffer size must be a multiple of ${width * 8}-bits`);
    for (let index = 0; index < this.length; index += width) this.#bytes.subarray(index, index + width).reverse();
    return this;
  }

  swap16() {
    return this.#swap(2);
  }

  swap32() {
    return this.#swap(4);
  }

  swap64() {
    return this.#swap(8);
  }

  write(value, offset = 0, length = this.length - offset, encoding = "utf8") {
    if (typeof value !== "string") type("str", value, "string");
    if (typeof offset === "string") return this.write(value, 0, this.length, offset);
    if (typeof length === "string") return this.write(value, offset, this.length - offset, length);
    within("offset", number("offset", offset), 0, this.length - 1);
    within("length", number("length", length), 0, this.length);
    const room = Math.min(length, this.length - offset);
    let bytes = encode(value, encoding);
    if (bytes.length > room) {
      bytes = bytes.subarray(0, room);
      // No part of a character.
      if (encodingOf(encoding) === "utf8") bytes = bytes.subarray(0, room - text.decode("utf-8", bytes, false).held);
      if (encodingOf(encoding) === "utf16le") bytes = bytes.subarray(0, room & ~1);
    }
    this.#bytes.set(bytes, offset);
    return bytes.length;
  }

  toString(encoding = "utf8", start = 0, end = this.length) {
    return decode(this.#bytes.subarray(Math.max(start, 0), Math.max(end, 0)), encoding);
  }

  toJSON() {
    return { type: "Buffer", data: [...this.#bytes] };
  }

  keys() {
    return this.#bytes.keys();
  }

  values() {
    return this.#bytes.values();
  }

  entries() {
    return this.#bytes.entries();
  }

  [Symbol.iterator]() {
    return this.#bytes.values();
  }
}

for (const [name, shown] of [["length", "Length"], ["buffer", "Buffer"], ["byteOffset", "ByteOffset"]]) {
  Object.defineProperty(Buffer.prototype, name, { ...Object.getOwnPropertyDescriptor(Buffer.prototype, name), ...readOnly(shown) });
}

Object.assign(exports, { Buffer, bytesOf, decode, encode, given, isEncoding, order });

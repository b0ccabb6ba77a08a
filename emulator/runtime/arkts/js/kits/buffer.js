// @ohos.buffer
const { Blob } = kit.require("@emulator.blob");
const { Buffer, bytesOf, decode, encode, given, isEncoding, order } = kit.require("@emulator.bufferClass");
const { number, type, within } = kit.require("@emulator.bufferNumbers");

const MOST = 2 ** 32;

const size = (value) => {
  if (!Number.isInteger(number("size", value)) || value < 0) {
    kit.fail(401, `Parameter error. The type of "size" must be number and the value cannot be negative. Received value is: ${value}`);
  }
  return value;
};

const allocUninitialized = (length) => new Buffer(new Uint8Array(size(length)));

const alloc = (length, fill, encoding) => {
  const buffer = allocUninitialized(length);
  return fill === undefined || length === 0 ? buffer : buffer.fill(fill, 0, length, encoding);
};

const ofArrayBuffer = (buffer, offset = 0, length = buffer.byteLength - offset) => {
  within("byteOffset", number("byteOffset", offset), 0, buffer.byteLength);
  within("length", number("length", length), 0, buffer.byteLength - offset);
  return new Buffer(new Uint8Array(buffer, offset, length));
};

const from = (value, second, third) => {
  if (typeof value === "string" || value instanceof String) return new Buffer(encode(String(value), second));
  if (value instanceof ArrayBuffer) return ofArrayBuffer(value, second, third);
  if (Array.isArray(value)) return new Buffer(Uint8Array.from(value, (item) => Number(item) & 255));
  if (value instanceof Buffer) return new Buffer(bytesOf(value).slice());
  if (value instanceof Uint8Array) return new Buffer(Uint8Array.from(value));
  const primitive = typeof value === "object" && value !== null ? value.valueOf() : undefined;
  if (primitive !== undefined && primitive !== value) return from(primitive, second, third);
  return type("value", value, "Buffer, ArrayBuffer, Array, Array-like, string or object");
};

const byteLength = (value, encoding) => {
  if (typeof value === "string") return encode(value, encoding).length;
  if (value instanceof Buffer) return value.length;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  return type("string", value, "string, Buffer or ArrayBuffer");
};

const concat = (list, total) => {
  if (!Array.isArray(list)) type("list", list, "Array");
  const parts = list.map((part) => given("list", part));
  const length = total ?? parts.reduce((sum, part) => sum + part.length, 0);
  within("length", number("length", length), 0, MOST);
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part.subarray(0, Math.max(length - at, 0)), at);
    at = Math.min(at + part.length, length);
  }
  return new Buffer(joined);
};

exports.default = {
  Blob,
  Buffer,
  alloc,
  allocUninitialized,
  allocUninitializedFromPool: allocUninitialized,
  byteLength,
  compare: (one, other) => order(given("buf1", one), given("buf2", other)),
  concat,
  from,
  isBuffer: (value) => value instanceof Buffer,
  isEncoding,
  transcode: (source, fromEncoding, toEncoding) => new Buffer(encode(decode(given("source", source), fromEncoding), toEncoding)),
};

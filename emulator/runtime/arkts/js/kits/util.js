// @ohos.util
const { Base64Helper, Type } = kit.require("@emulator.base64Helper");
const { StringDecoder, TextDecoder, TextEncoder } = kit.require("@emulator.textCoder");
const { format, printf } = kit.require("@emulator.format");
const { LRUCache } = kit.require("@emulator.lruCache");
const { RationalNumber } = kit.require("@emulator.rationalNumber");
const { fromHex, hex } = kit.require("@emulator.text");
const { types } = kit.require("@emulator.types");

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);

// The texts of libuv, which the device asks too.
const ERRORS = {
  1: "operation not permitted",
  2: "no such file or directory",
  3: "no such process",
  4: "interrupted system call",
  5: "i/o error",
  6: "no such device or address",
  7: "argument list too long",
  9: "bad file descriptor",
  11: "resource temporarily unavailable",
  12: "not enough memory",
  13: "permission denied",
  14: "bad address in system call argument",
  16: "resource busy or locked",
  17: "file already exists",
  18: "cross-device link not permitted",
  19: "no such device",
  20: "not a directory",
  21: "illegal operation on a directory",
  22: "invalid argument",
  23: "file table overflow",
  24: "too many open files",
  26: "text file is busy",
  27: "file too large",
  28: "no space left on device",
  29: "invalid seek",
  30: "read-only file system",
  31: "too many links",
  32: "broken pipe",
  36: "name too long",
  39: "directory not empty",
  40: "too many symbolic links encountered",
  100: "network is down",
  101: "network is unreachable",
  104: "connection reset by peer",
  110: "connection timed out",
  111: "connection refused",
};

const errnoToString = (errno) => {
  if (typeof errno !== "number") wrong(errno, "number");
  return ERRORS[-errno] ?? `Unknown system error ${errno}`;
};

const randomBinary = (cached = true) => {
  if (cached !== null && typeof cached !== "boolean") wrong(cached, "boolean");
  const bytes = new Uint8Array(kit.buffer(kit.sys("random.bytes", 16)));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes;
};

const written = (bytes) => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

const parseUUID = (text) => {
  if (!/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/i.test(text)) kit.fail(10200002, `Syntax Error.Invalid ${text} string`);
  return fromHex(text.replace(/-/g, ""));
};

const callbackWrapper = (original) => {
  if (typeof original !== "function") wrong(original, "function");
  return (...args) => {
    const callback = args.pop();
    if (typeof callback !== "function") throw new Error("maybe is not function");
    original(...args).then(
      (value) => callback(null, value),
      (error) => callback(error),
    );
  };
};

// The promise's value is a list of what the callback got after the error, on the device as here.
const promisify = (original) => {
  if (typeof original !== "function") wrong(original, "function");
  return (...args) =>
    new Promise((resolve, reject) => original(...args, (error, ...values) => (error ? reject(error) : resolve(values))));
};

const hashes = new WeakMap();
let identities = 0;
const getHash = (object) => {
  if (Object(object) !== object) kit.fail(401, "Parameter error. The type of getHash parameter must be object.");
  if (!hashes.has(object)) hashes.set(object, ++identities);
  return hashes.get(object);
};

exports.default = {
  Base64Helper,
  LRUCache,
  RationalNumber,
  StringDecoder,
  TextDecoder,
  TextEncoder,
  Type,
  callbackWrapper,
  errnoToString,
  format,
  generateRandomBinaryUUID: randomBinary,
  generateRandomUUID: (cached) => written(randomBinary(cached)),
  getErrorString: errnoToString,
  getHash,
  parseUUID,
  printf,
  promisify,
  promiseWrapper: promisify,
  types,
};

// Arguments of the file kits: what is wrong with one is 13900020, thrown at once.
const INVALID = 13900020;
const invalid = () => kit.fail(INVALID, "Invalid argument");

const text = (value) => (typeof value === "string" ? value.toWellFormed() : invalid());
const path = (value) => (typeof value === "string" ? value : invalid());
const number = (value) => (typeof value === "number" && Number.isFinite(value) ? Math.trunc(value) : invalid());
const descriptor = (value) => (number(value) >= 0 ? Math.trunc(value) : invalid());
const pathOrDescriptor = (value) => (typeof value === "string" ? value : descriptor(value));
const optional = (check, fallback) => (value) => (value === undefined ? fallback : check(value));
const truth = (value) => (typeof value === "boolean" ? value : invalid());

const buffer = (value) => (value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value : invalid());

const options = (value) => {
  if (value === undefined || value === null) return {};
  return typeof value === "object" ? value : invalid();
};

const offset = (given) => {
  if (given.offset === undefined) return null;
  return number(given.offset) >= 0 ? Math.trunc(given.offset) : invalid();
};

const within = (given, size) => {
  const length = given.length === undefined ? size : number(given.length);
  return length >= 0 && length <= size ? length : invalid();
};

// How many bytes are wanted into `target`, and from where.
const reading = (target, given) => {
  buffer(target);
  const chosen = options(given);
  return [within(chosen, target.byteLength), offset(chosen)];
};

// What is to be written, cut to `length`, and where. Text is UTF-8; its length is counted in bytes.
const writing = (data, given) => {
  const chosen = options(given);
  if (chosen.encoding !== undefined && chosen.encoding !== "utf-8") invalid();
  const bytes = typeof data === "string" ? utf8(data) : buffer(data);
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  return [kit.bytes(view.subarray(0, within(chosen, view.length))), offset(chosen)];
};

const utf8 = (value) => Uint8Array.from(unescape(encodeURIComponent(value.toWellFormed())), (c) => c.charCodeAt(0));

const textOf = (bytes) => decodeURIComponent(escape(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));

// Python's bytes into the beginning of the app's buffer; how many there were.
const filled = (value, target) => {
  const bytes = new Uint8Array(kit.buffer(value));
  const view = ArrayBuffer.isView(target) ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength) : new Uint8Array(target);
  view.set(bytes);
  return bytes.length;
};

Object.assign(exports, {
  buffer, descriptor, filled, invalid, number, optional, options, path, pathOrDescriptor, reading, text, textOf, truth, utf8, writing,
});

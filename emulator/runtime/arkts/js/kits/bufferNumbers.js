// The numbers of buffer.Buffer: readInt8 ... writeBigUInt64LE, by a DataView; errors name the range that would do.
const type = (name, value, wanted) => {
  const kind = value === null ? "null" : Array.isArray(value) ? "Array" : typeof value === "object" ? value.constructor?.name : typeof value;
  return kit.fail(401, `Parameter error. The type of "${name}" must be ${wanted}. Received value is: ${kind}`);
};

const within = (name, value, low, high) => {
  if (value < low || value > high) {
    kit.fail(10200001, `The value of "${name}" is out of range. It must be >= ${low} and <= ${high}. Received value is: ${value}`);
  }
  return value;
};

const number = (name, value) => (typeof value === "number" ? value : type(name, value, "number"));

const offsetOf = (offset, length, width) => {
  if (!Number.isInteger(number("offset", offset))) type("offset", offset, "integer");
  return within("offset", offset, 0, length - width);
};

// Name in the API, the DataView's name, bytes, lowest and highest value (none for floating point).
const FORMS = [
  ["Int8", "Int8", 1, -(2 ** 7), 2 ** 7 - 1],
  ["UInt8", "Uint8", 1, 0, 2 ** 8 - 1],
  ["Int16", "Int16", 2, -(2 ** 15), 2 ** 15 - 1],
  ["UInt16", "Uint16", 2, 0, 2 ** 16 - 1],
  ["Int32", "Int32", 4, -(2 ** 31), 2 ** 31 - 1],
  ["UInt32", "Uint32", 4, 0, 2 ** 32 - 1],
  ["Float", "Float32", 4],
  ["Double", "Float64", 8],
  ["BigInt64", "BigInt64", 8, -(2n ** 63n), 2n ** 63n - 1n],
  ["BigUInt64", "BigUint64", 8, 0n, 2n ** 64n - 1n],
];

const checkedValue = (value, low, high) => {
  const wanted = typeof low === "bigint" ? "bigint" : "number";
  if (typeof value !== wanted) type("value", value, wanted);
  return low === undefined ? value : within("value", value, low, high);
};

// Whole numbers of one to six bytes.
const bigEndian = (bytes, signed) => {
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return signed && bytes[0] > 127 ? value - 256 ** bytes.length : value;
};

const widthOf = (width) => {
  if (!Number.isInteger(number("byteLength", width))) type("byteLength", width, "integer");
  return within("byteLength", width, 1, 6);
};

const define = (Class, name, method) => Object.defineProperty(Class.prototype, name, { value: method, writable: true, configurable: true });

// `bytesOf(buffer)` gives the Uint8Array that a Buffer stands for.
const give = (Class, bytesOf) => {
  const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [name, native, width, low, high] of FORMS) {
    for (const order of width === 1 ? [""] : ["LE", "BE"]) {
      define(Class, `read${name}${order}`, function (offset = 0) {
        const bytes = bytesOf(this);
        return view(bytes)[`get${native}`](offsetOf(offset, bytes.length, width), order === "LE");
      });
      define(Class, `write${name}${order}`, function (value, offset = 0) {
        const bytes = bytesOf(this);
        const checked = checkedValue(value, low, high);
        view(bytes)[`set${native}`](offsetOf(offset, bytes.length, width), checked, order === "LE");
        return offset + width;
      });
    }
  }
  for (const order of ["LE", "BE"]) {
    for (const [name, signed] of [["Int", true], ["UInt", false]]) {
      define(Class, `read${name}${order}`, function (offset, width) {
        const bytes = bytesOf(this);
        const at = offsetOf(offset, bytes.length, widthOf(width));
        const taken = [...bytes.subarray(at, at + width)];
        return bigEndian(order === "LE" ? taken.reverse() : taken, signed);
      });
      define(Class, `write${name}${order}`, function (value, offset, width) {
        const bytes = bytesOf(this);
        const span = 256 ** widthOf(width);
        within("value", number("value", value), signed ? -span / 2 : 0, signed ? span / 2 - 1 : span - 1);
        const at = offsetOf(offset, bytes.length, width);
        let left = value < 0 ? value + span : value;
        for (let index = 0; index < width; index++, left = Math.floor(left / 256)) {
          bytes[order === "LE" ? at + index : at + width - 1 - index] = left % 256;
        }
        return offset + width;
      });
    }
  }
};

Object.assign(exports, { give, number, type, within });

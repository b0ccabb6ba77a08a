// Values that JSON cannot say, on their way to and from Python (bridge/values.py).
const alike = (values) => {
  const kinds = new Set(values.map((value) => typeof value));
  return kinds.size <= 1 && (kinds.size === 0 || ["number", "string", "boolean"].includes([...kinds][0]));
};

const encode = (value) => {
  if (typeof value === "bigint") return { $bigint: String(value) };
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value === "string") return value.toWellFormed();
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return kit.bytes(value);
  if (Array.isArray(value) && alike(value)) return value.map(encode);
  return typeof value === "object" && value !== null ? { $json: JSON.stringify(value) } : value;
};

const decode = (value) => {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("$bigint" in value) return BigInt(value.$bigint);
  if ("$number" in value) return Number(value.$number);
  if ("$bytes" in value) return new Uint8Array(kit.buffer(value));
  return "$json" in value ? JSON.parse(value.$json) : value;
};

Object.assign(exports, { decode, encode });

// util.format and util.printf
const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);

const first = (value) => (Array.isArray(value) ? value[0] : value);
const numeric = (value) => typeof value === "number" || (typeof value === "string" && value !== "" && !Number.isNaN(Number(value)));

const asInteger = (value) => {
  if (typeof value === "bigint") return `${value}n`;
  return numeric(first(value)) ? String(parseInt(String(first(value)), 10)) : "NaN";
};
const asFloat = (value) => {
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return numeric(first(value)) ? String(parseFloat(String(first(value)))) : "NaN";
};
const asNumber = (value) => {
  if (value === "") return "0";
  if (typeof value === "bigint") return `${value}n`;
  return numeric(value) ? String(Number(value)) : "NaN";
};

// %o and %O differ in arrays (%o tells their length) and functions (%o tells their parts).
const described = (value, indent, depth, whole) => {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "function") return aFunction(value, indent, whole);
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return anArray(value, indent, depth, whole);
  const parts = Object.keys(value).map((key) => member(key, value, indent, depth, whole));
  return parts.length > 0 ? `{ ${parts.join(`,${indent}`)} }` : String(value);
};

const aFunction = (value, indent, whole) => {
  if (!whole) return `{ [Function: ${value.name}] }`;
  return (
    `{ [Function: ${value.name}]${indent}[length]: ${value.length},${indent}` +
    `[name] :'${value.name}',${indent}[prototype]: ${value.name} { [constructor]: [Circular] } }`
  );
};

const anArray = (values, indent, depth, whole) => {
  const deep = values.some((value) => value !== null && (typeof value === "object" || (whole && typeof value === "function")));
  const between = deep && depth <= 2 ? `, ${indent}` : ", ";
  const parts = values.map((value) => described(value, `${indent}  `, depth + 1, whole));
  if (whole) parts.push(`[length]: ${values.length}`);
  return `[ ${parts.join(between)} ]`;
};

const member = (key, object, indent, depth, whole) => {
  const value = object[key];
  if (value === object) return `${key}: [Circular]`;
  if (typeof value === "function" && !whole) return `${key}: [Function: ${value.name}]`;
  const nested = value !== null && (typeof value === "object" || typeof value === "function");
  return nested ? `${key}:${indent}${described(value, `${indent}  `, depth + 1, whole)}` : `${key}: ${described(value, indent, depth, whole)}`;
};

const CONVERSIONS = {
  s: String,
  d: asNumber,
  i: asInteger,
  f: asFloat,
  j: (value) => JSON.stringify(value),
  o: (value) => described(value, "\n  ", 1, true),
  O: (value) => described(value, "\n  ", 1, false),
  c: () => "",
};

// When the values are used up, the rest of the format stays as it is, `%%` and all.
const printf = (format, ...values) => {
  let used = 0;
  const shape = String(format).replace(/%([oOijdsfc%])/g, (found, kind) => {
    if (used >= values.length) return found;
    return kind === "%" ? "%" : CONVERSIONS[kind](values[used++]);
  });
  return [shape, ...values.slice(used).map(String)].join(" ");
};

const format = (shape, ...values) => {
  if (!Array.isArray(shape) && typeof shape !== "string") wrong(shape, "string or array");
  for (const value of values) {
    if (!["object", "number", "function", "string"].includes(typeof value)) {
      kit.fail(401, "Parameter error. The type of last parameters must be object");
    }
  }
  return printf(shape, ...values);
};

Object.assign(exports, { format, printf });

// @ohos.util.json
const BigIntMode = { DEFAULT: 0, PARSE_AS_BIGINT: 1, ALWAYS_PARSE_AS_BIGINT: 2 };

const fail = (message) => kit.fail(401, message);
const wrong = (value, type) => fail(`Parameter error. The type of ${value} must be ${type}`);

const WHOLE = /^-?\d+$/;

// Whole numbers become BigInt, always or only where a number could not hold them.
const big = (value, source, mode) => {
  if (typeof value !== "number" || !WHOLE.test(source ?? "")) return value;
  return mode === BigIntMode.ALWAYS_PARSE_AS_BIGINT || !Number.isSafeInteger(value) ? BigInt(source) : value;
};

const parse = (text, reviver, options) => {
  if (typeof text !== "string") wrong(text, "string");
  if (reviver && typeof reviver !== "function") wrong(reviver, "a method");
  const mode = options?.bigIntMode ?? BigIntMode.DEFAULT;
  const revive = function (key, value, context) {
    const held = mode === BigIntMode.DEFAULT ? value : big(value, context?.source, mode);
    return reviver ? reviver.call(this, key, held) : held;
  };
  try {
    return JSON.parse(text, reviver || mode !== BigIntMode.DEFAULT ? revive : undefined);
  } catch (error) {
    return fail(`e.message: ${error.message}, e.name: ${error.name}`);
  }
};

// A BigInt is written as the digits that it has.
const written = (value, replacer, space) => {
  const marks = [];
  const text = JSON.stringify(
    value,
    function (key, held) {
      const chosen = typeof replacer === "function" ? replacer.call(this, key, held) : held;
      if (typeof chosen !== "bigint") return chosen;
      marks.push(String(chosen));
      return `\u0001${marks.length - 1}\u0001`;
    },
    space,
  );
  return marks.length === 0 ? text : text.replace(/"\\u0001(\d+)\\u0001"/g, (_, index) => marks[index]);
};

const stringify = (value, replacer, space) => {
  const listed = Array.isArray(replacer) && replacer.every((item) => typeof item === "number" || typeof item === "string");
  if (replacer && typeof replacer !== "function" && !listed) wrong(replacer, "a method or array");
  if (space != null && typeof space !== "string" && typeof space !== "number") wrong(space, "a string or number");
  try {
    return listed ? JSON.stringify(value, replacer, space) : written(value, replacer ?? undefined, space ?? undefined);
  } catch (error) {
    return fail(
      /circular/i.test(error.message)
        ? "Parameter error. The object circular Reference"
        : `${error.message}, e.name: ${error.name}`,
    );
  }
};

const member = (object, property) => {
  if (typeof object !== "object" || object === null) wrong(object, "object");
  if (Array.isArray(object)) wrong(object, "json object");
  if (typeof property !== "string" || property === "") wrong(property, "string and not empty");
};

exports.default = {
  BigIntMode,
  parse,
  stringify,
  has(object, property) {
    member(object, property);
    return Object.hasOwn(object, property);
  },
  remove(object, property) {
    member(object, property);
    delete object[property];
  },
};

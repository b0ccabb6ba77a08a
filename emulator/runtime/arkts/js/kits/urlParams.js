// url.URLParams
const text = kit.require("@emulator.text");

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);
const string = (value) => (typeof value === "string" ? value : wrong(value, "string"));

const SAFE = /[A-Za-z0-9*\-._]/;
const written = (value) =>
  [...text.toUtf8(value)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (SAFE.test(character)) return character;
      return character === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

// Percent signs that mean nothing stay; what is no UTF-8 becomes the replacement character.
const unescaped = (value) => {
  const bytes = text.toUtf8(value);
  const read = [];
  for (let index = 0; index < bytes.length; index++) {
    const digits = String.fromCharCode(bytes[index + 1] ?? 0, bytes[index + 2] ?? 0);
    if (bytes[index] === 0x25 && /^[0-9a-f]{2}$/i.test(digits)) {
      read.push(parseInt(digits, 16));
      index += 2;
    } else {
      read.push(bytes[index]);
    }
  }
  return text.decode("utf-8", Uint8Array.from(read), true).text;
};

const read = (query) =>
  query
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const [, name, value] = /^([^=]*)=?([^]*)$/.exec(part);
      return [name, value].map((piece) => unescaped(piece.replace(/\+/g, " ")));
    });

const pairs = (given) => {
  if (given === undefined || given === null) return [];
  if (typeof given === "string") return read(given);
  if (typeof given !== "object") return wrong(given, "string[][]");
  if (given instanceof URLParams || Array.isArray(given)) {
    return [...given].map((pair) => (Array.isArray(pair) && pair.length === 2 ? pair.map(String) : wrong(given, "string[][]")));
  }
  return Object.entries(given).map(([name, value]) => [name, String(value)]);
};

class URLParams {
  #list;
  #changed;

  // `changed` is told when a URL's own parameters change.
  constructor(given, changed = () => undefined) {
    this.#list = pairs(given);
    this.#changed = changed;
  }

  append(name, value) {
    this.#list.push([string(name), string(value)]);
    this.#changed();
  }

  delete(name) {
    string(name);
    this.#list = this.#list.filter(([key]) => key !== name);
    this.#changed();
  }

  get(name) {
    return this.#list.find(([key]) => key === string(name))?.[1] ?? null;
  }

  getAll(name) {
    return this.#list.filter(([key]) => key === string(name)).map(([, value]) => value);
  }

  has(name) {
    string(name);
    return this.#list.some(([key]) => key === name);
  }

  set(name, value) {
    const index = this.#list.findIndex(([key]) => key === string(name));
    string(value);
    if (index < 0) {
      this.#list.push([name, value]);
    } else {
      this.#list = this.#list.filter(([key], at) => at <= index || key !== name);
      this.#list[index] = [name, value];
    }
    this.#changed();
  }

  sort() {
    this.#list.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    this.#changed();
  }

  forEach(callback, self) {
    if (typeof callback !== "function") wrong(callback, "function");
    for (const [name, value] of this.#list) callback.call(self, value, name, this);
  }

  *entries() {
    for (const [name, value] of this.#list) yield [name, value];
  }

  *keys() {
    for (const [name] of this.#list) yield name;
  }

  *values() {
    for (const [, value] of this.#list) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return this.#list.map((pair) => pair.map(written).join("=")).join("&");
  }
}

Object.assign(exports, { URLParams, unescaped });

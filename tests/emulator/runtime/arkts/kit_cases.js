// Loads kits the way the host does, with a kit object of its own, and answers cases: one JSON request on stdin, one answer.
// {kits, module, cases: [{code, expect}]} -> [{shown}]; every case runs in a fresh realm.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const { kits, module: specifier, cases } = JSON.parse(fs.readFileSync(0, "utf8"));
const modules = JSON.parse(fs.readFileSync(path.join(kits, "modules.json"), "utf8"));

const PRELUDE = `(notes) => {
  class BusinessError extends Error {
    constructor(code, message, data) {
      super(message);
      this.name = "BusinessError";
      this.code = code;
      if (data !== undefined) this.data = data;
    }
  }
  let drawn = 0;
  const buffer = (value) => new Uint8Array(value.$bytes).buffer;
  const operations = {
    "random.bytes": (count) => ({ $bytes: Array.from({ length: count }, () => drawn++ & 255) }),
    "text.decode": (encoding, bytes) => ({ text: encoding + bytes.$bytes.map((byte) => "<" + byte.toString(16) + ">").join(""), held: 0 }),
  };
  const sys = (op, ...args) => {
    if (!operations[op]) throw new Error("no operation " + op);
    return operations[op](...args);
  };
  return {
    sys,
    later: async (op, ...args) => sys(op, ...args),
    note: (op, ...args) => void notes.push([op, ...args]),
    BusinessError,
    fail: (code, message, data) => {
      throw new BusinessError(code, message, data);
    },
    missing: (name) => void notes.push(["missing", name]),
    declareBase() {},
    bytes: (value) => ({ $bytes: [...(value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array(value.buffer, value.byteOffset, value.byteLength))] }),
    buffer,
    both: (promise, callback) => {
      if (typeof callback !== "function") return promise;
      promise.then((value) => callback(undefined, value), (error) => callback(error, undefined));
    },
  };
}`;

// One line that tells values apart: undefined from null, -0 from 0, a Uint8Array from an Array.
const SHOW = `(value) => {
  const show = (value, deep) => {
    if (Object.is(value, -0)) return "-0";
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "bigint") return value + "n";
    if (typeof value === "function") return "function " + value.name;
    if (value === null || typeof value !== "object") return String(value);
    if (deep > 8) return "...";
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    if (value instanceof Error) return value.name + " " + (value.code === undefined ? "" : value.code + ": ") + value.message;
    if (Array.isArray(value)) return "[" + value.map((item) => show(item, deep + 1)).join(", ") + "]";
    if (ArrayBuffer.isView(value) && kind !== "DataView") return kind + "[" + [...value].join(", ") + "]";
    if (value instanceof ArrayBuffer) return "ArrayBuffer[" + [...new Uint8Array(value)].join(", ") + "]";
    if (kind === "Map") return "Map" + show([...value], deep + 1);
    if (kind === "Set") return "Set" + show([...value], deep + 1);
    if (typeof value.next === "function") return "iterator" + show([...value], deep + 1);
    return "{" + Object.keys(value).map((key) => key + ": " + show(value[key], deep + 1)).join(", ") + "}";
  };
  return show(value, 0);
}`;

const realm = () => {
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const run = (code, filename) => vm.runInContext(code, context, { filename });
  const notes = run("[]");
  const kit = run(PRELUDE)(notes);
  const loaded = new Map();
  kit.require = (wanted) => {
    const name = modules.ohos[wanted];
    if (name === undefined) throw new Error(`modules.json has no ${wanted}`);
    if (!loaded.has(name)) {
      const filename = path.join(kits, `${name}.js`);
      const exports = run("({})");
      loaded.set(name, exports);
      const code = fs.readFileSync(filename, "utf8");
      vm.compileFunction(code, ["exports", "kit"], { filename, parsingContext: context })(exports, kit);
    }
    return loaded.get(name);
  };
  if (fs.existsSync(path.join(kits, "globals.js"))) {
    const filename = path.join(kits, "globals.js");
    const code = fs.readFileSync(filename, "utf8");
    vm.compileFunction(code, ["globals", "kit"], { filename, parsingContext: context })(run("globalThis"), kit);
  }
  return { context, kit, notes, show: run(SHOW) };
};

const answer = async ({ code }) => {
  const { context, kit, notes, show } = realm();
  try {
    const exports = specifier === "globals" ? {} : kit.require(specifier);
    const names = ["kit", "exports", "notes", "bytes", "require"];
    const body = `return (async () => (${code}\n))();`;
    const bytes = vm.runInContext("(...values) => new Uint8Array(values)", context);
    const run = vm.compileFunction(body, names, { parsingContext: context });
    return show(await run(exports.default ?? exports, exports, notes, bytes, (name) => kit.require(name)));
  } catch (error) {
    return `throws ${error.code ?? error.name}: ${error.message}`;
  }
};

(async () => {
  const answers = [];
  for (const one of cases) answers.push(await answer(one));
  process.stdout.write(JSON.stringify(answers));
})();

// Gives kit modules the `kit` object over a pipe of JSON lines, and runs one script after the other in a realm of its own.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const kits = process.argv[2];
const modules = JSON.parse(fs.readFileSync(path.join(kits, "modules.json"), "utf8"));
let pending = "";

const readLine = () => {
  const chunk = Buffer.alloc(65536);
  while (!pending.includes("\n")) {
    const size = fs.readSync(0, chunk);
    if (size === 0) process.exit(0);
    pending += chunk.toString("latin1", 0, size);
  }
  const end = pending.indexOf("\n");
  const line = pending.slice(0, end);
  pending = pending.slice(end + 1);
  return line;
};

const writeLine = (text) => {
  const bytes = Buffer.from(`${text}\n`);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
};

const REALM = `
(function (host) {
  class BusinessError extends Error {
    constructor(code, message, data) {
      super(message);
      this.code = code;
      this.data = data;
    }
  }
  const loaded = new Map();
  const ask = (op, args) => {
    const answer = JSON.parse(host.ask(JSON.stringify({ op, args })));
    if (answer.error) throw new BusinessError(answer.error.code, answer.error.message, answer.error.data);
    return answer.value ?? undefined;
  };
  const kit = {
    BusinessError,
    sys: (op, ...args) => ask(op, args),
    later: (op, ...args) => {
      const text = JSON.stringify(args);
      return new Promise((resolve, reject) => host.soon(() => {
        try {
          resolve(ask(op, JSON.parse(text)));
        } catch (error) {
          reject(error);
        }
      }));
    },
    note: (op, ...args) => void ask(op, args),
    bytes: (value) => ({ $bytes: host.toBase64(value) }),
    buffer: (value) => {
      const buffer = new ArrayBuffer(host.size(value.$bytes));
      host.fromBase64(value.$bytes, buffer);
      return buffer;
    },
    fail: (code, message, data) => {
      throw new BusinessError(code, message, data);
    },
    missing: () => {},
    declareBase: () => {},
    require: (specifier) => {
      const name = host.name(specifier);
      if (!loaded.has(name)) {
        const made = {};
        loaded.set(name, made);
        host.kit(name)(made, kit);
      }
      return loaded.get(name);
    },
    both: (promise, callback) => {
      if (callback === undefined) return promise;
      promise.then((value) => callback(undefined, value), (error) => callback(error, undefined));
      return undefined;
    },
  };
  const told = (value) => {
    if (value === undefined) return { $undefined: true };
    if (typeof value === "bigint") return { $bigint: String(value) };
    if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return kit.bytes(value);
    if (Array.isArray(value)) return value.map(told);
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, told(member)]));
    }
    return value;
  };
  const load = (specifier) => kit.require(specifier).default;
  const text = (bytes) => host.text(bytes);
  const code = (work) => {
    try {
      return work();
    } catch (error) {
      return error.code;
    }
  };
  return async (script, context) => {
    try {
      const run = eval("(async (load, context, text, code) => {" + script + "\\n})");
      return JSON.stringify({ value: told(await run(load, context, text, code)) });
    } catch (error) {
      if (!(error instanceof BusinessError)) return JSON.stringify({ crash: String(error && error.stack) });
      return JSON.stringify({ error: { code: error.code, message: error.message, data: error.data } });
    }
  };
})`;

const hostOf = (context) => ({
  ask(text) {
    writeLine(text);
    return readLine();
  },
  soon: (job) => setImmediate(job),
  toBase64: (value) => Buffer.from(value.buffer ?? value, value.byteOffset ?? 0, value.byteLength).toString("base64"),
  size: (text) => Buffer.byteLength(text, "base64"),
  fromBase64: (text, buffer) => void Buffer.from(buffer).write(text, "base64"),
  text: (bytes) => Buffer.from(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength).toString("utf8"),
  name(specifier) {
    const name = modules.ohos[specifier];
    if (name === undefined) throw new Error(`no kit ${specifier}`);
    return name;
  },
  kit(name) {
    const body = fs.readFileSync(path.join(kits, `${name}.js`), "utf8");
    const script = new vm.Script(`(function (exports, kit) {"use strict";${body}\n})`, { filename: `kit:///${name}.js` });
    return script.runInContext(context);
  },
});

const main = async () => {
  for (;;) {
    const { script, context } = JSON.parse(readLine());
    const realm = vm.createContext();
    const run = vm.runInContext(REALM, realm)(hostOf(realm));
    writeLine(await run(script, vm.runInContext(`(${JSON.stringify(context)})`, realm)));
  }
};

main();

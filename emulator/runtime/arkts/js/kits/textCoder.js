// util.TextEncoder, util.TextDecoder, util.StringDecoder
const text = kit.require("@emulator.text");

const wrong = (value, type) => kit.fail(401, `Parameter error. The type of ${value} must be ${type}`);

// What an earlier call held back, and the bytes of a view.
const after = (held, view) => {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return held.length === 0 ? bytes : Uint8Array.from([...held, ...bytes]);
};

class TextEncoder {
  #encoding;

  constructor(encoding = "utf-8") {
    this.#encoding = encoding === null ? "utf-8" : typeof encoding === "string" ? encoding : wrong(encoding, "string");
  }

  static create(encoding) {
    return new TextEncoder(encoding);
  }

  get encoding() {
    return this.#encoding;
  }

  encodeInto(input, destination) {
    if (destination !== undefined) return this.encodeIntoUint8Array(input, destination);
    return text.encode(this.#encoding, typeof input === "string" ? input : input == null ? "" : wrong(input, "string"));
  }

  encode(input) {
    return this.encodeInto(input);
  }

  // Whole characters as long as there is room.
  encodeIntoUint8Array(input, destination) {
    if (typeof input !== "string") wrong(input, "string");
    if (!(destination instanceof Uint8Array)) wrong(destination, "Uint8Array");
    let [read, written] = [0, 0];
    for (const character of input) {
      const bytes = text.encode(this.#encoding, character);
      if (written + bytes.length > destination.length) break;
      destination.set(bytes, written);
      written += bytes.length;
      read += character.length;
    }
    return { read, written };
  }
}

class TextDecoder {
  #encoding;
  #fatal;
  #ignoreBOM;
  #held = new Uint8Array(0);
  #begun = false;

  constructor(encoding = "utf-8", options = {}) {
    this.#encoding = encoding || "utf-8";
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  static create(encoding, options) {
    if (typeof encoding !== "string" && encoding !== undefined && encoding !== null) wrong(encoding, "string");
    if (typeof options !== "object" && options !== undefined) wrong(options, "object");
    return new TextDecoder(encoding ?? undefined, options ?? undefined);
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#fatal;
  }

  get ignoreBOM() {
    return this.#ignoreBOM;
  }

  // ignoreBOM means that a byte order mark is left out, which is the opposite of what the web calls so.
  decodeToString(input, options) {
    if (input === null) kit.fail(401, "Parameter error. The type of Parameter must be Uint8Array.");
    if (input === undefined || input.length === 0) return "";
    if (!ArrayBuffer.isView(input)) kit.fail(401, "Parameter error. The type of Parameter must be Uint8Array.");
    const stream = options?.stream === true;
    const bytes = after(this.#held, input);
    const answer = text.decode(this.#encoding, bytes, !stream);
    this.#held = bytes.slice(bytes.length - answer.held);
    if (answer.broken && this.#fatal) {
      this.#held = new Uint8Array(0);
      kit.fail(401, "Parameter error. Please check if the decode data matches the encoding format.");
    }
    const marked = !this.#begun && this.#ignoreBOM && answer.text.charCodeAt(0) === 0xfeff;
    this.#begun = stream && (this.#begun || answer.text.length > 0);
    return marked ? answer.text.slice(1) : answer.text;
  }

  decodeWithStream(input, options) {
    return this.decodeToString(input, options);
  }

  decode(input, options) {
    return this.decodeToString(input, options);
  }
}

class StringDecoder {
  #encoding;
  #held = new Uint8Array(0);

  constructor(encoding = "utf-8") {
    this.#encoding = encoding === null ? "utf-8" : typeof encoding === "string" ? encoding : wrong(encoding, "string");
  }

  #take(chunk, final) {
    if (typeof chunk === "string") return chunk;
    if (chunk === undefined || chunk === null) chunk = new Uint8Array(0);
    if (!ArrayBuffer.isView(chunk)) kit.fail(401, "Parameter error. The type of Parameter must be Uint8Array or string.");
    const bytes = after(this.#held, chunk);
    const answer = text.decode(this.#encoding, bytes, final);
    this.#held = bytes.slice(bytes.length - answer.held);
    return answer.text;
  }

  write(chunk) {
    return this.#take(chunk, false);
  }

  end(chunk) {
    return this.#take(chunk, true);
  }
}

Object.assign(exports, { StringDecoder, TextDecoder, TextEncoder });

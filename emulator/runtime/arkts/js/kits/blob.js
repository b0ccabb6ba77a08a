// buffer.Blob
const text = kit.require("@emulator.text");
const { Buffer, bytesOf } = kit.require("@emulator.bufferClass");
const { type } = kit.require("@emulator.bufferNumbers");

class Blob {
  #bytes;
  #type;

  constructor(sources, options = {}) {
    if (typeof options !== "object" || options === null) type("options", options, "Object");
    if (options.endings !== undefined && !["transparent", "native"].includes(options.endings)) {
      kit.fail(401, 'Parameter error. The value of endings is neither "transparent" nor "native"');
    }
    if (!Array.isArray(sources) && !ArrayBuffer.isView(sources)) type("sources", sources, "Iterable");
    this.#bytes = Uint8Array.from([...sources].flatMap((source) => [...this.#part(source)]));
    this.#type = options.type ?? "";
  }

  #part(source) {
    if (typeof source === "string") return text.toUtf8(source);
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    if (source instanceof DataView) return new Uint8Array(source.buffer);
    // The numbers of a typed array one after another, as text: so does the device.
    if (ArrayBuffer.isView(source)) return text.toUtf8([...source].join(""));
    if (source instanceof Blob) return source.#bytes;
    return source instanceof Buffer ? bytesOf(source) : [];
  }

  get size() {
    return this.#bytes.length;
  }

  get type() {
    return this.#type;
  }

  async arrayBuffer() {
    return this.#bytes.slice().buffer;
  }

  async text() {
    return text.decode("utf-8", this.#bytes, true).text;
  }

  slice(start = 0, end = this.size, kind = this.#type) {
    const part = new Blob([], { type: kind });
    part.#bytes = this.#bytes.slice(start, end);
    return part;
  }
}

exports.Blob = Blob;

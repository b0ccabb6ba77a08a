// @ohos.file.hash
const { allForms } = kit.require("@emulator.forms");
const check = kit.require("@emulator.fileChecks");

const ALGORITHMS = ["md5", "sha1", "sha256"];
const algorithmOf = (name) => (ALGORITHMS.includes(name) ? name : check.invalid());

class HashStream {
  #algorithm;
  #chunks = [];

  constructor(algorithm) {
    this.#algorithm = algorithmOf(algorithm);
  }

  update(data) {
    this.#chunks.push(new Uint8Array(check.buffer(data).slice(0)));
  }

  digest() {
    const all = new Uint8Array(this.#chunks.reduce((size, chunk) => size + chunk.length, 0));
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return kit.sys("fileHash.digest", this.#algorithm, kit.bytes(all));
  }
}

const { hash } = allForms({ hash: ["fileHash.hash", (path, algorithm) => [check.path(path), algorithmOf(algorithm)]] });
const fileHash = { hash, createHash: (algorithm) => new HashStream(algorithm), HashStream };
Object.assign(exports, fileHash, { default: fileHash });

// @ohos.file.fileuri: the URIs of the app's own files.
const check = kit.require("@emulator.fileChecks");

const PREFIX = "file://";
const INVALID_URI = 14300002;
const bundle = () => kit.sys("bundleManager.name");
const escaped = (path) => encodeURI(path.toWellFormed()).replace(/[?#]/g, encodeURIComponent);
const getUriFromPath = (path) => (check.path(path).startsWith(PREFIX) ? path : `${PREFIX}${bundle()}${escaped(path)}`);

class FileUri {
  #text;

  constructor(uriOrPath) {
    this.#text = getUriFromPath(uriOrPath);
    if (!/^file:\/\/[^/]*\//.test(this.#text)) kit.fail(INVALID_URI, "Invalid uri");
  }

  get scheme() {
    return "file";
  }

  get authority() {
    return this.#text.slice(PREFIX.length, this.#text.indexOf("/", PREFIX.length));
  }

  get host() {
    return this.authority;
  }

  get path() {
    return decodeURIComponent(this.#text.slice(this.#text.indexOf("/", PREFIX.length)).replace(/[?#].*/, ""));
  }

  get name() {
    return this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  getFullDirectoryUri() {
    const status = kit.require("@ohos.file.fs").default.statSync(this.path);
    return status.isDirectory() ? this.#text : this.#text.slice(0, this.#text.lastIndexOf("/"));
  }

  isRemoteUri() {
    return this.#text.includes("networkid=");
  }

  equals(other) {
    return String(other) === this.#text;
  }

  toString() {
    return this.#text;
  }
}

const fileUri = { FileUri, getUriFromPath };
Object.assign(exports, fileUri, { default: fileUri });

// @ohos.fileio, the older face of @ohos.file.fs: descriptors instead of Files, a position in the file beside an offset in the
// buffer, and access that throws.
const { allForms, atOnce, later, methods, numberOf, numbered } = kit.require("@emulator.forms");
const check = kit.require("@emulator.fileChecks");
const fs = kit.require("@ohos.file.fs").default;

const ENOENT = 13900002;
const none = () => undefined;
const place = ({ position, length }) => ({ ...(position !== undefined && { offset: position }), ...(length !== undefined && { length }) });
const whole = (buffer) => (ArrayBuffer.isView(buffer) ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength) : new Uint8Array(buffer));

// The part of the app's buffer that `offset` and `length` mean.
const part = (buffer, { offset = 0, length }) => {
  const view = whole(check.buffer(buffer));
  if (offset < 0 || offset > view.length || (length ?? 0) > view.length - offset) check.invalid();
  return length === undefined ? view.subarray(offset) : view.subarray(offset, offset + length);
};
const reading = (fd, buffer, given) => {
  const options = check.options(given);
  return [fd, ...check.reading(part(buffer, options), place(options))];
};
const writing = (fd, data, given) => {
  const { encoding, ...options } = check.options(given);
  const source = typeof data === "string" ? data : part(data, options);
  return [fd, ...check.writing(source, { ...place(options), ...(encoding !== undefined && { encoding }) })];
};
const filled = (bytes, buffer, given) => check.filled(bytes, part(buffer, check.options(given)));
const readOut = (bytes, buffer, given) => ({
  bytesRead: filled(bytes, buffer, given),
  offset: check.options(given).offset ?? 0,
  buffer: buffer instanceof ArrayBuffer ? buffer : buffer.buffer,
});

// streams ---------------------------------------------------------------------------------------------------------------

const handled = (name) =>
  function (...args) {
    return name(numberOf(this), ...args);
  };
const handleOnly = handled((handle) => [handle]);

class Stream {}
methods(Stream, {
  ...allForms({
    close: ["fileIo.streamClose", handleOnly, none],
    flush: ["fileIo.streamFlush", handleOnly, none],
    write: ["fileIo.streamWrite", handled(writing)],
  }),
  read: later("fileIo.streamRead", handled(reading), readOut),
  readSync: atOnce("fileIo.streamRead", handled(reading), filled),
});
const stream = (handle) => numbered(new Stream(), handle);

// directories -----------------------------------------------------------------------------------------------------------

const KINDS = ["isBlockDevice", "isCharacterDevice", "isDirectory", "isFIFO", "isFile", "isSocket", "isSymbolicLink"];

class Dirent {
  constructor(name, status) {
    this.name = name;
    numbered(this, status);
  }
}
methods(Dirent, Object.fromEntries(KINDS.map((kind) => [kind, function () {
  return numberOf(this)[kind]();
}])));

class Dir {
  #path;
  #names;

  constructor(path, names) {
    this.#path = path;
    this.#names = names.values();
  }

  readSync() {
    const { done, value } = this.#names.next();
    return done ? undefined : new Dirent(value, fs.lstatSync(`${this.#path}/${value}`));
  }

  read(callback) {
    return kit.both(fs.access(this.#path).then(() => this.readSync()), callback);
  }

  closeSync() {}

  close(callback) {
    return kit.both(Promise.resolve(), callback);
  }
}

// the module ------------------------------------------------------------------------------------------------------------

const stat = (status) => {
  const { ino, mode, uid, gid, size, atime, mtime, ctime } = status;
  const blocks = Math.ceil(size / 512);
  const members = { dev: 0, ino: Number(ino), mode, nlink: 1, uid, gid, rdev: 0, size, blocks, atime, mtime, ctime };
  return Object.assign(members, Object.fromEntries(KINDS.map((kind) => [kind, () => status[kind]()])));
};
const statOf = (members) => stat(new fs.Stat(members));
const path = (name) => [check.path(name)];
const descriptor = (fd) => [check.descriptor(fd)];
const length = (value) => check.optional(check.number, 0)(value);
const there = (found) => (found ? undefined : kit.fail(ENOENT, "No such file or directory"));
const textOptions = ({ position, length: size, encoding } = {}) => {
  if (encoding !== undefined && encoding !== "utf-8") check.invalid();
  return place({ position, length: size });
};

const same = ["close", "copyFile", "fdatasync", "fsync", "mkdtemp", "rename", "rmdir", "symlink", "unlink"];
const taken = Object.fromEntries(same.flatMap((name) => [name, `${name}Sync`]).map((name) => [name, fs[name]]));

const fileio = {
  ...taken,
  ...allForms({
    access: ["fileIo.access", (name) => [check.path(name), 0], there],
    createStream: ["fileIo.createStream", (name, mode) => [check.path(name), check.text(mode)], stream],
    fdopenStream: ["fileIo.fdopenStream", (fd, mode) => [check.descriptor(fd), check.text(mode)], stream],
    fstat: ["fileIo.stat", descriptor, statOf],
    ftruncate: ["fileIo.truncate", (fd, size) => [check.descriptor(fd), length(size)], none],
    lstat: ["fileIo.lstat", path, statOf],
    mkdir: ["fileIo.mkdir", (name) => [check.path(name), false], none],
    open: ["fileIo.open", (name, flags) => [check.path(name), check.optional(check.descriptor, 0)(flags)], ({ fd }) => fd],
    opendir: ["fileIo.listFile", (name) => [check.path(name), {}], (names, name) => new Dir(name, names)],
    readText: ["fileIo.readText", (name, given) => [check.path(name), textOptions(given)], (text) => text.toWellFormed()],
    stat: ["fileIo.stat", path, statOf],
    truncate: ["fileIo.truncate", (name, size) => [check.path(name), length(size)], none],
    write: ["fileIo.write", (fd, data, given) => writing(check.descriptor(fd), data, given)],
  }),
  read: later("fileIo.read", (fd, buffer, given) => reading(check.descriptor(fd), buffer, given), (bytes, fd, ...rest) => readOut(bytes, ...rest)),
  readSync: atOnce("fileIo.read", (fd, buffer, given) => reading(check.descriptor(fd), buffer, given), (bytes, fd, ...rest) => filled(bytes, ...rest)),
  hash: kit.require("@ohos.file.hash").default.hash,
  Dir,
  Dirent,
  Stream,
};
Object.assign(exports, fileio, { default: fileio });

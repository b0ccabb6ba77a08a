// @ohos.file.fs. What an app sees of files; the work is done in Python (bridge/file_io.py).
const { atomicFile } = kit.require("@emulator.atomicFile");
const { allForms, atOnce, later, methods, numberOf, numbered } = kit.require("@emulator.forms");
const check = kit.require("@emulator.fileChecks");
const streams = kit.require("@emulator.fileStreams");
const { optional } = check;

const OpenMode = Object.freeze({
  READ_ONLY: 0o0,
  WRITE_ONLY: 0o1,
  READ_WRITE: 0o2,
  CREATE: 0o100,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NONBLOCK: 0o4000,
  DIR: 0o200000,
  NOFOLLOW: 0o400000,
  SYNC: 0o4010000,
  UNCACHE: 0o10000000000,
});
const AccessModeType = { EXIST: 0, WRITE: 2, READ: 4, READ_WRITE: 6 };
const AccessFlagType = { LOCAL: 0 };
const WhenceType = { SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2 };
const LocationType = { LOCAL: 1, CLOUD: 2 };
const MappingMode = { READ_ONLY: 0, READ_WRITE: 1, PRIVATE: 2 };

// files -----------------------------------------------------------------------------------------------------------------

class File {
  constructor(given) {
    numbered(this, { ...given });
  }

  get fd() {
    return numberOf(this).fd;
  }

  get path() {
    return numberOf(this).path;
  }

  get name() {
    return numberOf(this).name;
  }

  getParent() {
    return this.path.slice(0, Math.max(this.path.lastIndexOf("/"), 0));
  }
}

const exclusive = function (alone) {
  return [this.fd, optional(check.truth, false)(alone)];
};
methods(File, {
  lock: later("fileIo.lock", exclusive, () => undefined),
  tryLock: atOnce("fileIo.lock", exclusive, () => undefined),
  unlock: atOnce("fileIo.unlock", function () {
    return [this.fd];
  }, () => undefined),
});

const fileOf = (given) => new File(given);
const numberOfFile = (file) => (file instanceof File ? file.fd : check.descriptor(file));
const modeOf = (mode) => {
  const asked = optional(check.number, OpenMode.READ_ONLY)(mode);
  return asked < 0 || (asked & 3) === 3 ? check.invalid() : asked & ~OpenMode.UNCACHE;
};

// status ----------------------------------------------------------------------------------------------------------------

const KINDS = {
  isFIFO: 0o010000,
  isCharacterDevice: 0o020000,
  isDirectory: 0o040000,
  isBlockDevice: 0o060000,
  isFile: 0o100000,
  isSymbolicLink: 0o120000,
  isSocket: 0o140000,
};

class Stat {
  constructor(status) {
    Object.assign(this, status);
    for (const name of ["ino", "atimeNs", "mtimeNs", "ctimeNs"]) this[name] = BigInt(status[name]);
    Object.freeze(this);
  }
}
methods(Stat, Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, function () {
  return (this.mode & 0o170000) === kind;
}])));

const statOf = (status) => new Stat(status);

// lines -----------------------------------------------------------------------------------------------------------------

class ReaderIterator {
  constructor(lines) {
    numbered(this, lines.map((line) => line.toWellFormed()).values());
  }

  next() {
    const { done, value } = numberOf(this).next();
    return { done, value: done ? "" : value };
  }

  [Symbol.iterator]() {
    return numberOf(this);
  }
}

const encoded = (given) => {
  const options = check.options(given);
  return options.encoding === undefined || options.encoding === "utf-8" ? {} : check.invalid();
};

const readTextOptions = (given) => {
  const options = check.options(given);
  encoded(options);
  const members = {};
  for (const name of ["offset", "length"]) {
    if (options[name] !== undefined) members[name] = check.descriptor(options[name]);
  }
  return members;
};

// lists -----------------------------------------------------------------------------------------------------------------

const FILTERS = ["suffix", "displayName", "fileSizeOver", "lastModifiedAfter"];

const listOptions = (given) => {
  const { recursion, listNum, filter } = check.options(given);
  const chosen = {};
  if (recursion !== undefined) chosen.recursion = check.truth(recursion);
  if (listNum !== undefined) chosen.listNum = check.number(listNum);
  if (filter !== undefined) {
    if (typeof filter !== "object" || filter === null) check.invalid();
    chosen.filter = Object.fromEntries(FILTERS.filter((n) => filter[n] !== undefined).map((n) => [n, filter[n]]));
  }
  return chosen;
};

const none = () => undefined;
const pathOnly = (path) => [check.path(path)];
const twoPaths = (old, fresh) => [check.path(old), check.path(fresh)];
const withMode = (highest) => (source, target, mode) => {
  const chosen = optional(check.number, 0)(mode);
  return chosen >= 0 && chosen <= highest ? [...twoPaths(source, target), chosen] : check.invalid();
};
const numberOnly = (fd) => [check.descriptor(fd)];
const accessArguments = (path, mode) => {
  const asked = optional(check.number, AccessModeType.EXIST)(mode);
  return Object.values(AccessModeType).includes(asked) ? [check.path(path), asked] : check.invalid();
};

const functions = allForms({
  access: ["fileIo.access", accessArguments],
  close: ["fileIo.close", (file) => [numberOfFile(file)], none],
  copyDir: ["fileIo.copyDir", withMode(1), none],
  copyFile: ["fileIo.copyFile", (source, target, mode) => {
    const chosen = optional(check.number, 0)(mode);
    return chosen === 0 ? [check.pathOrDescriptor(source), check.pathOrDescriptor(target), 0] : check.invalid();
  }, none],
  createRandomAccessFile: ["fileIo.createRandomAccessFile", (file, mode, given) => {
    const { start, end } = check.options(given);
    const bounds = {};
    if (start !== undefined) bounds.start = check.descriptor(start);
    if (end !== undefined) bounds.end = check.descriptor(end);
    return [file instanceof File ? { ...numberOf(file) } : check.path(file), modeOf(mode), bounds];
  }, streams.randomAccessFile],
  createStream: ["fileIo.createStream", (path, mode) => [check.path(path), check.text(mode)], streams.stream],
  fdatasync: ["fileIo.fsync", numberOnly, none],
  fdopenStream: ["fileIo.fdopenStream", (fd, mode) => [check.descriptor(fd), check.text(mode)], streams.stream],
  fsync: ["fileIo.fsync", numberOnly, none],
  listFile: ["fileIo.listFile", (path, options) => [check.path(path), listOptions(options)]],
  lstat: ["fileIo.lstat", pathOnly, statOf],
  mkdir: ["fileIo.mkdir", (path, recursion) => [check.path(path), optional(check.truth, false)(recursion)], none],
  mkdtemp: ["fileIo.mkdtemp", pathOnly],
  moveDir: ["fileIo.moveDir", withMode(3), none],
  moveFile: ["fileIo.moveFile", withMode(1), none],
  open: ["fileIo.open", (path, mode) => [check.path(path), modeOf(mode)], fileOf],
  read: ["fileIo.read", (fd, buffer, given) => [check.descriptor(fd), ...check.reading(buffer, given)],
    (bytes, fd, buffer) => check.filled(bytes, buffer)],
  readLines: ["fileIo.readLines", (path, given) => [check.path(path), encoded(given)], (lines) => new ReaderIterator(lines)],
  readText: ["fileIo.readText", (path, given) => [check.path(path), readTextOptions(given)], (text) => text.toWellFormed()],
  rename: ["fileIo.rename", twoPaths, none],
  rmdir: ["fileIo.rmdir", pathOnly, none],
  stat: ["fileIo.stat", (file) => [check.pathOrDescriptor(file)], statOf],
  symlink: ["fileIo.symlink", twoPaths, none],
  truncate: ["fileIo.truncate", (file, length) => [check.pathOrDescriptor(file), optional(check.number, 0)(length)], none],
  unlink: ["fileIo.unlink", pathOnly, none],
  write: ["fileIo.write", (fd, data, given) => [check.descriptor(fd), ...check.writing(data, given)]],
});

const whole = (fd, offset, whence) => {
  const from = optional(check.number, WhenceType.SEEK_SET)(whence);
  return Object.values(WhenceType).includes(from) ? [check.descriptor(fd), check.number(offset), from] : check.invalid();
};

const fileIo = {
  ...functions,
  lseek: atOnce("fileIo.lseek", whole),
  utimes: atOnce("fileIo.utimes", (path, mtime) => [check.path(path), check.number(mtime)], none),
  dup: atOnce("fileIo.dup", numberOnly, fileOf),
  createReadStream: streams.createReadStream,
  createWriteStream: streams.createWriteStream,
  AccessFlagType,
  AccessModeType,
  AtomicFile: atomicFile(fileOf),
  File,
  LocationType,
  MappingMode,
  OpenMode,
  RandomAccessFile: streams.RandomAccessFile,
  ReaderIterator,
  ReadStream: streams.ReadStream,
  Stat,
  Stream: streams.Stream,
  WhenceType,
  WriteStream: streams.WriteStream,
};

Object.assign(exports, fileIo, { default: fileIo });

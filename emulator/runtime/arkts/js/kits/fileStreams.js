// Streams of @ohos.file.fs: Stream, RandomAccessFile, and ReadStream and WriteStream with their events.
const { allForms, atOnce, later, methods, numberOf, numbered } = kit.require("@emulator.forms");
const check = kit.require("@emulator.fileChecks");

const none = () => undefined;
const gone = () => kit.fail(13900005, "I/O error");
const handleOnly = function () {
  return [numberOf(this)];
};
const reading = function (buffer, given) {
  return [numberOf(this), ...check.reading(buffer, given)];
};
const writing = function (data, given) {
  return [numberOf(this), ...check.writing(data, given)];
};
const filled = (bytes, buffer) => check.filled(bytes, buffer);
const seeking = function (offset, whence) {
  return [numberOf(this), check.number(offset), check.optional(check.number, 0)(whence)];
};

const moving = allForms({
  read: ["fileIo.streamRead", reading, filled],
  write: ["fileIo.streamWrite", writing],
});

class Stream {}
methods(Stream, {
  ...moving,
  ...allForms({ flush: ["fileIo.streamFlush", handleOnly, none], close: ["fileIo.streamClose", handleOnly, none] }),
  seek: atOnce("fileIo.streamSeek", seeking),
});
const stream = (handle) => numbered(new Stream(), handle);

class RandomAccessFile {
  get filePointer() {
    return kit.sys("fileIo.streamPointer", numberOf(this), null);
  }

  setFilePointer(pointer) {
    kit.sys("fileIo.streamPointer", numberOf(this), check.descriptor(pointer));
  }
}
methods(RandomAccessFile, { ...moving, close: atOnce("fileIo.streamClose", handleOnly, none) });
const randomAccessFile = ({ handle, fd }) => Object.defineProperty(numbered(new RandomAccessFile(), handle), "fd", { value: fd });

// events ----------------------------------------------------------------------------------------------------------------

const HIGH_WATER = 16 * 1024;

// Who listens for what; an event comes in a microtask of its own.
class Emitter {
  #listeners = new Map();

  on(event, callback) {
    if (typeof callback !== "function") kit.fail(401, "Parameter error. The callback must be a function.");
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), callback]);
  }

  off(event, callback) {
    const left = callback === undefined ? [] : (this.#listeners.get(event) ?? []).filter((known) => known !== callback);
    this.#listeners.set(event, left);
  }

  _emit(event, value) {
    for (const callback of this.#listeners.get(event) ?? []) callback(value);
  }
}

const read = later("fileIo.streamRead", function (size, offset) {
  return [numberOf(this), size, offset];
}, (bytes) => new Uint8Array(kit.buffer(bytes)));
const write = later("fileIo.streamWrite", writing);
const flush = later("fileIo.streamFlush", handleOnly, none);
const close = later("fileIo.streamClose", handleOnly, none);
const seek = atOnce("fileIo.streamSeek", seeking);
const open = (object, path, mode) => numbered(object, kit.sys("fileIo.createStream", check.path(path), mode));

// Asked for data when somebody listens for it, resumes it or pipes it, and until there is no more.
class ReadStream extends Emitter {
  #path;
  #at;
  #end;
  #flowing = null;
  #pulling = false;
  #text = false;
  #targets = [];
  #bytesRead = 0;

  constructor(path, options) {
    super();
    const { start = 0, end } = check.options(options);
    this.#path = open(this, path, "r") && path;
    this.#at = start;
    this.#end = end;
  }

  get path() {
    return this.#path;
  }

  get bytesRead() {
    return this.#bytesRead;
  }

  get readableFlowing() {
    return this.#flowing;
  }

  on(event, callback) {
    super.on(event, callback);
    if (event === "data" && this.#flowing === null) this.resume();
  }

  setEncoding(encoding) {
    this.#text = ["utf8", "utf-8"].includes(String(encoding ?? "utf8").toLowerCase());
    return this.#text;
  }

  seek(offset, whence) {
    this.#at = seek.call(this, offset, whence);
    return this.#at;
  }

  pause() {
    this.#flowing = false;
    return this;
  }

  isPaused() {
    return this.#flowing === false;
  }

  resume() {
    this.#flowing = true;
    if (!this.#pulling) this.#pull();
    return this;
  }

  pipe(target) {
    this.#targets.push(target);
    this.resume();
    return target;
  }

  unpipe(target) {
    this.#targets = target === undefined ? [] : this.#targets.filter((known) => known !== target);
    return this;
  }

  close() {
    this.#flowing = false;
    close.call(this).then(() => this._emit("close"), () => {});
  }

  async #pull() {
    this.#pulling = true;
    let open = true;
    while (this.#flowing && open) open = await this.#step();
    this.#pulling = false;
    if (open) return;
    this.#flowing = false;
    for (const target of this.#targets) target.end();
    this._emit("end");
    this._emit("close");
  }

  // Whether there may be more.
  async #step() {
    const size = this.#end === undefined ? HIGH_WATER : Math.min(HIGH_WATER, this.#end - this.#at);
    if (size <= 0) return false;
    try {
      const bytes = await read.call(this, size, this.#at);
      this.#at += bytes.length;
      this.#bytesRead += bytes.length;
      if (bytes.length > 0) this.#give(bytes);
      return bytes.length === HIGH_WATER;
    } catch (error) {
      this._emit("error", error);
      return false;
    }
  }

  #give(bytes) {
    for (const target of this.#targets) target.write(bytes);
    this._emit("data", { data: this.#text ? check.textOf(bytes) : bytes });
  }
}

// Chunks are written one after the other, in the order of their coming, and the first of them at once.
class WriteStream extends Emitter {
  #path;
  #at;
  #ended = false;
  #gone = false;
  #waiting = [];
  #busy = false;
  #writing = false;
  #written = Promise.resolve();
  #finish = none;
  #bytesWritten = 0;

  constructor(path, options) {
    super();
    const { start = 0, mode } = check.options(options);
    this.#path = open(this, path, streamMode(mode)) && path;
    this.#at = start;
  }

  get path() {
    return this.#path;
  }

  get bytesWritten() {
    return this.#bytesWritten;
  }

  get writableEnded() {
    return this.#ended;
  }

  seek(offset, whence) {
    this.#at = seek.call(this, offset, whence);
    return this.#at;
  }

  write(chunk, encoding, callback) {
    const done = typeof encoding === "function" ? encoding : callback;
    if (this.#ended) {
      this._emit("error", new kit.BusinessError(10200035, "The doWrite method has not been implemented or the stream has ended."));
      return false;
    }
    this.#waiting.push({ chunk, done });
    if (!this.#busy) this.#drain();
    return true;
  }

  end(chunk, encoding, callback) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") this.write(chunk);
    this.#ended = true;
    const done = [chunk, encoding, callback].find((value) => typeof value === "function");
    this.#finish = () => {
      this._emit("finish");
      done?.(null);
    };
    if (!this.#busy) Promise.resolve().then(() => this.#finish());
    return this;
  }

  close() {
    this.#leave();
    this.#written.then(() => close.call(this)).then(() => this._emit("close"), none);
  }

  closeSync() {
    this.#leave();
    if (this.#writing) this.#written.then(() => close.call(this)).catch(none);
    else kit.sys("fileIo.streamClose", numberOf(this));
  }

  // The stream is gone at once, its file after what is being written; chunks that wait come too late.
  #leave() {
    if (this.#gone) gone();
    this.#gone = true;
  }

  async #drain() {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const { chunk, done } = this.#waiting.shift();
      this.#writing = true;
      this.#written = this.#put(chunk).then(none, (error) => error);
      const error = await this.#written;
      this.#writing = false;
      if (error === undefined) done?.(null);
      else this.#failed(error, done);
    }
    this.#busy = false;
    if (this.#ended) this.#finish();
  }

  async #put(chunk) {
    if (this.#gone) gone();
    const written = await write.call(this, chunk, { offset: this.#at });
    this.#at += written;
    this.#bytesWritten += written;
    if (!this.#gone) await flush.call(this);
  }

  #failed(error, done) {
    this._emit("error", error);
    done?.(error);
  }
}

const streamMode = (mode = 0o1) => {
  const appends = mode & 0o2000 ? "a" : "w";
  return mode & 0o2 ? `${appends}+` : appends;
};

Object.assign(exports, {
  RandomAccessFile,
  ReadStream,
  Stream,
  WriteStream,
  createReadStream: (path, options) => new ReadStream(path, options),
  createWriteStream: (path, options) => new WriteStream(path, options),
  randomAccessFile,
  stream,
});

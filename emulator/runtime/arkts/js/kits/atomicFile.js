// AtomicFile of @ohos.file.fs: what is written beside the file takes its place in one step (file_api class_atomicfile).
const { ReadStream, WriteStream } = kit.require("@emulator.fileStreams");

const SUFFIX = "_XXXXXX";
const READ_ONLY = 0;
const EXIST = 0;
const REASONS = "NAPI internal error, Possible reasons: ";
const internal = (message) => kit.fail(13900042, message);
const noArguments = (args) => void (args.length === 0 || kit.fail(401, "The input parameter is invalid"));

// No file has the empty path, which an AtomicFile has after its delete.
const named = (path) => (path === "" ? kit.fail(13900002, "No such file or directory") : path);

// What the device says against it, undefined when it worked.
const refusal = (work) => {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof kit.BusinessError) return error;
    throw error;
  }
};

const opened = (Stream, path) => {
  let stream;
  if (!refusal(() => (stream = new Stream(named(path))))) return stream;
  return internal(`${REASONS}1.napi_invalid_arg 2.napi_pending_exception 3.napi_function_expected`);
};

const removed = (path) => {
  if (path !== "" && kit.sys("fileIo.access", path, EXIST)) kit.sys("fileIo.unlink", path);
};

exports.atomicFile = (fileOf) =>
  class AtomicFile {
    #base;
    #fresh;
    #stream;

    constructor(...args) {
      const [path] = args;
      if (args.length !== 1 || typeof path !== "string") kit.fail(401, "The input parameter is invalid");
      this.#base = path.startsWith("file://") ? `./${path}` : path; // a URI is a path like any other here
      this.#fresh = this.#base + SUFFIX;
    }

    getBaseFile(...args) {
      noArguments(args);
      return fileOf(kit.sys("fileIo.open", named(this.#base), READ_ONLY));
    }

    openRead(...args) {
      noArguments(args);
      return opened(ReadStream, this.#base);
    }

    // The device gives an Int8Array, whatever the declaration says.
    readFully(...args) {
      noArguments(args);
      return new Int8Array(kit.buffer(kit.sys("atomicFile.readFully", named(this.#base))));
    }

    startWrite(...args) {
      noArguments(args);
      this.#fresh = kit.sys("atomicFile.makeTemporary", this.#fresh);
      this.#stream = opened(WriteStream, this.#fresh);
      return this.#stream;
    }

    finishWrite(...args) {
      noArguments(args);
      this.#end(() => kit.sys("fileIo.rename", this.#fresh, this.#base), "Failed to rename file");
    }

    failWrite(...args) {
      noArguments(args);
      this.#end(() => kit.sys("fileIo.unlink", this.#fresh), "Failed to remove file");
    }

    delete(...args) {
      noArguments(args);
      const first = refusal(() => removed(this.#fresh));
      const second = refusal(() => removed(this.#base));
      if (second) throw second;
      if (first) internal("Unknown error");
      this.#fresh = this.#base = "";
    }

    // A stream that was closed before is told of only after the work has been done.
    #end(work, failure) {
      const stream = this.#stream;
      if (stream === undefined) internal(`${REASONS}napi_invalid_arg`);
      const closing = refusal(() => stream.closeSync());
      this.#stream = undefined;
      if (refusal(work)) internal(failure);
      this.#fresh = this.#base + SUFFIX;
      if (closing) throw closing;
    }
  };

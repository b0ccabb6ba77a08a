// @ohos.security.cryptoFramework: message digests, which Python makes (bridge/message_digest.py).
const { atOnce, later, methods, numberOf, numbered } = kit.require("@emulator.forms");

const DIGESTS = ["MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SM3"];
const NOT_EMULATED = ["SHA3-256", "SHA3-384", "SHA3-512", "MD2", "MD4", "RIPEMD160", "SHAKE128", "SHAKE256"];
const Result = {
  INVALID_PARAMS: 401,
  NOT_SUPPORT: 801,
  ERR_OUT_OF_MEMORY: 17620001,
  ERR_RUNTIME_ERROR: 17620002,
  ERR_PARAMETER_CHECK_FAILED: 17620003,
  ERR_INVALID_CALL: 17620004,
  ERR_CRYPTO_OPERATION: 17630001,
};
const invalid = (message) => kit.fail(Result.INVALID_PARAMS, message);

// An asynchronous form may have an undefined callback behind its arguments.
const updating = (isSync, message) =>
  function (...args) {
    const [blob] = args;
    const isRight = args.length === 1 || (!isSync && args.length === 2);
    if (!isRight || numberOf(this) === undefined || !(blob?.data instanceof Uint8Array)) invalid(message);
    return [numberOf(this).handle, kit.bytes(blob.data), isSync];
  };
const ending = (message) =>
  function () {
    const state = numberOf(this) ?? invalid(message);
    state.isOver = true;
    return [state.handle];
  };
const none = () => null;
const blobOf = (bytes) => ({ data: new Uint8Array(kit.buffer(bytes)) });

// What a device's OpenSSL makes of a digest that has been taken depends on its version, and is no digest of anything.
const untilTaken = (method) =>
  function (...args) {
    return numberOf(this)?.isOver ? kit.missing("@ohos.security.cryptoFramework.Md after its digest") : method.apply(this, args);
  };

class Md {}
methods(Md, {
  update: untilTaken(later("md.update", updating(false, "build context fail."), none)),
  updateSync: untilTaken(atOnce("md.update", updating(true, "invalid parameters."), none)),
  digest: untilTaken(later("md.digest", ending("build context fail."), blobOf)),
  digestSync: untilTaken(atOnce("md.digest", ending("failed to unwrap NapiMd obj!"), blobOf)),
  getMdLength() {
    return (numberOf(this) ?? invalid("failed to unwrap NapiMd obj!")).length;
  },
});

const createMd = (...args) => {
  const [name] = args;
  if (args.length !== 1) invalid("The input args num is invalid.");
  if (typeof name !== "string") invalid("Failed to get algorithm.");
  if (![...DIGESTS, ...NOT_EMULATED].includes(name)) invalid("create C obj failed.");
  const made = DIGESTS.includes(name) ? kit.sys("md.create", name) : undefined;
  if (!made) return kit.missing(`@ohos.security.cryptoFramework.createMd of ${name}`);
  return numbered(Object.assign(new Md(), { algName: name }), made);
};

exports.default = { Result, createMd };

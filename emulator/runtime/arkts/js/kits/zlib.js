// @ohos.zlib: archives of files (bridge/zlib.py); the classes Zip and GZip are not there.
const { laterOnly } = kit.require("@emulator.forms");

const numbers = (prefix, members) => Object.fromEntries(Object.entries(members).map(([name, value]) => [prefix + name, value]));
const wrong = (name) => kit.fail(401, `Parameter error. The type of ${name} is wrong.`);
const text = (value, name) => (typeof value === "string" ? value : wrong(name));
const none = () => undefined;

const optionsOf = (options) => {
  if (typeof options !== "object" || options === null) wrong("options");
  const { level, keepTopLevelFolder } = options;
  if (level !== undefined && !(Number.isInteger(level) && level >= -1 && level <= 9)) wrong("level");
  return { ...(level !== undefined && { level }), ...(keepTopLevelFolder !== undefined && { keepTopLevelFolder }) };
};

const functions = laterOnly({
  compressFile: ["zlib.compress", (source, target, options) => [
    [text(source, "inFile")], text(target, "outFile"), optionsOf(options),
  ], none],
  compressFiles: ["zlib.compress", (sources, target, options) => [
    Array.isArray(sources) ? sources.map((source) => text(source, "inFiles")) : wrong("inFiles"),
    text(target, "outFile"),
    optionsOf(options),
  ], none],
  decompressFile: ["zlib.decompress", (source, target, options) => {
    if (options !== undefined) optionsOf(options);
    return [text(source, "inFile"), text(target, "outFile")];
  }, none],
  getOriginalSize: ["zlib.originalSize", (source) => [text(source, "compressedFile")]],
});

const summing = (name) => [
  "zlib.checksum",
  (begin, data) => [name, Number.isInteger(begin) ? begin : wrong("checksum"), data instanceof ArrayBuffer ? kit.bytes(data) : wrong("buf")],
];

class Checksum {}
Object.assign(Checksum.prototype, laterOnly({ adler32: summing("adler32"), crc32: summing("crc32") }));

const zlib = {
  ...functions,
  zipFile: functions.compressFile,
  unzipFile: functions.decompressFile,
  createChecksum: async () => new Checksum(),
  createChecksumSync: () => new Checksum(),
  CompressLevel: numbers("COMPRESS_LEVEL_", {
    NO_COMPRESSION: 0, BEST_SPEED: 1, BEST_COMPRESSION: 9, DEFAULT_COMPRESSION: -1,
  }),
  CompressStrategy: numbers("COMPRESS_STRATEGY_", { DEFAULT_STRATEGY: 0, FILTERED: 1, HUFFMAN_ONLY: 2, RLE: 3, FIXED: 4 }),
  ErrorCode: numbers("ERROR_CODE_", { OK: 0, ERRNO: -1 }),
  MemLevel: numbers("MEM_LEVEL_", { MIN: 1, MAX: 9, DEFAULT: 8 }),
};
Object.assign(exports, zlib, { default: zlib });

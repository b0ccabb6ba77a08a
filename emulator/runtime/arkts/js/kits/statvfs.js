// @ohos.file.statvfs
const { allForms } = kit.require("@emulator.forms");
const check = kit.require("@emulator.fileChecks");

const statfs = allForms({
  getFreeSize: ["statvfs.space", (path) => [check.path(path), true]],
  getTotalSize: ["statvfs.space", (path) => [check.path(path), false]],
});
Object.assign(exports, statfs, { default: statfs });

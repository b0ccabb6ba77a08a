// @ohos.request: constants; there is no network to download from or upload to.
const { async } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.request"];

const offline = async(() => kit.fail(13400003, "Task service ability error."));

exports.default = {
  ...enums,
  download: offline,
  downloadFile: offline,
  upload: offline,
  uploadFile: offline,
  agent: {
    ...enums,
    create: offline,
    getTask: offline,
    remove: offline,
    show: offline,
    touch: offline,
    search: async(() => []),
  },
};

// @ohos.hiviewdfx.hiAppEvent: written events are noted; watchers never hear of one.
const { async, object, string } = kit.require("@emulator.inert");
const enums = kit.require("@emulator.enums")["@ohos.hiviewdfx.hiAppEvent"];

const users = new Map();
const properties = new Map();
let processors = 0;

class AppEventPackageHolder {
  setSize() {}

  setRow() {}

  takeNext() {
    return null;
  }
}

// The members of the namespaces `event`, `param` and `domain`.
const event = {
  USER_LOGIN: "hiappevent.user_login",
  USER_LOGOUT: "hiappevent.user_logout",
  DISTRIBUTED_SERVICE_START: "hiappevent.distributed_service_start",
  APP_CRASH: "APP_CRASH",
  APP_FREEZE: "APP_FREEZE",
  APP_LAUNCH: "APP_LAUNCH",
  SCROLL_JANK: "SCROLL_JANK",
  CPU_USAGE_HIGH: "CPU_USAGE_HIGH",
  BATTERY_USAGE: "BATTERY_USAGE",
  RESOURCE_OVERLIMIT: "RESOURCE_OVERLIMIT",
  ADDRESS_SANITIZER: "ADDRESS_SANITIZER",
  MAIN_THREAD_JANK: "MAIN_THREAD_JANK",
};
const param = { USER_ID: "user_id", DISTRIBUTED_SERVICE_NAME: "ds_name", DISTRIBUTED_SERVICE_INSTANCE_ID: "ds_instance_id" };

exports.default = {
  ...enums,
  event,
  param,
  domain: { OS: "OS" },
  AppEventPackageHolder,
  configure: (config) => void object("config", config),
  write: async((info) => {
    object("info", info);
    if (string("domain", info.domain) === "") kit.fail(11101001, "Invalid event domain.");
    if (string("name", info.name) === "") kit.fail(11101002, "Invalid event name.");
    kit.note("hiAppEvent.write", info.domain, info.name, info.eventType, info.params ?? {});
  }),
  setEventParam: async(() => undefined),
  setEventConfig: async(() => undefined),
  addWatcher: (watcher) => {
    if (string("name", object("watcher", watcher).name) === "") kit.fail(11102001, "Invalid watcher name.");
    return new AppEventPackageHolder();
  },
  removeWatcher: () => undefined,
  clearData: () => undefined,
  setUserId: (name, value) => void users.set(string("name", name), string("value", value)),
  getUserId: (name) => users.get(string("name", name)) ?? "",
  setUserProperty: (name, value) => void properties.set(string("name", name), string("value", value)),
  getUserProperty: (name) => properties.get(string("name", name)) ?? "",
  addProcessor: () => ++processors,
  removeProcessor: () => undefined,
};

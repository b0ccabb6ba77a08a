// @ohos.data.rdb, the older face of relationalStore.
const { laterOnly, numbered } = kit.require("@emulator.forms");
const { RdbPredicates, wrong } = kit.require("@emulator.predicates");
const { RdbStore } = kit.require("@ohos.data.relationalStore");

const nameOf = (config) => {
  const name = typeof config === "string" ? config : config?.name;
  if (typeof name !== "string" || name === "" || name.includes("/")) wrong("The StoreConfig.name should be a file name.");
  return { name };
};
const directoryOf = (context) => context?.databaseDir ?? wrong("Illegal context.");

const rdb = {
  ...laterOnly({
    getRdbStore: ["relationalStore.getRdbStore", (context, config, version) => {
      if (typeof version !== "number") wrong("The version should be a number.");
      return [directoryOf(context), nameOf(config)];
    }, (handle, context, config, version) => {
      kit.sys("relationalStore.version", handle, version);
      return numbered(new RdbStore(), handle);
    }],
    deleteRdbStore: ["relationalStore.deleteRdbStore", (context, name) => [directoryOf(context), nameOf(name)], () => undefined],
  }),
  RdbPredicates,
  SubscribeType: { SUBSCRIBE_TYPE_REMOTE: 0 },
  SyncMode: { SYNC_MODE_PUSH: 0, SYNC_MODE_PULL: 1 },
};
Object.assign(exports, rdb, { default: rdb });

// @ohos.data.relationalStore. Stores, transactions and rows are in Python (bridge/relational_store.py).
const { allForms, atOnce, later, laterOnly, methods, numberOf, numbered } = kit.require("@emulator.forms");
const { RdbPredicates, stepsOf, tableOf, wrong } = kit.require("@emulator.predicates");
const { ResultSet, resultSet } = kit.require("@emulator.resultSet");
const { decode, encode } = kit.require("@emulator.values");

const numbersOf = (...names) => Object.fromEntries(names.map((name, value) => [name, value]));
const SecurityLevel = { S1: 1, S2: 2, S3: 3, S4: 4 };
const ConflictResolution = numbersOf(
  "ON_CONFLICT_NONE", "ON_CONFLICT_ROLLBACK", "ON_CONFLICT_ABORT", "ON_CONFLICT_FAIL", "ON_CONFLICT_IGNORE", "ON_CONFLICT_REPLACE",
);
const TransactionType = numbersOf("DEFERRED", "IMMEDIATE", "EXCLUSIVE");

// arguments -------------------------------------------------------------------------------------------------------------

const none = () => undefined;
const text = (value, name) => (typeof value === "string" ? value : wrong(`The '${name}' should be a string.`));
const conflictOf = (value = 0) =>
  Object.values(ConflictResolution).includes(value) ? value : wrong("The 'conflict' should be a ConflictResolution.");

const bucket = (values) => {
  if (typeof values !== "object" || values === null || Array.isArray(values)) wrong("The 'values' should be a ValuesBucket.");
  const entries = values instanceof Map ? [...values] : Object.entries(values);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined).map(([name, value]) => [name, encode(value)]));
};
const buckets = (rows) => (Array.isArray(rows) ? rows.map(bucket) : wrong("The 'values' should be an array."));
const bound = (args) => {
  if (args === undefined || args === null) return null;
  return Array.isArray(args) ? args.map(encode) : wrong("The 'bindArgs' should be an array.");
};
const columnsOf = (columns) => (columns === undefined || columns === null ? null : columns.map((name) => text(name, "columns")));
const about = (predicates) => [tableOf(predicates), stepsOf(predicates)];

// A table with predicates of dataShare, or predicates that know their table.
const target = (first, second) => (typeof first === "string" ? [[first, stepsOf(second)], 2] : [about(first), 1]);

const own = function () {
  return [numberOf(this)];
};
const withSql = function (sql, args) {
  return [numberOf(this), text(sql, "sql"), bound(args)];
};

const SHARED = {
  insert: ["relationalStore.insert", function (table, values, conflict) {
    return [numberOf(this), text(table, "table"), bucket(values), conflictOf(conflict)];
  }],
  batchInsert: ["relationalStore.batchInsert", function (table, rows) {
    return [numberOf(this), text(table, "table"), buckets(rows), 0];
  }],
  batchInsertWithConflictResolution: ["relationalStore.batchInsert", function (table, rows, conflict) {
    return [numberOf(this), text(table, "table"), buckets(rows), conflictOf(conflict)];
  }],
  update: ["relationalStore.update", function (...args) {
    const [values, ...rest] = typeof args[0] === "string" ? [args[1], args[0], args[2]] : args;
    const [where, used] = target(...rest);
    return [numberOf(this), bucket(values), ...where, conflictOf(rest[used])];
  }],
  delete: ["relationalStore.delete", function (...args) {
    return [numberOf(this), ...target(...args)[0]];
  }],
  query: ["relationalStore.query", function (...args) {
    const [where, used] = target(...args);
    return [numberOf(this), ...where, columnsOf(args[used])];
  }, resultSet],
  querySql: ["relationalStore.querySql", withSql, resultSet],
  execute: ["relationalStore.execute", function (sql, ...rest) {
    return [numberOf(this), text(sql, "sql"), bound(typeof rest[0] === "number" ? rest[1] : rest[0])];
  }, (value) => decode(value ?? null)],
};
for (const name of ["query", "querySql"]) SHARED[`${name}WithoutRowCount`] = SHARED[name];
SHARED.queryByStep = ["relationalStore.querySql", function (first, rest) {
  return typeof first === "string" ? withSql.call(this, first, rest) : wrong("The 'sql' should be a string.");
}, resultSet];

// stores ----------------------------------------------------------------------------------------------------------------

const begin = atOnce("relationalStore.beginTransaction", own, none);
const commit = atOnce("relationalStore.commit", own, none);
const rollBack = atOnce("relationalStore.rollBack", own, none);
const laterCommit = later("relationalStore.commit", own, none);
const FIRST_TRANSACTION = 1;

class RdbStore {
  get version() {
    return kit.sys("relationalStore.version", numberOf(this), null);
  }

  set version(value) {
    if (!Number.isInteger(value) || value <= 0) wrong("The 'version' should be an integer greater than 0.");
    kit.sys("relationalStore.version", numberOf(this), value);
  }

  get rebuilt() {
    return 0;
  }

  commit(transaction) {
    return transaction === undefined ? commit.call(this) : laterCommit.call(this);
  }

  on() {}

  off() {}

  emit() {}
}
methods(RdbStore, allForms(SHARED));
methods(RdbStore, {
  ...laterOnly({
    executeSql: ["relationalStore.executeSql", withSql, none],
    beginTrans: ["relationalStore.beginTransaction", own, () => FIRST_TRANSACTION],
    rollback: ["relationalStore.rollBack", own, none],
    close: ["relationalStore.close", own, none],
    backup: ["relationalStore.backup", function (name) {
      return [numberOf(this), text(name, "destName")];
    }, none],
    restore: ["relationalStore.restore", function (name) {
      return [numberOf(this), text(name, "srcName")];
    }, none],
    createTransaction: ["relationalStore.createTransaction", function (options) {
      return [numberOf(this), options?.transactionType ?? TransactionType.DEFERRED];
    }, (handle) => numbered(new Transaction(), handle)],
  }),
  beginTransaction: begin,
  rollBack,
});

const ending = (op) =>
  async function () {
    await kit.later(op, numberOf(this));
    await kit.later("relationalStore.close", numberOf(this));
  };

class Transaction {}
methods(Transaction, allForms(SHARED));
methods(Transaction, { commit: ending("relationalStore.commit"), rollback: ending("relationalStore.rollBack") });

// the module ------------------------------------------------------------------------------------------------------------

const MEMBERS = ["name", "customDir", "rootDir", "isReadOnly", "securityLevel"];
const MAX_CUSTOM_DIR = 128;

const configOf = (config) => {
  if (typeof config !== "object" || config === null) wrong("Illegal StoreConfig or name.");
  if (typeof config.name !== "string" || config.name === "") wrong("Illegal StoreConfig or name.");
  if (config.name.includes("/")) wrong("The StoreConfig.name should be a file name without path.");
  if (config.customDir?.startsWith("/")) wrong("The customDir should be a relative directory.");
  if (config.customDir?.length > MAX_CUSTOM_DIR) wrong("The customDir length should be less than or equal to 128 bytes.");
  return Object.fromEntries(MEMBERS.filter((name) => config[name] !== undefined).map((name) => [name, config[name]]));
};
const directoryOf = (context) => context?.databaseDir ?? wrong("Illegal context.");

const getRdbStore = ["relationalStore.getRdbStore", (context, config) => {
  const directory = directoryOf(context);
  if (!Object.values(SecurityLevel).includes(config?.securityLevel)) wrong("Illegal StoreConfig or name.");
  return [directory, configOf(config)];
}, (handle) => numbered(new RdbStore(), handle)];
const deleteRdbStore = ["relationalStore.deleteRdbStore", (context, config) => [
  directoryOf(context),
  typeof config === "string" ? configOf({ name: config }).name : configOf(config),
], none];

const relationalStore = {
  ...allForms({ getRdbStore, deleteRdbStore }),
  isVectorSupported: () => false,
  isTokenizerSupported: (tokenizer) => tokenizer === 0,
  AssetStatus: numbersOf(
    "ASSET_NORMAL", "ASSET_INSERT", "ASSET_UPDATE", "ASSET_DELETE", "ASSET_ABNORMAL", "ASSET_DOWNLOADING", "ASSET_TO_DOWNLOAD",
  ),
  ColumnType: numbersOf("NULL", "INTEGER", "REAL", "TEXT", "BLOB", "ASSET", "ASSETS", "FLOAT_VECTOR", "UNLIMITED_INT"),
  ChangeType: numbersOf("DATA_CHANGE", "ASSET_CHANGE"),
  ConflictResolution,
  DistributedType: numbersOf("DISTRIBUTED_DEVICE", "DISTRIBUTED_CLOUD"),
  HAMode: numbersOf("SINGLE", "MAIN_REPLICA"),
  Origin: numbersOf("LOCAL", "CLOUD", "REMOTE"),
  RdbPredicates,
  RebuildType: numbersOf("NONE", "REBUILT", "REPAIRED"),
  ResultSet,
  SecurityLevel,
  SubscribeType: numbersOf(
    "SUBSCRIBE_TYPE_REMOTE", "SUBSCRIBE_TYPE_CLOUD", "SUBSCRIBE_TYPE_CLOUD_DETAILS", "SUBSCRIBE_TYPE_LOCAL_DETAILS",
  ),
  SyncMode: numbersOf(
    "SYNC_MODE_PUSH", "SYNC_MODE_PULL", "SYNC_MODE_TIME_FIRST", "SYNC_MODE_NATIVE_FIRST", "SYNC_MODE_CLOUD_FIRST",
  ),
  TransactionType,
};

Object.assign(exports, relationalStore, { RdbStore, default: relationalStore });

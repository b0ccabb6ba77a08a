// @ohos.data.dataShare on tables that the emulated device was given (bridge/data_share.py).
const { laterOnly, methods } = kit.require("@emulator.forms");
const { stepsOf, wrong } = kit.require("@emulator.predicates");
const { resultSet } = kit.require("@emulator.resultSet");
const { encode } = kit.require("@emulator.values");

const CLOSED = 15700013;
const uriOf = (uri) => (typeof uri === "string" && /^datashare(proxy)?:\/\//.test(uri) ? uri : wrong("The uri is invalid."));
const bucket = (values) => Object.fromEntries(Object.entries(values ?? wrong("The values are invalid.")).map(([k, v]) => [k, encode(v)]));

class DataShareHelper {
  #closed = false;

  static open(helper, value) {
    return helper.#closed ? kit.fail(CLOSED, "The DataShareHelper instance is already closed.") : value;
  }

  on() {}

  off() {}

  async close() {
    this.#closed = true;
  }

  async batchInsert(uri, rows) {
    for (const row of rows) await this.insert(uri, row);
    return rows.length;
  }

  async normalizeUri(uri) {
    return uriOf(uri);
  }

  async denormalizeUri(uri) {
    return uriOf(uri);
  }

  async notifyChange() {}
}
const { open } = DataShareHelper;
delete DataShareHelper.open;

methods(DataShareHelper, laterOnly({
  query: ["dataShare.query", function (uri, predicates, columns) {
    return open(this, [uriOf(uri), stepsOf(predicates), columns ?? null]);
  }, resultSet],
  insert: ["dataShare.insert", function (uri, values) {
    return open(this, [uriOf(uri), bucket(values)]);
  }],
  update: ["dataShare.update", function (uri, predicates, values) {
    return open(this, [uriOf(uri), stepsOf(predicates), bucket(values)]);
  }],
  delete: ["dataShare.delete", function (uri, predicates) {
    return open(this, [uriOf(uri), stepsOf(predicates)]);
  }],
}));

const dataShare = laterOnly({
  createDataShareHelper: ["dataShare.create", (context, uri) => [uriOf(uri)], () => new DataShareHelper()],
});
Object.assign(exports, dataShare, { default: dataShare });

// The result sets of relationalStore, rdb and dataShare: the rows stay in Python.
const { methods, numberOf, numbered } = kit.require("@emulator.forms");
const { decode } = kit.require("@emulator.values");

const INVALID = 401;
const ask = (result, name, ...args) => decode(kit.sys("relationalStore.resultSet", numberOf(result), name, ...args));
const index = (value) =>
  typeof value === "number" ? value : kit.fail(INVALID, "Parameter error. The 'columnIndex' should be a number.");

const READ = ["columnCount", "rowCount", "rowIndex", "isAtFirstRow", "isAtLastRow", "isStarted", "isEnded", "isClosed"];
const MOVES = ["goTo", "goToRow", "goToFirstRow", "goToLastRow", "goToNextRow", "goToPreviousRow"];
const OF_COLUMN = ["getLong", "getDouble", "getBlob", "isColumnNull", "getColumnName"];
const TYPES = { NULL: 0, INTEGER: 1, REAL: 2, TEXT: 3, BLOB: 4 };

class ResultSet {
  get columnNames() {
    return ask(this, "columnNames");
  }

  getColumnNames() {
    return this.columnNames;
  }

  getColumnIndex(name) {
    if (typeof name !== "string") kit.fail(INVALID, "Parameter error. The 'columnName' should be a string.");
    return ask(this, "getColumnIndex", name);
  }

  getString(column) {
    return ask(this, "getString", index(column)).toWellFormed();
  }

  getValue(column) {
    return ask(this, "getValue", index(column)) ?? null;
  }

  getRow() {
    const names = this.columnNames;
    return Object.fromEntries(this.getCurrentRowData().map((value, place) => [names[place], value]));
  }

  getCurrentRowData() {
    return kit.sys("relationalStore.row", numberOf(this)).map(decode);
  }

  getColumnTypeSync(column) {
    const value = this.getValue(typeof column === "string" ? this.getColumnIndex(column) : index(column));
    if (value === null) return TYPES.NULL;
    if (typeof value === "string") return TYPES.TEXT;
    if (value instanceof Uint8Array) return TYPES.BLOB;
    return Number.isInteger(value) ? TYPES.INTEGER : TYPES.REAL;
  }

  async getColumnType(column) {
    return this.getColumnTypeSync(column);
  }

  async getRows(count, position) {
    return collected(this, count, position, () => this.getRow());
  }

  async getRowsData(count, position) {
    return collected(this, count, position, () => this.getCurrentRowData());
  }

  close() {
    ask(this, "close");
  }
}

// At most `count` rows from `position` on, or from where the pointer is: the first one, before any.
const collected = (result, count, position, look) => {
  let more = position === undefined ? result.isStarted || result.goToFirstRow() : result.goToRow(position);
  const rows = [];
  while (more && !result.isEnded && rows.length < count) {
    rows.push(look());
    more = result.goToNextRow();
  }
  return rows;
};

for (const name of READ) {
  Object.defineProperty(ResultSet.prototype, name, {
    get() {
      return ask(this, name);
    },
  });
}
methods(ResultSet, Object.fromEntries(MOVES.map((name) => [name, function (...args) {
  return ask(this, name, ...args);
}])));
methods(ResultSet, Object.fromEntries(OF_COLUMN.map((name) => [name, function (column) {
  return ask(this, name, index(column));
}])));

const resultSet = ({ handle }) => numbered(new ResultSet(), handle);

Object.assign(exports, { ResultSet, resultSet });

// Predicates of relationalStore, rdb and dataShare: a list of calls, which Python makes SQL of.
const { encode } = kit.require("@emulator.values");

const INVALID = 401;
const wrong = (what) => kit.fail(INVALID, `Parameter error. ${what}`);

const field = (value) => (typeof value === "string" && value !== "" ? value : wrong("The 'field' should be not empty string."));
const text = (value) => (typeof value === "string" ? value : wrong("The 'value' should be a string."));
const whole = (value) => (typeof value === "number" ? value : wrong("The 'value' should be a number."));
const list = (value) => (Array.isArray(value) ? value.map(encode) : wrong("The 'values' should be an array."));
const names = (value) => (Array.isArray(value) ? value.map(text) : wrong("The 'fields' should be an array."));
const value = (given) => (given === undefined ? wrong("The 'value' should be a ValueType.") : encode(given));

const LISTS = { in: "in", notIn: "notIn", inValues: "in", notInValues: "notIn" };
const CHECKS = {};
for (const name of ["equalTo", "notEqualTo", "greaterThan", "lessThan", "greaterThanOrEqualTo", "lessThanOrEqualTo"]) {
  CHECKS[name] = [field, value];
}
for (const name of ["between", "notBetween"]) CHECKS[name] = [field, value, value];
for (const name of ["contains", "notContains", "beginsWith", "endsWith", "like", "notLike", "glob"]) CHECKS[name] = [field, text];
for (const name of ["isNull", "isNotNull", "orderByAsc", "orderByDesc", "indexedBy"]) CHECKS[name] = [field];
for (const name of Object.keys(LISTS)) CHECKS[name] = [field, list];
for (const name of ["and", "or", "beginWrap", "endWrap", "distinct"]) CHECKS[name] = [];
Object.assign(CHECKS, { limitAs: [whole], offsetAs: [whole], groupBy: [names] });

const steps = new WeakMap();
const stepsOf = (predicates) => steps.get(predicates) ?? wrong("The predicates are invalid.");

class Predicates {
  constructor() {
    steps.set(this, []);
  }
}

// The methods `given` as calls of the same name, or of the name that Python knows.
const define = (Class, given, renamed = {}) => {
  for (const name of given) {
    const checks = CHECKS[renamed[name] ?? name];
    Object.defineProperty(Class.prototype, name, {
      value(...args) {
        stepsOf(this).push([renamed[name] ?? LISTS[name] ?? name, ...checks.map((check, place) => check(args[place]))]);
        return this;
      },
      writable: true,
      configurable: true,
    });
  }
};

// Predicates of a table.
class RdbPredicates extends Predicates {
  #table;

  constructor(table) {
    super();
    this.#table = typeof table === "string" && table !== "" ? table : wrong("The 'name' should be not empty string.");
  }

  static tableOf(predicates) {
    return #table in Object(predicates) ? predicates.#table : wrong("The predicates should be an RdbPredicates.");
  }

  inDevices() {
    return this;
  }

  inAllDevices() {
    return this;
  }

  having(conditions, args = []) {
    stepsOf(this).push(["having", text(conditions), list(args)]);
    return this;
  }
}
define(RdbPredicates, Object.keys(CHECKS));
const { tableOf } = RdbPredicates;
delete RdbPredicates.tableOf;

Object.assign(exports, { CHECKS, Predicates, RdbPredicates, define, stepsOf, tableOf, wrong });

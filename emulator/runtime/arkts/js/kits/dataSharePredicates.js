// @ohos.data.dataSharePredicates
const { CHECKS, Predicates, define, stepsOf } = kit.require("@emulator.predicates");

class DataSharePredicates extends Predicates {
  limit(total, offset) {
    stepsOf(this).push(["limitAs", total], ["offsetAs", offset]);
    return this;
  }

  prefixKey() {
    return this;
  }

  inKeys() {
    return this;
  }
}
const OTHERS = ["limitAs", "offsetAs", "notLike", "notContains"];
define(DataSharePredicates, [...Object.keys(CHECKS).filter((name) => !OTHERS.includes(name)), "unlike"], { unlike: "notLike" });

const dataSharePredicates = { DataSharePredicates };
Object.assign(exports, dataSharePredicates, { default: dataSharePredicates });

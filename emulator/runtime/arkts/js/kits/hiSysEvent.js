// @ohos.hiSysEvent: written events are noted; nobody watches.
const { async, object, string } = kit.require("@emulator.inert");
const { EventType, RuleType } = kit.require("@emulator.enums")["@ohos.hiSysEvent"];

const DOMAIN = /^[A-Z][A-Z0-9_]{0,15}$/;
const NAME = /^[A-Z][A-Z0-9_]{0,31}$/;

const write = async((info) => {
  object("info", info);
  if (!DOMAIN.test(string("domain", info.domain))) kit.fail(11200001, "Invalid event domain.");
  if (!NAME.test(string("name", info.name))) kit.fail(11200002, "Invalid event name.");
  kit.note("hiSysEvent.write", info.domain, info.name, info.eventType, info.params ?? {});
});

exports.default = {
  EventType,
  RuleType,
  write,
  addWatcher: () => undefined,
  removeWatcher: () => undefined,
  query: (range, rules, querier) => void Promise.resolve().then(() => querier.onComplete?.(0, 0)),
};

// context.resourceManager: raw files and texts of the module, as they lie in its project (bridge/resources.py).
const { allForms, later } = kit.require("@emulator.forms");

const NAME = "context.resourceManager";
const STRING = 10003;
const PREFIX = "app.string.";
const text = (value) => (typeof value === "string" ? value : kit.fail(401, "Invalid input parameter"));
const path = (value) => [text(value)];

const found = (code, message, finish = (value) => value) => (answer) => {
  if (!answer) return kit.missing(`${NAME} without a package`);
  return answer.length > 0 ? finish(answer[0]) : kit.fail(code, message);
};
const bytes = found(9001005, "Rawfile path is invalid", (value) => new Uint8Array(kit.buffer(value)));
const list = found(9001005, "Rawfile path is invalid");

const named = (name, ...values) => {
  if (values.length > 0) kit.missing(`${NAME}.getStringByName with values`);
  return [text(name)];
};
// $r("app.string.name"); the numbers that a build gives to resources are not known here.
const referred = (resource, ...values) => {
  if (typeof resource === "number") kit.missing(`${NAME}.getString of a number`);
  const [name, ...within] = resource?.params ?? [];
  if (resource?.type !== STRING || typeof name !== "string" || !name.startsWith(PREFIX)) {
    kit.fail(401, "Invalid input parameter");
  }
  if (values.length + within.length > 0) kit.missing(`${NAME}.getString with values`);
  return [name.slice(PREFIX.length)];
};
const byReference = ["resources.text", referred, found(9001001, "Resource id invalid")];

const content = ["resources.content", path, bytes];

const functions = {
  ...allForms({
    getRawFileContent: content,
    getRawFileList: ["resources.names", path, list],
    getString: byReference,
    getStringByName: ["resources.text", named, found(9001003, "Resource name invalid")],
  }),
  getRawFile: later(...content),
  getStringValue: later(...byReference),
};

exports.resourceManager = () => kit.open({ ...functions }, NAME);

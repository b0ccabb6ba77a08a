// Functions of services that the emulated device does not have but answers for: promise and callback forms of one value.
const withCallback = (args) => (typeof args[args.length - 1] === "function" ? [args.slice(0, -1), args[args.length - 1]] : [args, undefined]);

// `answer(...args)` as the promise or through the callback at the end of the arguments.
const async = (answer) =>
  function (...given) {
    const [args, callback] = withCallback(given);
    return kit.both(
      Promise.resolve().then(() => answer.apply(this, args)),
      callback,
    );
  };

// Each name gets the asynchronous form, and `nameSync` the value at once.
const both = (answers) =>
  Object.fromEntries(Object.entries(answers).flatMap(([name, answer]) => [[name, async(answer)], [`${name}Sync`, answer]]));

const asyncAll = (answers) => Object.fromEntries(Object.entries(answers).map(([name, answer]) => [name, async(answer)]));

const string = (name, value) =>
  typeof value === "string" ? value : kit.fail(401, `Parameter error. The type of "${name}" must be string.`);
const object = (name, value) =>
  typeof value === "object" && value !== null ? value : kit.fail(401, `Parameter error. The type of "${name}" must be object.`);
const callable = (name, value) =>
  typeof value === "function" ? value : kit.fail(401, `Parameter error. The type of "${name}" must be function.`);

Object.assign(exports, { async, asyncAll, both, callable, object, string });

// @ohos.commonEventManager: what the app publishes is noted, and reaches the subscribers of its own thread.
const { async, callable, object, string } = kit.require("@emulator.inert");
const { Support } = kit.require("@emulator.enums")["@ohos.commonEventManager"];

const subscriptions = new Map();
const sticky = new Map();

const subscribed = (subscriber) => (subscriber instanceof Subscriber ? subscriber : object("subscriber", undefined));

class Subscriber {
  #info;
  #ordered = { code: 0, data: "", aborted: false };

  constructor(info) {
    this.#info = { ...object("subscribeInfo", info) };
    if (!Array.isArray(this.#info.events)) kit.fail(401, 'Parameter error. The type of "events" must be array.');
  }

  getSubscribeInfo = async(() => this.#info);
  getSubscribeInfoSync = () => this.#info;
  getCode = async(() => this.#ordered.code);
  getCodeSync = () => this.#ordered.code;
  getData = async(() => this.#ordered.data);
  getDataSync = () => this.#ordered.data;
  setCode = async((code) => void (this.#ordered.code = code));
  setCodeSync = (code) => void (this.#ordered.code = code);
  setData = async((data) => void (this.#ordered.data = data));
  setDataSync = (data) => void (this.#ordered.data = data);
  setCodeAndData = async((code, data) => void Object.assign(this.#ordered, { code, data }));
  setCodeAndDataSync = (code, data) => void Object.assign(this.#ordered, { code, data });
  isOrderedCommonEvent = async(() => false);
  isOrderedCommonEventSync = () => false;
  isStickyCommonEvent = async(() => false);
  isStickyCommonEventSync = () => false;
  getAbortCommonEvent = async(() => this.#ordered.aborted);
  getAbortCommonEventSync = () => this.#ordered.aborted;
  abortCommonEvent = async(() => void (this.#ordered.aborted = true));
  abortCommonEventSync = () => void (this.#ordered.aborted = true);
  clearAbortCommonEvent = async(() => void (this.#ordered.aborted = false));
  clearAbortCommonEventSync = () => void (this.#ordered.aborted = false);
  finishCommonEvent = async(() => undefined);
}

const deliver = (event, options) => {
  const data = {
    event,
    bundleName: options.bundleName ?? "",
    code: options.code ?? 0,
    data: options.data ?? "",
    parameters: options.parameters ?? {},
  };
  if (options.isSticky === true) sticky.set(event, data);
  for (const [subscriber, hear] of subscriptions) {
    if (subscriber.getSubscribeInfoSync().events.includes(event)) Promise.resolve().then(() => hear(data));
  }
};

const publish = async((event, options = {}) => {
  string("event", event);
  object("options", options);
  kit.note("commonEvent.publish", event, { code: options.code ?? 0, data: options.data ?? "" });
  deliver(event, options);
});

const createSubscriberSync = (info) => new Subscriber(info);

const heard = (subscriber, hear) => {
  const known = subscribed(subscriber);
  subscriptions.set(known, hear);
  for (const event of known.getSubscribeInfoSync().events) {
    if (sticky.has(event)) Promise.resolve().then(() => hear(sticky.get(event)));
  }
};

exports.default = {
  Support,
  publish,
  publishAsUser: (event, user, ...rest) => publish(event, ...rest),
  createSubscriber: async(createSubscriberSync),
  createSubscriberSync,
  subscribe(subscriber, callback) {
    callable("callback", callback);
    heard(subscriber, (data) => callback(undefined, data));
  },
  async subscribeToEvent(subscriber, callback) {
    heard(subscriber, callable("callback", callback));
  },
  unsubscribe: async((subscriber) => {
    subscriptions.delete(subscribed(subscriber));
  }),
  removeStickyCommonEvent: async((event) => {
    sticky.delete(string("event", event));
  }),
  setStaticSubscriberState: async(() => undefined),
};

// @arkts.utils: locks of one thread, ASON over JSON, a least-recently-used cache.
const { LRUCache } = kit.require("@emulator.lruCache");
const { default: collections } = kit.require("@arkts.collections");

const AsyncLockMode = { SHARED: 1, EXCLUSIVE: 2 };
const named = new Map();
let anonymous = 0;

class AsyncLockOptions {
  isAvailable = false;
  signal = null;
  timeout = 0;
}

const info = ({ name }, { mode }) => ({ name, mode, contextId: 0 });

class AsyncLock {
  #held = [];
  #waiting = [];

  constructor(name = `anonymous${++anonymous}`) {
    this.name = name;
  }

  static request(name) {
    if (typeof name !== "string") kit.fail(401, "Parameter error. The type of name must be string.");
    if (!named.has(name)) named.set(name, new AsyncLock(name));
    return named.get(name);
  }

  static query(name) {
    const lock = named.get(name) ?? kit.fail(10200030, "The lock does not exist.");
    return { held: lock.#held.map((job) => info(lock, job)), pending: lock.#waiting.map((job) => info(lock, job)) };
  }

  static queryAll() {
    return [...named.keys()].map((name) => AsyncLock.query(name));
  }

  #free(mode) {
    return this.#held.every((job) => mode === AsyncLockMode.SHARED && job.mode === AsyncLockMode.SHARED);
  }

  #next() {
    while (this.#waiting.length > 0 && this.#free(this.#waiting[0].mode)) {
      const job = this.#waiting.shift();
      this.#held.push(job);
      job.start();
    }
  }

  #leave(job) {
    this.#held = this.#held.filter((other) => other !== job);
    this.#next();
  }

  #give(job, reject, code, message, reason) {
    if (!this.#waiting.includes(job)) return;
    this.#waiting = this.#waiting.filter((other) => other !== job);
    reject(reason ?? new kit.BusinessError(code, message));
    this.#next();
  }

  lockAsync(callback, mode = AsyncLockMode.EXCLUSIVE, options = {}) {
    if (typeof callback !== "function") kit.fail(401, "Parameter error. The type of callback must be function.");
    if (!Object.values(AsyncLockMode).includes(mode)) kit.fail(401, "Parameter error. The mode is unknown.");
    const signal = options.signal ?? undefined;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const job = { mode };
      job.start = () => {
        Promise.resolve()
          .then(() => (signal?.aborted ? Promise.reject(signal.reason) : callback()))
          .then(resolve, reject)
          .finally(() => this.#leave(job));
      };
      if (options.isAvailable && (this.#waiting.length > 0 || !this.#free(mode))) {
        reject(new kit.BusinessError(10200031, "Timeout exceeded."));
        return;
      }
      this.#waiting.push(job);
      if (options.timeout > 0) setTimeout(() => this.#give(job, reject, 10200031, "Timeout exceeded."), options.timeout);
      this.#next();
    });
  }
}

const conditions = new Map();

class ConditionVariable {
  #waiting = [];

  static request(name) {
    if (!conditions.has(name)) conditions.set(name, new ConditionVariable());
    return conditions.get(name);
  }

  wait() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  waitFor(timeout) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      setTimeout(() => {
        this.#waiting = this.#waiting.filter((other) => other !== resolve);
        resolve();
      }, timeout);
    });
  }

  notifyOne() {
    this.#waiting.shift()?.();
  }

  notifyAll() {
    this.#waiting.splice(0).forEach((resolve) => resolve());
  }
}

class AbortSignal {
  aborted = false;
  reason = undefined;
}

const locks = { AbortSignal, AsyncLock, AsyncLockMode, AsyncLockOptions, ConditionVariable };

const BigIntMode = { DEFAULT: 0, PARSE_AS_BIGINT: 1, ALWAYS_PARSE_AS_BIGINT: 2 };
const ParseReturnType = { OBJECT: 0, MAP: 1 };

const shared = (value) => {
  if (Array.isArray(value)) return collections.Array.from(value.map(shared));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, shared(held)]));
};

const ASON = {
  BigIntMode,
  ParseReturnType,
  parse(text, reviver, options) {
    const value = shared(kit.require("@ohos.util.json").default.parse(text, reviver, options));
    return options?.parseReturnType === ParseReturnType.MAP ? new collections.Map(Object.entries(value)) : value;
  },
  stringify: (value) =>
    JSON.stringify(value, (key, held) =>
      held instanceof Map ? Object.fromEntries(held) : held instanceof Set ? [...held] : held,
    ),
};

class SendableLruCache extends LRUCache {
  getRemoveCount() {
    return this.getRemovalCount();
  }
}

const isShared = (value) => Object.values(collections).some((Class) => value instanceof Class);

exports.default = {
  ASON,
  SendableLruCache,
  isSendable: (value) => (typeof value !== "object" && typeof value !== "function") || value === null || isShared(value),
  locks,
};
for (const Class of [AsyncLock, ConditionVariable, SendableLruCache]) kit.shareInstances?.(Class);

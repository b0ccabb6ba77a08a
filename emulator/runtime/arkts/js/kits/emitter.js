// @ohos.events.emitter: events of one thread, told one after the other behind what runs now, the most urgent first.
const EventPriority = { IMMEDIATE: 0, HIGH: 1, LOW: 2, IDLE: 3 };
const { callable } = kit.require("@emulator.inert");

const waiting = [];

const known = (event) => (typeof event === "object" && event !== null ? event.eventId : event);
const wanted = (eventId) => {
  const isId = typeof eventId === "number" || (typeof eventId === "string" && eventId !== "");
  return isId ? eventId : kit.fail(401, 'Parameter error. The type of "eventId" must be number or string that is not empty.');
};

// `emit(event, options, data)`, `emit(event, data)`: what has a priority and no data are options.
const sorted = (event, first, second) => {
  const isOptions = second !== undefined || (first?.priority !== undefined && first.data === undefined);
  const priority = (isOptions ? first?.priority : event?.priority) ?? EventPriority.LOW;
  return { priority, content: isOptions ? second : first };
};

const next = () => {
  let best = 0;
  for (let i = 1; i < waiting.length; i++) if (waiting[i].priority < waiting[best].priority) best = i;
  waiting.splice(best, 1)[0].deliver();
};

class Emitter {
  #listeners = new Map();

  #listen(event, callback, once) {
    const id = wanted(known(event));
    callable("callback", callback);
    if (!this.#listeners.has(id)) this.#listeners.set(id, new Map());
    this.#listeners.get(id).set(callback, once);
  }

  on(event, callback) {
    this.#listen(event, callback, false);
  }

  once(event, callback) {
    this.#listen(event, callback, true);
  }

  off(eventId, callback) {
    const id = wanted(eventId);
    if (callback === undefined) this.#listeners.delete(id);
    else this.#listeners.get(id)?.delete(callback);
  }

  emit(event, first, second) {
    const id = wanted(known(event));
    const { priority, content } = sorted(event, first, second);
    waiting.push({ priority, deliver: () => this.#deliver(id, content?.data === undefined ? {} : { data: content.data }) });
    kit.both(Promise.resolve(), next);
  }

  #deliver(id, content) {
    for (const [callback, once] of [...(this.#listeners.get(id) ?? [])]) {
      if (once) this.#listeners.get(id).delete(callback);
      kit.both(Promise.resolve(), () => callback(content));
    }
  }

  getListenerCount(eventId) {
    return this.#listeners.get(wanted(eventId))?.size ?? 0;
  }
}

const ofTheProcess = new Emitter();

exports.default = {
  EventPriority,
  Emitter,
  on: (event, callback) => ofTheProcess.on(event, callback),
  once: (event, callback) => ofTheProcess.once(event, callback),
  off: (eventId, callback) => ofTheProcess.off(eventId, callback),
  emit: (event, first, second) => ofTheProcess.emit(event, first, second),
  getListenerCount: (eventId) => ofTheProcess.getListenerCount(eventId),
};

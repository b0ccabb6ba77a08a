// @ohos.events.emitter. How events get to the threads that listen is the runtime's, see events.js. What is wrong is passed over.
const { events } = kit;
const EventPriority = { IMMEDIATE: 0, HIGH: 1, LOW: 2, IDLE: 3 };

const isObject = (value) => typeof value === 'object' && value !== null;
const isText = (value) => typeof value === 'string' && value !== '';
const number = (value) => (typeof value === 'number' ? value >>> 0 : 0);

// The id of an event as it is listened to and emitted, and as it is counted and dropped; undefined for none.
const idOf = (event) => (isText(event) ? event : isObject(event) && 'eventId' in event ? number(event.eventId) : undefined);
const bareId = (id) => (isText(id) ? id : typeof id === 'number' ? number(id) : undefined);

const listening = (once) => (event, callback) => {
  const id = idOf(event);
  if (id !== undefined && typeof callback === 'function') events.listen(id, callback, once);
};

exports.default = {
  EventPriority,
  on: listening(false),
  once: listening(true),
  off(event, ...rest) {
    const id = bareId(event);
    if (id === undefined || (rest.length > 0 && typeof rest[0] !== 'function')) return;
    events.ignore(id, rest[0]);
  },
  emit(event, ...rest) {
    const id = idOf(event);
    const data = typeof event === 'string' && isObject(rest[0]) && 'priority' in rest[0] ? rest[1] : rest[0];
    if (id !== undefined) events.emit(id, isObject(data) ? data.data : undefined);
  },
  getListenerCount(event) {
    const id = bareId(event);
    return id === undefined ? undefined : events.count(id);
  },
};

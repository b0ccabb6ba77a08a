'use strict';
// emitter below its API: an event goes to whoever listens, on whichever thread of the process, cloned on the way.
//
// `host.listeners` has who listens, by the id of the event, and `host.events` what is on its way; all realms of a process see both.

const { host, clone, tellOthers } = realm;
const { events, listeners } = host;
const { apply } = Reflect;
const { thread } = realm.settings;

// What of `value` can be passed on; nothing of it where a part cannot.
function passed(value) {
  try {
    return clone.into(value);
  } catch (error) {
    if (error instanceof clone.NotSerializable) return undefined;
    throw error;
  }
}

function listenersOf(event) {
  return listeners.get(event) ?? [];
}

function listen(event, callback, once) {
  const known = listenersOf(event).find((one) => one.thread === thread && one.callback === callback);
  if (known !== undefined) known.once = once;
  else listeners.set(event, [...listenersOf(event), { event, thread, callback, once }]);
}

function drop(gone) {
  const left = listenersOf(gone.event).filter((one) => one !== gone);
  gone.gone = true;
  if (left.length) listeners.set(gone.event, left);
  else listeners.delete(gone.event);
}

// Without a callback everybody's, on all threads; a callback is its own thread's.
function ignore(event, callback) {
  for (const one of listenersOf(event)) {
    if (callback === undefined || (one.thread === thread && one.callback === callback)) drop(one);
  }
}

function emit(event, value) {
  for (const listener of listenersOf(event)) {
    const id = host.number();
    events.set(id, { listener, data: passed(value) });
    tellOthers('event.post', listener.thread, id, host.tag());
  }
}

// On the thread that listens.
function deliver(id) {
  return realm.guardedJob(() => {
    const { listener, data } = events.get(id);
    events.delete(id);
    if (listener.gone) return;
    if (listener.once) drop(listener);
    apply(listener.callback, undefined, [{ data: clone.into(data) }]);
  });
}

return { count: (event) => listenersOf(event).length, deliver, emit, ignore, listen };

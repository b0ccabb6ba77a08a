// The eventHub of a context: what is emitted reaches its listeners at once.
const { callable, string } = kit.require("@emulator.inert");

exports.eventHub = () => {
  const listeners = new Map();
  return kit.open(
    {
      on(event, callback) {
        string("event", event);
        callable("callback", callback);
        if (!listeners.has(event)) listeners.set(event, new Set());
        listeners.get(event).add(callback);
      },
      off(event, callback) {
        string("event", event);
        if (callback === undefined) listeners.delete(event);
        else listeners.get(event)?.delete(callback);
      },
      emit(event, ...values) {
        string("event", event);
        for (const callback of [...(listeners.get(event) ?? [])]) callback(...values);
      },
    },
    "context.eventHub",
  );
};

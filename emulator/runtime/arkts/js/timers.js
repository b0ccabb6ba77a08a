'use strict';
// Timers of the app, and queueMicrotask: the kernel keeps the time of each, the realm what it is to call.

const { host, define, request, reserve, tell, enqueue, guardedJob } = realm;
const { timers } = host;
const { apply } = Reflect;
const { max } = Math;
const MAX_TIMERS = 100_000;

function startTimer(handler, delay, values, repeats) {
  reserve();
  const ns = max(0, delay | 0) * 1e6;
  const id = host.number();
  if (timers.size >= MAX_TIMERS) request('realm.exhausted', '[]');
  timers.set(id, { handler, values, repeats });
  tell('timer', id, ns, repeats ? max(ns, 1e6) : 0, host.tag());
  return id;
}

function clearTimer(id) {
  if (timers.delete(id)) tell('clear', id);
}

function fire(id) {
  const timer = timers.get(id);
  return guardedJob(() => {
    if (timer === undefined) return;
    if (!timer.repeats) timers.delete(id);
    if (typeof timer.handler === 'function') apply(timer.handler, undefined, timer.values);
  });
}

define('setTimeout', (handler, delay, ...values) => startTimer(handler, delay, values, false));
define('setInterval', (handler, delay, ...values) => startTimer(handler, delay, values, true));
define('clearTimeout', clearTimer);
define('clearInterval', clearTimer);
define('queueMicrotask', (job) => {
  if (typeof job !== 'function') throw new TypeError('the callback of queueMicrotask has to be a function');
  enqueue(guardedJob(job));
});

return { fire };

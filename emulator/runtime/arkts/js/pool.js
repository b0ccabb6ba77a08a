'use strict';
// taskpool below its API: what goes to a thread of the pool and what comes back, all of it cloned in between.
//
// Python has the threads and the queue; here are the tasks themselves, in `host.tasks`, which all realms of a process see.

const { host, clock, tellOthers, tell, modules, clone } = realm;
const { tasks } = host;
const { Promise } = globalThis;
const { apply } = Reflect;
const NOT_SERIALIZABLE = [10200006, 'An exception occurred during serialization.'];
const CANCELED = [0, 'taskpool:: task has been canceled'];

let current;

function failure(kind, detail) {
  return new modules.BusinessError(kind[0], detail ? `${kind[1]} ${detail}` : kind[1]);
}

// What can be passed on of `value`, or a BusinessError.
function pass(value, options) {
  try {
    return clone.into(value, options);
  } catch (error) {
    if (error instanceof clone.NotSerializable) throw failure(NOT_SERIALIZABLE, `taskpool: ${error.message}`);
    throw error;
  }
}

// Execute `task` once. `task`: id, name, function, arguments, and of what they are: file, export, long, transfer, copied.
function submit(task, priority) {
  return new Promise((resolve, reject) => {
    const values = pass(task.arguments, { transfer: task.transfer, copied: task.copied });
    const record = { id: host.number(), task, values, resolve, reject, started: false, tag: host.tag() };
    tasks.set(record.id, record);
    task.executions.add(record);
    tellOthers('pool.submit', record.id, priority, task.long, task.name || task.export, record.tag);
  });
}

// On the pool's thread.
function run(id) {
  return () => {
    const record = tasks.get(id);
    if (record === undefined) {
      tellOthers('pool.done', id);
      return;
    }
    current = record;
    record.started = true;
    record.startedNs = clock[0];
    if (record.task.listeners.started !== undefined) tellOthers('pool.begun', id);
    let result;
    try {
      realm.loading = true;
      let concurrent;
      try {
        concurrent = modules.concurrent(record.task.file, record.task.export);
      } finally {
        realm.loading = false;
      }
      result = apply(concurrent, undefined, pass(record.values));
    } catch (error) {
      finish(record, false, error);
      return;
    }
    if (!host.isPromise(result)) finish(record, true, result);
    else realm.whenSettled(result, (value) => finish(record, true, value), (error) => finish(record, false, error));
  };
}

function finish(record, ok, value) {
  if (clock[4]) return;
  record.ok = ok;
  record.missing = ok ? '' : modules.missingOf(value);
  try {
    record.value = pass(value);
  } catch (error) {
    record.ok = false;
    record.value = error;
  }
  current = undefined;
  tellOthers('pool.done', record.id);
}

// On the thread that has submitted it.
function settle(id) {
  return realm.guardedJob(() => {
    const record = tasks.get(id);
    if (record === undefined) return;
    forget(record);
    const { task } = record;
    task.totalMs = (clock[0] - record.startedNs) / 1e6;
    if (task.canceled) record.reject(failure(CANCELED));
    else if (record.ok) record.resolve(clone.into(record.value));
    else record.reject(modules.alsoMissing(clone.into(record.value), record.missing));
  });
}

function forget(record) {
  tasks.delete(record.id);
  record.task.executions.delete(record);
}

function cancel(task) {
  task.canceled = true;
  for (const record of [...task.executions]) {
    if (record.started) continue;
    forget(record);
    tell('pool.withdraw', record.id);
    record.reject(failure(CANCELED));
  }
}

function terminate(task) {
  for (const record of [...task.executions]) {
    forget(record);
    tellOthers('pool.terminate', record.id);
  }
}

// From the pool's thread to the one that has submitted the running task.
function sendData(values) {
  const id = host.number();
  tasks.set(id, { task: current.task, values: pass(values) });
  tellOthers('pool.data', current.id, id);
}

function receive(id) {
  return realm.guardedJob(() => {
    const { task, values } = tasks.get(id);
    tasks.delete(id);
    if (task.onData !== undefined) apply(task.onData, undefined, clone.into(values));
  });
}

function begun(id) {
  return realm.guardedJob(() => tasks.get(id)?.task.listeners.started());
}

const EVENTS = { run, settle, receive, begun };

return {
  submit,
  cancel,
  terminate,
  sendData,
  failure,
  number: host.number,
  now: () => clock[0],
  current: () => current,
  inPool: realm.settings.kind === 'worker',
  origin: (concurrent) => modules.concurrentName(concurrent),
  records: () => [...tasks.values()].filter((record) => 'started' in record),
  event: (what, id) => EVENTS[what](id),
};

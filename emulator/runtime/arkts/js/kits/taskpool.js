// @ohos.taskpool. How tasks get to threads and back is the runtime's, see pool.js.

const { pool } = kit;
const Priority = { HIGH: 0, MEDIUM: 1, LOW: 2, IDLE: 3 };
const State = { WAITING: 1, RUNNING: 2, CANCELED: 3 };
const MAX_DEPENDENCY_DEPTH = 1000;

const invalid = (detail) => kit.fail(401, `Parameter error. ${detail}`);

function checkPriority(priority) {
  if (![0, 1, 2, 3].includes(priority)) invalid('The priority is none of taskpool.Priority.');
  return priority;
}

function checkTime(ms, what) {
  if (typeof ms !== 'number') invalid(`The ${what} has to be a number.`);
  if (ms < 0) kit.fail(10200028, `The ${what} is less than zero.`);
}

// What a task is besides what the app sees of it.
const inner = new WeakMap();

class Task {
  constructor(...values) {
    const name = typeof values[0] === 'string' ? values.shift() : '';
    const [concurrent, ...rest] = values;
    if (typeof concurrent !== 'function') invalid('The first argument has to be a function.');
    const origin = pool.origin(concurrent);
    if (origin === undefined) kit.fail(10200014, 'The function is not marked as concurrent.');
    this.function = concurrent;
    this.arguments = rest;
    this.name = name || concurrent.name;
    this.taskId = pool.number();
    inner.set(this, {
      id: this.taskId,
      name: this.name,
      file: origin.file,
      export: origin.name,
      long: this instanceof LongTask,
      executions: new Set(),
      executed: 0,
      canceled: false,
      place: '',
      needs: new Set(),
      needed: new Set(),
      waiting: [],
      done: false,
      totalMs: 0,
      transfer: undefined,
      copied: [],
      onData: undefined,
      listeners: {},
    });
  }

  static isCanceled() {
    return pool.current()?.task.canceled ?? false;
  }

  static sendData(...values) {
    if (!pool.inPool) kit.fail(10200022, 'The function is not called in the TaskPool thread.');
    const record = pool.current();
    if (record === undefined) kit.fail(10200023, 'The function is not called in the concurrent function.');
    if (record.task.onData === undefined) kit.fail(10200024, 'The callback is not registered on the host side.');
    pool.sendData(values);
  }

  onReceiveData(callback) {
    inner.get(this).onData = callback;
  }

  setTransferList(buffers = []) {
    const task = inner.get(this);
    if (task.copied.some((value) => buffers.includes(value))) bothLists();
    task.transfer = buffers;
  }

  setCloneList(values) {
    const task = inner.get(this);
    if (task.transfer?.some((value) => values.includes(value))) bothLists();
    task.copied = values;
  }

  addDependency(...tasks) {
    if (tasks.length === 0) invalid('There is no task to depend on.');
    const own = inner.get(this);
    for (const other of tasks) {
      const needed = inner.get(other);
      if (needed === own || reaches(needed, own)) kit.fail(10200026, 'There is a circular dependency.');
      own.needs.add(needed);
      needed.needed.add(own);
    }
  }

  removeDependency(...tasks) {
    const own = inner.get(this);
    for (const other of tasks) {
      const needed = inner.get(other);
      if (!own.needs.delete(needed)) kit.fail(10200027, 'The dependency does not exist.');
      needed.needed.delete(own);
    }
  }

  onEnqueued(callback) {
    listen(this, 'enqueued', callback);
  }

  onStartExecution(callback) {
    listen(this, 'started', callback);
  }

  onExecutionFailed(callback) {
    listen(this, 'failed', callback);
  }

  onExecutionSucceeded(callback) {
    listen(this, 'succeeded', callback);
  }

  isDone() {
    return inner.get(this).done;
  }

  get totalDuration() {
    return inner.get(this).totalMs;
  }

  get cpuDuration() {
    return inner.get(this).totalMs;
  }

  get ioDuration() {
    return 0;
  }
}

class LongTask extends Task {}
class GenericsTask extends Task {}

function bothLists() {
  kit.fail(10200029, 'An ArrayBuffer cannot be set as both a transfer list and a clone list.');
}

function listen(task, what, callback) {
  const own = inner.get(task);
  if (own.executed) kit.fail(10200034, 'The executed task does not support the registration of listeners.');
  own.listeners[what] = callback;
}

function reaches(from, to, depth = 0) {
  if (depth > MAX_DEPENDENCY_DEPTH) return true;
  return [...from.needs].some((needed) => needed === to || reaches(needed, to, depth + 1));
}

// A task may be executed by one API alone, and a long or periodic one only once.
function claim(task, place) {
  const own = inner.get(task);
  if (own === undefined) invalid('That is no task.');
  if (own.place === 'period') kit.fail(10200051, 'The periodic task cannot be executed again.');
  if (place === 'period' && own.executed) {
    kit.fail(10200050, 'The concurrent task has been executed and cannot be executed periodically.');
  }
  if (own.place && own.place !== place) kit.fail(10200057, 'The task cannot be executed by two APIs.');
  if (own.long && own.executed) kit.fail(10200003, 'The long task can only be executed once.');
  own.place = place;
  own.executed++;
  own.function = task.function;
  own.arguments = task.arguments;
  return own;
}

async function start(own, priority) {
  own.listeners.enqueued?.();
  const open = [...own.needs].filter((needed) => !needed.done);
  if (open.length > 0) await Promise.all(open.map((needed) => new Promise((go) => needed.waiting.push(go))));
  own.canceled = false;
  own.done = false;
  try {
    const value = await pool.submit(own, priority);
    over(own);
    own.listeners.succeeded?.();
    return value;
  } catch (error) {
    over(own);
    own.listeners.failed?.(error);
    throw error;
  }
}

function over(own) {
  own.done = true;
  const waiting = own.waiting.splice(0);
  for (const go of waiting) go();
}

class TaskGroup {
  constructor(name = '') {
    this.name = name;
    this.tasks = [];
    this.reject = undefined;
  }

  addTask(first, ...values) {
    const task = first instanceof Task ? first : new Task(first, ...values);
    if (inner.get(task).long) kit.fail(10200057, 'The task cannot be executed by two APIs.');
    claim(task, 'group');
    this.tasks.push(task);
  }
}

function executeGroup(group, priority) {
  return new Promise((resolve, reject) => {
    group.reject = reject;
    const done = () => (group.reject = undefined);
    Promise.all(group.tasks.map((task) => start(inner.get(task), priority))).then(
      (values) => (done(), resolve(values)),
      (error) => (done(), reject(error)),
    );
  });
}

// Tasks of one runner, one after the other; runners of the same name are the same runner.
const queues = new Map();

class SequenceRunner {
  #priority;
  #queue;

  constructor(first = '', second = undefined) {
    const name = typeof first === 'string' ? first : '';
    this.#priority = checkPriority((typeof first === 'number' ? first : second) ?? Priority.MEDIUM);
    this.#queue = (name && queues.get(name)) || { last: Promise.resolve() };
    if (name) queues.set(name, this.#queue);
  }

  execute(task) {
    const own = claim(task, 'sequence');
    const result = this.#queue.last.then(() => start(own, this.#priority));
    this.#queue.last = result.catch(() => {});
    return result;
  }
}

// Tasks of one runner, at most `running` at a time; of more than `waiting` the oldest is given up.
class AsyncRunner {
  #name;
  #capacity;
  #waitingCapacity;
  #running = 0;
  #waiting = [];

  constructor(...values) {
    this.#name = typeof values[0] === 'string' ? values.shift() : '';
    const [capacity, waitingCapacity = 0] = values;
    if (!(capacity > 0) || waitingCapacity < 0) invalid('The capacity has to be positive.');
    this.#capacity = capacity;
    this.#waitingCapacity = waitingCapacity;
  }

  execute(task, priority = Priority.MEDIUM) {
    const own = claim(task, 'async');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ own, priority, resolve, reject });
      if (this.#running < this.#capacity) this.#next();
      else if (this.#waitingCapacity && this.#waiting.length > this.#waitingCapacity) {
        this.#waiting.shift().reject(new kit.BusinessError(10200054, 'The asyncRunner task is discarded.'));
      }
    });
  }

  #next() {
    const job = this.#waiting.shift();
    if (job === undefined) return;
    this.#running++;
    const free = () => {
      this.#running--;
      this.#next();
    };
    const result = start(job.own, job.priority);
    result.then(free, free);
    result.then(job.resolve, job.reject);
  }
}

function execute(first, ...values) {
  if (typeof first === 'function') return start(claim(new Task(first, ...values), 'execute'), Priority.MEDIUM);
  const priority = checkPriority(values[0] ?? Priority.MEDIUM);
  if (first instanceof TaskGroup) return executeGroup(first, priority);
  return start(claim(first, 'execute'), priority);
}

function executeDelayed(delay, task, priority = Priority.MEDIUM) {
  checkTime(delay, 'delayTime');
  const own = claim(task, 'execute');
  checkPriority(priority);
  return new Promise((resolve, reject) => {
    own.withdraw = () => {
      clearTimeout(own.timer);
      own.timer = undefined;
      reject(new kit.BusinessError(0, 'taskpool:: task has been canceled'));
    };
    own.timer = setTimeout(() => {
      own.timer = undefined;
      start(own, priority).then(resolve, reject);
    }, delay);
  });
}

function executePeriodically(period, task, priority = Priority.MEDIUM) {
  checkTime(period, 'period');
  const own = claim(task, 'period');
  checkPriority(priority);
  own.interval = setInterval(() => {
    if (own.executions.size === 0) start(own, priority).catch(() => {});
  }, period);
}

function cancel(first) {
  if (first instanceof TaskGroup) {
    if (first.reject === undefined) kit.fail(10200018, 'The task group to cancel does not exist.');
    const { reject } = first;
    for (const task of first.tasks) pool.cancel(inner.get(task));
    reject(new kit.BusinessError(0, 'taskpool:: taskGroup has been canceled'));
    return;
  }
  const own = typeof first === 'number' ? pool.records().find((r) => r.task.id === first)?.task : inner.get(first);
  const scheduled = own !== undefined && (own.timer !== undefined || own.interval !== undefined);
  if (own === undefined || (own.executions.size === 0 && !scheduled)) {
    kit.fail(10200015, 'The task to cancel does not exist.');
  }
  if (own.timer !== undefined) own.withdraw();
  clearInterval(own.interval);
  own.interval = undefined;
  pool.cancel(own);
}

function terminateTask(task) {
  const own = inner.get(task);
  if (own === undefined || !own.long) invalid('That is no long task.');
  pool.terminate(own);
}

function getTaskPoolInfo() {
  const taskInfos = pool.records().map(({ task, started, startedNs }) => ({
    name: task.name,
    taskId: task.id,
    state: task.canceled ? State.CANCELED : started ? State.RUNNING : State.WAITING,
    duration: started ? (pool.now() - startedNs) / 1e6 : 0,
  }));
  return { threadInfos: [], taskInfos };
}

exports.default = {
  Priority,
  State,
  Task,
  LongTask,
  GenericsTask,
  TaskGroup,
  SequenceRunner,
  AsyncRunner,
  execute,
  executeDelayed,
  executePeriodically,
  cancel,
  terminateTask,
  getTaskPoolInfo,
  isConcurrent: (value) => pool.origin(value) !== undefined,
};

"""taskpool: threads of their own, what passes between them, and a main thread that stays responsive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator import Kill, Record
from tests.emulator.harness import OK_JSON, S, seen
from tests.emulator.runtime.arkts.stand_in import logged, result, run

WORK = """
const spin = (ms) => { __tick(); const t = Date.now(); while (Date.now() - t < ms) __tick(); };
const nap = (ms) => new Promise((done) => setTimeout(done, ms));
let count = 0;
class Info { n = 0; done = false; add() { __tick(); this.n++; return this; } }
__sendable(Info);
function add(a, b) { __tick(); return a + b; }
function shape(value) { __tick(); return [typeof value, Object.prototype.toString.call(value), value instanceof Object, value]; }
function busy(ms, info) { __tick(); const t = Date.now();
  while (Date.now() - t < ms) { __tick(); info.n = Date.now() - t; } info.done = true; return info.n; }
async function slow(ms, value) { __tick(); await nap(ms); return value; }
function counted() { __tick(); return ++count; }
function fails() { __tick(); const e = new RangeError('bad'); e.code = 5; throw e; }
function endless() { __tick(); while (true) __tick(); }
function canceled() { __tick(); spin(2000); return taskpool.Task.isCanceled(); }
async function sends(n) { __tick();
  for (let i = 0; i < n; i++) { __tick(); taskpool.Task.sendData(i, { i }); await nap(1000); } return 'sent'; }
function nested(a) { __tick(); return taskpool.execute(add, a, 1); }
function plain() { __tick(); }
function where() { __tick(); throw new Error('here'); }
function kit() { __tick(); return require('@kit.Nowhere').thing.start(); }
for (const f of [add, shape, busy, slow, counted, fails, endless, canceled, sends, nested, where, kit]) __concurrent(f, f.name);
"""
POLLED = "info = new Info(); onProcess() { return JSON.stringify({ n: this.info.n }); }\n"


def pool(body: str, **options: Any) -> Any:
    return result(body, before=WORK, **options)


def fails_with(body: str) -> Any:
    return pool(f"try {{ {body}; }} catch (error) {{ __chk(error); return [error.code ?? 0, error.message]; }}")


def answers(record: Record) -> list[int]:
    return [json.loads(poll.text)["n"] for poll in record.polls if poll.verdict == "accepted"]


def test_a_function_or_a_task_gives_its_result() -> None:
    assert pool("""
        const task = new taskpool.Task('sum', add, 3, 4);
        return [await taskpool.execute(add, 1, 2), await taskpool.execute(task),
                await taskpool.execute(task, taskpool.Priority.HIGH),
                task.name, new taskpool.Task(add).name, taskpool.isConcurrent(add), taskpool.isConcurrent(plain), task.isDone(),
                await taskpool.execute(nested, 5)];
    """) == [3, 7, 7, "sum", "add", True, False, True, 6]


def test_progress_is_live_while_a_thread_of_the_pool_computes() -> None:
    record = run(
        POLLED
        + f"async onBackupEx(i) {{ await taskpool.execute(new taskpool.LongTask(busy, 30000, this.info)); return '{OK_JSON}'; }}",
        before=WORK,
    )
    numbers = answers(record)
    assert [round(number / 1000) for number in numbers] == [0, 5, 10, 15, 20, 25, 30][: len(numbers)]
    assert len(numbers) >= 6
    assert seen(record)[-2:] == [("onBundleEnd", 0), ("onAllBundlesEnd", 0)]


def test_what_is_submitted_last_does_not_stop_the_main_thread() -> None:
    record = run(
        POLLED
        + """async onBackupEx(i) {
            const result = taskpool.execute(new taskpool.LongTask(busy, 30000, this.info));
            const begin = Date.now(); console.log(Date.now() - begin);
            await result; return '{}'; }""",
        before=WORK,
    )
    assert logged(record) == ["0"]
    assert {poll.verdict for poll in record.polls} == {"accepted"}


def test_a_main_thread_may_spin_until_a_flag_is_set() -> None:
    assert (
        500
        <= pool("""
        const info = new Info(); taskpool.execute(busy, 500, info); const begin = Date.now();
        while (!info.done && Date.now() - begin < 5000) __tick();
        return Date.now() - begin;
    """)
        < 600
    )


def test_threads_work_at_the_same_time() -> None:
    assert pool("""
        const begin = Date.now();
        await Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => taskpool.execute(slow, 1000, n)));
        const seven = Date.now() - begin;
        await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => taskpool.execute(slow, 1000, n)));
        return [seven, Date.now() - begin - seven];
    """) == [1000, 2000]


def test_urgent_tasks_go_first() -> None:
    assert pool("""
        const order = []; const { HIGH, LOW, IDLE } = taskpool.Priority;
        const all = [1, 2, 3, 4, 5, 6, 7].map(() => taskpool.execute(slow, 1000, 0));
        for (const [name, priority] of [['idle', IDLE], ['low', LOW], ['medium', undefined], ['high', HIGH]]) {
          __tick(); all.push(taskpool.execute(new taskpool.Task(slow, 1, name), priority).then((value) => order.push(value)));
        }
        await Promise.all(all); return order;
    """) == ["high", "medium", "low", "idle"]


def test_threads_have_modules_of_their_own() -> None:
    assert pool("count = 70; return [await taskpool.execute(counted), await taskpool.execute(counted), count];") == [1, 2, 70]


@pytest.mark.parametrize(
    ("value", "kind", "back"),
    [
        ("[1, [2]]", "[object Array]", [1, [2]]),
        ("({ a: { b: undefined, c: null } })", "[object Object]", {"a": {"c": None}}),
        ("new Map([[1, 'x']])", "[object Map]", {}),
        ("new Set([1])", "[object Set]", {}),
        ("new Date(5)", "[object Date]", "1970-01-01T00:00:00.005Z"),
        ("/a+/gi", "[object RegExp]", {}),
        ("new Uint8Array([1, 2])", "[object Uint8Array]", {"0": 1, "1": 2}),
        ("new TypeError('t')", "[object Error]", {}),
        ("10", "[object Number]", 10),
        ("'text'", "[object String]", "text"),
    ],
)
def test_values_arrive_as_what_they_are(value: str, kind: str, back: Any) -> None:
    name, shown, own, copy = pool(f"return await taskpool.execute(shape, {value});")
    assert shown == kind
    assert own == (name == "object")
    assert copy == back


def test_arguments_are_copies_taken_when_the_task_is_executed() -> None:
    assert pool("""
        const value = { n: 1, self: null }; value.self = value;
        const result = taskpool.execute(shape, value); value.n = 2;
        const copy = (await result)[3]; class Point { x = 1; } const point = (await taskpool.execute(shape, new Point()))[3];
        return [copy.n, copy.self === copy, copy === value, point instanceof Point, point.x, copy instanceof Object];
    """) == [1, True, False, False, 1, True]


def test_a_sendable_object_is_the_same_object() -> None:
    assert pool("""
        const info = new Info(); const [, , , back] = await taskpool.execute(shape, { info });
        back.info.add(); return [info.n, back.info === info];
    """) == [1, True]


def test_buffers_move_unless_they_are_on_the_clone_list() -> None:
    assert pool("""
        const moved = new ArrayBuffer(8), kept = new ArrayBuffer(4), left = new ArrayBuffer(2);
        const task = new taskpool.Task(shape, [moved, kept]); task.setCloneList([kept]);
        const other = new taskpool.Task(shape, left); other.setTransferList([]);
        const sizes = (await taskpool.execute(task))[3].map((buffer) => buffer.byteLength); await taskpool.execute(other);
        return [sizes, moved.byteLength, kept.byteLength, left.byteLength];
    """) == [[8, 4], 0, 4, 2]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("await taskpool.execute(plain)", 10200014),
        ("new taskpool.Task(() => 1)", 10200014),
        ("new taskpool.Task()", 401),
        ("await taskpool.execute(add, () => 1)", 10200006),
        ("await taskpool.execute(add, Promise.resolve())", 10200006),
        ("await taskpool.execute(new taskpool.Task(add), 9)", 401),
        ("taskpool.executeDelayed(-1, new taskpool.Task(add))", 10200028),
        ("taskpool.cancel(new taskpool.Task(add))", 10200015),
        ("taskpool.cancel(new taskpool.TaskGroup())", 10200018),
        ("taskpool.Task.sendData(1)", 10200022),
        ("await taskpool.execute(sends, 1)", 10200024),
        ("const t = new taskpool.Task(add); taskpool.executePeriodically(1000, t); await taskpool.execute(t)", 10200051),
        ("const t = new taskpool.Task(add); await taskpool.execute(t); taskpool.executePeriodically(1000, t)", 10200050),
        ("const t = new taskpool.Task(add); new taskpool.TaskGroup().addTask(t); await taskpool.execute(t)", 10200057),
        ("const a = new taskpool.Task(add), b = new taskpool.Task(add); a.addDependency(b); b.addDependency(a)", 10200026),
    ],
)
def test_what_taskpool_refuses(body: str, code: int) -> None:
    assert fails_with(body)[0] == code


def test_an_error_of_the_function_rejects() -> None:
    assert pool("""
        const error = await taskpool.execute(fails).catch((e) => e);
        return [error instanceof RangeError, error.message, error.code];
    """) == [True, "bad", 5]


def test_an_uncaught_error_of_the_function_has_its_place() -> None:
    record = run("async onBackupEx(i) { return await taskpool.execute(where); }", before=WORK)
    [settled] = [event for event in record.of_kind("call.settled") if event.data["outcome"] == "rejected"]
    line, text = next((n, text) for n, text in enumerate(WORK.split("\n"), 2) if "function where" in text)
    assert settled.data["where"] == f"Ext.js:{line}:36"
    assert text[35:].startswith("new Error")


def test_a_kit_that_is_missing_in_the_function_blocks() -> None:
    record = run("async onBackupEx(i) { return await taskpool.execute(kit); }", before=WORK)
    assert record.blocked == "not available on the emulated device: kit missing: @kit.Nowhere.thing.start"


def test_data_arrives_while_the_task_runs() -> None:
    record = run(
        """async onBackupEx(i) {
            const task = new taskpool.Task(sends, 3); task.onReceiveData((i, o) => { console.log(i, o); });
            return await taskpool.execute(task); }""",
        before=WORK,
    )
    assert [(event.at_ns / S, event.data["text"]) for event in record.of_kind("log")] == [
        (0, '0 {"i":0}'),
        (1, '1 {"i":1}'),
        (2, '2 {"i":2}'),
    ]


def test_groups_sequences_and_async_runners() -> None:
    assert pool("""
        const group = new taskpool.TaskGroup(); group.addTask(add, 1, 2); group.addTask(new taskpool.Task(slow, 50, 'b'));
        const begin = Date.now(); const times = []; const at = (value) => times.push([value, Date.now() - begin]);
        const rows = await taskpool.execute(group);
        const one = new taskpool.SequenceRunner('name'), two = new taskpool.SequenceRunner('name', taskpool.Priority.HIGH);
        await Promise.all([one.execute(new taskpool.Task(slow, 100, 1)).then(at),
                           two.execute(new taskpool.Task(slow, 100, 2)).then(at)]);
        const pair = new taskpool.AsyncRunner(2);
        await Promise.all([3, 4, 5].map((n) => pair.execute(new taskpool.Task(slow, 100, n)).then(at)));
        return [rows, times];
    """) == [[3, "b"], [[1, 150], [2, 250], [3, 350], [4, 350], [5, 450]]]


def test_a_task_waits_for_what_it_depends_on() -> None:
    assert pool("""
        const order = []; const first = new taskpool.Task(slow, 500, 'first'), second = new taskpool.Task(add, 1, 1);
        second.addDependency(first);
        await Promise.all([taskpool.execute(second).then(() => order.push('second')),
                           taskpool.execute(first).then(() => order.push('first'))]);
        return order;
    """) == ["first", "second"]


def test_delays_and_periods() -> None:
    assert pool("""
        const begin = Date.now(); const beats = [];
        await taskpool.executeDelayed(3000, new taskpool.Task(add, 1, 1)); const delayed = Date.now() - begin;
        const task = new taskpool.Task(sends, 0); const beat = new taskpool.Task(counted);
        beat.onExecutionSucceeded(() => beats.push(Date.now() - begin)); taskpool.executePeriodically(1000, beat);
        await nap(3500); taskpool.cancel(beat); await nap(5000);
        return [delayed, beats];
    """) == [3000, [4000, 5000, 6000]]


def test_canceling() -> None:
    assert pool("""
        const waits = new taskpool.Task(add, 1, 1), runs = new taskpool.Task(canceled), later = new taskpool.Task(add, 1, 1);
        const notes = []; const note = (name) => (error) => notes.push([name, error.code, error.message]);
        const done = [taskpool.execute(waits).catch(note('waits')), taskpool.execute(runs).catch(note('runs')),
                      taskpool.executeDelayed(1000, later).catch(note('later'))];
        taskpool.cancel(waits); await nap(500); taskpool.cancel(runs); taskpool.cancel(later); await Promise.all(done);
        return [notes, await taskpool.execute(waits)];
    """) == [[[n, 0, "taskpool:: task has been canceled"] for n in ("waits", "later", "runs")], 2]


def test_a_long_task_can_be_terminated() -> None:
    record = run(
        f"""async onBackupEx(i) {{
            const task = new taskpool.LongTask(endless); taskpool.execute(task); await nap(3000); taskpool.terminateTask(task);
            await nap(60000); return '{OK_JSON}'; }}""",
        before=WORK,
    )
    assert seen(record)[-2:] == [("onBundleEnd", 0), ("onAllBundlesEnd", 0)]
    assert [event.data["work"] for event in record.of_kind("call.left")] == []


def test_a_task_that_computes_for_too_long_is_taken_back() -> None:
    record = run("async onBackupEx(i) { await taskpool.execute(endless); }", before=WORK)
    assert logged(record) == ["taskpool: the thread of task endless has been taken back"]
    assert [event.at_ns / S for event in record.of_kind("log")] == [180]
    assert ("onBundleEnd", 13500003) in seen(record)


def test_an_endless_task_does_not_keep_polls_from_their_answers() -> None:
    record = run(POLLED + "async onBackupEx(i) { await taskpool.execute(new taskpool.LongTask(endless)); }", before=WORK)
    assert {poll.verdict for poll in record.polls} == {"accepted"}
    assert len(record.polls) > 170
    assert ("onBundleEnd", 13500003) in seen(record)


def test_a_kill_ends_all_threads() -> None:
    record = run(
        "async onBackupEx(i) { taskpool.execute(busy, 60000, new Info()); await taskpool.execute(slow, 60000, 1); }",
        before=WORK,
        conditions=[Kill(at_ns=7 * S)],
    )
    [cut] = record.of_kind("work.cut")
    assert cut.data["work"][-2:] == ["task busy", "task slow"]
    assert not [event for event in record.of_kind("call.settled") if event.data["outcome"] == "fulfilled"]


def test_what_runs_on_is_left_by_the_callback() -> None:
    record = run(f"async onBackupEx(i) {{ taskpool.execute(slow, 9000, 1); return '{OK_JSON}'; }}", before=WORK)
    assert [event.data["work"] for event in record.of_kind("call.left")] == [["task slow"]]

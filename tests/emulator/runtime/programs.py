"""Small asyncio programs. Each takes ``log``, which notes the loop's time and a word; what they note must not depend on
whose loop runs them.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

Log = Callable[..., None]
PROGRAMS: list[Any] = []


def program(function: Any) -> Any:
    PROGRAMS.append(function)
    return function


async def note(log: Log, word: str, seconds: float = 0, value: Any = None) -> Any:
    await asyncio.sleep(seconds)
    log(word)
    return value


async def fail(log: Log, seconds: float, error: Exception) -> None:
    await asyncio.sleep(seconds)
    log("fails", type(error).__name__)
    raise error


async def until_cancelled(log: Log, word: str) -> None:
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        log(word, "cancelled")
        raise


@program
async def sleep_zero_takes_turns(log: Log) -> None:
    async def walk(name: str, steps: int) -> None:
        for step in range(steps):
            log(name, step)
            await asyncio.sleep(0)

    await asyncio.gather(walk("a", 3), walk("b", 5), walk("c", 1))


@program
async def sleeps_in_order(log: Log) -> None:
    await asyncio.gather(*(note(log, f"{s}", s) for s in (3, 0.1, 0.0001, 2, 2, 1.5, 0)))


@program
async def call_later_ties(log: Log) -> None:
    loop = asyncio.get_running_loop()
    for name in "abc":
        loop.call_later(1, log, name)
    loop.call_later(0.5, lambda: loop.call_later(0.5, log, "late"))
    await asyncio.sleep(2)


@program
async def call_at_in_the_past(log: Log) -> None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(5)
    loop.call_at(1, log, "past")
    loop.call_soon(log, "soon")
    await asyncio.sleep(0)
    log("one turn later")
    await asyncio.sleep(0)


@program
async def cancelled_handles(log: Log) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_later(s, log, s) for s in (1, 2, 3, 4)]
    soon = loop.call_soon(log, "soon")
    soon.cancel()
    handles[1].cancel()
    await asyncio.sleep(2.5)
    handles[2].cancel()
    handles[0].cancel()
    log(handles[1].cancelled(), handles[3].when() > loop.time())
    await asyncio.sleep(5)


@program
async def call_soon_threadsafe_keeps_order(log: Log) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(log, 1)
    loop.call_soon_threadsafe(log, 2)
    loop.call_soon(log, 3)
    await asyncio.sleep(0)


@program
async def wait_for_in_time(log: Log) -> None:
    log(await asyncio.wait_for(note(log, "done", 1, "value"), 2))


@program
async def wait_for_too_late(log: Log) -> None:
    try:
        await asyncio.wait_for(until_cancelled(log, "inner"), 1.25)
    except TimeoutError:
        log("timeout")


@program
async def wait_for_zero(log: Log) -> None:
    for timeout in (0, -1):
        try:
            await asyncio.wait_for(until_cancelled(log, "inner"), timeout)
        except TimeoutError:
            log("timeout", timeout)


@program
async def wait_for_tie(log: Log) -> None:
    try:
        log(await asyncio.wait_for(note(log, "done", 1, "value"), 1))
    except TimeoutError:
        log("timeout")


@program
async def timeout_block(log: Log) -> None:
    try:
        async with asyncio.timeout(3) as scope:
            log("deadline", scope.when())
            await until_cancelled(log, "body")
    except TimeoutError:
        log("expired", scope.expired())


@program
async def timeout_rescheduled(log: Log) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(1) as scope:
        scope.reschedule(loop.time() + 10)
        await asyncio.sleep(5)
    log(scope.expired())


@program
async def nested_timeouts(log: Log) -> None:
    for outer, inner in ((1, 2), (2, 1), (1, 1)):
        try:
            async with asyncio.timeout(outer):
                try:
                    async with asyncio.timeout(inner):
                        await asyncio.sleep(100)
                except TimeoutError:
                    log("inner")
                    await asyncio.sleep(5)
        except TimeoutError:
            log("outer")


@program
async def task_group(log: Log) -> None:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(note(log, f"t{i}", 3 - i, i)) for i in range(3)]
    log([task.result() for task in tasks])


@program
async def task_group_with_a_failing_child(log: Log) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(until_cancelled(log, "first"))
            group.create_task(fail(log, 1, ValueError("child")))
            await asyncio.sleep(50)
    except* ValueError as group_error:
        log([str(error) for error in group_error.exceptions])


@program
async def task_group_two_failures(log: Log) -> None:
    async def fail_while_cancelled() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            raise KeyError("on the way out")

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail_while_cancelled())
            group.create_task(fail(log, 1, ValueError("child")))
    except BaseExceptionGroup as group_error:
        log(sorted(type(error).__name__ for error in group_error.exceptions))


@program
async def shield(log: Log) -> None:
    inner = asyncio.create_task(note(log, "inner goes on", 2, 7))
    outer = asyncio.create_task(_awaits(asyncio.shield(inner)))
    await asyncio.sleep(1)
    outer.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await outer
    log("outer", outer.cancelled(), "inner", inner.done())
    log(await inner)


async def _awaits(awaitable: Any) -> Any:
    return await awaitable


@program
async def cancel_and_uncancel(log: Log) -> None:
    async def stubborn() -> str:
        task = asyncio.current_task()
        assert task is not None
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError as error:
            log("asked", error.args, task.cancelling(), task.uncancel())
        await asyncio.sleep(1)
        return "stayed"

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(2)
    log(task.cancel("please"))
    log(await task, task.cancelled(), task.cancelling())


@program
async def cancel_before_start(log: Log) -> None:
    task = asyncio.create_task(note(log, "never"))
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        log("cancelled", task.cancelled())


@program
async def cancel_a_chain(log: Log) -> None:
    async def link(depth: int) -> None:
        try:
            await (asyncio.sleep(10) if depth == 0 else asyncio.create_task(link(depth - 1)))
        finally:
            log("link", depth)

    task = asyncio.create_task(link(3))
    await asyncio.sleep(1)
    task.cancel()
    log(await asyncio.gather(task, return_exceptions=True) != [])


@program
async def gather_results(log: Log) -> None:
    log(await asyncio.gather(note(log, "a", 2, 1), note(log, "b", 1, 2), note(log, "c", 0, 3)))


@program
async def gather_first_exception(log: Log) -> None:
    try:
        await asyncio.gather(note(log, "goes on", 2), fail(log, 1, OSError("x")), fail(log, 1.5, KeyError("y")))
    except OSError as error:
        log("caught", error)
    await asyncio.sleep(3)


@program
async def gather_return_exceptions(log: Log) -> None:
    results = await asyncio.gather(fail(log, 1, OSError("x")), note(log, "b", 2, 2), return_exceptions=True)
    log([repr(result) for result in results])


@program
async def gather_cancelled(log: Log) -> None:
    future = asyncio.gather(until_cancelled(log, "a"), until_cancelled(log, "b"))
    asyncio.get_running_loop().call_later(1, future.cancel)
    try:
        await future
    except asyncio.CancelledError:
        log("gather cancelled")


@program
async def as_completed(log: Log) -> None:
    for next_one in asyncio.as_completed([note(log, f"{s}", s, s) for s in (3, 1, 2)]):
        log("got", await next_one)


@program
async def as_completed_timeout(log: Log) -> None:
    try:
        for next_one in asyncio.as_completed([asyncio.create_task(note(log, f"{s}", s, s)) for s in (3, 1)], timeout=2):
            log("got", await next_one)
    except TimeoutError:
        log("timeout")
    await asyncio.sleep(2)


@program
async def wait_first_completed(log: Log) -> None:
    pending: Any = {asyncio.create_task(note(log, f"{s}", s), name=f"{s}") for s in (3, 1, 2)}
    while pending:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        log(sorted(task.get_name() for task in done))


@program
async def wait_first_exception_and_timeout(log: Log) -> None:
    tasks = [asyncio.create_task(fail(log, 2, ValueError("x"))), asyncio.create_task(note(log, "slow", 5))]
    done, pending = await asyncio.wait(tasks, timeout=1, return_when=asyncio.FIRST_EXCEPTION)
    log(len(done), len(pending))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    log(len(done), len(pending), done.pop().exception())
    await tasks[1]


@program
async def event(log: Log) -> None:
    event = asyncio.Event()

    async def waiter(name: str) -> None:
        await event.wait()
        log(name)

    tasks = [asyncio.create_task(waiter(name)) for name in "abc"]
    await asyncio.sleep(2)
    event.set()
    await asyncio.gather(*tasks)
    log(event.is_set())


@program
async def lock_is_fair(log: Log) -> None:
    lock = asyncio.Lock()

    async def worker(name: str) -> None:
        for step in range(2):
            async with lock:
                log(name, step)
                await asyncio.sleep(1)

    await asyncio.gather(*(worker(name) for name in "abc"))


@program
async def lock_waiter_cancelled(log: Log) -> None:
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = [asyncio.create_task(_locked(lock, log, name)) for name in "ab"]
    await asyncio.sleep(0)
    tasks[0].cancel()
    lock.release()
    await asyncio.wait(tasks)
    log(lock.locked())


async def _locked(lock: asyncio.Lock, log: Log, name: str) -> None:
    async with lock:
        log(name)


@program
async def condition(log: Log) -> None:
    ready: list[int] = []
    condition = asyncio.Condition()

    async def consumer(name: str) -> None:
        async with condition:
            await condition.wait_for(lambda: bool(ready))
            log(name, ready.pop())

    tasks = [asyncio.create_task(consumer(name)) for name in "ab"]
    for value in (1, 2):
        await asyncio.sleep(1)
        async with condition:
            ready.append(value)
            condition.notify_all()
    await asyncio.gather(*tasks)


@program
async def queue(log: Log) -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(maxsize=2)

    async def produce() -> None:
        for item in range(6):
            await queue.put(item)
            log("put", item)

    async def consume() -> None:
        while True:
            item = await queue.get()
            log("got", item)
            await asyncio.sleep(0.5)
            queue.task_done()

    consumer = asyncio.create_task(consume())
    await produce()
    await queue.join()
    consumer.cancel()
    log(queue.qsize())


@program
async def priority_queue_and_timeouts(log: Log) -> None:
    queue: asyncio.PriorityQueue[int] = asyncio.PriorityQueue()
    for item in (3, 1, 2):
        queue.put_nowait(item)
    log([await queue.get() for _ in range(3)])
    try:
        await asyncio.wait_for(queue.get(), 2)
    except TimeoutError:
        log("empty")


@program
async def semaphore(log: Log) -> None:
    semaphore = asyncio.BoundedSemaphore(2)

    async def worker(name: int) -> None:
        async with semaphore:
            log("in", name)
            await asyncio.sleep(1 + name % 2)
        log("out", name)

    await asyncio.gather(*(worker(name) for name in range(5)))


@program
async def barrier(log: Log) -> None:
    barrier = asyncio.Barrier(3)

    async def party(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with barrier as position:
            log(name, position)

    await asyncio.gather(party("a", 3), party("b", 1), party("c", 2))


_variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


@program
async def context_variables(log: Log) -> None:
    async def child(value: str) -> None:
        log(_variable.get())
        _variable.set(value)
        await asyncio.sleep(1)
        log(_variable.get())

    _variable.set("parent")
    await asyncio.gather(child("a"), child("b"))
    asyncio.get_running_loop().call_soon(lambda: log("callback", _variable.get()))
    _variable.set("changed")
    await asyncio.sleep(0)
    other = contextvars.copy_context()
    await asyncio.create_task(child("in other"), context=other)
    log(_variable.get(), other[_variable])


@program
async def current_task_and_names(log: Log) -> None:
    async def child() -> None:
        task = asyncio.current_task()
        log(task is not None and task.get_name(), len(asyncio.all_tasks()))
        await asyncio.sleep(1)
        log(asyncio.current_task() is task)

    asyncio.get_running_loop().call_soon(lambda: log(asyncio.current_task()))
    await asyncio.gather(*(asyncio.create_task(child(), name=name) for name in "ab"))


async def count(log: Log, seconds: float) -> AsyncIterator[int]:
    try:
        for number in range(10):
            await asyncio.sleep(seconds)
            yield number
    finally:
        log("generator ends")
        await asyncio.sleep(seconds)
        log("generator has ended")


@program
async def async_iteration(log: Log) -> None:
    log([n async for n in count(log, 0.5) if n % 2])


@program
async def async_generator_left_open(log: Log) -> None:
    async for number in count(log, 1):
        log(number)
        if number == 2:
            break
    log("left")
    await asyncio.sleep(5)


@program
async def async_generator_open_at_the_end(log: Log) -> None:
    generator = count(log, 1)
    log(await generator.__anext__())
    globals()["_kept"] = generator


@program
async def async_generator_closed(log: Log) -> None:
    async with contextlib.aclosing(count(log, 1)) as numbers:
        async for number in numbers:
            log(number)
            break
    log("after")


@program
async def async_context_managers(log: Log) -> None:
    @contextlib.asynccontextmanager
    async def resource(name: str) -> AsyncIterator[str]:
        await note(log, f"open {name}", 1)
        try:
            yield name
        finally:
            await note(log, f"close {name}", 1)

    async with contextlib.AsyncExitStack() as stack:
        for name in "ab":
            log(await stack.enter_async_context(resource(name)))
        stack.push_async_callback(note, log, "callback", 1)


@program
async def future_callbacks(log: Log) -> None:
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    for name in "abc":
        future.add_done_callback(lambda done, name=name: log(name, done.result()))  # type: ignore[misc]
    removed = functools.partial(log, "removed")
    future.add_done_callback(removed)
    log(future.remove_done_callback(removed))
    asyncio.get_running_loop().call_later(1, future.set_result, 5)
    log("awaited", await future)
    future.add_done_callback(lambda done: log("late", done.done()))
    await asyncio.sleep(0)


@program
async def exception_in_a_callback(log: Log) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: log("handler", repr(context.get("exception"))))
    loop.call_soon(lambda: 1 // 0)
    loop.call_later(1, {}.__getitem__, "missing")
    loop.call_later(1, log, "still runs")
    await asyncio.sleep(2)


@program
async def to_thread_in_order(log: Log) -> None:
    def work(name: str) -> str:
        log("in thread", name)
        return name

    log(await asyncio.to_thread(work, "a"))
    log(await asyncio.gather(*(asyncio.to_thread(work, name) for name in "bcd")))


@program
async def to_thread_context_and_error(log: Log) -> None:
    _variable.set("seen")

    def work() -> None:
        log("in thread", _variable.get())
        _variable.set("lost")
        raise LookupError("from the thread")

    try:
        await asyncio.to_thread(work)
    except LookupError as error:
        log(error, _variable.get())


@program
async def run_in_executor_and_timer(log: Log) -> None:
    loop = asyncio.get_running_loop()
    loop.call_later(1, log, "timer")
    future = loop.run_in_executor(None, log, "in thread")
    log("asked", future.done())
    await future
    await asyncio.sleep(1)


@program
async def cancel_during_to_thread(log: Log) -> None:
    task = asyncio.create_task(asyncio.to_thread(len, ()))  # whether it still runs is anybody's guess
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        log("cancelled")
    await asyncio.sleep(1)


@program
async def threadsafe_from_a_thread(log: Log) -> None:
    loop = asyncio.get_running_loop()
    event = asyncio.Event()

    def work() -> None:
        loop.call_soon_threadsafe(log, "first")
        loop.call_soon_threadsafe(event.set)

    future = loop.run_in_executor(None, work)
    await event.wait()
    log("woken")
    await future


@program
async def run_coroutine_threadsafe(log: Log) -> None:
    loop = asyncio.get_running_loop()
    started: list[Any] = []

    def work() -> None:
        started.append(asyncio.run_coroutine_threadsafe(note(log, "on the loop", 2, 9), loop))

    await asyncio.to_thread(work)
    log(await asyncio.wrap_future(started[0]))


@program
async def task_exceptions_and_callbacks(log: Log) -> None:
    task = asyncio.create_task(fail(log, 1, ValueError("x")))
    task.add_done_callback(lambda done: log("done", repr(done.exception())))
    await asyncio.wait([task])
    log(task.cancel(), task.cancelled())


@program
async def many_timers(log: Log) -> None:
    loop = asyncio.get_running_loop()
    handles = [loop.call_later((i * 37 % 101) / 10, log, i) for i in range(300)]
    for handle in handles[::3]:
        handle.cancel()
    await asyncio.sleep(11)


@program
async def a_day_and_more(log: Log) -> None:
    await note(log, "two days", 172_800)
    await note(log, "a little more", 0.000_000_5)
    await note(log, "a month", 30 * 86_400)


@program
async def deep_recursion_of_tasks(log: Log) -> None:
    async def step(depth: int) -> int:
        if depth == 0:
            await asyncio.sleep(0.1)
            return 0
        return 1 + await asyncio.create_task(step(depth - 1))

    log(await step(50))


if sys.version_info >= (3, 12):

    @program
    async def eager_tasks(log: Log) -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        task = asyncio.create_task(note(log, "after a wait", 1))
        log("created", task.done())

        async def at_once() -> int:
            log("at once", asyncio.current_task() is not None)
            return 3

        done = asyncio.create_task(at_once())
        log(done.done(), await done)
        async with asyncio.TaskGroup() as group:
            group.create_task(at_once())
        await task
        loop.set_task_factory(None)


if sys.version_info >= (3, 13):

    @program
    async def queue_shutdown(log: Log) -> None:
        queue: asyncio.Queue[int] = asyncio.Queue()
        getter = asyncio.create_task(queue.get())
        await asyncio.sleep(1)
        queue.shutdown()
        try:
            await getter
        except asyncio.QueueShutDown:
            log("shut down")

    @program
    async def as_completed_async(log: Log) -> None:
        tasks = [asyncio.create_task(note(log, f"{s}", s), name=f"{s}") for s in (2, 1)]
        async for task in asyncio.as_completed(tasks):
            log(task.get_name(), task in tasks)

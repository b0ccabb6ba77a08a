"""Tasks and futures: how they begin, end, are cancelled, and what they carry."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import sys
from typing import Any

from tests.emulator.runtime.programs.steps import Log, fail, note, program, until_cancelled

_variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


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
async def task_exceptions_and_callbacks(log: Log) -> None:
    task = asyncio.create_task(fail(log, 1, ValueError("x")))
    task.add_done_callback(lambda done: log("done", repr(done.exception())))
    await asyncio.wait([task])
    log(task.cancel(), task.cancelled())


@program
async def current_task_and_names(log: Log) -> None:
    async def child() -> None:
        task = asyncio.current_task()
        log(task is not None and task.get_name(), len(asyncio.all_tasks()))
        await asyncio.sleep(1)
        log(asyncio.current_task() is task)

    asyncio.get_running_loop().call_soon(lambda: log(asyncio.current_task()))
    await asyncio.gather(*(asyncio.create_task(child(), name=name) for name in "ab"))


@program
async def deep_recursion_of_tasks(log: Log) -> None:
    async def step(depth: int) -> int:
        if depth == 0:
            await asyncio.sleep(0.1)
            return 0
        return 1 + await asyncio.create_task(step(depth - 1))

    log(await step(50))


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

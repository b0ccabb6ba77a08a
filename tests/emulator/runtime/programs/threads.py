"""Threads and the loop."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

from tests.emulator.runtime.programs.steps import Log, note, program

_variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="none")


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

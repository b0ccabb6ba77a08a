"""Sleeps, timers and callbacks of the loop."""

from __future__ import annotations

import asyncio

from tests.emulator.runtime.programs.steps import Log, note, program


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
async def exception_in_a_callback(log: Log) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, context: log("handler", repr(context.get("exception"))))
    loop.call_soon(lambda: 1 // 0)
    loop.call_later(1, {}.__getitem__, "missing")
    loop.call_later(1, log, "still runs")
    await asyncio.sleep(2)

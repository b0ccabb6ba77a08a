"""Waiting for several at once: gather, as_completed and wait."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tests.emulator.runtime.programs.steps import Log, fail, note, program, until_cancelled


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


if sys.version_info >= (3, 13):

    @program
    async def as_completed_async(log: Log) -> None:
        tasks = [asyncio.create_task(note(log, f"{s}", s), name=f"{s}") for s in (2, 1)]
        async for task in asyncio.as_completed(tasks):
            log(task.get_name(), task in tasks)

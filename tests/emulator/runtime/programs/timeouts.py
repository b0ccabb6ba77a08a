"""wait_for and timeout."""

from __future__ import annotations

import asyncio

from tests.emulator.runtime.programs.steps import Log, note, program, until_cancelled


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

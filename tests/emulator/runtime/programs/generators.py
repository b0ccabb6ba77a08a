"""Asynchronous generators, iteration and context managers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.emulator.runtime.programs.steps import Log, note, program


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

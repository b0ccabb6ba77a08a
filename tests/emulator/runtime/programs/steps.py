"""What the programs are made of: their register, and coroutines that note what becomes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

Log = Callable[..., None]
PROGRAMS: list[Any] = []
"""Every program, as the modules beside this one add it."""


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

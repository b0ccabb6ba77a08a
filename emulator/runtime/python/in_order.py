"""asyncio.as_completed, which begins its coroutines in the order of a set: that of their addresses, another one in every run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from emulator.kernel import current_thread

_real = asyncio.as_completed


def as_completed(fs: Iterable[Any], *, timeout: float | None = None) -> Any:
    """asyncio.as_completed; the app's coroutines begin in the order in which they are given."""
    if current_thread() is not None and asyncio._get_running_loop() is not None and _many(fs):
        fs = [asyncio.ensure_future(each) for each in dict.fromkeys(fs)]
    return _real(fs, timeout=timeout)


def _many(fs: Any) -> bool:
    return hasattr(type(fs), "__iter__") and not asyncio.isfuture(fs)

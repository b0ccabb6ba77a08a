"""The second net, for what no tick can see: a call into the app that only burns CPU, in C code for instance, is stopped."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import current_thread

LOOKS_PER_LIMIT = 10
"""The alarm looks so often within one limit; a stretch of the app's code without any sign of life over all looks is a hang."""


@contextmanager
def hang_limit(cpu_s: float | None) -> Iterator[None]:
    """Stop a stretch of the app's code that takes ``cpu_s`` seconds of CPU without virtual time moving.

    Off with None, under a debugger, on other threads than the main one, and where there is no CPU timer.
    """
    off = cpu_s is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread()
    if off or cpu_s is None or "pdb" in sys.modules and sys.gettrace() is not None:
        yield
        return
    looks: list[Any] = [None, 0]

    def look(number: int, frame: Any) -> None:
        thread = current_thread()
        life = (id(thread), thread.kernel.switches, thread.kernel.now_ns) if thread is not None else None
        if life is None or life != looks[0]:
            looks[:] = [life, 0]
            return
        looks[1] += 1
        if looks[1] >= LOOKS_PER_LIMIT - 1 and thread is not None:
            looks[:] = [None, 0]
            thread.owner.hang(cpu_s)

    before = signal.signal(signal.SIGPROF, look)
    interval = cpu_s / LOOKS_PER_LIMIT
    signal.setitimer(signal.ITIMER_PROF, interval, interval)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

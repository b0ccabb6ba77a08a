"""The second net, for what no tick can see: a call into the app that only burns CPU, in C code for instance, or that really
waits, for a lock of C code for instance, is stopped.
"""

from __future__ import annotations

import signal
import sys
import threading
from _thread import allocate_lock, start_new_thread
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import current_thread

LOOKS_PER_LIMIT = 10
"""The alarm looks so often within one limit; a stretch of the app's code without any sign of life over all looks is a hang."""

LAST_LOOKS = 2
"""After so many looks without a sign of life, code of a process that is gone already is left suspended."""

WALL_LIMIT_S = 60.0


class _Net:
    """Watches one clock: ``limit_s`` of it without a sign of life end the process that is running."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._life: object = None
        self._looks = 0

    def look(self) -> None:
        thread = current_thread()
        if thread is None or thread.owner is None:
            self._life = None
            return
        life = (id(thread), thread.kernel.switches, thread.kernel.now_ns)
        if life != self._life:
            self._life, self._looks = life, 0
            return
        self._looks += 1
        if thread.dying and self._looks >= LAST_LOOKS:
            self._life = None
            thread.abandon()
        if self._looks >= LOOKS_PER_LIMIT - 1:
            self._life = None
            thread.owner.hang(self._limit_s)


class _Ticker:
    """One thread for good, which sends the main thread SIGPROF now and then, so that a wait in C code ends too."""

    def __init__(self) -> None:
        self.due = False
        self._interval_s = 0.0
        self._armed = False
        self._idle = True
        self._changed = allocate_lock()
        self._changed.acquire()
        self._guard = allocate_lock()
        self._started = False

    @property
    def interval_s(self) -> float:
        """0 while it does not tick."""
        return self._interval_s if self._armed else 0.0

    def arm(self, interval_s: float) -> None:
        """Begin to tick."""
        waits = self._idle or interval_s < self._interval_s
        self._interval_s = interval_s
        self._armed = True
        if not self._started:
            self._started = True
            start_new_thread(self._run, (threading.get_ident(),))
        if (waits or self._idle) and self._changed.locked():
            self._changed.release()

    def disarm(self) -> None:
        """No tick comes any more; the thread waits on, so that arming it again costs nothing."""
        with self._guard:
            self._armed = False
            self.due = False

    def _run(self, main_ident: int) -> None:
        while True:
            if not self._armed:
                self._idle = True
                if not self._armed:
                    self._changed.acquire()
                self._idle = False
            elif not self._changed.acquire(timeout=self._interval_s):
                with self._guard:
                    if self._armed:
                        self.due = True
                        signal.pthread_kill(main_ident, signal.SIGPROF)


_ticker = _Ticker()


@contextmanager
def hang_limit(cpu_s: float | None, wall_s: float | None = WALL_LIMIT_S) -> Iterator[None]:
    """Stop a stretch of the app's code that takes ``cpu_s`` seconds of CPU, or ``wall_s`` seconds of wall time, without
    virtual time moving.

    Off with None, under a debugger, on other threads than the main one, and where there is no CPU timer.
    """
    off = cpu_s is None or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread()
    if off or cpu_s is None or ("pdb" in sys.modules and sys.gettrace() is not None):
        yield
        return
    cpu, wall = _Net(cpu_s), _Net(wall_s) if wall_s is not None else None

    def look(number: int, frame: Any) -> None:
        if wall is not None and _ticker.due:
            _ticker.due = False
            wall.look()
        else:
            cpu.look()

    before = signal.signal(signal.SIGPROF, look)
    interval = cpu_s / LOOKS_PER_LIMIT
    outer = signal.setitimer(signal.ITIMER_PROF, interval, interval)[1]
    outer_wall_s = _ticker.interval_s
    if wall_s is not None:
        _ticker.arm(wall_s / LOOKS_PER_LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, outer, outer)
        _ticker.disarm()
        if outer_wall_s:
            _ticker.arm(outer_wall_s)
        # A signal that is on its way must not find the default, which ends the interpreter.
        signal.signal(signal.SIGPROF, _too_late if before in (signal.SIG_DFL, None) else before)


def _too_late(number: int, frame: Any) -> None:
    """The session that this signal was for is over."""

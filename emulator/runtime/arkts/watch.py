"""How long an engine may work on one stretch of the app's code before the harness gives up on it: what no tick can see, such
as a catastrophic regular expression.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOKS_PER_LIMIT = 10
WALL_LIMIT_S = 60.0
WALL_FACTOR = 4
"""Where a process's CPU time cannot be read, so many times the limit in wall time count instead."""

_limits: list[float | None] = [5.0]


@contextmanager
def hang_limit(cpu_s: float | None) -> Iterator[None]:
    """Give up after ``cpu_s`` seconds of CPU; never with None."""
    _limits.append(cpu_s)
    try:
        yield
    finally:
        _limits.pop()


def limit_s() -> float | None:
    """The limit that is in force."""
    return _limits[-1]


class Stretch:
    """One stretch of work of process ``pid``, looked at now and then."""

    def __init__(self, pid: int, limit_s: float | None) -> None:
        self.look_s = 1.0 if limit_s is None else limit_s / LOOKS_PER_LIMIT
        self._pid = pid
        self._limit_s = limit_s
        self._began = time.monotonic()
        self._cpu_s: float | None = None

    def is_over(self) -> bool:
        """Whether the limit has been reached."""
        if self._limit_s is None:
            return False
        wall_s = time.monotonic() - self._began
        cpu_s = _cpu_s(self._pid)
        if cpu_s is None:
            return wall_s >= self._limit_s * WALL_FACTOR
        if self._cpu_s is None:
            self._cpu_s = cpu_s
        return cpu_s - self._cpu_s >= self._limit_s - self.look_s or wall_s >= max(WALL_LIMIT_S, self._limit_s)


def _cpu_s(pid: int) -> float | None:
    """The CPU seconds that a process has used, where the system tells."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

"""What the app may change of the interpreter for everybody: where temporary files go, and which modes new files do not get.
On the device each process has its own of either.
"""

from __future__ import annotations

import os
import tempfile
from typing import Any
from weakref import WeakSet

_alive: WeakSet[Any] = WeakSet()
_before: list[tuple[str | None, int]] = []


def enter(process: Any) -> None:
    """A process begins; what is found before the first of them is kept."""
    if not _alive:
        mask = os.umask(0)
        os.umask(mask)
        _before[:] = [(tempfile.tempdir, mask)]
    _alive.add(process)


def leave(process: Any) -> None:
    """The process is over; behind the last of them everything is as it was."""
    _alive.discard(process)
    if not _alive and _before:
        tempfile.tempdir, mask = _before.pop()
        os.umask(mask)

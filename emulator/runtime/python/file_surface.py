"""Putting the asking functions in place: not before the first disk with faults, so that healthy devices pay nothing."""

from __future__ import annotations

import builtins
import io
import os
import sqlite3
from collections.abc import Callable
from typing import Any

from emulator.runtime.python import databases, file_calls, file_objects

UNREACHABLE = {
    "io.FileIO": "the raw class itself, called by the app; open() and os.open() are reached",
    "mmap": "memory that is mapped from a file is read and written by the processor",
    "os.splice": "moves data from and to pipes inside the kernel",
    "sqlite3": "opening is reached, StorageFull limits the pages of a database, and statements and commits take the time of "
    "SlowStorage; its single reads and writes are C code",
    "sqlite3.Connection": "the class itself, called by the app, or one of the app's own; sqlite3.connect is reached",
    "C extensions": "code of other packages that opens files by itself",
}
"""Ways to a file on which a fault does not strike, and what is reached of them."""

Replace = Callable[[Any, str, Any, Any], None]


def install(replace: Replace) -> None:
    """Replace them; ``replace`` is told of every function, so as to find it under other names."""
    replace(builtins, "open", file_objects.REAL_OPEN, file_objects.open_file)
    replace(io, "open", file_objects.REAL_OPEN, file_objects.open_file)
    replace(sqlite3, "connect", databases.REAL_CONNECT, databases.connect)
    for name, wrapper in file_calls.WRAPPERS.items():
        real = getattr(os, name, None)
        if real is not None:
            replace(os, name, real, wrapper(real))

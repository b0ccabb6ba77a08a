"""sqlite3.connect under a disk with faults. SQLite reads and writes in C: its opening is asked for, its pages are counted."""

from __future__ import annotations

import functools
import os
import sqlite3
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from emulator.runtime.python.files import acting
from emulator.storage.databases import limit_pages, may_write

REAL_CONNECT = sqlite3.connect


@functools.wraps(REAL_CONNECT)
def connect(database: Any, *args: Any, **kwargs: Any) -> Any:
    """sqlite3.connect: opening asks the disk; room that is left is a limit for the pages of this connection."""
    files = acting()
    path = _database_path(database, kwargs)
    device = files.device_path(path) if files is not None and path is not None else None
    if files is None or path is None or device is None:
        return REAL_CONNECT(database, *args, **kwargs)
    if may_write(files.disk, os.path.abspath(os.fsdecode(path)), device):
        connection = REAL_CONNECT(database, *args, **kwargs)
        limit_pages(connection, files.disk)
    else:
        kwargs["uri"] = True
        connection = REAL_CONNECT(f"file:{quote(os.fsencode(path))}?mode=ro", *args, **kwargs)
    files.disk.cannot_reach("sqlite3", device)
    return connection


def _database_path(database: Any, kwargs: dict[str, Any]) -> Any | None:
    if kwargs.get("uri") and isinstance(database, str) and database.startswith("file:"):
        return unquote(urlsplit(database).path)
    return None if database in ("", ":memory:", b"", b":memory:") else database

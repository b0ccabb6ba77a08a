"""sqlite3.connect under a disk with faults. SQLite reads and writes in C: its opening is asked for, its pages are counted."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import sqlite3
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from emulator.runtime.python.files import AppFiles, acting, status_of

REAL_CONNECT = sqlite3.connect
_REAL_EXECUTE = sqlite3.Connection.execute


@functools.wraps(REAL_CONNECT)
def connect(database: Any, *args: Any, **kwargs: Any) -> Any:
    """sqlite3.connect: opening asks the disk; room that is left is a limit for the pages of this connection."""
    files = acting()
    path = _database_path(database, kwargs)
    device = files.device_path(path) if files is not None and path is not None else None
    if files is None or path is None or device is None:
        return REAL_CONNECT(database, *args, **kwargs)
    if _may_write(files, path, device):
        connection = REAL_CONNECT(database, *args, **kwargs)
        _limit(connection, files.disk.room())
    else:
        kwargs["uri"] = True
        connection = REAL_CONNECT(f"file:{quote(os.fsencode(path))}?mode=ro", *args, **kwargs)
    files.disk.cannot_reach("sqlite3", device)
    return connection


def _database_path(database: Any, kwargs: dict[str, Any]) -> Any | None:
    if kwargs.get("uri") and isinstance(database, str) and database.startswith("file:"):
        return unquote(urlsplit(database).path)
    return None if database in ("", ":memory:", b"", b":memory:") else database


def _may_write(files: AppFiles, path: Any, device: str) -> bool:
    """Open as SQLite does: for reading only where writing is refused; its own error where that is refused, too."""
    try:
        files.will_open(path, device, True, True)
        return True
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES) and status_of(path) is not None:
            try:
                files.will_open(path, device, False, False)
                return False
            except OSError:
                pass
        refused = sqlite3.OperationalError("unable to open database file")
        refused.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        refused.sqlite_errorname = "SQLITE_CANTOPEN"
        raise refused from None


def _limit(connection: sqlite3.Connection, room: int | None) -> None:
    """What is no database says so when the app asks it something, not now."""
    if room is None:
        return
    with contextlib.suppress(sqlite3.DatabaseError):
        pages, size = (_REAL_EXECUTE(connection, f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        _REAL_EXECUTE(connection, f"PRAGMA max_page_count = {max(1, pages + room // size)}").fetchone()

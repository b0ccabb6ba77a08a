"""SQLite files on the device's disk. SQLite reads and writes in C: its opening is asked for, its pages are limited, and what it
does takes time by the statement.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3

from emulator.storage.disk import Disk

PAGE_BYTES = 4096
"""What ending a transaction writes, at the least."""
_EXECUTE = sqlite3.Connection.execute


def may_write(disk: Disk, host: str, device: str) -> bool:
    """Ask for opening as SQLite does: for reading only where writing is refused. Its own error where that is refused, too."""
    there = os.path.lexists(host)
    try:
        disk.opening(device, True)
        if not there and os.path.isdir(os.path.dirname(host)):
            disk.changing("create", device)
        return True
    except OSError as error:
        if there and error.errno in (errno.EROFS, errno.EACCES):
            with contextlib.suppress(OSError):
                disk.opening(device, False)
                return False
        raise cannot_open() from None


def cannot_open() -> sqlite3.OperationalError:
    """What SQLite raises for a file that it may not open."""
    refused = sqlite3.OperationalError("unable to open database file")
    refused.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    refused.sqlite_errorname = "SQLITE_CANTOPEN"
    return refused


def moved_bytes(connection: sqlite3.Connection, sql: str, gives_rows: bool) -> int:
    """For how many bytes a statement that has run counts: those of its text, and a page where it has ended a transaction or was
    one by itself.
    """
    return len(sql) + (0 if gives_rows or connection.in_transaction else PAGE_BYTES)


def limit_pages(connection: sqlite3.Connection, disk: Disk) -> None:
    """Let the database grow by no more than fits. What is no database says so when it is asked something, not now."""
    room = disk.room()
    if room is None:
        return
    with contextlib.suppress(sqlite3.DatabaseError):
        pages, size = (_EXECUTE(connection, f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        _EXECUTE(connection, f"PRAGMA max_page_count = {max(1, pages + room // size)}").fetchone()

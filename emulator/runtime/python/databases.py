"""sqlite3.connect under a disk with faults. SQLite reads and writes in C: its opening is asked for, its pages are counted, and
each statement and each commit takes the disk's time.
"""

from __future__ import annotations

import functools
import os
import sqlite3
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from emulator.runtime.python.files import acting
from emulator.storage.databases import PAGE_BYTES, limit_pages, may_write, moved_bytes

REAL_CONNECT = sqlite3.connect
_FACTORY = 4
"""Where connect() takes the class of the connection, behind the database."""


class Cursor(sqlite3.Cursor):
    """Waits for what it has done."""

    def execute(self, sql: str, /, *args: Any) -> Cursor:
        """As in any cursor."""
        super().execute(sql, *args)
        return self._waited(sql)

    def executemany(self, sql: str, /, *args: Any) -> Cursor:
        """As in any cursor."""
        super().executemany(sql, *args)
        return self._waited(sql)

    def executescript(self, script: str, /) -> Cursor:
        """As in any cursor."""
        super().executescript(script)
        return self._waited(script)

    def _waited(self, sql: str) -> Cursor:
        _take(moved_bytes(self.connection, sql, self.description is not None))
        return self


class Connection(sqlite3.Connection):
    """Its statements and commits take time."""

    def cursor(self, factory: Any = Cursor) -> Any:
        """As in any connection."""
        return super().cursor(factory)

    def execute(self, sql: str, /, *args: Any) -> Any:
        """As in any connection."""
        return self.cursor().execute(sql, *args)

    def executemany(self, sql: str, /, *args: Any) -> Any:
        """As in any connection."""
        return self.cursor().executemany(sql, *args)

    def executescript(self, script: str, /) -> Any:
        """As in any connection."""
        return self.cursor().executescript(script)

    def commit(self) -> None:
        """As in any connection."""
        ends = self.in_transaction
        super().commit()
        _take(PAGE_BYTES if ends else 0)

    def __exit__(self, *error: Any) -> Any:
        ends = self.in_transaction
        result = super().__exit__(*error)
        _take(PAGE_BYTES if ends else 0)
        return result


Cursor.__module__ = Connection.__module__ = "sqlite3"


def _take(size: int) -> None:
    files = acting()
    if files is not None:
        files.wait_for(size)


@functools.wraps(REAL_CONNECT)
def connect(database: Any, *args: Any, **kwargs: Any) -> Any:
    """sqlite3.connect: opening asks the disk; room that is left is a limit for the pages of this connection."""
    files = acting()
    path = _database_path(database, kwargs)
    device = files.device_path(path) if files is not None and path is not None else None
    if files is None or path is None or device is None:
        return REAL_CONNECT(database, *args, **kwargs)
    if len(args) <= _FACTORY:
        kwargs.setdefault("factory", Connection)
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

"""What a SQLite database says, whatever way its bytes came about.

Two databases with the same rows seldom have the same bytes: SQLite counts the changes in the file, and where a row lies
depends on the rows that were there before.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zlib

from emulator.storage.checksum import CHECKED_BYTES, OF_SQLITE
from emulator.storage.host_place import roomy_place

_MAGIC = b"SQLite format 3\0"
_COUNTERS = "sqlite_sequence"
"""SQLite's table of the highest ids that were ever given."""


def rows_checksum(host: str) -> str:
    """8 hex digits for the tables and rows of the database at ``host``; "" for anything that is none, or cannot be read."""
    if not _is_database(host):
        return ""
    import sqlite3  # healthy sessions without a database do without

    with tempfile.TemporaryDirectory(prefix="backup-rows-", dir=roomy_place()) as directory:
        copy = os.path.join(directory, "database")
        for suffix in ("", *OF_SQLITE):
            if suffix != "-shm" and os.path.exists(host + suffix):
                shutil.copyfile(host + suffix, copy + suffix)
        connection = sqlite3.connect(copy)
        try:
            value = zlib.crc32(str(connection.execute("PRAGMA user_version").fetchone()[0]).encode())
            for line in connection.iterdump():
                if _COUNTERS not in line:
                    value = zlib.crc32(line.encode("utf-8", "surrogateescape"), value)
        except (sqlite3.Error, UnicodeError):
            return ""
        finally:
            connection.close()
    return f"{value:08x}"


def _is_database(host: str) -> bool:
    if not len(_MAGIC) < os.stat(host).st_size <= CHECKED_BYTES:
        return False
    with open(host, "rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC

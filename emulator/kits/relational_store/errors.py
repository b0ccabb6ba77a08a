"""Errors of relationalStore (relational_store napi_rdb_error.cpp): by SQLite's primary code, and its own."""

from __future__ import annotations

import sqlite3

from emulator.kits.errors import BusinessError

INNER = (14_800_000, "Inner error.")
INVALID_ARGS = (14_800_001, "Invalid args.")
INVALID_PATH = (14_800_010, "Failed to open or delete the database by an invalid database path.")
ROW_OUT_OF_RANGE = (14_800_012, "ResultSet is empty or pointer index is out of bounds.")
COLUMN_OUT_OF_RANGE = (14_800_013, "Resultset is empty or column index is out of bounds.")
CLOSED = (14_800_014, "The RdbStore or ResultSet is already closed.")
NO_QUERY = (14_800_019, "The SQL must be a query statement.")
NOT_SUPPORTED = (14_800_021, "SQLite: Generic error. Executed SQL statement is not supported.")
EMPTY_BUCKET = (14_800_000, "Bucket must not be empty.")
EMPTY_TABLE = (14_800_000, "The table must be not empty string.")
NO_CAPABILITY = (801, "Capability not supported.")
CORRUPT = (14_800_011, "Failed to open the database because it is corrupted.")

SQLITE: dict[int, tuple[int, str]] = {
    sqlite3.SQLITE_ERROR: (
        14_800_021,
        "SQLite: Generic error. Possible causes: Insert failed or the updated data does not exist.",
    ),
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_NOTADB: CORRUPT,
    sqlite3.SQLITE_ABORT: (14_800_022, "SQLite: Callback routine requested an abort."),
    sqlite3.SQLITE_PERM: (14_800_023, "SQLite: Access permission denied."),
    sqlite3.SQLITE_BUSY: (14_800_024, "SQLite: The database file is locked."),
    sqlite3.SQLITE_LOCKED: (14_800_025, "SQLite: A table in the database is locked."),
    sqlite3.SQLITE_NOMEM: (14_800_026, "SQLite: The database is out of memory."),
    sqlite3.SQLITE_READONLY: (14_800_027, "SQLite: Attempt to write a readonly database."),
    sqlite3.SQLITE_IOERR: (14_800_028, "SQLite: Some kind of disk I/O error occurred."),
    sqlite3.SQLITE_FULL: (14_800_029, "SQLite: The database is full."),
    sqlite3.SQLITE_CANTOPEN: (14_800_030, "SQLite: Unable to open the database file."),
    sqlite3.SQLITE_TOOBIG: (14_800_031, "SQLite: TEXT or BLOB exceeds size limit."),
    sqlite3.SQLITE_CONSTRAINT: (14_800_032, "SQLite: Abort due to constraint violation."),
    sqlite3.SQLITE_MISMATCH: (14_800_033, "SQLite: Data type mismatch."),
    sqlite3.SQLITE_MISUSE: (14_800_034, "SQLite: Library used incorrectly."),
}
"""Code and message by SQLite's primary result code."""


def database_error(error: sqlite3.Error) -> BusinessError:
    """The error of the kit for one of SQLite's. What Python's module complains about itself is a wrong argument."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return BusinessError(*(INVALID_ARGS if isinstance(error, (sqlite3.ProgrammingError, sqlite3.InterfaceError)) else INNER))
    return BusinessError(*SQLITE.get(code & 0xFF, INNER))

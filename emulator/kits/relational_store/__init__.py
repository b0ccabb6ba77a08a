"""relationalStore: @ohos.data.relationalStore for Python subjects, on SQLite files in ``<databaseDir>/rdb`` with a WAL."""

# ruff: noqa: N802, N803, N815, N816 - the names are the API's.
from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Any
from urllib.parse import quote

from emulator.kits.errors import BusinessError
from emulator.kits.file_io.system import FileSystem
from emulator.kits.file_io.trees import exists, is_directory
from emulator.kits.forms import at_once, both_forms, in_all_forms, promised
from emulator.kits.place import Place, here
from emulator.kits.relational_store import errors
from emulator.kits.relational_store.predicates import RdbPredicates
from emulator.kits.relational_store.result_set import ResultSet
from emulator.storage.databases import cannot_open, limit_pages, may_write, moved_bytes

__all__ = [
    "BusinessError",
    "ConflictResolution",
    "RdbPredicates",
    "RdbStore",
    "ResultSet",
    "SecurityLevel",
    "deleteRdbStore",
    "deleteRdbStoreSync",
    "getRdbStore",
    "getRdbStoreSync",
]

_CONNECT = sqlite3.connect
_QUERIES = ("SELECT", "PRAGMA", "EXPLAIN", "WITH", "VALUES")
_SIDE_FILES = ("", "-wal", "-shm", "-journal", "-dwr")
Values = Mapping[str, Any]


class SecurityLevel(IntEnum):
    """How sensitive the data is; the emulated device takes note of it only."""

    S1 = 1
    S2 = 2
    S3 = 3
    S4 = 4


class ConflictResolution(IntEnum):
    """What happens to a row that breaks a constraint."""

    ON_CONFLICT_NONE = 0
    ON_CONFLICT_ROLLBACK = 1
    ON_CONFLICT_ABORT = 2
    ON_CONFLICT_FAIL = 3
    ON_CONFLICT_IGNORE = 4
    ON_CONFLICT_REPLACE = 5


_CONFLICTS = ("", " OR ROLLBACK", " OR ABORT", " OR FAIL", " OR IGNORE", " OR REPLACE")


@contextmanager
def _throwing() -> Iterator[None]:
    """With SQLite's errors as BusinessErrors."""
    try:
        yield
    except sqlite3.Error as error:
        raise errors.database_error(error) from error


@in_all_forms
class RdbStore:
    """One database. ``path`` is as `Place` takes it."""

    def __init__(self, place: Place, path: str, read_only: bool = False) -> None:
        self._place = place
        self._path = path
        self._read_only = read_only
        self._connection: sqlite3.Connection | None = _connect(place, path, read_only)
        weakref.finalize(self, self._connection.close)

    def another(self) -> RdbStore:
        """A second connection to the same database."""
        self._open()
        return RdbStore(self._place, self._path, self._read_only)

    # statements --------------------------------------------------------------------------------------------------------

    def _run(self, sql: str, arguments: Sequence[Any] = ()) -> sqlite3.Cursor:
        connection = self._open()
        with _throwing():
            cursor = connection.execute(sql, tuple(arguments))
        self._place.took(moved_bytes(connection, sql, cursor.description is not None))
        return cursor

    def _change(self, sql: str, arguments: Sequence[Any] = ()) -> sqlite3.Cursor:
        """As `_run`; not on a store that was opened for reading only."""
        if self._read_only and not _is_query(sql):
            raise BusinessError(*errors.NO_CAPABILITY)
        return self._run(sql, arguments)

    def execute_sql_now(self, sql: str, bindArgs: Sequence[Any] | None = None) -> None:
        """Execute a statement that gives no rows."""
        if _is_query(sql) and not sql.lstrip().upper().startswith(("PRAGMA", "WITH")):
            raise BusinessError(*errors.NOT_SUPPORTED)
        self._change(sql, bindArgs or ()).close()

    executeSql = promised(execute_sql_now, "executeSql")

    def executeSync(self, sql: str, args: Sequence[Any] | None = None) -> Any:
        """Execute a statement; the row id of an insert, the count of an update or delete, the value of a pragma, or None."""
        if sql.lstrip().upper().startswith("SELECT"):
            raise BusinessError(*errors.NOT_SUPPORTED)
        cursor = self._change(sql, args or ())
        row = cursor.fetchone() if cursor.description else None
        if row is not None:
            return row[0]
        word = sql.lstrip()[:6].upper()
        return cursor.lastrowid if word == "INSERT" else cursor.rowcount if word in ("UPDATE", "DELETE") else None

    def querySqlSync(self, sql: str, bindArgs: Sequence[Any] | None = None) -> ResultSet:
        """The rows of a statement."""
        if not _is_query(sql):
            raise BusinessError(*errors.NO_QUERY)
        cursor = self._run(sql, bindArgs or ())
        with _throwing():
            return ResultSet([column[0] for column in cursor.description or ()], cursor.fetchall())

    def querySync(self, predicates: RdbPredicates, columns: Sequence[str] | None = None) -> ResultSet:
        """The rows that fulfil the predicates."""
        return self.querySqlSync(predicates.select(columns or ()), [*predicates.arguments, *predicates.having_arguments])

    def insertSync(self, table: str, values: Values, conflict: int = ConflictResolution.ON_CONFLICT_NONE) -> int:
        """The row id of the new row; -1 when it was ignored."""
        cursor = self._change(_insertion(table, values, conflict), list(values.values()))
        return int(cursor.lastrowid or -1) if cursor.rowcount else -1

    def batchInsertSync(self, table: str, values: Sequence[Values], conflict: int = ConflictResolution.ON_CONFLICT_NONE) -> int:
        """All or none; how many."""
        outer = self._connection is not None and self._connection.in_transaction
        self._change("SAVEPOINT batch" if outer else "BEGIN IMMEDIATE")
        try:
            for row in values:
                self.insertSync(table, row, conflict)
        except BaseException:
            self._undo_batch(outer)
            raise
        self._run("RELEASE batch" if outer else "COMMIT")
        return len(values)

    def _undo_batch(self, outer: bool) -> None:
        """SQLite itself has undone everything after some errors, a full disk for one."""
        if self._connection is not None and self._connection.in_transaction:
            self._run("ROLLBACK TO batch" if outer else "ROLLBACK")

    def updateSync(self, values: Values, predicates: RdbPredicates, conflict: int = ConflictResolution.ON_CONFLICT_NONE) -> int:
        """How many rows were changed."""
        if not values:
            raise BusinessError(*errors.EMPTY_BUCKET)
        columns = ", ".join(f"{column} = ?" for column in values)
        sql = f"UPDATE{_CONFLICTS[conflict]} {predicates.table} SET {columns}{predicates.where()}"
        return self._change(sql, [*values.values(), *predicates.arguments]).rowcount

    def deleteSync(self, predicates: RdbPredicates) -> int:
        """How many rows were removed."""
        return self._change(f"DELETE FROM {predicates.table}{predicates.where()}", predicates.arguments).rowcount

    # transactions ------------------------------------------------------------------------------------------------------

    @at_once
    def beginTransaction(self) -> None:
        """Until commit or rollBack."""
        self.begin("IMMEDIATE")

    @at_once
    def begin(self, kind: str) -> None:
        """A transaction that is DEFERRED, IMMEDIATE or EXCLUSIVE."""
        self._change(f"BEGIN {kind}")

    @at_once
    def commit(self) -> None:
        """What was done stays."""
        self._run("COMMIT")

    @at_once
    def rollBack(self) -> None:
        """What was done is undone."""
        self._run("ROLLBACK")

    @property
    def version(self) -> int:
        """user_version of the database; it can be set."""
        return int(self._run("PRAGMA user_version").fetchone()[0])

    @version.setter
    def version(self, value: int) -> None:
        self._run(f"PRAGMA user_version = {int(value)}")

    # the file ----------------------------------------------------------------------------------------------------------

    def backup_now(self, destName: str) -> None:
        """A copy of the database beside it."""
        _copy(self._open(), _connect(self._place, self._beside(destName)))

    backup = promised(backup_now, "backup")

    def restore_now(self, srcName: str) -> None:
        """The content of a copy."""
        source = self._beside(srcName)
        try:
            is_there = exists(FileSystem(self._place), source)
        except OSError:
            is_there = False  # what no file system would look for
        if not is_there:
            raise BusinessError(*errors.INVALID_PATH)
        copy = _connect(self._place, source)
        with _throwing():
            copy.backup(self._open())
            copy.close()

    restore = promised(restore_now, "restore")

    def close_now(self) -> None:
        """Nothing works any more."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    close = promised(close_now, "close")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise BusinessError(*errors.CLOSED)
        return self._connection

    def _beside(self, name: str) -> str:
        return name if os.path.isabs(name) else os.path.join(os.path.dirname(self._path), name)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    with _throwing():
        try:
            source.backup(target)
        finally:
            target.close()


def _connect(place: Place, path: str, read_only: bool = False) -> sqlite3.Connection:
    with _throwing():
        host = _host_path(place, path)
        device = place.device_path(host)
        writable = may_write(place.disk, host, device) and not read_only
        mode = "rwc" if writable else "ro"
        name = f"file:{quote(os.fsencode(host))}?mode={mode}"
        # whichever thread of the host collects a store that the app has dropped closes its connection
        connection = _CONNECT(name, uri=True, isolation_level=None, timeout=0, check_same_thread=False)
        place.disk.cannot_reach("sqlite3", device)
        limit_pages(connection, place.disk)
        if not place.names_host_paths:
            connection.set_authorizer(_refuse_second_files)
        try:
            if writable:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def _host_path(place: Place, path: str) -> str:
    try:
        return place.host_path(path)
    except OSError:
        raise cannot_open() from None


def _refuse_second_files(action: int, name: str | None, *_: Any) -> int:
    """A path in SQL means one thing to SQLite and another to the app. An empty one is a file of SQLite's own."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH and name else sqlite3.SQLITE_OK


def _is_query(sql: str) -> bool:
    return sql.lstrip().upper().startswith(_QUERIES)


def _insertion(table: str, values: Values, conflict: int) -> str:
    if not table:
        raise BusinessError(*errors.EMPTY_TABLE)
    if not values:
        raise BusinessError(*errors.EMPTY_BUCKET)
    places = ", ".join("?" * len(values))
    return f"INSERT{_CONFLICTS[conflict]} INTO {table} ({', '.join(values)}) VALUES ({places})"


def _path(context: Any, config: str | Values) -> str:
    """``<databaseDir>/rdb/[customDir/]name``, or the same below rootDir (rdb_sql_utils.cpp)."""
    members: Values = {"name": config} if isinstance(config, str) else config
    name, custom, root = (str(members.get(key, "")) for key in ("name", "customDir", "rootDir"))
    if not name or "/" in name or (root and not root.startswith("/")):
        raise BusinessError(*errors.INVALID_PATH)
    base = (root.rstrip("/"),) if root else (context.databaseDir, "rdb")
    return "/".join(part for part in (*base, custom.strip("/"), name) if part)


def _get(context: Any, config: Values) -> RdbStore:
    """Open a database, or make it. ``config``: name, securityLevel, customDir, rootDir, isReadOnly.

    Below a rootDir it has to be there, and is for reading only.
    """
    path, place = _path(context, config), here()
    system = FileSystem(place)
    if config.get("rootDir"):
        if not exists(system, path):
            raise BusinessError(*errors.INVALID_PATH)
        return RdbStore(place, path, read_only=True)
    try:
        _make_directory(system, os.path.dirname(path))
    except OSError:
        raise BusinessError(14_800_000, "Create folder failed.") from None
    return RdbStore(place, path, bool(config.get("isReadOnly")))


def _make_directory(system: FileSystem, path: str) -> None:
    """Part by part, so that ``new/../other`` makes both."""
    if not is_directory(system, path):
        _make_directory(system, os.path.dirname(path))
        if not is_directory(system, path):
            system.mkdir(path)


def _delete(context: Any, config: str | Values) -> None:
    """Remove a database with all its files."""
    path, system = _path(context, config), FileSystem(here())
    try:
        for suffix in _SIDE_FILES:
            if exists(system, path + suffix):
                system.unlink(path + suffix)
    except OSError:
        raise BusinessError(14_800_000, "Remove file failed.") from None


getRdbStore, getRdbStoreSync = both_forms(_get, "getRdbStore")
deleteRdbStore, deleteRdbStoreSync = both_forms(_delete, "deleteRdbStore")

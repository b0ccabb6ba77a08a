"""Databases are told apart by what they say, not by their bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from emulator.storage.rows import rows_checksum

TABLE = "CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT)"
WRITE = "INSERT OR REPLACE INTO note VALUES (1, 'milk')"


def database(path: Path, statements: Iterable[str]) -> str:
    for statement in statements:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(statement)
    return rows_checksum(str(path))


def test_the_same_rows_by_another_way(tmp_path: Path) -> None:
    once, twice = tmp_path / "once.db", tmp_path / "twice.db"
    told = database(once, [TABLE, WRITE])
    assert told == database(twice, [TABLE, "INSERT INTO note VALUES (1, 'a long text that is replaced')", WRITE, WRITE])
    assert len(told) == 8
    assert once.read_bytes() != twice.read_bytes()


def test_other_rows_tables_and_versions(tmp_path: Path) -> None:
    one = database(tmp_path / "a.db", [TABLE, WRITE])
    assert one != database(tmp_path / "b.db", [TABLE, WRITE.replace("milk", "tea")])
    assert one != database(tmp_path / "c.db", [TABLE, WRITE, "CREATE INDEX by_text ON note (text)"])
    assert one != database(tmp_path / "d.db", [TABLE, WRITE, "PRAGMA user_version = 2"])


def test_rows_that_are_in_the_log_only(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    before = database(path, [TABLE])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(WRITE)
        connection.commit()
        assert rows_checksum(str(path)) == database(tmp_path / "b.db", [TABLE, WRITE]) != before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.db", "b.db"]


def test_what_is_no_database(tmp_path: Path) -> None:
    for name, content in (("text", b"milk"), ("empty", b""), ("broken", b"SQLite format 3\0" + b"\1" * 200)):
        (tmp_path / name).write_bytes(content)
        assert rows_checksum(str(tmp_path / name)) == ""

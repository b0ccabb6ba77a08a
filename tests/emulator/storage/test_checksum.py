"""Checksums of files: of their bytes, but for what SQLite draws by lot."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest

from emulator.storage.checksum import checksum


def of(path: Path) -> str:
    return checksum(path, path.stat().st_size)


def database(directory: Path, *rows: str) -> sqlite3.Connection:
    """An open database with a log."""
    directory.mkdir()
    connection = sqlite3.connect(directory / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE note (text)")
    connection.executemany("INSERT INTO note VALUES (?)", [(row,) for row in rows])
    return connection


def test_the_bytes_count(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"some text")
    assert of(tmp_path / "a") == f"{zlib.crc32(b'some text'):08x}"


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_the_same_work_gives_the_same_database(tmp_path: Path, suffix: str) -> None:
    first, second = database(tmp_path / "1", "x"), database(tmp_path / "2", "x")
    assert of(tmp_path / f"1/a.db{suffix}") == of(tmp_path / f"2/a.db{suffix}")
    first.close()
    second.close()


def test_other_rows_in_the_log_are_another_content(tmp_path: Path) -> None:
    first, second = database(tmp_path / "1", "x"), database(tmp_path / "2", "y")
    assert of(tmp_path / "1/a.db-wal") != of(tmp_path / "2/a.db-wal")
    first.close()
    second.close()


def journal(directory: Path, *rows: str) -> Path:
    """What is left of the rollback journal of a database into which these rows went."""
    directory.mkdir()
    connection = sqlite3.connect(directory / "a.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = PERSIST")
    connection.execute("CREATE TABLE note (text)")
    for row in rows:
        connection.execute("INSERT INTO note VALUES (?)", (row,))
    connection.close()
    return directory / "a.db-journal"


def test_the_same_work_gives_the_same_journal(tmp_path: Path) -> None:
    assert of(journal(tmp_path / "1", "x", "y")) == of(journal(tmp_path / "2", "x", "y"))


def test_other_rows_before_are_another_journal(tmp_path: Path) -> None:
    assert of(journal(tmp_path / "1", "x", "y")) != of(journal(tmp_path / "2", "z", "y"))


def test_a_journal_without_its_database_is_any_file(tmp_path: Path) -> None:
    (tmp_path / "a-journal").write_bytes(b"Monday")
    assert of(tmp_path / "a-journal") == f"{zlib.crc32(b'Monday'):08x}"
    (tmp_path / "a").write_bytes(b"no database")
    assert of(tmp_path / "a-journal") == f"{zlib.crc32(b'Monday'):08x}"


@pytest.mark.parametrize("content", [b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83" + bytes(40), b"\x18\xe2\x2d\x00short"])
def test_a_log_that_is_cut_off_has_one_too(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    assert len(of(tmp_path / "a")) == 8

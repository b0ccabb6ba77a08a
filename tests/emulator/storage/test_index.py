"""manage.json, data-plane 8.8: both written forms byte for byte, and what the device reads out of any text."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.names import is_user_tar
from emulator.storage.pack.index import (
    BlobStat,
    IndexEntry,
    IndexThrows,
    blob_stat,
    full_index,
    incremental_index,
    read_entries,
    read_names,
)
from emulator.storage.pack.json_text import one_line, quoted, styled
from tests.vectors import Vector, vectors

SPECIFICATION = Path(__file__).parents[3] / "docs" / "spec" / "data-plane.md"
F = "/data/storage/el2/base/files"
BIG = IndexEntry("f188bb333c16913f.bin", f"{F}/big.bin", BlobStat(2097153, 33200, 10**9, 2 * 10**9), is_big_file=True)


def as_row(entry: IndexEntry) -> list[object]:
    return [entry.file_name, entry.path, entry.stat.size, entry.stat.mode, entry.is_user_tar, entry.is_big_file]


@pytest.mark.parametrize("vector", vectors("J1..J8", "J12"))
def test_reading(vector: Vector) -> None:
    text = vector["Index text"]
    assert list(read_names(text)) == vector.json("Names")
    if vector["Infos"] == "throw":
        with pytest.raises(IndexThrows):
            read_entries(text)
    else:
        assert [as_row(entry) for entry in read_entries(text)] == vector.json("Infos")


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ('{"st_size":9223372036854775808}', [0, 33200]),
        ('{"st_size":-1,"st_mode":2147483648}', [-1, 33200]),
        ('{"st_size":true,"st_mode":33188.0}', [0, 33188]),
        ('{"st_size":1e30}', [0, 33200]),
    ],
    ids=["too-large", "mode-too-large", "bool", "real-too-large"],
)
def test_reading_numbers(text: str, entry: list[int]) -> None:
    (read,) = read_entries(f'[{{"fileName":"a","information":{{"stat":{text}}}}}]')
    assert [read.stat.size, read.stat.mode] == entry


def test_reading_times() -> None:
    text = '[{"fileName":"a","information":{"stat":{"st_atim":{"tv_sec":3,"tv_nsec":4},"st_mtim":{"tv_sec":"x","tv_nsec":6}}}}]'
    (read,) = read_entries(text)
    assert (read.stat.atime_ns, read.stat.mtime_ns) == (3_000_000_004, 6)
    with pytest.raises(IndexThrows, match="st_mtim"):
        read_entries('[{"fileName":"a","information":{"stat":{"st_mtim":[]}}}]')


def test_names_are_sorted_by_their_bytes_and_infos_are_not() -> None:
    text = json.dumps([{"fileName": name, "information": {}} for name in ("b", "\uffff", "\U00010000", "a", "b")])
    assert read_names(text) == ("a", "b", "\uffff", "\U00010000")
    assert read_names(b'[{"fileName":"\xff"},{"fileName":"\xef\xbf\xbf"}]') == ("\uffff", "\udcff")
    assert [entry.file_name for entry in read_entries(text)] == ["b", "\uffff", "\U00010000", "a", "b"]


@pytest.mark.parametrize("vector", vectors("J9a", "J9b"))
def test_characters_beyond_ascii(vector: Vector) -> None:
    character = {"J9a": "中", "J9b": "\U0001f600"}[vector.id]
    assert one_line({"path": character}) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("J9c"))
def test_bytes_that_are_no_utf_8(vector: Vector) -> None:
    assert quoted(b"\xff\xfe".decode("utf-8", "surrogateescape")) == vector["Result"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b'a"\\/\x08\x0c\n\r\t\x00\x1f\x7f', r'"a\"\\/\b\f\n\r\t\u0000\u001f' + '\x7f"'),
        (b"\xc3\xa9", r'"\u00e9"'),
        (b"\xc0\x80", r'"\ufffd"'),
        (b"\xed\xa0\x80", r'"\ufffd"'),
        (b"\xe4\xb8", r'"\ufffd\ufffd"'),
    ],
    ids=["control", "two-bytes", "overlong", "surrogate", "cut-off"],
)
def test_quoting(data: bytes, text: str) -> None:
    assert quoted(data.decode("utf-8", "surrogateescape")) == text


def test_empty_containers() -> None:
    assert styled({"a": [], "b": {}, "c": None}) == '{\n\t"a" : [],\n\t"b" : {},\n\t"c" : null\n}'


@pytest.mark.vector("J10a")
def test_the_empty_full_index() -> None:
    assert full_index([]) == "[]"


@pytest.mark.vector("J10b")
def test_the_empty_incremental_index() -> None:
    assert incremental_index([]) == "null"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        pytest.param(None, False, marks=pytest.mark.vector("J11a"), id="J11a"),
        pytest.param(3145728, True, marks=pytest.mark.vector("J11b"), id="J11b"),
        pytest.param(2097152, False, marks=pytest.mark.vector("J11c"), id="J11c"),
    ],
)
def test_user_tar(tmp_path: Path, size: int | None, expected: bool) -> None:
    if size is not None:
        (tmp_path / F[1:]).mkdir(parents=True)
        (tmp_path / F[1:] / "x.tar").touch()
        os.truncate(tmp_path / F[1:] / "x.tar", size)
    assert is_user_tar(f"{F}/x.tar", Inside(tmp_path)) is expected


def test_the_full_index_of_the_specification() -> None:
    line = next(line for line in SPECIFICATION.read_text(encoding="utf-8").splitlines() if line.startswith('[{"fileName"'))
    tar = IndexEntry("part.0.tar", "/data/storage/el2/base/.backup/backup/part.0.tar", BlobStat(2560, 33152, None, None))
    assert full_index([BIG]) == line + "\n]"
    assert full_index([BIG, tar]) == (
        f"{line}\n"
        ',{"fileName":"part.0.tar","information":{"path":"/data/storage/el2/base/.backup/backup/part.0.tar",'
        '"stat":{"st_mode":33152,"st_size":2560}},"isBigFile":false,"isUserTar":false}\n]'
    )


def test_the_incremental_index_of_the_specification() -> None:
    blocks = SPECIFICATION.read_text(encoding="utf-8").split("```")
    example = next(block for block in blocks if block.startswith('\n[\n\t{\n\t\t"fileName"'))
    name = "1700000000123_part.0.tar"
    tar = IndexEntry(name, f"/data/storage/el2/base/.backup/backup/{name}", BlobStat(3072, 33152, 3 * 10**9 + 4, 5 * 10**9 + 6))
    big = IndexEntry("4b41de8171568ea2", F[1:] + "/big.bin", BIG.stat, is_big_file=True)
    assert incremental_index([big, tar]) == example[1:-1]


def test_what_is_written_is_read(tmp_path: Path) -> None:
    status = os.stat(tmp_path)
    entries = (BIG, IndexEntry("x.tar", "/ü", blob_stat(status), is_user_tar=True))
    assert read_entries(full_index(entries)) == entries
    assert set(read_entries(incremental_index(entries))) == set(entries)
    assert read_names(full_index(entries)) == ("f188bb333c16913f.bin", "x.tar")
    assert blob_stat(status, no_tar=True) == BlobStat(status.st_size, status.st_mode, None, None)

"""Stat lines and manifests as text, data-plane 8.9."""

from __future__ import annotations

import hashlib
import os

import pytest

from emulator.storage.incremental.manifest import (
    STAT_COLUMNS,
    ReportLine,
    encode_path,
    read_report,
    split_fields,
    write_line,
    write_report,
)
from tests.vectors import Vector, vectors

F = "/data/storage/el2/base/files"
MTIME = 1_700_000_000
H8 = f"version=1.0&attrNum=8\n{STAT_COLUMNS}\n"
HELLO = hashlib.sha256(b"hello").hexdigest().upper()


def line(path: str, **members: object) -> ReportLine:
    given: dict[str, object] = {"mode": "33200", "is_directory": False, "size": 5, "mtime": MTIME, "hash": "", "flag": True}
    return ReportLine(path, **{**given, **members})  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", vectors("M1"))
def test_a_stat_line(vector: Vector) -> None:
    assert write_line(line(f"{F}/a.txt")) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("M2"))
def test_a_manifest(vector: Vector) -> None:
    assert write_report([line(f"{F[1:]}/a.txt", hash=HELLO, flag=False)]).decode() == vector["Result"]


@pytest.mark.parametrize("vector", vectors("M4"))
def test_numbers_of_fields(vector: Vector) -> None:
    text = {"M4a": "", "M4b": "test;", "M4c": "test"}[vector.id]
    assert str(len(split_fields(text))) == vector["Result"]


@pytest.mark.parametrize("vector", vectors("M5..M8", "M16..M21"))
def test_reading(vector: Vector) -> None:
    read = read_report(given_text(vector).encode("utf-8", "surrogateescape"))
    assert {path: list(found[1:]) for path, found in read.items()} == vector.json("Result")


def given_text(vector: Vector) -> str:
    """The literals of the input put together, with H8 where the cell has it."""
    *before, last = vector.literals["Input"]
    return "".join([*before, H8 if "H8 +" in vector["Input"] else "", last])


@pytest.mark.parametrize("vector", vectors("M9..M15"))
def test_encoding(vector: Vector) -> None:
    (path,) = vector.literals["Input"]
    encoded, flag = vector["Result"].rsplit(", flag ", 1)
    assert encode_path(path) == (encoded.strip("`"), flag == "1")


def test_what_is_written_is_read() -> None:
    odd = os.fsdecode(b"d/\xff;%3B\n")
    lines = [line("a"), line("d", is_directory=True, hash="", flag=False, mode="16877"), line(odd, size=2**40)]
    read = read_report(write_report(lines))
    assert read == {"a": lines[0], "d": lines[1], odd: lines[2]._replace(encoded=True)}


def test_too_small_numbers_stay_in_64_bits() -> None:
    assert read_report((H8 + "a;1;0;-99999999999999999999;1;;1;0\n").encode())["a"].size == -(2**63)


def test_nothing_to_read() -> None:
    assert read_report(b"") == read_report(b"\n\n") == read_report(H8.encode()) == {}
    assert read_report(b"one line\n") == {}

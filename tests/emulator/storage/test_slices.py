"""Which entries share a tar, data-plane 8.6."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack.header import app_owner
from emulator.storage.pack.slices import Entry, slices
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import PackedTar, PackError, pack
from tests.vectors import Vector, vectors

F = "/data/storage/el2/base/files"


def sizes(text: str) -> Iterator[int]:
    """The sizes that a cell like ``49 x 2097152, 1, 1`` gives."""
    for part in text.split(", ") if text != "nothing" else ():
        count, _, size = part.rpartition(" x ")
        yield from [int(size)] * int(count or 1)


@pytest.mark.parametrize("vector", vectors("S4..S14"))
def test_slices(vector: Vector) -> None:
    entries = [Entry("p", "p", size) for size in sizes(vector["Input"])]
    cut = list(slices(entries))
    assert [len(part) for part in cut] == vector.json("Result")
    assert [entry for part in cut for entry in part] == entries


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    (tmp_path / F[1:]).mkdir(parents=True)
    found = Inside(tmp_path)
    make_staging(found)
    return found


def packed(inside: Inside, *names: str) -> list[PackedTar]:
    entries = [Entry(f"{F}/{name}", f"{F}/{name}", 0) for name in names]
    return [pack(inside, part, f"{BACKUP}/part.{number}.tar", app_owner(20010045)) for number, part in enumerate(slices(entries))]


@pytest.mark.vector("S15")
def test_one_empty_directory(inside: Inside) -> None:
    os.mkdir(inside.entry(f"{F}/empty"))
    (tar,) = packed(inside, "empty/")
    assert (tar.packed, tar.size, tar.errors) == (1, 1536, ())


@pytest.mark.vector("S16")
def test_one_of_two_files_is_gone(inside: Inside) -> None:
    Path(inside.entry(f"{F}/b")).write_bytes(b"b")
    (tar,) = packed(inside, "a", "b")
    assert (tar.packed, tar.size) == (1, 2048)
    assert tar.errors == (PackError(f"{F}/a", f"{F}/a", errno.ENOENT, False),)


@pytest.mark.vector("S17")
def test_the_only_file_is_gone(inside: Inside) -> None:
    (tar,) = packed(inside, "a")
    assert Path(inside.entry(tar.path)).read_bytes() == bytes(1024)
    assert tar.errors == (PackError(f"{F}/a", f"{F}/a", errno.ENOENT, False),)

"""Odd files, and what changes between a scan and a pack, or on the way."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.conditions import ODD_FILES, BitRot, Grows, Kill, OddFile, Vanishes
from emulator.storage.planting import change_before_packing, plant, rot
from emulator.storage.sandbox import Sandbox

FILES = "/data/storage/el2/base/haps/entry/files"

KINDS: dict[str, Callable[[os.stat_result], bool]] = {
    "symlink": lambda status: stat.S_ISLNK(status.st_mode),
    "socket": lambda status: stat.S_ISSOCK(status.st_mode),
    "fifo": lambda status: stat.S_ISFIFO(status.st_mode),
    "unreadable": lambda status: stat.S_ISREG(status.st_mode) and status.st_mode & 0o777 == 0,
    "breaking-name": lambda status: status.st_size == 2 * 1024 * 1024 + 1,
}


def test_every_kind_is_planted() -> None:
    assert set(KINDS) == set(ODD_FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_where_it_is_by_itself(kind: str, tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    [path] = plant(sandbox, [Kill(at_ns=1), OddFile(kind)])
    assert path.startswith(FILES + "/odd")
    assert KINDS[kind](os.lstat(f"{sandbox.root}{path}"))
    assert plant(sandbox, [OddFile(kind)]) == [path], "what is there stays"


def test_the_name_that_breaks_has_its_dot_in_the_directory(tmp_path: Path) -> None:
    [path] = plant(Sandbox(tmp_path / "root"), [OddFile("breaking-name")])
    assert "/" in path.rsplit(".", 1)[1]


def test_where_it_is_said_to_be(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    assert plant(sandbox, [OddFile("symlink", "/data/storage/el1/base/link")]) == ["/data/storage/el1/base/link"]
    assert Path(f"{sandbox.root}/data/storage/el1/base/link").read_bytes() == b"odd"


def test_between_scan_and_pack(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    files = Path(sandbox.directory(FILES))
    for name in ("log", "gone", "stays"):
        (files / name).write_bytes(b"12")
    scanned = [f"{FILES}/{name}" for name in ("log", "gone", "stays", "never-was")]
    conditions = [Vanishes("*/gone"), Vanishes("*/never-was"), Grows("*/log", 3), Grows("*/log", 4), Grows("*/gone")]
    changed = change_before_packing(sandbox, conditions, scanned)
    assert changed == [f"{FILES}/log", f"{FILES}/gone"]
    assert {path.name: path.stat().st_size for path in files.iterdir()} == {"log": 9, "stays": 2}


@pytest.mark.parametrize(
    ("condition", "rotten"),
    [
        (BitRot(), b"\x01\x00"),
        (BitRot("*.tar", 1, 7), b"\x00\x80"),
        (BitRot("*.bin"), b"\x00\x00"),
        (BitRot("*", 2), b"\x00\x00"),
    ],
    ids=str,
)
def test_a_bit_that_turns_over(condition: BitRot, rotten: bytes) -> None:
    assert rot("part.0.tar", b"\x00\x00", [condition]) == rotten

"""The stat list, data-plane 5.2: what the service lists of an app's files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emulator.storage.incremental.manifest import report_lines
from emulator.storage.incremental.stat_list import MAPPED_PREFIXES, exchanged, make_stat_list, physical
from emulator.storage.inside import Inside
from tests.vectors import Vector, vectors

F = "/data/storage/el2/base/files"
INCLUDE = "data/storage/el2/base/files/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for directory in ("cache", "tmp"):
        (tmp_path / F[1:] / directory).mkdir(parents=True)
    for name in ("cache/a.txt", "keep.txt"):
        (tmp_path / F[1:] / name).write_bytes(b"12345")
    return tmp_path


def listed(root: Path, includes: list[str], excludes: list[str] | None = None) -> list[str]:
    return [line.path for line in make_stat_list(Inside(root), includes, excludes or []).lines]


@pytest.mark.parametrize("vector", vectors("E28", "E38"))
def test_excludes(root: Path, vector: Vector) -> None:
    assert sorted(listed(root, [INCLUDE], vector.json("Excludes"))) == sorted(vector.json("Result"))


@pytest.mark.vector("G12b")
def test_an_empty_include_hides_all_that_follow(root: Path) -> None:
    assert listed(root, ["", INCLUDE]) == []
    assert listed(root, [INCLUDE, "", INCLUDE + "cache"]) == listed(root, [INCLUDE])


@pytest.mark.vector("G13b")
def test_an_exclude_must_exist_as_it_is_written(root: Path) -> None:
    (root / F[1:] / "a.log").touch()
    assert f"{F}/a.log" in listed(root, [INCLUDE], [f"{F}/*.log"])
    assert f"{F}/a.log" not in listed(root, [INCLUDE], [f"{F}/a.log"])


def test_an_empty_exclude_hides_all_that_follow(root: Path) -> None:
    assert exchanged(["a"], ["b", "", "c"]) == (["a"], ["b"])
    assert exchanged(["a\nEXCLUDES\nb", "c"], ["INCLUDES", "d"]) == (["a", "d"], ["b", "c"])


def test_the_order_is_that_of_a_stack(root: Path) -> None:
    (root / F[1:] / "cache/deep").mkdir()
    (root / F[1:] / "tmp/in").touch()
    assert listed(root, [INCLUDE]) == [
        f"{F}/",
        f"{F}/cache",
        f"{F}/keep.txt",
        f"{F}/tmp",
        f"{F}/tmp/in",
        f"{F}/cache/a.txt",
        f"{F}/cache/deep",
    ]


def test_the_root_is_spelled_as_configured(root: Path) -> None:
    assert listed(root, [F])[0] == F
    assert listed(root, [f"{F}/keep.txt"]) == [f"{F}/keep.txt"]
    assert listed(root, [f"{F}/missing", f"{F}/*"]) == []


def test_a_slash_at_the_end_asks_for_a_directory(root: Path) -> None:
    """As ``stat`` of the device has it: an include of a plain file with one is ignored, and so is an exclude."""
    (root / F[1:] / "link").symlink_to("keep.txt")
    assert listed(root, [f"{F}/keep.txt/", f"{F}/link/", f"{F}/missing/"]) == []
    assert f"{F}/keep.txt" in listed(root, [INCLUDE], [f"{F}/keep.txt/"])
    (root / F[1:] / "door").symlink_to("cache")
    assert listed(root, [f"{F}/door/"]) == [f"{F}/door/", f"{F}/door/a.txt"]


def test_nested_includes_are_listed_twice_and_equal_ones_once(root: Path) -> None:
    once = make_stat_list(Inside(root), [INCLUDE], [])
    assert listed(root, [INCLUDE, "/" + INCLUDE]) == [line.path for line in once.lines]
    nested = listed(root, [INCLUDE, f"{INCLUDE}cache"])
    assert nested.count(f"{F}/cache/a.txt") == 2


def test_the_walk_goes_on_below_an_excluded_directory(root: Path) -> None:
    (root / F[1:] / "cache/sub").mkdir()
    assert listed(root, [INCLUDE], [f"{F}/cache"]) == [f"{F}/", f"{F}/keep.txt", f"{F}/tmp"]
    assert listed(root, [INCLUDE], [INCLUDE]) == []


def test_module_directories_are_all_three_whatever_follows_the_star(root: Path) -> None:
    haps = root / "data/storage/el1/base/haps"
    for name in ("entry/files", "entry/database", "entry/cache", "feature/preferences"):
        (haps / name).mkdir(parents=True)
    os.symlink("entry", haps / "linked")
    (haps / "entry/files/a").touch()
    base = "/data/storage/el1/base/haps"
    assert listed(root, ["data/storage/el1/base/haps/*/nonsense"]) == [
        f"{base}/entry/database",
        f"{base}/entry/files",
        f"{base}/entry/files/a",
        f"{base}/feature/preferences",
    ]
    assert listed(root, ["data/storage/el2/base/haps/*/files"]) == []


@pytest.mark.parametrize("prefix", MAPPED_PREFIXES)
def test_every_mapped_prefix_can_be_reached(prefix: str, tmp_path: Path) -> None:
    file = f"{prefix.rstrip('/')}/file"
    (tmp_path / file[1:]).parent.mkdir(parents=True)
    (tmp_path / file[1:]).touch()
    assert listed(tmp_path, [file[1:]]) == [file]


@pytest.mark.parametrize(
    "path",
    [
        "/data/storage/el3/base/files/",
        "/data/storage/el4/base/files/",
        "/data/storage/el2/base",
        "/storage/External/x",
        "/mnt/data/fuse/x",
        "/data/storage/el2/base/../base/files/",
    ],
    ids=["el3", "el4", "no-slash", "external", "fuse", "dot-dot"],
)
def test_what_cannot_be_reached(path: str) -> None:
    assert not physical(path)


def test_columns_and_sums(root: Path) -> None:
    os.utime(root / F[1:] / "keep.txt", (1, 2000))
    os.chmod(root / F[1:] / "keep.txt", 0o660)
    for name in ("", "cache", "tmp", "cache/a.txt"):
        os.utime(root / F[1:] / name, (1, 1000))
    found = make_stat_list(Inside(root), [INCLUDE], [], last_backup_time=1000)
    directories = [line for line in found.lines if line.is_directory]
    assert found.incremental_size == 5
    assert found.size == 10 + sum(line.size for line in directories)
    assert b"/data/storage/el2/base/files/keep.txt;33200;0;5;2000;;1;0\n" in found.text()
    read = list(report_lines(found.text()))
    assert [line.path for line in read] == [line.path[1:] for line in found.lines]
    assert [line.path for line in read if line.flag] == [F[1:] + "/keep.txt"]


def test_links_are_listed_as_files_with_their_targets_status(root: Path) -> None:
    for name, target in (("file", f"{F}/keep.txt"), ("directory", "cache"), ("dangling", "nowhere"), ("out", "/etc")):
        os.symlink(target, root / F[1:] / name)
    found = {line.path.removeprefix(F + "/"): line for line in make_stat_list(Inside(root), [INCLUDE], []).lines}
    assert (found["file"].size, found["file"].is_directory) == (5, False)
    assert int(found["directory"].mode) & 0o040000
    assert not found["directory"].is_directory
    for name in ("dangling", "out"):
        assert (found[name].mode, found[name].size, found[name].mtime) == ("0", 0, 0)
    assert f"{F}/directory/a.txt" not in found


def test_an_unreadable_directory_has_a_line_and_no_content(root: Path) -> None:
    os.chmod(root / F[1:] / "cache", 0o070)
    assert listed(root, [INCLUDE]) == [f"{F}/", f"{F}/cache", f"{F}/keep.txt", f"{F}/tmp"]
    os.chmod(root / F[1:] / "cache", 0o770)


def test_names_of_any_bytes(root: Path) -> None:
    name = os.fsdecode(b"\xff;\n")
    (root / F[1:] / "tmp" / name).touch()
    found = make_stat_list(Inside(root), [f"{F}/tmp"], [])
    assert b"/data/storage/el2/base/files/tmp/%FF%3B%0A;" in found.text()
    assert [line.path for line in report_lines(found.text())][1] == f"{F[1:]}/tmp/{name}"

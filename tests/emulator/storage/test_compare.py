"""What an incremental backup sends, data-plane 8.10."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from emulator.storage.disk import Disk
from emulator.storage.incremental.compare import Comparison, HashHangs, compare, hash_content
from emulator.storage.incremental.manifest import ReportLine
from emulator.storage.incremental.stat_list import is_incremental
from emulator.storage.inside import Inside
from tests.vectors import Vector, vectors

P = "data/storage/el2/base/files/a.txt"
HELLO = hashlib.sha256(b"hello").hexdigest().upper()
BIG = 2_097_153


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    host = tmp_path / P
    host.parent.mkdir(parents=True)
    host.write_bytes(b"hello")
    host.chmod(0o660)
    return Inside(tmp_path)


def local(path: str, mode: int, directory: int, size: int, mtime: int, incremental: int) -> ReportLine:
    return ReportLine(path, str(mode), bool(directory), size, mtime, "", bool(incremental))


def previous(*lines: Iterable[object]) -> dict[str, ReportLine]:
    known = {}
    for name, size, mtime, content in lines:
        path = {"p": P}.get(str(name), str(name))
        digest = HELLO if content == "2CF2...9824" else str(content)
        known[path] = ReportLine(path, "33200", False, int(str(size)), int(str(mtime)), digest, False)
    return known


def judged(inside: Inside, vector: Vector) -> Comparison:
    name, *rest = vector.json("Local")
    line = local({"p": P}.get(name, name), *rest)
    return compare(inside, [line], previous(*vector.json("Previous")))


@pytest.mark.parametrize("vector", vectors("I1..I7", "I9", "I10"))
def test_one_line(inside: Inside, vector: Vector) -> None:
    outcome = judged(inside, vector)
    (known,) = outcome.all
    expected = vector['In "all"']
    hashes = {"yes, hash OLD": "OLD", "yes, true hash": HELLO, "yes, old (now wrong) hash": "HASH OF OTHER CONTENT"}
    hashes |= {"yes, mode 33188": HELLO, "yes, no hash": "", "yes": ""}
    assert known.hash == hashes[expected]
    assert known.mode == str(vector.json("Local")[1])
    assert len(outcome.small) == vector["Sent"].startswith("yes")
    assert not outcome.big


def test_another_size_is_a_change_even_at_the_same_time(inside: Inside) -> None:
    outcome = compare(inside, [local(P, 33200, 0, 5, 100, 1)], previous(("p", 4, 100, "OLD")))
    assert [line.hash for line in outcome.small] == [HELLO]


def test_an_empty_path_is_no_directory(inside: Inside) -> None:
    assert not compare(inside, [local("", 16877, 1, 4096, 200, 1)], {}).all


@pytest.mark.vector("I8")
def test_what_was_deleted_is_in_no_list(inside: Inside) -> None:
    assert compare(inside, [], previous(("p", 5, 100, "OLD"))) == Comparison((), (), ())


@pytest.mark.vector("I11")
def test_without_a_manifest_everything_new_is_sent(inside: Inside) -> None:
    os.chmod(inside.entry(P), 0o660)
    unreadable = f"{Path(P).parent}/z"
    Path(inside.entry(unreadable)).touch(0o060)
    lines = [
        local(P, 33200, 0, 5, 100, 1),
        local(f"{Path(P).parent}/", 16877, 1, 4096, 1, 1),
        local(unreadable, 32816, 0, 0, 1, 1),
    ]
    outcome = compare(inside, lines, {})
    assert [line.path for line in outcome.all] == [f"{Path(P).parent}/", P]
    assert outcome.small == outcome.all


def test_without_a_manifest_what_is_old_is_not_sent(inside: Inside) -> None:
    outcome = compare(inside, [local(P, 33200, 0, 5, 100, 0), local("d", 16877, 1, 4096, 1, 0)], {})
    assert [line.hash for line in outcome.all] == ["", HELLO]
    assert not outcome.small


@pytest.mark.parametrize("vector", vectors("I12"))
def test_newer_than_the_last_backup(vector: Vector) -> None:
    found = is_incremental(int(vector["mtime"]), int(vector["lastIncrementalTime"]))
    assert str(int(found)) == vector["isIncremental"]


@pytest.mark.vector("I13")
def test_the_kinds_of_lines_together(inside: Inside) -> None:
    Path(inside.entry("big")).touch()
    os.truncate(inside.entry("big"), BIG)
    lines = [
        local("", 0, 0, 0, 0, 1),
        local("d", 16877, 1, 4096, 200, 1),
        local(P, 33200, 0, 5, 200, 1),
        local("big", 33200, 0, BIG, 200, 1),
        local("test5", 33200, 0, 0, 0, 1),
    ]
    outcome = compare(inside, lines, previous(("test5", 0, 0, "")))
    assert [line.path for line in outcome.all] == ["big", "d", P, "test5"]
    assert [line.path for line in outcome.small] == ["d", P]
    assert [line.path for line in outcome.big] == ["big"]


@pytest.mark.vector("I14")
def test_what_cannot_be_read_is_in_no_list(inside: Inside) -> None:
    os.chmod(inside.entry(P), 0o060)
    assert compare(inside, [local(P, 33200, 0, 5, 200, 1)], previous(("p", 5, 100, "OLD"))) == Comparison((), (), ())


@pytest.mark.vector("M3")
def test_the_hash_of_nothing(inside: Inside) -> None:
    Path(inside.entry("empty")).touch()
    assert hash_content(inside, "empty") == vectors("M3")[0].values[0]["Result"]


def test_the_boundary_of_big_files(inside: Inside) -> None:
    for size in (BIG - 1, BIG):
        Path(inside.entry(str(size))).touch()
    outcome = compare(inside, [local(str(size), 33200, 0, size, 1, 1) for size in (BIG - 1, BIG)], {})
    assert ([line.size for line in outcome.small], [line.size for line in outcome.big]) == ([BIG - 1], [BIG])


def test_results_are_sorted_by_bytes_and_deduplicated(inside: Inside) -> None:
    names = ["\U00010000", "\uffff", "b", "a", "b"]
    lines = [local(name, 16877, 1, size, 1, 1) for size, name in enumerate(names)]
    outcome = compare(inside, lines, {})
    assert [(line.path, line.size) for line in outcome.all] == [("a", 3), ("b", 2), ("\uffff", 1), ("\U00010000", 0)]
    assert outcome.small == outcome.all


def test_a_manifests_flag_says_what_is_called_a_tar(inside: Inside) -> None:
    for name in ("x.tar", "tar"):
        Path(inside.entry(name)).touch()
    outcome = compare(inside, [local("x.tar", 33200, 0, 0, 1, 1), local("tar", 33200, 0, 0, 1, 1)], {})
    assert [line.flag for line in outcome.all] == [False, True]


def test_a_link_is_hashed_as_its_target_and_one_to_a_directory_is_left_out(inside: Inside) -> None:
    os.symlink("/" + P, inside.entry("link"))
    os.symlink(".", inside.entry("here"))
    outcome = compare(inside, [local("link", 33200, 0, 5, 1, 1), local("here", 16877, 0, 5, 1, 1)], {})
    assert [(line.path, line.hash) for line in outcome.all] == [("link", HELLO)]


def test_hashing_a_fifo_never_ends(inside: Inside) -> None:
    os.mkfifo(inside.entry("p"))
    with pytest.raises(HashHangs):
        compare(inside, [local("p", 4096, 0, 0, 1, 1)], {})


@pytest.mark.parametrize("operation", ["opening", "reading"])
def test_a_file_that_the_disk_refuses_is_left_out(inside: Inside, operation: str) -> None:
    class Refusing(Disk):
        healthy = False

    def refuse(path: str, *rest: object) -> None:
        raise OSError(errno.EIO, "broken", path)

    disk = Refusing()
    setattr(disk, operation, refuse)
    assert not compare(inside, [local(P, 33200, 0, 5, 1, 1)], {}, disk).all

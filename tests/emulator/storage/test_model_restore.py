"""The restore of the reference model against the specification's own examples (data-plane 4, 8.11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.emulator.storage.model import BIG_BYTES, Left, backup, incremental, restore
from tests.emulator.storage.model_tree import NS, Kind, Node, Tree, directory, link, planted

F = "/data/storage/el2/base/files"
BIG = bytes(BIG_BYTES + 1)
SANDBOX = planted({f"{F}/a.txt": b"hello", f"{F}/big.bin": BIG, f"{F}/empty": directory(0o771)})


@pytest.mark.parametrize("flow", ["full", "incremental"])
def test_both_come_back_alike(flow: str) -> None:
    config = {"includes": [F]}
    left = backup(SANDBOX, config) if flow == "full" else incremental(SANDBOX, config)[0]
    after = restore({}, left)
    assert {path for path in after if path.startswith(F)} == {path for path in SANDBOX if path.startswith(F)}
    assert after[f"{F}/a.txt"] == SANDBOX[f"{F}/a.txt"]
    assert after[f"{F}/big.bin"] == SANDBOX[f"{F}/big.bin"]
    assert after[f"{F}/empty"] == Node(Kind.DIRECTORY, mode=0o751, mtime_ns=None)


A = {
    f"{F}/a.txt": Left(False, Node(content=b"hello", mtime_ns=1_700_000_000 * NS + 5)),
    f"{F}/empty": Left(False, directory(0o771)),
}


def test_r1() -> None:
    after = restore({}, A)
    assert after[f"{F}/a.txt"] == Node(content=b"hello", mode=0o660, mtime_ns=1_700_000_000 * NS)
    assert after[f"{F}/empty"].mode == 0o751
    assert after[F].mode == after["/data"].mode == 0o755


def test_r2a_parents_of_a_directory_get_its_mode() -> None:
    after = restore({}, {f"{F}/empty": A[f"{F}/empty"]})
    assert after[F].mode == after["/data"].mode == 0o751


def test_r12_full_backup_only() -> None:
    below = "/data/storage/el2/base/.backup/restore"
    after = restore({}, A, below=below)
    assert f"{below}{F}/a.txt" in after
    assert F not in after
    assert f"{below}{F}/b" in restore({}, {f"{F}/b": Left(True, Node(content=BIG))}, below=below)


def test_the_umask_takes_bits_of_directories_only() -> None:
    assert restore({}, A, umask=0)[F].mode == 0o755
    after = restore({}, A, umask=0o077)
    assert (after[F].mode, after[f"{F}/empty"].mode, after[f"{F}/a.txt"].mode) == (0o700, 0o700, 0o660)


def restored(before: Tree, big: bool = False) -> dict[str, Node]:
    return restore(before, {f"{F}/a.txt": Left(big, Node(content=b"new", mode=0o640))})


def test_r13_what_may_not_be_written_stays() -> None:
    before = planted({f"{F}/a.txt": Node(content=b"old", mode=0o400)})
    assert restored(before)[f"{F}/a.txt"].content == b"old"
    assert restored(before, big=True)[f"{F}/a.txt"].content == b"new"


def test_r14_a_tar_writes_through_a_link_and_a_big_file_replaces_it() -> None:
    before = planted({f"{F}/a.txt": link("b.txt"), f"{F}/b.txt": b"old"})
    through, replaced = restored(before), restored(before, big=True)
    assert through[f"{F}/a.txt"].kind is Kind.LINK
    assert through[f"{F}/b.txt"] == Node(content=b"new", mode=0o640)
    assert replaced[f"{F}/a.txt"] == Node(content=b"new", mode=0o640)
    assert replaced[f"{F}/b.txt"] == before[f"{F}/b.txt"]


def test_r15_nothing_is_deleted() -> None:
    assert restored(planted({f"{F}/old.txt": b"old"}))[f"{F}/old.txt"] == Node(content=b"old")


def test_r16_a_tar_ends_at_a_name_that_leads_up() -> None:
    file = Left(False, Node())
    assert "/ok1" in restore({}, {"/ok1": file, "/x/../y": file, "/ok2": file})
    assert "/ok2" not in restore({}, {"/ok1": file, "/x/../y": file, "/ok2": file})


def test_r17_a_big_file_that_leads_up_is_skipped() -> None:
    big = Left(True, Node(content=BIG))
    assert set(restore({}, {f"{F}/../x": big})) == set()
    assert f"{F}/y" in restore({}, {f"{F}/../x": big, f"{F}/y": big})


@pytest.mark.parametrize("big", [False, True], ids=["tar", "big"])
def test_r31_r32_what_is_in_the_way(big: bool) -> None:
    in_place = planted({f"{F}/a.txt/inner": b""})
    assert restored(in_place, big) == restore(in_place, {})
    above = planted({F: b"a file"})
    assert restored(above, big) == restore(above, {})


def test_a_name_that_json_cannot_hold_needs_its_manifest() -> None:
    left = {"/\udcff.bin": Left(True, Node(content=BIG))}
    assert set(restore({}, left)) == {"/\ufffd.bin"}
    assert set(restore({}, left, listed=True)) == {"/\udcff.bin"}


def test_through_a_link_that_leads_nowhere() -> None:
    before = planted({f"{F}/a.txt": link("b.txt")})
    assert restored(before) == restore(before, {}) | {f"{F}/b.txt": Node(content=b"new", mode=0o640)}
    assert restored(before, big=True)[f"{F}/a.txt"].kind is Kind.FILE


def test_a_link_that_leads_to_itself_stays() -> None:
    before = planted({f"{F}/a.txt": link("a.txt")})
    assert restored(before) == restore(before, {})


@pytest.mark.parametrize("mode", [0o500, 0o600, 0], ids=oct)
def test_where_nothing_can_be_made(mode: int) -> None:
    closed = planted({f"{F}/sub/x": b""}) | {F: directory(mode)}
    assert restored(closed) == restored(closed, big=True) == restore(closed, {})
    assert restore(closed, {f"{F}/new": Left(False, directory())}) == restore(closed, {})


def test_times() -> None:
    times = {
        "/s": Left(False, Node(mtime_ns=7 * NS + 9)),
        "/zero": Left(False, Node(mtime_ns=9)),
        "/b": Left(True, Node(mtime_ns=7 * NS + 9)),
    }
    after = restore({}, times)
    assert [after[path].mtime_ns for path in times] == [7 * NS, None, 7 * NS + 9]


def test_an_existing_directory_is_left_alone_but_for_its_time() -> None:
    before = planted({f"{F}/empty": directory(0o700)})
    assert restore(before, A)[f"{F}/empty"] == replace(before[f"{F}/empty"], mtime_ns=None)

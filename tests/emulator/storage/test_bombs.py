"""Archives that announce more than they have: what they cost is bounded by the bytes that are really there."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack.staging import RESTORE
from emulator.storage.unpack.events import What
from emulator.storage.unpack.untar import untar
from tests.emulator.storage.tars import TAIL, Place, big, directory, entry, foreign

MEMORY = 4 * 2**20
ENTRIES = 5_000
DEPTH = 300
LARGEST = b"7" * 12
"""64 GiB less a byte, all that the field can say."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "root")


def peak(action: Callable[[], object]) -> int:
    """Bytes that Python had at most while it did that."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("flow", ["incremental", "full"])
@pytest.mark.parametrize("kind", [b"0", b"\0", b"1", b"g", b"L", b"x", b"5", b"2"], ids=repr)
def test_a_size_that_is_only_announced(place: Place, kind: bytes, flow: str) -> None:
    place.stage("part.0.tar", foreign(b"f", size=LARGEST, kind=kind) + b"12345")
    place.index("part.0.tar")
    assert peak(lambda: place.restore(flow)) < MEMORY
    written = sum(path.lstat().st_size for path in place.root.rglob("f") if path.is_file())
    assert written == (5 if kind in (b"0", b"\0") else 0)


def test_a_pax_record_that_is_only_announced(place: Place) -> None:
    archive = foreign(b"x", b"99999999999999999999 path=f\n", b"x") + foreign(b"f", b"1") + TAIL
    assert peak(lambda: place.unpack(archive)) < MEMORY
    assert place.whats() == [What.BAD_FORMAT]


def test_a_sparse_archive_of_100_gib(place: Place) -> None:
    archive = place.host(f"{RESTORE}/part.0.tar")
    archive.write_bytes(foreign(b"skipped", size=LARGEST, kind=b"g") + TAIL)
    os.truncate(archive, 100 * 2**30)
    place.index("part.0.tar")
    assert peak(place.restore) < MEMORY
    assert place.whats() == [What.IGNORED]


def test_many_entries_take_no_memory_for_each(place: Place) -> None:
    place.stage("part.0.tar", (foreign(b"s", kind=b"2") * ENTRIES) + TAIL)
    events = untar(Inside(place.root), f"{RESTORE}/part.0.tar")
    assert peak(lambda: sum(1 for _ in events)) < MEMORY


def test_entries_of_one_name_make_one_file(place: Place) -> None:
    place.unpack(entry("f", b"1") * 200 + TAIL)
    assert place.whats() == [What.FILE] * 200
    assert list(place.tree()) == ["/f"]


def test_a_deep_path_is_not_walked_for_each_level(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []
    lstat = os.lstat

    def counting(path: str) -> os.stat_result:
        looked_at.append(path)
        return lstat(path)

    place.stage("part.0.tar", entry("a/" * DEPTH + "f", b"1") + directory("b/" * DEPTH) + TAIL)
    place.index("part.0.tar")
    monkeypatch.setattr(os, "lstat", counting)
    place.restore()
    assert place.whats() == [What.FILE, What.DIRECTORY]
    assert len(looked_at) < 10 * DEPTH


def test_links_through_links_do_not_multiply(place: Place) -> None:
    for number in range(39):
        place.host(f"l{number}").symlink_to(f"l{number + 1}/../l{number + 1}")
    place.host("l39").symlink_to(".")
    place.unpack(entry("l0/f", b"1") + TAIL)
    assert place.whats() == [What.FAILED]


def test_a_deeply_nested_index_is_as_none(place: Place) -> None:
    place.stage("manage.json", b"[" * 100_000)
    assert place.restore() == 0
    assert place.events == []


def test_one_blob_under_many_names(place: Place) -> None:
    place.stage("b1", b"7 bytes")
    place.index(*(big("b1", f"/f{number}") for number in range(100)))
    assert place.restore() == 0
    assert place.whats() == [What.FILE] + [What.FAILED] * 99

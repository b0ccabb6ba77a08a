"""What each storage condition makes of each operation: a table of operations, conditions and errnos."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from emulator.conditions import (
    Condition,
    ConditionError,
    Denied,
    El2Locked,
    Grows,
    IoError,
    Kill,
    ReadOnlyArea,
    SlowStorage,
    StorageFull,
    condition_from_json,
    parse_condition,
)
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.faults import FaultyDisk, Hit, Unreached, disk_for, in_area
from emulator.storage.os_errors import ENOKEY

EL1 = "/data/storage/el1/base/haps/entry/files/a.txt"
EL2 = "/data/storage/el2/base/haps/entry/files/a.txt"

OPERATIONS: dict[str, Callable[[Disk, str], object]] = {
    "open for reading": lambda disk, path: disk.opening(path, False),
    "open for writing": lambda disk, path: disk.opening(path, True),
    "read": lambda disk, path: disk.reading(path, 10),
    "write": lambda disk, path: disk.writing(path, 10),
    "create": lambda disk, path: disk.changing("create", path),
    "mkdir": lambda disk, path: disk.changing("mkdir", path),
    "symlink": lambda disk, path: disk.changing("symlink", path),
    "rename": lambda disk, path: disk.changing("rename", path),
    "unlink": lambda disk, path: disk.changing("unlink", path),
    "look": lambda disk, path: disk.changing("look", path),
    "utime": lambda disk, path: disk.changing("utime", path),
    "truncate": lambda disk, path: disk.changing("truncate", path),
}

TABLE: dict[str, tuple[Condition, int, set[str]]] = {
    "full": (StorageFull(0), errno.ENOSPC, {"write", "create", "mkdir", "symlink"}),
    "broken for reading": (IoError(operation="read"), errno.EIO, {"read"}),
    "broken for writing": (IoError(operation="write"), errno.EIO, {"write"}),
    "broken for opening": (IoError(operation="open"), errno.EIO, {"open for reading", "open for writing"}),
    "denied": (Denied(), errno.EACCES, set(OPERATIONS) - {"read", "write"}),
    "read-only": (ReadOnlyArea("el2"), errno.EROFS, set(OPERATIONS) - {"open for reading", "read", "write", "look"}),
    "locked": (
        El2Locked(),
        ENOKEY,
        {"open for reading", "open for writing", "create", "mkdir", "symlink", "rename", "truncate"},
    ),
    "slow": (SlowStorage(), 0, set()),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("row", TABLE)
def test_each_operation_under_each_condition(row: str, operation: str) -> None:
    condition, number, refused = TABLE[row]
    disk = FaultyDisk([condition])
    if operation not in refused:
        OPERATIONS[operation](disk, EL2)
        assert not disk.hits
        return
    with pytest.raises(OSError, match=r".") as caught:
        OPERATIONS[operation](disk, EL2)
    assert (caught.value.errno, caught.value.filename) == (number, EL2)
    assert disk.hits == [Hit(1, type(condition).__name__, operation.split()[0], EL2, number)]


@pytest.mark.parametrize(
    "condition", [ReadOnlyArea("el2"), El2Locked(), Denied("*/el2/*"), IoError("/data/storage/el2/*", "open")]
)
def test_other_places_are_left_alone(condition: Condition) -> None:
    disk = FaultyDisk([condition])
    for operate in OPERATIONS.values():
        operate(disk, EL1)
    assert disk.operations == len(OPERATIONS)


def test_a_write_of_which_half_fits() -> None:
    disk = FaultyDisk([StorageFull(10_000)])
    assert disk.writing(EL2, 6_000) == 6_000
    assert disk.room() == 4_000
    with pytest.raises(OSError, match="No space left on device"):
        disk.writing(EL2, 4_001)
    disk = FaultyDisk([StorageFull(10_000)])
    assert disk.writing(EL2, 1_000) == 1_000
    assert disk.writing(EL1, 10_000) == 8_192, "one device, one budget, whole blocks"
    assert disk.hits == [Hit(2, "StorageFull", "write", EL1, errno.ENOSPC)]
    disk.writing(EL2, 808)
    with pytest.raises(OSError, match="No space left on device"):
        disk.writing(EL2, 1)


def test_the_tighter_of_two_limits_counts() -> None:
    disk = FaultyDisk([StorageFull(10_000), StorageFull(4_096)])
    assert disk.writing(EL2, 6_000) == 4_096


def test_with_some_room_a_file_can_be_made() -> None:
    disk = FaultyDisk([StorageFull(1)])
    disk.changing("create", EL2)
    disk.writing(EL2, 1)
    with pytest.raises(OSError, match="No space left"):
        disk.changing("mkdir", EL2)


def test_only_the_nth_of_those_that_match() -> None:
    disk = FaultyDisk([IoError("*/a.txt", "read", nth=2)])
    disk.reading(EL2, 1)
    disk.reading("/data/other", 1)
    with pytest.raises(OSError, match="Input/output error"):
        disk.reading(EL2, 1)
    disk.reading(EL2, 1)
    assert [hit.number for hit in disk.hits] == [3]


def test_latency_in_whole_nanoseconds() -> None:
    assert FaultyDisk([SlowStorage(1_000)]).latency_ns(3) == 3_000_000
    assert FaultyDisk([StorageFull()]).latency_ns(3) == 0
    assert HEALTHY_DISK.latency_ns(3) == 0


def test_a_healthy_device_has_the_healthy_disk() -> None:
    assert disk_for([Kill(at_ns=1), Grows()]) is HEALTHY_DISK
    assert isinstance(disk_for([El2Locked()]), FaultyDisk)
    assert HEALTHY_DISK.room() is None


def test_somebody_is_told_once_of_each_kind_of_hit() -> None:
    told: list[tuple[str, str]] = []
    disk = FaultyDisk([Denied()], lambda condition, text: told.append((condition, text)))
    for _ in range(2):
        with pytest.raises(PermissionError):
            disk.opening(EL2, False)
    assert told == [("Denied", f"open {EL2}: errno 13")]
    assert len(disk.hits) == 2


def test_what_cannot_be_reached_is_written_down() -> None:
    told: list[tuple[str, str]] = []
    conditions = [IoError("*.db", "write"), IoError("*.txt", "write"), IoError("*.db", "open"), SlowStorage(), StorageFull()]
    disk = FaultyDisk(conditions, lambda condition, text: told.append((condition, text)))
    disk.cannot_reach("sqlite3", "/a.db")
    assert disk.unreached == [Unreached("IoError", "sqlite3", "/a.db")]
    assert told == [("IoError", "not reached: sqlite3 /a.db")]


@pytest.mark.parametrize(
    ("path", "area", "inside"),
    [
        ("/data/storage/el2", "el2", True),
        ("/data/storage/el20/a", "el2", False),
        ("/data/storage/el1/a", "el2", False),
        ("/data/storage/el2/base/a", "/data/storage/el2/base/", True),
        ("/data/storage/el2/based", "/data/storage/el2/base", False),
    ],
)
def test_areas(path: str, area: str, inside: bool) -> None:
    assert in_area(path, area) is inside


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("IoError:operation=stat", "operation must be read, write or open, not 'stat'"),
        ("IoError:nth=0", "nth counts from 1"),
        ("SlowStorage:bytes_per_second=0", "bytes_per_second must not be 0"),
        ("BitRot:bit=8", "bit must be 0 to 7, not 8"),
        ("OddFile:kind=hole", "kind must be one of symlink, socket, fifo, unreadable, breaking-name, not 'hole'"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(ConditionError, match=message):
        parse_condition(text)


def test_the_command_line_form_and_json() -> None:
    condition = parse_condition("IoError:path=*/files/*,operation=read,nth=3")
    assert condition == IoError("*/files/*", "read", 3)
    assert condition_from_json(condition.to_json()) == condition

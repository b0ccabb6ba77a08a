"""A disk with faults: what storage conditions make of each file operation, with the errno that the device's kernel gives."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NoReturn

from emulator.conditions import (
    Condition,
    Denied,
    El2Locked,
    IoError,
    ReadOnlyArea,
    SlowStorage,
    StorageCondition,
    StorageFull,
    find_condition,
)
from emulator.kernel.events import NS_PER_S
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.os_errors import ENOKEY, os_error

BLOCK_BYTES = 4096
"""A file system hands out room in blocks: of a write that does not fit, whole blocks go through, or nothing."""

MAKING = frozenset(("create", "mkdir", "mkfifo", "mknod", "symlink", "link"))
"""Operations that need a new inode or a new directory entry's block."""

Tell = Callable[[str, str], None]

_LOCKED = MAKING | {"rename", "truncate"}
_DISK_CONDITIONS = (StorageFull, IoError, Denied, ReadOnlyArea, El2Locked, SlowStorage)


@dataclass(frozen=True, slots=True)
class Hit:
    """One operation that was refused or cut short. ``number``: which operation on this disk (from 1) it was.

    ``condition`` is the name of the one that struck; ``errno`` as on Linux; ``path`` a device path.
    """

    number: int
    condition: str
    operation: str
    path: str
    errno: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """A condition that could not be carried out: the app took ``route`` (sqlite3) to ``path``, which no fault can follow.

    A rule that judges what the app does about ``condition`` is not applicable then, and has not passed.
    """

    condition: str
    route: str
    path: str


class FaultyDisk(Disk):
    """Carries out the storage conditions among ``conditions``. One disk is one device's: what is written through any process
    counts against `StorageFull`.

    ``tell(condition, text)`` is called for each new kind of hit (condition, operation and path), before the error is raised,
    and for what cannot be reached; all of them are in ``hits`` and ``unreached``.
    """

    healthy = False

    def __init__(self, conditions: Iterable[Condition], tell: Tell = lambda condition, text: None) -> None:
        self.conditions = tuple(c for c in conditions if isinstance(c, _DISK_CONDITIONS))
        self.operations = 0
        self.hits: list[Hit] = []
        self.unreached: list[Unreached] = []
        self._tell = tell
        self._told: set[tuple[str, str, str]] = set()
        self._left = [c.after_bytes for c in self.conditions if isinstance(c, StorageFull)]
        self._counts = [0] * len(self.conditions)
        self._slow = find_condition(self.conditions, SlowStorage)

    def opening(self, path: str, writing: bool) -> None:
        """Raises OSError: EIO, EACCES, ENOKEY, or for writing EROFS."""
        self.operations += 1
        for place, condition in enumerate(self.conditions):
            if isinstance(condition, IoError):
                self._count_io_error(place, condition, "open", path)
            elif isinstance(condition, Denied) and fnmatchcase(path, condition.path):
                self._strike(condition, "open", path, errno.EACCES)
            elif isinstance(condition, El2Locked) and in_area(path, "el2"):
                self._strike(condition, "open", path, ENOKEY)
            elif isinstance(condition, ReadOnlyArea) and writing and in_area(path, condition.area):
                self._strike(condition, "open", path, errno.EROFS)

    def reading(self, path: str, size: int) -> None:
        """Raises OSError: EIO."""
        self.operations += 1
        self._io_errors("read", path)

    def writing(self, path: str, size: int) -> int:
        """Raises OSError: EIO, or ENOSPC when not one block fits; some may."""
        self.operations += 1
        self._io_errors("write", path)
        room = self.room()
        if room is not None and room < size:
            self._note("StorageFull", "write", path, errno.ENOSPC)
            size = room - room % BLOCK_BYTES
            if not size:
                raise os_error(errno.ENOSPC, path)
        self._left = [left - size for left in self._left]
        return size

    def changing(self, operation: str, path: str) -> None:
        """Raises OSError: EACCES, EROFS, ENOKEY, or ENOSPC for what needs room of its own."""
        self.operations += 1
        for condition in self.conditions:
            if isinstance(condition, Denied) and fnmatchcase(path, condition.path):
                self._strike(condition, operation, path, errno.EACCES)
            elif isinstance(condition, ReadOnlyArea) and operation != "look" and in_area(path, condition.area):
                self._strike(condition, operation, path, errno.EROFS)
            elif isinstance(condition, El2Locked) and operation in _LOCKED and in_area(path, "el2"):
                self._strike(condition, operation, path, ENOKEY)
            elif isinstance(condition, StorageFull) and operation in MAKING and not self.room():
                self._strike(condition, operation, path, errno.ENOSPC)

    def latency_ns(self, size: int) -> int:
        """As long as `SlowStorage` takes."""
        return size * NS_PER_S // self._slow.bytes_per_second if self._slow is not None else 0

    def room(self) -> int | None:
        """What `StorageFull` leaves."""
        return min(self._left) if self._left else None

    def cannot_reach(self, route: str, path: str) -> None:
        """The app has opened ``path`` through ``route``, which reads and writes without asking."""
        for condition in self.conditions:
            if isinstance(condition, IoError) and condition.operation != "open" and fnmatchcase(path, condition.path):
                name = type(condition).__name__
                self.unreached.append(Unreached(name, route, path))
                self._tell_once(name, route, path, f"not reached: {route} {path}")

    def kept_from_app(self, path: str) -> None:
        """Whoever worked on ``path`` for the app says nothing of the failures there."""
        for name in dict.fromkeys(hit.condition for hit in self.hits if hit.path == path):
            self._tell_once(name, "kept", path, f"not told: {path}")

    def _io_errors(self, operation: str, path: str) -> None:
        for place, condition in enumerate(self.conditions):
            if isinstance(condition, IoError):
                self._count_io_error(place, condition, operation, path)

    def _count_io_error(self, place: int, condition: IoError, operation: str, path: str) -> None:
        if condition.operation != operation or not fnmatchcase(path, condition.path):
            return
        self._counts[place] += 1
        if condition.nth in (None, self._counts[place]):
            self._strike(condition, operation, path, errno.EIO)

    def _strike(self, condition: StorageCondition, operation: str, path: str, number: int) -> NoReturn:
        self._note(type(condition).__name__, operation, path, number)
        raise os_error(number, path)

    def _note(self, condition: str, operation: str, path: str, number: int) -> None:
        hit = Hit(self.operations, condition, operation, path, number)
        self.hits.append(hit)
        self._tell_once(condition, operation, path, f"{operation} {path}: errno {number}")

    def _tell_once(self, condition: str, what: str, path: str, text: str) -> None:
        if (condition, what, path) not in self._told:
            self._told.add((condition, what, path))
            self._tell(condition, text)


def disk_for(conditions: Sequence[Condition], tell: Tell = lambda condition, text: None) -> Disk:
    """The disk of a device under these conditions: the healthy one unless some of them concern it."""
    concerned = any(isinstance(condition, _DISK_CONDITIONS) for condition in conditions)
    return FaultyDisk(conditions, tell) if concerned else HEALTHY_DISK


def in_area(path: str, area: str) -> bool:
    """Whether a device path lies in ``area``: el1, el2..., or any directory."""
    root = area.rstrip("/") if area.startswith("/") else f"/data/storage/{area}"
    return path == root or path.startswith(root + "/")

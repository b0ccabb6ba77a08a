"""Where a kit works: the sandbox and the disk of the process whose app is running."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from emulator.kernel import current_thread
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.paths import rooted
from emulator.storage.sandbox import OF_THE_APP, Sandbox


class Place:
    """Paths and the disk of one process. Takes device paths, host paths below the sandbox, and ``file://`` URIs of the app."""

    names_host_paths = True
    """Whether the app may use paths of the host."""

    def __init__(
        self, sandbox: Sandbox, disk: Disk = HEALTHY_DISK, draw: Any = None, alive: Callable[[], bool] = lambda: True
    ) -> None:
        self.sandbox = sandbox
        self.disk = disk
        self.random = draw
        self.alive = alive
        self.kept: dict[str, Any] = {}
        """What kits keep for the process, by the name of the kit."""
        self.touched_outside: Callable[[str, bool], None] = lambda path, writes: None
        """Told of each path that is not the app's, and whether the app may have wanted to write there."""
        self.writes = True
        """Whether the operation that is under way may change files."""
        self._taken_ns = 0

    def host_path(self, path: str, follow: bool = True) -> str:
        """Where it is on the host. What is outside the sandbox is looked for inside, and not found.

        ``follow`` is False when a link at the end is meant itself: for places that follow links on their own.
        """
        if path.startswith("file://"):
            path = unquote(urlsplit(path).path)
        self.sandbox.make()
        root = str(self.sandbox.root)
        if path == root or path.startswith(root + os.sep):
            return path
        self.look_outside(path)
        return f"{root}/{path.lstrip('/')}"

    def look_outside(self, path: str) -> None:
        """Tell of a device path that leads to none of the app's directories."""
        whole = os.path.normpath(rooted(path))
        if path and not f"{whole}/".startswith(OF_THE_APP):
            self.touched_outside(whole, self.writes)

    def link_target(self, target: str) -> str:
        """What a symbolic link to ``target`` holds. An absolute target is one of the device."""
        return self.host_path(target) if target.startswith("/") else target

    def device_path(self, path: str) -> str:
        """What the device calls a host path."""
        return self.sandbox.device_path(os.path.normpath(path))

    def took(self, size: int) -> None:
        """``size`` bytes were moved."""
        self._taken_ns += self.disk.latency_ns(size)

    def take_ns(self) -> int:
        """How long what was done since the last question takes, in ns."""
        taken, self._taken_ns = self._taken_ns, 0
        return taken


_P = TypeVar("_P", bound=Place)

PLACE = "_emulated_place"
"""Attribute of a process whose app has used a kit: kept there, so that it goes with the process."""


_lent: list[Place] = []
"""Places that somebody works at for an app that is not running as a thread of its own; the last one counts."""


@contextmanager
def working_at(place: Place) -> Iterator[None]:
    """Kits that are called inside the block work at ``place``. What that takes is left for the caller to ask (`take_ns`)."""
    _lent.append(place)
    try:
        yield
    finally:
        _lent.pop()


def is_lent() -> bool:
    """Whether `working_at` decides where kits work."""
    return bool(_lent)


def here() -> Place:
    """The place of the app that is running. Raises RuntimeError outside any."""
    if _lent:
        return _lent[-1]
    thread = current_thread()
    if thread is None or thread.owner is None:
        raise RuntimeError(
            "kits work inside a running extension only: call them in a callback, or use open() and pathlib on the host"
        )
    return place_of(thread.owner, Place)


def place_of(process: Any, kind: Callable[..., _P]) -> _P:
    """The place of a process, which is of this ``kind`` from the first time on that somebody asks."""
    place: _P | None = vars(process).get(PLACE)
    if place is None:
        place = kind(process.sandbox, process.host.disk, process.random, lambda: bool(process.alive))
        place.touched_outside = process.touched_outside
        vars(process)[PLACE] = place
    return place

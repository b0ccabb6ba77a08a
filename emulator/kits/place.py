"""Where a kit works: the sandbox and the disk of the process whose app is running."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from emulator.kernel import current_thread
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.sandbox import Sandbox


class Place:
    """Paths and the disk of one process. Takes device paths, host paths below the sandbox, and ``file://`` URIs of the app."""

    def __init__(
        self, sandbox: Sandbox, disk: Disk = HEALTHY_DISK, draw: Any = None, alive: Callable[[], bool] = lambda: True
    ) -> None:
        self.sandbox = sandbox
        self.disk = disk
        self.random = draw
        self.alive = alive
        self.kept: dict[str, Any] = {}
        """What kits keep for the process, by the name of the kit."""
        self._taken_ns = 0

    def host_path(self, path: str) -> str:
        """Where it is on the host. What is outside the sandbox is looked for inside, and not found."""
        if path.startswith("file://"):
            path = unquote(urlsplit(path).path)
        self.sandbox.make()
        root = str(self.sandbox.root)
        if path == root or path.startswith(root + os.sep):
            return path
        return f"{root}/{path.lstrip('/')}"

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


PLACE = "_emulated_place"
"""Attribute of a process whose app has used a kit: kept there, so that it goes with the process."""


def here() -> Place:
    """The place of the app that is running. Raises RuntimeError outside any."""
    thread = current_thread()
    if thread is None or thread.owner is None:
        raise RuntimeError(
            "kits work inside a running extension only: call them in a callback, or use open() and pathlib on the host"
        )
    process = thread.owner
    place: Place | None = vars(process).get(PLACE)
    if place is None:
        place = vars(process)[PLACE] = Place(process.sandbox, process.host.disk, process.random, lambda: bool(process.alive))
    return place

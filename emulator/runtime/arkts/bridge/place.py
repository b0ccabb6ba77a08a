"""Where the kits of an ArkTS app work. It knows device paths only, and links on the way stay inside the sandbox.

Descriptors and times are the device's: numbers that the host gave to something else mean nothing here, and a file that was
written shows the virtual time.
"""

from __future__ import annotations

import dataclasses
import errno
import functools
import os
import weakref
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from emulator.kits.context import LEVELS
from emulator.kits.errors import BusinessError
from emulator.kits.file_io.system import FILE_MODE, FileSystem
from emulator.kits.place import Place, place_of, working_at
from emulator.runtime.arkts.bridge.app import App, Operation
from emulator.runtime.arkts.bridge.values import plain
from emulator.storage.inside import Inside
from emulator.storage.os_errors import os_error

FIRST_DESCRIPTOR = 40
"""An app's process has some forty descriptors open when its code begins."""

_OF_APP = ("files", "cache", "temp", "preferences")


class DevicePlace(Place):
    """The directories that an installed app has are there as soon as somebody looks for them."""

    names_host_paths = False

    def host_path(self, path: str, follow: bool = True) -> str:
        """Where it is on the host: always below the sandbox. Raises OSError for what no device would find on the way."""
        path = path.partition("\0")[0]  # where a text of the device's native code ends
        if path.startswith("file://"):
            path = unquote(urlsplit(path).path)
        root = self.sandbox.make()
        self.look_outside(path)
        self._make_installed(path)
        inside = Inside(root)
        return inside.host(path) if follow else inside.entry(path)

    def link_target(self, target: str) -> str:
        """As it was given: links are followed by `host_path`, which knows where ``/`` is."""
        return target.partition("\0")[0]

    def _make_installed(self, path: str) -> None:
        parts = [part for part in path.split("/") if part not in ("", ".")]
        if len(parts) > 3 and parts[:2] == ["data", "storage"] and parts[2] in LEVELS:
            directory = _installed(tuple(parts[3:7]), self.sandbox.module)
            host = f"{self.sandbox.root}/data/storage/{parts[2]}/{directory}"
            if directory and not os.path.isdir(host):
                os.makedirs(host, exist_ok=True)


@functools.lru_cache(maxsize=256)
def _installed(parts: tuple[str, ...], module: str) -> str:
    """The longest beginning of a path below an area that is there from the installation on, or from the app's first start."""
    known = ["base", "database", f"database/{module}", "base/haps", f"base/haps/{module}", "base/.backup"]
    known += [f"base/{name}" for name in _OF_APP] + [f"base/haps/{module}/{name}" for name in _OF_APP]
    beginnings = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((beginning for beginning in beginnings if beginning in known), "")


class DeviceFiles(FileSystem):
    """The open files of one app process. EBADF for a number that it was not given."""

    def __init__(self, place: DevicePlace, wall_ns: Callable[[], int]) -> None:
        super().__init__(place)
        self._wall_ns = wall_ns
        self._host_fds: dict[int, int] = {}
        self._over: list[bool] = []
        self._inodes: dict[tuple[int, int], int] = {}
        self.locks: dict[int, dict[int, bool]] = {}
        """By inode: who holds it, and whether alone."""
        weakref.finalize(self, _close_all, self._host_fds, self._over)

    def _number(self, fd: int, device: str) -> int:
        number = FIRST_DESCRIPTOR
        while number in self._host_fds:
            number += 1
        self._host_fds[number] = fd
        return super()._number(number, device)

    def _fd(self, number: int) -> int:
        if number not in self._host_fds:
            raise os_error(errno.EBADF)
        return self._host_fds[number]

    def open(self, path: str, flags: int, mode: int = FILE_MODE) -> int:
        """As everywhere; a file that comes into being shows the virtual time."""
        is_new = bool(flags & (os.O_CREAT | os.O_TRUNC)) and not self._has_content(path)
        fd = super().open(path, flags, mode)
        if is_new:
            self._stamp(fd)
        return fd

    def _has_content(self, path: str) -> bool:
        try:
            return self.status(path).st_size > 0
        except OSError:
            return False

    def close(self, fd: int) -> None:
        """Its locks are gone, too. What is collected together with its process has been closed already."""
        if self._over:
            return
        super().close(fd)
        del self._host_fds[fd]
        for holders in self.locks.values():
            holders.pop(fd, None)

    def write(self, fd: int, data: bytes, offset: int | None = None) -> int:
        """How many bytes were written."""
        written = super().write(fd, data, offset)
        self._stamp(fd)
        return written

    def truncate(self, fd: int, size: int) -> None:
        """Cut or lengthen the file."""
        super().truncate(fd, size)
        self._stamp(fd)

    def dup(self, fd: int) -> int:
        """A second number for the same open file."""
        return self._number(os.dup(self._fd(fd)), self._open[fd])

    def inode(self, status: os.stat_result) -> int:
        """A number for a file that is the same in every run."""
        return self._inodes.setdefault((status.st_dev, status.st_ino), len(self._inodes) + 1)

    def lock(self, fd: int, alone: bool) -> None:
        """flock without waiting; EAGAIN while somebody else holds it."""
        holders = self.locks.setdefault(self.status(fd).st_ino, {})
        if any(other != fd and (alone or others) for other, others in holders.items()):
            raise os_error(errno.EAGAIN)
        holders[fd] = alone

    def unlock(self, fd: int) -> None:
        """Harmless without a lock."""
        self.locks.get(self.status(fd).st_ino, {}).pop(fd, None)

    def _stamp(self, fd: int) -> None:
        now_ns = self._wall_ns()
        os.utime(self._host_fds[fd], ns=(now_ns, now_ns))


def _close_all(host_fds: dict[int, int], over: list[bool]) -> None:
    over.append(True)
    while host_fds:
        os.close(host_fds.popitem()[1])


def place_of_app(app: App) -> DevicePlace:
    """The place of the app's process; made at its first call."""
    process = app.process
    place = place_of(process, DevicePlace)
    if "fileIo" not in place.kept:
        place.kept["fileIo"] = DeviceFiles(place, lambda: process.wall_epoch_ns + app.now_ns())
    return place


def files_of(app: App) -> DeviceFiles:
    """The open files of the app."""
    files: DeviceFiles = place_of_app(app).kept["fileIo"]
    return files


def taken_ns(app: App) -> int:
    """How long what the app's operations did since the last question takes on its disk, in ns."""
    return place_of_app(app).take_ns()


def at_its_place(function: Callable[..., Any], writes: bool = True) -> Operation:
    """The operation ``function(app, *args)``, with the kits that it calls working at the app's place.

    After one that ``writes`` the device looks closer at the app's files.
    """

    @functools.wraps(function)
    def operate(app: App, *args: Any) -> Any:
        place = place_of_app(app)
        app.process.wrote_files = app.process.wrote_files or writes
        place.writes = writes
        with working_at(place):
            try:
                return function(app, *args)
            except BusinessError as error:
                if error.data is None:
                    raise
                raise dataclasses.replace(error, data=plain(error.data)) from error

    return operate

"""The file work of a Python subject under a disk with faults: whose it is, what the device calls the file, and what the disk
says. What the emulator itself does on a thread of the app goes through.
"""

from __future__ import annotations

import os
import stat
import sys
from types import FrameType
from typing import Any

from emulator.kernel import current_thread
from emulator.storage.disk import Disk
from emulator.storage.sandbox import Sandbox

AnyPath = Any
"""What functions of os take: str, bytes, a path object, or a descriptor."""


class AppFiles:
    """The files of one process under a disk with faults. ``paths``: device path by open descriptor."""

    def __init__(self, sandbox: Sandbox, disk: Disk) -> None:
        self.sandbox = sandbox
        self.disk = disk
        self.paths: dict[int, str] = {}

    def device_path(self, path: AnyPath, dir_fd: int | None = None) -> str | None:
        """What the device calls it; None for what lies outside the sandbox, or is no path."""
        if isinstance(path, int):
            return self.paths.get(path)
        try:
            text = os.fsdecode(path)
        except TypeError:
            return None
        if dir_fd is not None and not os.path.isabs(text):
            directory = self.paths.get(dir_fd)
            return None if directory is None else os.path.normpath(f"{directory}/{text}")
        host = os.path.abspath(text)
        device = self.sandbox.device_path(host)
        return None if device is host or not self.sandbox.exists else device

    def will_open(self, path: AnyPath, device: str, writing: bool, creating: bool, dir_fd: int | None = None) -> None:
        """Ask for opening; what is not there and will not be made is left to the real call to complain about."""
        status = status_of(path, dir_fd)
        if status is None and not (creating and can_be_made(path, dir_fd)):
            return
        if status is not None and stat.S_ISDIR(status.st_mode):
            self.disk.changing("look", device)
            return
        self.disk.opening(device, writing)
        if status is None:
            self.disk.changing("create", device)

    def will_read(self, device: str, fd: int, size: int, offset: int | None = None) -> None:
        """Ask for reading up to ``size`` bytes (below 0: all), of which the file may have fewer; and wait for them."""
        left = bytes_left(fd, offset)
        if left is not None:
            size = left if size < 0 else min(size, left)
        self.disk.reading(device, max(0, size))
        self.wait_for(max(0, size))

    def will_write(self, device: str, size: int) -> int:
        """Ask for writing, and wait; how many bytes fit."""
        if size:
            size = self.disk.writing(device, size)
            self.wait_for(size)
        return size

    def wait_for(self, size: int) -> None:
        """The time that the disk takes for ``size`` bytes."""
        ns, thread = self.disk.latency_ns(size), current_thread()
        if ns and thread is not None:
            thread.sleep(ns)


WATCHED = "_emulated_files"
"""Attribute of a process whose app asks a disk with faults: kept there, so that it goes with the process."""


def watch(process: Any, sandbox: Sandbox, disk: Disk) -> bool:
    """From now on the app of ``process`` asks ``disk``. False when the disk is healthy, and nothing has to be in place."""
    if disk.healthy:
        return False
    vars(process)[WATCHED] = AppFiles(sandbox, disk)
    return True


def acting() -> AppFiles | None:
    """The files of the app that is running; None for everybody else, and for what the emulator does on the app's thread."""
    thread = current_thread()
    if thread is None or thread.owner is None:
        return None
    files: AppFiles | None = vars(thread.owner).get(WATCHED)
    return None if files is None or _is_the_emulators(sys._getframe(2)) else files


def _is_the_emulators(frame: FrameType | None) -> bool:
    """The nearest frame of ours tells: the runtime only passes on what the app asked for."""
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name.startswith("emulator."):
            return not name.startswith("emulator.runtime.")
        frame = frame.f_back
    return False


def status_of(path: AnyPath, dir_fd: int | None = None) -> os.stat_result | None:
    """The status of what lies at ``path``, links not followed; None where nothing does, or it cannot be asked for."""
    try:
        return os.fstat(path) if isinstance(path, int) else os.lstat(path, dir_fd=dir_fd)
    except (OSError, ValueError, TypeError):
        return None


def can_be_made(path: AnyPath, dir_fd: int | None = None) -> bool:
    """Whether ``path`` is free, and in a directory that there is."""
    directory = os.path.dirname(os.fsdecode(path).rstrip("/")) or "."
    return status_of(path, dir_fd) is None and status_of(directory, dir_fd) is not None


def bytes_left(fd: int, offset: int | None) -> int | None:
    """How many bytes there are from the offset, or from where the descriptor stands; None when it is no plain file."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        return None
    return max(0, status.st_size - (os.lseek(fd, 0, os.SEEK_CUR) if offset is None else offset))

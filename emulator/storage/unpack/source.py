"""A tar in staging, read block by block through a window, so that memory does not depend on what a header announces."""

from __future__ import annotations

import os

from emulator.storage.disk import Disk
from emulator.storage.pack.content import STEP, move

_WINDOW = 256 * 1024


class TarSource:
    """An open tar. ``position`` may be set to any offset, beyond the end too: nothing is there then."""

    def __init__(self, fd: int, path: str, disk: Disk) -> None:
        self.position = 0
        self._fd = fd
        self._path = path
        self._disk = disk
        self._window = b""
        self._start = 0

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes; fewer at the end, or where the device's disk fails."""
        begin = self.position - self._start
        if begin < 0 or begin + size > len(self._window):
            self._fill(size)
            begin = 0
        data = self._window[begin : begin + size]
        self.position += len(data)
        return data

    def copy_to(self, target: int, size: int) -> int:
        """Append up to ``size`` bytes to an open file; gives how many there were. Much is moved without a look at it."""
        if size <= STEP:
            return os.write(target, self.read(size)) if size else 0
        os.lseek(self._fd, self.position, os.SEEK_SET)
        moved = move(self._fd, target, size)
        self.position += moved
        return moved

    def remaining(self) -> int:
        """Bytes from here to the end; negative beyond it."""
        return os.fstat(self._fd).st_size - self.position

    def _fill(self, size: int) -> None:
        self._start, self._window = self.position, b""
        wanted = max(size, _WINDOW)
        if not self._disk.healthy:
            try:
                self._disk.reading(self._path, wanted)
            except OSError:
                return
        os.lseek(self._fd, self._start, os.SEEK_SET)
        self._window = os.read(self._fd, wanted)

"""open() under a disk with faults: a raw file that asks for each read and write, below the buffers that are always there, so
that a full disk shows where it does on Linux, at a flush or close.
"""

from __future__ import annotations

import functools
import io
import os
import sys
from typing import Any

from emulator.runtime.python.files import AppFiles, acting

REAL_OPEN = open


class FileIO(io.FileIO):
    """The raw file below what open() gives to the app: each read and write asks; buffers above it behave as always."""

    def __init__(self, files: AppFiles, device: str | None, file: Any, mode: str, closefd: bool, opener: Any) -> None:
        super().__init__(file, mode, closefd, opener)
        self._files = files
        self._device = device if device is not None else files.paths.get(self.fileno())
        self._forgets = closefd
        if self._device is not None:
            files.paths[self.fileno()] = self._device

    def _asks(self) -> str | None:
        """The device path, when it is the app of the same process that acts; a dead one's last buffers ask nobody."""
        return self._device if acting() is self._files else None

    def readinto(self, buffer: Any, /) -> int:
        """As in any raw file."""
        device = self._asks()
        if device is not None and self.readable():
            self._files.will_read(device, self.fileno(), memoryview(buffer).nbytes)
        return super().readinto(buffer)

    def read(self, size: int | None = -1, /) -> bytes:
        """As in any raw file."""
        device = self._asks()
        if device is not None and self.readable():
            self._files.will_read(device, self.fileno(), -1 if size is None else size)
        return super().read(size)

    def readall(self) -> bytes:
        """As in any raw file."""
        device = self._asks()
        if device is not None and self.readable():
            self._files.will_read(device, self.fileno(), -1)
        return super().readall()

    def write(self, data: Any, /) -> int:
        """As in any raw file: fewer bytes than given when no more fit."""
        device = self._asks()
        if device is None or not self.writable():
            return super().write(data)
        view = memoryview(data).cast("B")
        return super().write(view[: self._files.will_write(device, view.nbytes)])

    def truncate(self, size: int | None = None, /) -> int:
        """As in any raw file."""
        device = self._asks()
        if device is not None and self.writable():
            self._files.disk.changing("truncate", device)
        return super().truncate(size)

    def close(self) -> None:
        """As in any raw file."""
        if not self.closed and self._forgets and hasattr(self, "_files"):
            self._files.paths.pop(self.fileno(), None)
        super().close()


FileIO.__module__ = "_io"


@functools.wraps(REAL_OPEN)
def open_file(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    """The builtin open()."""
    files = acting()
    device = files.device_path(file) if files is not None else None
    if files is None or (device is None and opener is None):
        return REAL_OPEN(file, mode, buffering, encoding, errors, newline, closefd, opener)
    # The real one judges the arguments, on a file that costs nothing.
    with REAL_OPEN(os.devnull, mode.replace("x", "w"), buffering, encoding, errors, newline):
        pass
    if device is not None and opener is None and not isinstance(file, int):
        files.will_open(file, device, any(c in mode for c in "wax+"), any(c in mode for c in "wax"))
    raw_mode = "".join(c for c in mode if c not in "bt")
    raw = FileIO(files, device if opener is None else None, file, raw_mode, closefd, opener)
    try:
        return _wrap(raw, mode, buffering, encoding, errors, newline)
    except BaseException:
        raw.close()
        raise


def _wrap(raw: FileIO, mode: str, buffering: int, encoding: str | None, errors: str | None, newline: str | None) -> Any:
    """Buffer and decoder above a raw file, as open() puts them."""
    if buffering == 0:
        return raw
    size = buffering if buffering > 1 else _usual_size(raw)
    kind: Any = io.BufferedRandom if "+" in mode else io.BufferedReader if "r" in mode else io.BufferedWriter
    buffered = kind(raw, size)
    if "b" in mode:
        return buffered
    text = io.TextIOWrapper(buffered, encoding, errors, newline, buffering == 1)
    text.mode = mode  # type: ignore[misc]
    return text


def _usual_size(raw: FileIO) -> int:
    size = int(getattr(raw, "_blksize", 0)) or io.DEFAULT_BUFFER_SIZE
    return size if sys.version_info < (3, 14) else max(min(size, 1 << 23), io.DEFAULT_BUFFER_SIZE)

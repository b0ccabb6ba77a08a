"""What fileIo gives out: File, Stat, Stream, RandomAccessFile, ReaderIterator, and its enumerations."""

# ruff: noqa: N802, N815 - the names are the API's.
from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from emulator.kits.errors import file_error
from emulator.kits.file_io.system import FileSystem
from emulator.kits.forms import in_all_forms
from emulator.storage.os_errors import os_error

_T = TypeVar("_T")

STREAM_BUFFER = 1024
"""Bytes that a stream keeps before it writes: BUFSIZ of the device's C library (musl)."""


class OpenMode(IntEnum):
    """Flags of open, in the device's own numbers (file_api common_func.h)."""

    READ_ONLY = 0
    WRITE_ONLY = 0o1
    READ_WRITE = 0o2
    CREATE = 0o100
    TRUNC = 0o1000
    APPEND = 0o2000
    NONBLOCK = 0o4000
    DIR = 0o200000
    NOFOLLOW = 0o400000
    SYNC = 0o4010000


class AccessModeType(IntEnum):
    """What access asks for."""

    EXIST = 0
    WRITE = 2
    READ = 4
    READ_WRITE = 6


class WhenceType(IntEnum):
    """From where lseek counts."""

    SEEK_SET = 0
    SEEK_CUR = 1
    SEEK_END = 2


_FLAGS = {
    OpenMode.CREATE: os.O_CREAT,
    OpenMode.TRUNC: os.O_TRUNC,
    OpenMode.APPEND: os.O_APPEND,
    OpenMode.NONBLOCK: os.O_NONBLOCK,
    OpenMode.DIR: os.O_DIRECTORY,
    OpenMode.NOFOLLOW: os.O_NOFOLLOW,
    OpenMode.SYNC: os.O_SYNC,
}


def host_flags(mode: int) -> int:
    """The os.O_* of the host for an `OpenMode`. EINVAL for WRITE_ONLY with READ_WRITE, or a negative number."""
    if mode < 0 or mode & 3 == 3:
        raise os_error(errno.EINVAL)
    return (mode & 3) | sum(flag for bit, flag in _FLAGS.items() if mode & bit == bit)


@dataclass(frozen=True, slots=True)
class File:
    """An open file: its descriptor, the path it was opened by, and its name."""

    fd: int
    path: str
    name: str

    def getParent(self) -> str:
        """The directory above, as the path was given."""
        return os.path.dirname(self.path)


@dataclass(frozen=True, slots=True)
class Stat:
    """Status of a file. Times in s, and in ns as whole numbers; ``location`` 1 is local."""

    ino: int
    mode: int
    uid: int
    gid: int
    size: int
    atime: int
    mtime: int
    ctime: int
    atimeNs: int
    mtimeNs: int
    ctimeNs: int
    location: int = 1

    def isBlockDevice(self) -> bool:
        """S_ISBLK."""
        return stat.S_ISBLK(self.mode)

    def isCharacterDevice(self) -> bool:
        """S_ISCHR."""
        return stat.S_ISCHR(self.mode)

    def isDirectory(self) -> bool:
        """S_ISDIR."""
        return stat.S_ISDIR(self.mode)

    def isFIFO(self) -> bool:
        """S_ISFIFO."""
        return stat.S_ISFIFO(self.mode)

    def isFile(self) -> bool:
        """S_ISREG."""
        return stat.S_ISREG(self.mode)

    def isSocket(self) -> bool:
        """S_ISSOCK."""
        return stat.S_ISSOCK(self.mode)

    def isSymbolicLink(self) -> bool:
        """S_ISLNK."""
        return stat.S_ISLNK(self.mode)


def stat_of(status: os.stat_result) -> Stat:
    """The device's view of a status."""
    whole = (int(status.st_atime), int(status.st_mtime), int(status.st_ctime))
    exact = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
    return Stat(status.st_ino, status.st_mode, status.st_uid, status.st_gid, status.st_size, *whole, *exact)


def part_of(data: Any, options: Mapping[str, Any]) -> bytes:
    """The bytes to write: text as UTF-8, cut to ``length``. EINVAL for another encoding or a length beyond the data."""
    if options.get("encoding", "utf-8") != "utf-8":
        raise os_error(errno.EINVAL)
    content = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else bytes(data)
    length = options.get("length", len(content))
    if not 0 <= length <= len(content):
        raise os_error(errno.EINVAL)
    return content[:length]


def offset_of(options: Mapping[str, Any]) -> int | None:
    """Where to read or write; None for where the descriptor stands. EINVAL below 0."""
    offset: int | None = options.get("offset")
    if offset is not None and offset < 0:
        raise os_error(errno.EINVAL)
    return offset


def wanted_size(buffer: Any, options: Mapping[str, Any]) -> int:
    """How much to read into ``buffer``. EINVAL for a length beyond it."""
    size = memoryview(buffer).nbytes
    length = int(options.get("length", size))
    if not 0 <= length <= size:
        raise os_error(errno.EINVAL)
    return length


def fill(buffer: Any, data: bytes) -> int:
    """Put ``data`` at the beginning of ``buffer``; gives its length."""
    memoryview(buffer).cast("B")[: len(data)] = data
    return len(data)


class _Descriptor(io.RawIOBase):
    """A descriptor below the buffer of a stream."""

    def __init__(self, system: FileSystem, fd: int, mode: str) -> None:
        self._system, self._fd = system, fd
        self._reads, self._writes = "r" in mode or "+" in mode, "r" not in mode or "+" in mode

    def readable(self) -> bool:
        return self._reads

    def writable(self) -> bool:
        return self._writes

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        return fill(buffer, self._system.read(self._fd, memoryview(buffer).nbytes))

    def write(self, data: Any, /) -> int:
        if not self._system.place.alive():
            return memoryview(data).nbytes  # what a process had in its buffers when it died is lost
        return self._system.write(self._fd, bytes(data))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._system.seek(self._fd, offset, whence)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._system.close(self._fd)


@in_all_forms
class Stream:
    """A buffered file as of C's stdio: a full disk shows when the buffer is written, at flush or close at the latest."""

    def __init__(self, system: FileSystem, fd: int, mode: str) -> None:
        raw = _Descriptor(system, fd, mode)
        kind: Any = io.BufferedRandom if "+" in mode else io.BufferedReader if "r" in mode else io.BufferedWriter
        self._file: Any = kind(raw, STREAM_BUFFER)

    def readSync(self, buffer: Any, options: Mapping[str, Any] | None = None) -> int:
        """Fill ``buffer``; gives how many bytes there were."""
        options = options or {}
        return self._do(lambda: fill(buffer, self._at(options).read(wanted_size(buffer, options))))

    def writeSync(self, data: Any, options: Mapping[str, Any] | None = None) -> int:
        """Write text or bytes; gives how many bytes were taken."""
        options = options or {}
        return int(self._do(lambda: self._at(options).write(part_of(data, options))))

    def flushSync(self) -> None:
        """Write what the buffer holds."""
        self._do(self._file.flush)

    def closeSync(self) -> None:
        """Flush, and give the descriptor back, also when the rest does not fit."""
        self._do(self._file.close)

    def seek(self, offset: int, whence: int = WhenceType.SEEK_SET) -> int:
        """Where the stream stands then."""
        return int(self._do(lambda: self._file.seek(offset, whence)))

    def _at(self, options: Mapping[str, Any]) -> Any:
        offset = offset_of(options)
        if offset is not None:
            self._file.seek(offset)
        return self._file

    def _do(self, work: Callable[[], _T]) -> _T:
        try:
            return work()
        except io.UnsupportedOperation:
            raise file_error(errno.EBADF) from None
        except OSError as error:
            raise file_error(error.errno or 0) from error
        except ValueError:
            raise file_error(errno.EIO) from None


@in_all_forms
class RandomAccessFile:
    """A file with a pointer of its own. ``start`` and ``end`` bound it (createRandomAccessFile's options)."""

    def __init__(self, system: FileSystem, fd: int, start: int = 0, end: int | None = None) -> None:
        self._system = system
        self.fd = fd
        self.filePointer = 0
        self._start, self._end = start, end

    def setFilePointer(self, pointer: int) -> None:
        """Where the next read or write happens."""
        self.filePointer = pointer

    def readSync(self, buffer: Any, options: Mapping[str, Any] | None = None) -> int:
        """Fill ``buffer`` from the pointer, or ``offset`` after it; the pointer moves on."""
        options = options or {}
        return self._do(
            lambda at: fill(buffer, self._system.read(self.fd, self._within(at, wanted_size(buffer, options)), at)), options
        )

    def writeSync(self, data: Any, options: Mapping[str, Any] | None = None) -> int:
        """Write text or bytes at the pointer, or ``offset`` after it; the pointer moves on."""
        options = options or {}
        return self._do(lambda at: self._system.write(self.fd, part_of(data, options), at), options)

    def closeSync(self) -> None:
        """Give the descriptor back."""
        try:
            self._system.close(self.fd)
        except OSError as error:
            raise file_error(error.errno or 0) from error

    def _within(self, at: int, size: int) -> int:
        return size if self._end is None else max(0, min(size, self._end + 1 - at))

    def _do(self, work: Any, options: Mapping[str, Any]) -> int:
        try:
            offset = offset_of(options) or 0
            moved = int(work(self._start + self.filePointer + offset))
        except OSError as error:
            raise file_error(error.errno or 0) from error
        self.filePointer += offset + moved
        return moved


@dataclass(frozen=True, slots=True)
class ReaderIteratorResult:
    """One step of `ReaderIterator`."""

    done: bool
    value: str


class ReaderIterator:
    """The lines of a text, each with its line end, as readLines gives them."""

    def __init__(self, text: str) -> None:
        self._lines = iter(text.splitlines(keepends=True))

    def next(self) -> ReaderIteratorResult:
        """The next line; ``done`` with an empty one after the last."""
        line = next(self._lines, None)
        return ReaderIteratorResult(line is None, line or "")

    def __iter__(self) -> ReaderIterator:
        return self

    def __next__(self) -> str:
        return next(self._lines)

"""The system calls of fileIo: files by number, directories, links. Plain values in and out, OSError from below.

Each call asks the disk first. A file is readable or writable by its mode bits, whoever runs the emulator: the app owns it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from emulator.kits.place import Place
from emulator.storage.os_errors import os_error

FILE_MODE, DIRECTORY_MODE = 0o660, 0o770
"""What the device gives to new files and directories (file_api open_core.cpp, mkdir_core.h)."""

CHUNK = 64 * 1024
_READ, _WRITE = 0o400, 0o200


class FileSystem:
    """System calls for one process. Paths as `Place` takes them."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.disk = place.disk
        self._open: dict[int, str] = {}

    # files -------------------------------------------------------------------------------------------------------------

    def open(self, path: str, flags: int, mode: int = FILE_MODE) -> int:
        """``flags`` are the host's os.O_*, ``mode`` is that of a new file; gives a descriptor."""
        host = self.place.host_path(path, not flags & os.O_NOFOLLOW)
        self._ask_open(host, flags)
        return self._number(os.open(host, flags | os.O_CLOEXEC, mode), self.place.device_path(host))

    def _number(self, fd: int, device: str) -> int:
        """What the app gets for a descriptor of the host."""
        self._open[fd] = device
        return fd

    def _fd(self, number: int) -> int:
        """The host's descriptor for what the app gives."""
        return number

    def _ask_open(self, host: str, flags: int) -> None:
        device = self.place.device_path(host)
        writing = flags & (os.O_WRONLY | os.O_RDWR) != 0
        status = _status(host)
        if status is None:
            if flags & os.O_CREAT and os.path.isdir(os.path.dirname(host)):
                self.disk.opening(device, writing)
                self.disk.changing("create", device)
        elif stat.S_ISDIR(status.st_mode):
            self.disk.changing("look", device)
        else:
            self.disk.opening(device, writing)
            needed = (_WRITE if writing else 0) | (0 if flags & os.O_WRONLY else _READ)
            if status.st_mode & needed != needed:
                raise os_error(errno.EACCES, host)

    def close(self, fd: int) -> None:
        """Give the number back. Descriptors that the app got elsewhere are closed as well."""
        os.close(self._fd(fd))
        self._open.pop(fd, None)

    def path_of(self, fd: int) -> str | None:
        """The device path of an open descriptor, None for one that was opened elsewhere."""
        return self._open.get(fd)

    @contextmanager
    def opened(self, path: str, flags: int) -> Iterator[int]:
        """A descriptor that is closed at the end of the block."""
        fd = self.open(path, flags)
        try:
            yield fd
        finally:
            self.close(fd)

    def read(self, fd: int, size: int, offset: int | None = None) -> bytes:
        """Up to ``size`` bytes, from where the descriptor stands or from ``offset``."""
        path = self._open.get(fd)
        if path is not None:
            self.disk.reading(path, size)
        real = self._fd(fd)
        data = os.read(real, size) if offset is None else os.pread(real, size, offset)
        self.place.took(len(data))
        return data

    def write(self, fd: int, data: bytes, offset: int | None = None) -> int:
        """How many bytes were written: fewer than given when no more fit."""
        path = self._open.get(fd)
        if path is not None and data:
            data = data[: self.disk.writing(path, len(data))]
        real = self._fd(fd)
        written = os.write(real, data) if offset is None else os.pwrite(real, data, offset)
        self.place.took(written)
        return written

    def truncate(self, fd: int, size: int) -> None:
        """Cut or lengthen the file."""
        path = self._open.get(fd)
        if path is not None:
            self.disk.changing("truncate", path)
        os.ftruncate(self._fd(fd), size)

    def seek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        """Where the descriptor stands then."""
        return os.lseek(self._fd(fd), offset, whence)

    def sync(self, fd: int) -> None:
        """fsync and fdatasync: the emulated disk keeps what it took."""
        os.fstat(self._fd(fd))

    def copy(self, source: int, target: int) -> None:
        """All bytes of one file to the end of another's present position. ENOSPC leaves what fitted."""
        offset = 0
        while data := self.read(source, CHUNK, offset):
            offset += len(data)
            while data:
                data = data[self.write(target, data) :]

    # names -------------------------------------------------------------------------------------------------------------

    def status(self, target: str | int, follow: bool = True) -> os.stat_result:
        """stat, lstat or fstat."""
        if isinstance(target, int):
            return os.fstat(self._fd(target))
        return os.stat(self.place.host_path(target, follow), follow_symlinks=follow)

    def access(self, path: str, reading: bool, writing: bool) -> bool:
        """Whether it is there; EACCES or EROFS when it is, and may not be used so."""
        try:
            host = self.place.host_path(path)
            status = os.stat(host)
        except FileNotFoundError:
            return False
        device = self.place.device_path(host)
        for wanted, operation, bit in ((reading, "look", _READ), (writing, "access", _WRITE)):
            if wanted:
                self.disk.changing(operation, device)
                if not status.st_mode & bit:
                    raise os_error(errno.EACCES, host)
        return True

    def mkdir(self, path: str) -> None:
        """One directory."""
        host = self.place.host_path(path, False)
        self._ask_making("mkdir", host)
        os.mkdir(host, DIRECTORY_MODE)

    def symlink(self, target: str, path: str) -> None:
        """A link at ``path``. An absolute target is one of the device."""
        host = self.place.host_path(path, False)
        self._ask_making("symlink", host)
        os.symlink(self.place.link_target(target), host)

    def _ask_making(self, operation: str, host: str) -> None:
        if _status(host) is None and os.path.isdir(os.path.dirname(host)):
            self.disk.changing(operation, self.place.device_path(host))

    def unlink(self, path: str) -> None:
        """A file or a link."""
        os.unlink(self._existing("unlink", path))

    def rmdir(self, path: str) -> None:
        """An empty directory."""
        os.rmdir(self._existing("rmdir", path))

    def rename(self, source: str, target: str) -> None:
        """Also over a file that is there."""
        old, new = self._existing("rename", source), self.place.host_path(target, False)
        if _status(old) is not None:
            self.disk.changing("rename", self.place.device_path(new))
        os.rename(old, new)

    def set_times(self, path: str, atime_ns: int, mtime_ns: int) -> None:
        """Times of access and change, in ns since 1970."""
        os.utime(self._existing("utime", path, True), ns=(atime_ns, mtime_ns))

    def _existing(self, operation: str, path: str, follow: bool = False) -> str:
        """The host path of what is to be changed; the real call complains when it is not there."""
        host = self.place.host_path(path, follow)
        if _status(host) is not None:
            self.disk.changing(operation, self.place.device_path(host))
        return host

    def names(self, path: str) -> list[str]:
        """The names in a directory, in order."""
        host = self.place.host_path(path)
        if os.path.isdir(host):
            self.disk.changing("look", self.place.device_path(host))
        return sorted(os.listdir(host))


def _status(host: str) -> os.stat_result | None:
    try:
        return os.lstat(host)
    except OSError:
        return None

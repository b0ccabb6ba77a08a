"""The packer: files of a sandbox become a tar in staging (data-plane 3.4, 3.5)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from emulator.codes import Code
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.inside import OPEN_TO_READ, Inside
from emulator.storage.os_errors import os_error
from emulator.storage.pack.content import STEP, move
from emulator.storage.pack.header import BLOCK, HeaderWriter, Owner, padded
from emulator.storage.pack.slices import Packable
from emulator.storage.paths import rooted
from emulator.storage.transfer import DataError

TAIL = bytes(2 * BLOCK)

_FLUSH_BYTES = 1 << 20
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True)
class PackError:
    """A file that could not be packed. ``errno`` is 13500006 where the device has none.

    ``header_written``: the archive announces content of which a part or all is missing; what follows is lost at restore.
    """

    path: str
    recorded: str
    errno: int
    header_written: bool


@dataclass(frozen=True, slots=True)
class PackedTar:
    """A finished tar in staging: its device path, its status (size in bytes), the entries in it, and what failed.

    Files that may not be read are missing without an error, as on the device.
    """

    path: str
    size: int
    mode: int
    atime_ns: int
    mtime_ns: int
    packed: int
    errors: tuple[PackError, ...]


class PackHangs(Exception):
    """The packer never comes back: it waits for a FIFO's writer, or reads again and again what cannot be read (9, item 34)."""

    def __init__(self, path: str, number: int | None = None) -> None:
        super().__init__(path)
        self.path = path
        self.errno = number


def pack(
    inside: Inside,
    entries: Iterable[Packable],
    path: str,
    owner: Owner,
    disk: Disk = HEALTHY_DISK,
    umask: int = 0o022,
) -> PackedTar:
    """Pack ``entries`` in their order into a new tar at the device path ``path``, whose directory exists.

    Raises DataError(13500006) when the tar cannot be created, PackHangs, and OSError when the host's own disk fails.
    """
    archive = _Archive(_create(inside, path, disk, umask), path, disk)
    try:
        packer = _Packer(inside, archive, HeaderWriter(owner), disk)
        errors = tuple(error for entry in entries if (error := packer.add(entry)) is not None)
        with contextlib.suppress(_Refused):
            archive.write(TAIL)
        archive.flush()
        status = os.fstat(archive.fd)
    finally:
        os.close(archive.fd)
    return PackedTar(path, status.st_size, status.st_mode, status.st_atime_ns, status.st_mtime_ns, packer.packed, errors)


def _create(inside: Inside, path: str, disk: Disk, umask: int) -> int:
    try:
        if not disk.healthy:
            disk.opening(path, True)
            disk.changing("create", path)
        fd = os.open(inside.entry(path), _CREATE, 0o600)
    except OSError as error:
        raise DataError(Code.E_PACKET, f"the tar file cannot be created: {error.strerror}") from error
    os.chmod(inside.entry(path), 0o666 & ~umask)
    return fd


class _Refused(Exception):
    """The device's disk took no more of the archive."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.errno = number


class _Short(Exception):
    """A file has fewer bytes than its header announces."""


class _Archive:
    """The tar being written. Small pieces are collected; what the disk refuses is refused piece by piece all the same."""

    def __init__(self, fd: int, path: str, disk: Disk) -> None:
        self.fd = fd
        self._path = path
        self._disk = disk
        self._pending = bytearray()

    def write(self, data: bytes) -> None:
        """Append ``data``, or what fits of it. Raises _Refused when not all does."""
        if not self._disk.healthy:
            self._ask(data)
            return
        self._pending += data
        if len(self._pending) >= _FLUSH_BYTES:
            self.flush()

    def _ask(self, data: bytes) -> None:
        try:
            while data:
                fits = self._disk.writing(self._path, len(data))
                self._pending += data[:fits]
                data = data[fits:]
        except OSError as error:
            raise _Refused(error.errno or Code.E_PACKET) from error

    def flush(self) -> None:
        view = memoryview(bytes(self._pending))
        while view:
            view = view[os.write(self.fd, view) :]
        self._pending.clear()

    def take(self, source: int, size: int) -> None:
        """Append ``size`` bytes of an open file without looking at them. Raises _Short, with whole steps of it appended."""
        self.flush()
        moved = move(source, self.fd, size)
        if moved < size:
            os.lseek(self.fd, -(moved % STEP), os.SEEK_CUR)
            os.ftruncate(self.fd, os.lseek(self.fd, 0, os.SEEK_CUR))
            raise _Short


class _Packer:
    """Adds entries to an archive, in the device's order of checks: exists, may be read, status, header, content."""

    def __init__(self, inside: Inside, archive: _Archive, headers: HeaderWriter, disk: Disk) -> None:
        self.packed = 0
        self._inside = inside
        self._archive = archive
        self._headers = headers
        self._disk = disk

    def add(self, entry: Packable) -> PackError | None:
        """Pack one entry; None when it is in the archive, or may not be read and is left out."""
        path = entry.path
        try:
            host, status = self._admit(path)
            header = self._headers.entry(os.fsencode(entry.recorded), status)
        except PermissionError:
            return None
        except OSError as error:
            return PackError(path, entry.recorded, error.errno or Code.E_PACKET, False)
        except ValueError:
            return PackError(path, entry.recorded, Code.E_PACKET, False)
        try:
            self._archive.write(header)
        except _Refused:
            return PackError(path, entry.recorded, Code.E_PACKET, False)
        return self._add_content(entry, host, status)

    def _admit(self, path: str) -> tuple[str, os.stat_result]:
        host = self._inside.entry(path)
        status = target = os.lstat(host)
        if stat.S_ISLNK(status.st_mode):
            target = os.lstat(self._inside.host(path))
            status = target if path.endswith("/") else status
        if not self._disk.healthy:
            self._disk.opening(rooted(path), False)
        _open_check(path, target.st_mode)
        return host, status

    def _add_content(self, entry: Packable, host: str, status: os.stat_result) -> PackError | None:
        self.packed += 1
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return None
        try:
            fd = os.open(host, OPEN_TO_READ)
            try:
                self._copy(fd, entry.path, status.st_size)
            finally:
                os.close(fd)
        except _Short:
            return PackError(entry.path, entry.recorded, Code.E_PACKET, True)
        except _Refused as error:
            return PackError(entry.path, entry.recorded, error.errno, True)
        return None

    def _copy(self, fd: int, path: str, size: int) -> None:
        if self._disk.healthy and size > STEP:
            self._archive.take(fd, size)
        else:
            self._copy_in_steps(fd, path, size)
        with contextlib.suppress(_Refused):
            self._archive.write(bytes(padded(size) - size))

    def _copy_in_steps(self, fd: int, path: str, size: int) -> None:
        for offset in range(0, size, STEP):
            step = min(STEP, size - offset)
            data = self._read(fd, path, step)
            if len(data) < step:
                raise _Short
            self._archive.write(data)

    def _read(self, fd: int, path: str, size: int) -> bytes:
        if not self._disk.healthy:
            try:
                self._disk.reading(rooted(path), size)
            except OSError as error:
                raise PackHangs(path, error.errno) from error
        return os.read(fd, size)


def _open_check(path: str, mode: int) -> None:
    """What opening the node read-only would say to its owner, who is not root."""
    if not mode & stat.S_IRUSR:
        raise os_error(errno.EACCES, path)
    if stat.S_ISFIFO(mode):
        raise PackHangs(path)
    if stat.S_ISSOCK(mode):
        raise os_error(errno.ENXIO, path)

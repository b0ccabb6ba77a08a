"""Big files and the app's own tars: moved from staging to where they belong (data-plane 4.5)."""

from __future__ import annotations

import errno
import os
import stat

from emulator.storage.disk import Disk
from emulator.storage.incremental.manifest import read_report
from emulator.storage.inside import OPEN_TO_READ, Inside
from emulator.storage.os_errors import os_error
from emulator.storage.pack.content import STEP
from emulator.storage.pack.index import BlobStat, IndexEntry
from emulator.storage.paths import is_file_path_valid
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.target import PARENT_MODE, Target


class BigFiles:
    """Restores big files out of ``staging``, below the device path ``root``."""

    def __init__(self, inside: Inside, staging: str, root: str, disk: Disk, umask: int) -> None:
        self._inside = inside
        self._staging = staging
        self._root = root
        self._disk = disk
        self._target = Target(inside, disk, umask)

    def restore(self, entry: IndexEntry, manifest: bytes) -> Restored:
        """Put one blob in its place; ``manifest`` is the content of its ``.rp``. What goes wrong is in the result."""
        path = f"{self._root}/{decided_path(entry.path, manifest)}".partition("\0")[0].lstrip("/")
        shown = "/" + path
        if not is_file_path_valid(path):
            return Restored(entry.file_name, shown, What.FORBIDDEN)
        try:
            source = self._inside.entry(f"{self._staging}/{entry.file_name}".partition("\0")[0])
            size = _size(source)
            host = self._place(source, path)
        except OSError as error:
            return Restored(entry.file_name, shown, What.FAILED, errno=error.errno)
        return Restored(entry.file_name, shown, What.FILE, size, set_status(self._disk, host, shown, entry.stat))

    def _place(self, source: str, path: str) -> str:
        """Rename; copy if that fails. Gives the host path. Raises OSError."""
        above, _, name = path.rpartition("/")
        directory = self._target.make_directories(above, PARENT_MODE)
        host = f"{directory.host}/{name}"
        try:
            self._inside.writable(above)
            self._disk.changing("rename", "/" + path)
            os.rename(source, host)
        except OSError:
            return self._copy(source, path)
        return host

    def _copy(self, source: str, path: str) -> str:
        target = self._target.open(path)
        fd = os.open(source, OPEN_TO_READ)
        try:
            while data := os.read(fd, STEP):
                self._write(target.fd, path, data)
        finally:
            os.close(fd)
            os.close(target.fd)
            self._target.close()
        return target.host

    def _write(self, fd: int, path: str, data: bytes) -> None:
        while data:
            fits = self._disk.writing("/" + path, len(data))
            os.write(fd, data[:fits])
            data = data[fits:]


def set_status(disk: Disk, host: str, path: str, status: BlobStat) -> int | None:
    """Give the file at the device path ``path`` mode and both times, to the nanosecond. Gives the errno of what fails."""
    try:
        disk.changing("chmod", path)
        os.chmod(host, stat.S_IMODE(status.mode))
        disk.changing("utime", path)
        os.utime(host, ns=(status.atime_ns or 0, status.mtime_ns or 0))
    except OSError as error:
        return error.errno
    return None


def decided_path(indexed: str, manifest: bytes) -> str:
    """The one path of the manifest, if the index has a path at all and the manifest has exactly one; else the index's."""
    paths = list(read_report(manifest)) if indexed else []
    return paths[0] if len(paths) == 1 else indexed


def _size(source: str) -> int:
    """Of a received blob. What is no plain file was not received, and moving it would plant it."""
    status = os.lstat(source)
    if not stat.S_ISREG(status.st_mode):
        raise os_error(errno.ELOOP, source)
    return status.st_size

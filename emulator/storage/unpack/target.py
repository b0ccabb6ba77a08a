"""Where the unpacker writes: files and directories below the root of a sandbox, and never anywhere else (data-plane 4.3)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from typing import NamedTuple

from emulator.storage.disk import Disk
from emulator.storage.pack.inside import Directory, Inside

PARENT_MODE = 0o755
_FILE_MODE = 0o666
_READ_WRITE = stat.S_IRUSR | stat.S_IWUSR
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
_OLD = os.O_WRONLY | os.O_TRUNC | _NO_FOLLOW
_BY_FD = os.utime in os.supports_fd and os.chmod in os.supports_fd


class OpenTarget(NamedTuple):
    """A file open for writing: its descriptor, host path, and whether it was made just now."""

    fd: int
    host: str
    is_new: bool


class Target:
    """Makes files and directories at device paths below ``inside``; ``umask`` is the extension process's."""

    def __init__(self, inside: Inside, disk: Disk, umask: int) -> None:
        self._inside = inside
        self._disk = disk
        self._umask = umask

    def open(self, path: str) -> OpenTarget:
        """CreateFile: an existing file, also through a link, is emptied; else it is made with its parents. Raises OSError."""
        above, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            raise _error(errno.EISDIR if path else errno.ENOENT, path)
        if not self._disk.healthy:
            self._disk.opening("/" + path, True)
        directory = self.make_directories(above, PARENT_MODE)
        if not directory.mode & stat.S_IXUSR:
            raise _error(errno.EACCES, path)
        host = f"{directory.host}/{name}"
        try:
            return self._create(path, host, directory)
        except FileExistsError:
            return self._open_existing(path, host)

    def exists(self, path: str) -> bool:
        """Whether anything is there, links followed."""
        try:
            return os.path.lexists(self._inside.host(path))
        except OSError:
            return False

    def make_directories(self, path: str, mode: int) -> Directory:
        """Every missing directory of ``path`` is made with ``mode`` less the umask; gives the last one. Raises OSError."""
        try:
            return self._inside.directory(path)
        except FileNotFoundError:
            pass
        made = ""
        for name in path.split("/"):
            made = f"{made}/{name}" if made else name
            self._make_directory(made, mode)
        return self._inside.directory(path)

    def finish(self, target: OpenTarget, path: str, mode: int, mtime: int) -> int | None:
        """Mode and, unless it is 0, time in whole seconds; the time of access stays. Gives the errno of what fails."""
        node: int | str = target.fd if _BY_FD else target.host
        failed = self._attempt("chmod", path, lambda: os.chmod(node, mode & 0o7777))
        if not mtime:
            return failed
        times = int(os.fstat(target.fd).st_atime), mtime
        return self._attempt("utime", path, lambda: os.utime(node, times)) or failed

    def leave_unfinished(self, target: OpenTarget) -> None:
        """A file whose content broke off keeps the mode that it was made with."""
        if target.is_new:
            os.chmod(target.host, _FILE_MODE & ~self._umask)

    def _attempt(self, operation: str, path: str, act: Callable[[], None]) -> int | None:
        try:
            if not self._disk.healthy:
                self._disk.changing(operation, "/" + path)
            act()
        except OSError as error:
            return error.errno
        return None

    def _create(self, path: str, host: str, directory: Directory) -> OpenTarget:
        """Raises FileExistsError when something is there already."""
        is_writable = directory.mode & stat.S_IWUSR
        if not (is_writable and self._disk.healthy):
            if os.path.lexists(host):
                raise _error(errno.EEXIST, path)
            if not is_writable:
                raise _error(errno.EACCES, path)
            self._disk.changing("create", "/" + path)
        return OpenTarget(os.open(host, _NEW, 0o600), host, True)

    def _open_existing(self, path: str, host: str) -> OpenTarget:
        mode = os.lstat(host).st_mode
        if stat.S_ISLNK(mode):
            host = self._inside.host(path)
            if not os.path.lexists(host):
                return self._create(path, host, self._inside.directory(self._inside.device(host).rpartition("/")[0]))
            mode = os.lstat(host).st_mode
        if stat.S_ISDIR(mode):
            raise _error(errno.EISDIR, path)
        if mode & _READ_WRITE != _READ_WRITE:
            raise _error(errno.EACCES, path)
        if not stat.S_ISREG(mode):
            raise _error(errno.ENXIO, path)
        return OpenTarget(os.open(host, _OLD), host, False)

    def _make_directory(self, path: str, mode: int) -> None:
        try:
            self._inside.directory(path)
        except FileNotFoundError:
            self._inside.writable(path.rpartition("/")[0])
            self._disk.changing("mkdir", "/" + path)
            host = self._inside.entry(path)
            os.mkdir(host)
            os.chmod(host, mode & 0o1777 & ~self._umask)
            # Known from now on, so that a deep path is not walked anew for each of its levels.
            self._inside.directory(path)


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)

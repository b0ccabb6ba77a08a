"""Where the unpacker writes: files and directories below the root of a sandbox, and never anywhere else (data-plane 4.3)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from typing import NamedTuple

from emulator.storage.disk import Disk
from emulator.storage.inside import Directory, Inside
from emulator.storage.os_errors import os_error

PARENT_MODE = 0o755
_FILE_MODE = 0o666
_READ_WRITE = stat.S_IRUSR | stat.S_IWUSR
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
_OLD = os.O_WRONLY | os.O_TRUNC | _NO_FOLLOW
_FOLDER = getattr(os, "O_PATH", os.O_RDONLY)
_BY_DIRECTORY = os.open in os.supports_dir_fd
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
        self._not_at_creation = 0o7000 | _host_umask()
        self._last: tuple[str, Directory] | None = None
        self._folder: int | None = None

    def open(self, path: str, mode: int = 0o600) -> OpenTarget:
        """CreateFile: an existing file, also through a link, is emptied; else it is made with its parents. Raises OSError.

        ``mode`` is what `finish` will set; a new file may have it from the beginning.
        """
        above, _, name = path.rpartition("/")
        if not self._disk.healthy:
            self._disk.opening("/" + path, True)
        directory = self._directory_for_files(above)
        if name in ("", ".", ".."):
            raise os_error(errno.EISDIR if path else errno.ENOENT, path)
        if not directory.mode & stat.S_IXUSR:
            raise os_error(errno.EACCES, path)
        host = f"{directory.host}/{name}"
        try:
            if self._folder is not None and directory.mode & stat.S_IWUSR:
                # A short way for the kernel: the last directory is open, and only the name in it is looked up.
                return OpenTarget(os.open(name, _NEW, mode & 0o777, dir_fd=self._folder), host, True)
            return self._create(path, host, directory, mode)
        except FileExistsError:
            return self._open_existing(path, host, mode)

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
        failed = None
        if not target.is_new or mode & self._not_at_creation or not self._disk.healthy:
            failed = self._set_mode(target, path, mode & 0o7777)
        if not mtime:
            return failed
        atime = time.time() if target.is_new else os.fstat(target.fd).st_atime
        return self._set_times(target, path, int(atime), mtime) or failed

    def leave_unfinished(self, target: OpenTarget) -> None:
        """A file whose content broke off keeps the mode that it was made with."""
        if target.is_new:
            os.chmod(target.host, _FILE_MODE & ~self._umask)

    def _directory_for_files(self, path: str) -> Directory:
        """Files come directory by directory, so that the last one is mostly the one."""
        if self._last is None or self._last[0] != path:
            self._last = path, self.make_directories(path, PARENT_MODE)
            self.close()
            if _BY_DIRECTORY and self._disk.healthy:
                with contextlib.suppress(OSError):
                    self._folder = os.open(self._last[1].host, _FOLDER)
        return self._last[1]

    def close(self) -> None:
        """Let go of the directory that was written to last."""
        if self._folder is not None:
            os.close(self._folder)
            self._folder = None

    def _set_mode(self, target: OpenTarget, path: str, mode: int) -> int | None:
        try:
            self._disk.changing("chmod", "/" + path)
            os.chmod(target.fd if _BY_FD else target.host, mode)
        except OSError as error:
            return error.errno
        return None

    def _set_times(self, target: OpenTarget, path: str, atime: int, mtime: int) -> int | None:
        try:
            if not self._disk.healthy:
                self._disk.changing("utime", "/" + path)
            os.utime(target.fd if _BY_FD else target.host, (atime, mtime))
        except OSError as error:
            return error.errno
        return None

    def _create(self, path: str, host: str, directory: Directory, mode: int) -> OpenTarget:
        """Raises FileExistsError when something is there already."""
        is_writable = directory.mode & stat.S_IWUSR
        if not (is_writable and self._disk.healthy):
            if os.path.lexists(host):
                raise os_error(errno.EEXIST, path)
            if not is_writable:
                raise os_error(errno.EACCES, path)
            self._disk.changing("create", "/" + path)
        return OpenTarget(os.open(host, _NEW, mode & 0o777), host, True)

    def _open_existing(self, path: str, host: str, new_mode: int) -> OpenTarget:
        mode = os.lstat(host).st_mode
        if stat.S_ISLNK(mode):
            host = self._inside.host(path)
            if not os.path.lexists(host):
                above = self._inside.device(host).rpartition("/")[0]
                return self._create(path, host, self._inside.directory(above), new_mode)
            mode = os.lstat(host).st_mode
        if stat.S_ISDIR(mode):
            raise os_error(errno.EISDIR, path)
        if mode & _READ_WRITE != _READ_WRITE:
            raise os_error(errno.EACCES, path)
        if not stat.S_ISREG(mode):
            raise os_error(errno.ENXIO, path)
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


def _host_umask() -> int:
    """What the host takes away from the mode of a new file. It can only be read by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask

"""Device paths on the host: links met on the way stay inside the sandbox, whatever they say.

On the device ``/`` is the sandbox; here it is a directory of the host, so that the host's own way of following an absolute
link, or one with many ``..``, would leave it. Permissions are judged by the owner's mode bits, since the app owns its files
and whoever runs this may be root.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from emulator.storage.os_errors import os_error

DIRECTORY_BYTES = 4096
"""st_size of a directory on the device, whatever the file system of the host says (data-plane 8.7, Q)."""

OPEN_TO_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
"""How a file whose host path is known is opened: a link that has come there since is not followed."""

MAX_LINKS = 40
"""Links in a row, as on Linux; more are ELOOP."""


class Directory(NamedTuple):
    """A real directory of the host below the root, and its st_mode."""

    host: str
    mode: int


class Inside:
    """The device's paths below the host directory ``root``. Directories are remembered: make one for each operation.

    Paths are str with surrogateescape; a leading slash or none makes no difference (the extension's cwd is ``/``).
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = os.fspath(root).rstrip("/")
        self._top = Directory(self.root, os.stat(self.root or "/").st_mode)
        self._known = {"": self._top}

    def entry(self, path: str) -> str:
        """The host path of ``path`` itself: links on the way are followed, a link at its end is not. It may be missing.

        A slash behind what is there asks for a directory: a link is followed then, and anything else is ENOTDIR.
        Raises OSError: ENOENT or ENOTDIR on the way, EACCES below a directory that may not be searched, ELOOP.
        """
        above, _, name = path.rstrip("/").rpartition("/")
        if name in ("", ".", ".."):
            return self.directory(path).host
        host = f"{self.searchable(above).host}/{name}"
        if path.endswith("/") and os.path.lexists(host):
            return self.directory(path).host
        return host

    def host(self, path: str) -> str:
        """As `entry`, with a link at the end followed: where opening ``path`` would lead. It may be missing."""
        for _ in range(MAX_LINKS + 1):
            host = self.entry(path)
            try:
                target = os.readlink(host)
            except OSError:
                return host
            path = target if target.startswith("/") else f"{self.device(host).rpartition('/')[0]}/{target}"
        raise os_error(errno.ELOOP, path)

    def device(self, host: str) -> str:
        """The device path of a host path that this object gave."""
        return host[len(self.root) :] or "/"

    def directory(self, path: str) -> Directory:
        """The directory that ``path`` leads to. Raises OSError."""
        key = path.strip("/")
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._below_known(key) or self._walk(key)
        return known

    def searchable(self, path: str) -> Directory:
        """As `directory`; EACCES unless names in it may be looked up."""
        found = self.directory(path)
        if not found.mode & stat.S_IXUSR:
            raise os_error(errno.EACCES, path)
        return found

    def writable(self, path: str) -> Directory:
        """As `searchable`; EACCES unless names may be added."""
        found = self.searchable(path)
        if not found.mode & stat.S_IWUSR:
            raise os_error(errno.EACCES, path)
        return found

    def _below_known(self, key: str) -> Directory | None:
        """One step from the directory above, if that is known already and the step is a plain one."""
        above, _, name = key.rpartition("/")
        known = self._known.get(above)
        if known is None or name in ("", ".", ".."):
            return None
        found = _step(known, name)
        return found if stat.S_ISDIR(found.mode) else None

    def _walk(self, path: str) -> Directory:
        trail, pending, links = [self._top], path.split("/")[::-1], MAX_LINKS
        while pending:
            name = pending.pop()
            if name in ("", "."):
                continue
            if name == "..":
                trail = trail[:-1] or trail
                continue
            host, mode = _step(trail[-1], name)
            if stat.S_ISLNK(mode):
                links -= 1
                if links < 0:
                    raise os_error(errno.ELOOP, path)
                target = os.readlink(host)
                pending += target.split("/")[::-1]
                trail = trail[:1] if target.startswith("/") else trail
            elif stat.S_ISDIR(mode):
                trail.append(Directory(host, mode))
            else:
                raise os_error(errno.ENOTDIR, path)
        return trail[-1]


def _step(directory: Directory, name: str) -> Directory:
    if not directory.mode & stat.S_IXUSR:
        raise os_error(errno.EACCES, directory.host)
    host = f"{directory.host}/{name}"
    return Directory(host, os.lstat(host).st_mode)


def size_of(status: os.stat_result) -> int:
    """st_size as the device tells it."""
    return DIRECTORY_BYTES if stat.S_ISDIR(status.st_mode) else status.st_size

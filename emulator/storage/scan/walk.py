"""ScanAllDirs: one full scan of a sandbox (data-plane 2).

``readdir`` gives names in byte order here. Permissions are judged by the owner's mode bits: the app owns its files, and
whoever runs this may be root.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from emulator.storage.config import BackupConfig, divide_includes
from emulator.storage.inside import Inside
from emulator.storage.names import BIG_BOUNDARY_BYTES
from emulator.storage.pack.staging import RESTORE
from emulator.storage.paths import PATH_LIMIT_BYTES
from emulator.storage.scan.excludes import Excludes
from emulator.storage.scan.records import Fate, LeftOut, Scan, ScannedFile, ScanThrows
from emulator.storage.scan.roots import Root, scan_roots

NO_TAR_BOUNDARY_BYTES = -1
"""Every file is bigger: in no-tar mode all of them are sent as they are."""


def scan(root: Path, config: BackupConfig, *, scene: str = "", activated: Sequence[str] = (), no_tar: bool = False) -> Scan:
    """Scan the sandbox below ``root`` as the extension does for a full backup.

    ``activated`` are the restore directories that onBackupEx switched on. Raises ProfileThrows and ScanThrows, each of
    which ends the backup with 13900020 on the device.
    """
    includes, excludes = config.lists(scene)
    inside = Inside(root)
    mapped, left = divide_includes(includes, config.mapping, activated)
    roots = scan_roots(left, mapped, inside)
    walk = _Walk(inside, Excludes(excludes), no_tar=no_tar)
    for start in roots:
        try:
            walk.scan_dir(start)
        except OSError as error:
            raise ScanThrows(error, start, walk.result(roots)) from None
    return walk.result(roots)


class _Directory(NamedTuple):
    """A directory on the stack: its device path as scanned, where it lies, the name under which it is recorded, if another."""

    path: bytes
    host: bytes
    recorded: bytes
    is_reachable: bool = True


class _Walk:
    """The lists that a scan fills."""

    def __init__(self, inside: Inside, excludes: Excludes, *, no_tar: bool) -> None:
        self._inside = inside
        self._exclude = excludes.match
        self._boundary = NO_TAR_BOUNDARY_BYTES if no_tar else BIG_BOUNDARY_BYTES
        staged = len(f"{RESTORE}/") if no_tar else 0  # in no-tar mode a path has its place in staging before it
        self._longest = PATH_LIMIT_BYTES - 1 - staged
        self._small: list[ScannedFile] = []
        self._big: list[ScannedFile] = []
        self._left_out: list[LeftOut] = []

    def result(self, roots: tuple[Root, ...]) -> Scan:
        """What was found until now."""
        return Scan(tuple(self._small), tuple(self._big), tuple(self._left_out), roots)

    def scan_dir(self, root: Root) -> None:
        """ScanDir: everything below one root, or the one file that it is. Raises OSError as is_directory throws."""
        if not root.path:
            return
        try:
            host = self._inside.directory(root.path).host
        except (FileNotFoundError, NotADirectoryError):
            self._single_file(root)
            return
        stack = [_Directory(os.fsencode(root.path), os.fsencode(host), os.fsencode(root.restore))]
        while stack:
            directory = stack.pop()
            if exclude := self._exclude(directory.path):
                self._leave_out(directory.path, Fate.EXCLUDED, root, exclude)
            else:
                stack += self._enter(directory, root)

    def _enter(self, directory: _Directory, root: Root) -> list[_Directory]:
        """Take the files of a directory; its subdirectories are the result."""
        entries, is_searchable = _entries(directory) if directory.is_reachable else (None, False)
        if entries is None:
            self._leave_out(directory.path, Fate.UNREADABLE, root)
            return []
        path, recorded = _with_slash(directory.path), directory.recorded and _with_slash(directory.recorded)
        if not entries:
            self._take(path, recorded, 0, Fate.EMPTY_DIRECTORY, root)
        below = []
        for entry in entries:
            name = entry.name
            if entry.is_file(follow_symlinks=False):
                self._file(path + name, recorded and recorded + name, entry if is_searchable else None, root)
            elif entry.is_dir(follow_symlinks=False):
                below.append(_Directory(path + name, entry.path, recorded and recorded + name, is_searchable))
            else:
                self._leave_out(path + name, _special(entry.stat(follow_symlinks=False).st_mode), root)
        return below

    def _file(self, path: bytes, recorded: bytes, entry: os.DirEntry[bytes] | None, root: Root) -> None:
        """ProcessFile for a regular file; ``entry`` is None where its directory may not be searched."""
        if self._is_left_out(path, root):
            return
        if entry is None:
            self._leave_out(path, Fate.UNREACHABLE, root)
            return
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            # Vanished; or some bytes below the limit, and too long for the host, where the sandbox's own path comes before it.
            self._leave_out(path, Fate.TOO_LONG if error.errno == errno.ENAMETOOLONG else Fate.MISSING, root)
            return
        self._take(path, recorded, status.st_size, Fate.SMALL if status.st_mode & stat.S_IRUSR else Fate.UNREADABLE, root)

    def _single_file(self, root: Root) -> None:
        """ProcessSingleFile: what an include names and is no directory; a link is followed."""
        path = os.fsencode(root.path)
        if self._is_left_out(path, root):
            return
        try:
            status = os.stat(self._inside.host(root.path))
            is_link = os.path.islink(self._inside.entry(root.path))
        except OSError as error:
            self._leave_out(path, Fate.UNREACHABLE if error.errno == errno.EACCES else Fate.MISSING, root)
            return
        self._take(path, os.fsencode(root.restore), status.st_size, _fate_of_single(status.st_mode, is_link), root)

    def _is_left_out(self, path: bytes, root: Root) -> bool:
        """Excludes are not asked for files that are recorded under another name."""
        if not root.restore and (exclude := self._exclude(path)):
            self._leave_out(path, Fate.EXCLUDED, root, exclude)
            return True
        if len(path) > self._longest:
            self._leave_out(path, Fate.TOO_LONG, root)
            return True
        return False

    def _take(self, path: bytes, recorded: bytes, size: int, fate: Fate, root: Root) -> None:
        device = os.fsdecode(path)
        is_big = size > self._boundary and fate is not Fate.EMPTY_DIRECTORY
        if is_big and fate in (Fate.SMALL, Fate.LINK_AS_EMPTY_FILE):
            fate = Fate.BIG
        file = ScannedFile(device, os.fsdecode(recorded) if recorded else device, size, is_big, fate, root)
        (self._big if is_big else self._small).append(file)

    def _leave_out(self, path: bytes, fate: Fate, root: Root, exclude: str = "") -> None:
        self._left_out.append(LeftOut(os.fsdecode(path), fate, root, exclude))


def _entries(directory: _Directory) -> tuple[list[os.DirEntry[bytes]] | None, bool]:
    """What a directory holds, None if it may not be read, and whether names in it may be looked up."""
    try:
        mode = os.stat(directory.host).st_mode
        if not mode & stat.S_IRUSR:
            return None, False
        with os.scandir(directory.host) as entries:
            return sorted(entries, key=lambda entry: entry.name), bool(mode & stat.S_IXUSR)
    except OSError:
        return None, False


def _with_slash(path: bytes) -> bytes:
    return path if path.endswith(b"/") else path + b"/"


def _special(mode: int) -> Fate:
    if stat.S_ISLNK(mode):
        return Fate.SYMLINK
    if stat.S_ISFIFO(mode):
        return Fate.FIFO
    return Fate.SOCKET if stat.S_ISSOCK(mode) else Fate.DEVICE


def _fate_of_single(mode: int, is_link: bool) -> Fate:
    if stat.S_ISFIFO(mode):
        return Fate.FIFO_BLOCKS
    if not mode & stat.S_IRUSR or stat.S_ISSOCK(mode):
        return Fate.UNREADABLE
    return Fate.LINK_AS_EMPTY_FILE if is_link else Fate.SMALL

"""The app's view of its files: a real directory tree per installed bundle, made when somebody first looks.

Inside the record and in every message paths are device paths (``/data/storage/el2/base/...``); the app itself gets host
paths, so that open, pathlib and sqlite3 just work.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from emulator.storage.checksum import checksum
from emulator.storage.host_tree import accessible, copy_tree, entries_of, remove_tree, with_access
from emulator.storage.rows import rows_checksum

HASHED_BYTES = 64 * 1024
"""Files up to this size are compared by content as well; larger ones by size and time."""

HOMES = ("data/storage/el1/base/.backup", "data/storage/el2/base/.backup")
"""``backupDir`` of the two areas."""

OF_THE_APP = "/data/storage/"
"""Below it lie all directories of an app that its context leads to."""

STAGING = tuple(f"{home}/{name}" for home in HOMES for name in ("backup", "restore"))
"""Where the stack itself keeps blobs on their way out and in; what happens there is no change of the app's."""

_READ_AT_ONCE = 1 << 20


class FileState(NamedTuple):
    """What tells one state of a file from another. ``ctime_ns`` only spares reading it again."""

    size: int
    mode: int
    mtime_ns: int
    inode: int
    checksum: int
    ctime_ns: int = 0


FoundFile = tuple[str, str, os.stat_result]
"""Device path, host path and status."""

Snapshot = dict[str, FileState]
"""Device path by state, directories and staging left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two snapshots; ``what`` is created, changed or removed, ``size`` the bytes there are now."""

    path: str
    what: str
    size: int = 0


class Sandbox:
    """The tree under ``root``, which stands for ``/`` of the app.

    ``seed`` fills a fresh tree; it is called with the root when the tree is made.
    """

    def __init__(self, root: Path, module: str = "entry", seed: Callable[[Path], None] | None = None) -> None:
        self.root = root
        self.module = module
        self.exists = False
        self.seeded: Snapshot = {}
        """What was there when the tree was made."""
        self._seed = seed
        self._staging_is_seeded = True
        self._real_root = ""
        self._made_ns = 0
        self._opened = 0

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything in it, or will be once it is made."""
        return self.exists or self._seed is not None

    def directory(self, device_path: str) -> str:
        """The host path of a directory of the device, without a trailing slash; it exists afterwards."""
        self.make()
        path = os.path.join(self.root, device_path.strip("/"))
        if not os.path.isdir(path):
            os.makedirs(path, exist_ok=True)
        return path

    def make(self) -> Path:
        """Make the tree, once; its root. Directories come into being when somebody asks for them."""
        if self.exists:
            return self.root
        self.exists = True
        self.root.mkdir(parents=True, exist_ok=True)
        self._real_root = os.path.realpath(self.root)
        self._made_ns = self.root.stat().st_mtime_ns
        if self._seed is not None:
            self._seed(self.root)
            if not self._staging_is_seeded:
                self.clear_staging()
            self.seeded = self.snapshot()
        return self.root

    def device_path(self, host_path: str) -> str:
        """``host_path`` as the device calls it; paths outside the tree come back as they are."""
        root = str(self.root)
        if host_path == root or host_path.startswith(root + os.sep):
            return host_path[len(root) :].replace(os.sep, "/") or "/"
        return host_path

    def inside(self, host_path: str) -> str:
        """The device path of a real path of the host, "" for one that is not in the tree, or while there is none."""
        root = self._real_root
        if not root or not (host_path == root or host_path.startswith(root + os.sep)):
            return ""
        return host_path[len(root) :].replace(os.sep, "/") or "/"

    def clean_text(self, text: str) -> str:
        """``text`` with every host path of this tree turned into its device path."""
        return text.replace(str(self.root), "") if self.exists else text

    def files(self) -> list[FoundFile]:
        """Device path, host path and status of every regular file outside staging, in name order."""
        if self._seed is not None:
            self.make()
        if not self.exists:
            return []
        try:
            return _files_below(str(self.root), nullcontext)
        except PermissionError:
            return _files_below(str(self.root), accessible)

    def snapshot(self, known: Snapshot | None = None) -> Snapshot:
        """The state of every file now; empty, at no cost, when nobody has looked at the tree yet.

        Of a file that looks as in ``known`` by its status the content is taken from there.
        """
        state: Snapshot = {}
        for device_path, path, status in self.files():
            before = known.get(device_path) if known is not None else None
            if before is not None and _looks_like(status, before):
                state[device_path] = before
                continue
            crc = 0
            if status.st_size <= HASHED_BYTES:
                crc = zlib.crc32(with_access(self.root, path, _content))
            state[device_path] = FileState(
                status.st_size, status.st_mode, status.st_mtime_ns, status.st_ino, crc, status.st_ctime_ns
            )
        return state

    def checksum(self, device_path: str) -> str:
        """What tells a file's content from others, see `emulator.storage.checksum`."""
        return with_access(self.root, f"{self.root}{device_path}", lambda host: checksum(host, os.stat(host).st_size))

    def rows(self, device_path: str) -> str:
        """What tells a SQLite database's content from others, see `emulator.storage.rows`; "" for any other file."""
        return with_access(self.root, f"{self.root}{device_path}", rows_checksum)

    def mentions(self, device_path: str, text: bytes) -> bool:
        """Whether ``text`` occurs in a file's first MiB."""
        return text in with_access(self.root, f"{self.root}{device_path}", _content)

    def tree(self) -> Iterator[tuple[str, int, str]]:
        """Device path, size in bytes and CRC-32 of every regular file that is there, outside staging, in name order."""
        if self.exists:
            for device_path, _path, status in self.files():
                yield device_path, status.st_size, self.checksum(device_path)

    def is_of_the_host(self, time_ns: int) -> bool:
        """Whether a file's time comes from the host's clock, and not from the device's or from the app."""
        return time_ns >= self._made_ns

    def stamp(self, device_path: str, state: FileState, now_ns: int) -> FileState:
        """A file that got its time from the host's clock gets ``now_ns`` instead; one that the app gave a time keeps it."""
        if not self.is_of_the_host(state.mtime_ns):
            return state

        def restamp(path: str) -> int:
            os.utime(path, ns=(now_ns, now_ns), follow_symlinks=False)
            return os.lstat(path).st_ctime_ns

        ctime_ns = with_access(self.root, f"{self.root}{device_path}", restamp)
        return state._replace(mtime_ns=now_ns, ctime_ns=ctime_ns)

    def descriptor(self, host: Path) -> Path:
        """Another name for an open file, outside the tree: it stays readable when the file is removed or replaced."""
        directory = self.root.with_name(f"{self.root.name}.open")
        directory.mkdir(exist_ok=True)
        self._opened += 1
        link = directory / str(self._opened)
        os.link(host, link)
        return link

    def remove_staged(self, device_path: str) -> None:
        """Take a file's name away, if it is there; whoever has it open goes on reading."""
        if self.exists:
            (self.root / device_path.lstrip("/")).unlink(missing_ok=True)

    def clear_staging(self) -> None:
        """Empty both ``.backup`` homes, as HandleClear and DoClear do."""
        if self.exists:
            for staging in STAGING:
                remove_tree(self.root / staging)
        self._staging_is_seeded = False

    def freeze(self) -> Callable[[], None]:
        """Keep the tree as it is at this instant; calling the result throws away whatever happened to it since."""
        if not self.exists:
            return self._nothing_happened
        safe = self.root.with_name(self.root.name + ".frozen")
        remove_tree(safe)
        copy_tree(str(self.root), str(safe))

        def restore() -> None:
            remove_tree(self.root)
            safe.rename(self.root)

        return restore

    def _nothing_happened(self) -> None:
        if self.exists:
            remove_tree(self.root)
            self.exists = False


def _files_below(root: str, entering: Callable[[str], AbstractContextManager[Any]]) -> list[FoundFile]:
    """``entering`` surrounds the work in each directory."""
    found: list[FoundFile] = []

    def look(directory: str, device: str) -> None:
        with entering(directory):
            for entry in entries_of(directory):
                path = f"{device}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if path[1:] not in STAGING:
                        look(entry.path, path)
                elif entry.is_file(follow_symlinks=False):
                    found.append((path, entry.path, entry.stat(follow_symlinks=False)))

    look(root, "")
    return found


def _content(path: str) -> bytes:
    """A file's first MiB."""
    with open(path, "rb") as file:
        return file.read(_READ_AT_ONCE)


def _looks_like(status: os.stat_result, state: FileState) -> bool:
    return (status.st_size, status.st_mode, status.st_mtime_ns, status.st_ino, status.st_ctime_ns) == (
        state.size,
        state.mode,
        state.mtime_ns,
        state.inode,
        state.ctime_ns,
    )


def _differs(old: FileState, new: FileState) -> bool:
    if (old.size, old.checksum) != (new.size, new.checksum):
        return True
    return new.size > HASHED_BYTES and old.mtime_ns != new.mtime_ns


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What happened to files between two snapshots, in path order. A rewrite with equal content is no change."""
    if before == after:
        return
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old is None:
            yield Change(path, "created", after[path].size)
        elif new is None:
            yield Change(path, "removed")
        elif _differs(old, new):
            yield Change(path, "changed", new.size)

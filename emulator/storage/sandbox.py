"""The app's view of its files: a real directory tree per installed bundle, made when somebody first looks.

Inside the record and in every message paths are device paths (``/data/storage/el2/base/...``); the app itself gets host
paths, so that open, pathlib and sqlite3 just work.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

HASHED_BYTES = 64 * 1024
"""Files up to this size are compared by content as well; larger ones by size, inode and time."""

STAGING = ("data/storage/el1/base/.backup", "data/storage/el2/base/.backup")


class FileState(NamedTuple):
    """What tells one state of a file from another."""

    size: int
    mode: int
    mtime_ns: int
    inode: int
    checksum: int


Snapshot = dict[str, FileState]
"""Device path by state, directories and staging left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two snapshots; ``what`` is created, changed or removed."""

    path: str
    what: str


class Sandbox:
    """The tree under ``root``, which stands for ``/`` of the app.

    ``seed`` fills a fresh tree; it is called with the root when the tree is made.
    """

    def __init__(self, root: Path, module: str = "entry", seed: Callable[[Path], None] | None = None) -> None:
        self.root = root
        self.module = module
        self.exists = False
        self._seed = seed

    def directory(self, device_path: str) -> str:
        """The host path of a directory of the device, without a trailing slash; it exists afterwards."""
        self.make()
        path = os.path.join(self.root, device_path.strip("/"))
        os.makedirs(path, exist_ok=True)
        return path

    def make(self) -> None:
        """Make the tree, once. Directories come into being when somebody asks for them."""
        if self.exists:
            return
        self.exists = True
        self.root.mkdir(parents=True, exist_ok=True)
        if self._seed is not None:
            self._seed(self.root)

    def device_path(self, host_path: str) -> str:
        """``host_path`` as the device calls it; paths outside the tree come back as they are."""
        root = str(self.root)
        if host_path == root or host_path.startswith(root + os.sep):
            return host_path[len(root) :].replace(os.sep, "/") or "/"
        return host_path

    def clean_text(self, text: str) -> str:
        """``text`` with every host path of this tree turned into its device path."""
        return text.replace(str(self.root), "") if self.exists else text

    def files(self) -> Iterator[tuple[str, str, os.stat_result]]:
        """Device path, host path and status of every regular file outside staging, in name order."""
        if self._seed is not None:
            self.make()
        if self.exists:
            yield from self._files_below(str(self.root), "")

    def _files_below(self, directory: str, device: str) -> Iterator[tuple[str, str, os.stat_result]]:
        with os.scandir(directory) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                path = f"{device}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if path.removeprefix("/") not in STAGING:
                        yield from self._files_below(entry.path, path)
                elif entry.is_file(follow_symlinks=False):
                    yield path, entry.path, entry.stat(follow_symlinks=False)

    def snapshot(self) -> Snapshot:
        """The state of every file now; empty, at no cost, when nobody has looked at the tree yet."""
        state: Snapshot = {}
        for device_path, path, status in self.files():
            checksum = 0
            if status.st_size <= HASHED_BYTES:
                with open(path, "rb") as file:
                    checksum = zlib.crc32(file.read())
            state[device_path] = FileState(status.st_size, status.st_mode, status.st_mtime_ns, status.st_ino, checksum)
        return state

    def clear_staging(self) -> None:
        """Empty both ``.backup`` homes, as HandleClear and DoClear do."""
        if self.exists:
            for home in STAGING:
                for name in ("backup", "restore"):
                    shutil.rmtree(self.root / home / name, ignore_errors=True)

    def freeze(self) -> Callable[[], None]:
        """Keep the tree as it is at this instant; calling the result throws away whatever happened to it since."""
        if not self.exists:
            return self._nothing_happened
        safe = self.root.with_name(self.root.name + ".frozen")
        shutil.rmtree(safe, ignore_errors=True)
        shutil.copytree(self.root, safe, symlinks=True)

        def restore() -> None:
            shutil.rmtree(self.root, ignore_errors=True)
            safe.rename(self.root)

        return restore

    def _nothing_happened(self) -> None:
        if self.exists:
            shutil.rmtree(self.root, ignore_errors=True)
            self.exists = False


def changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """What happened to files between two snapshots, in path order. A rewrite with equal content is no change."""
    if before == after:
        return
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old is None:
            yield Change(path, "created")
        elif new is None:
            yield Change(path, "removed")
        elif (old.size, old.mode, old.checksum) != (new.size, new.mode, new.checksum) or (new.size > HASHED_BYTES and old != new):
            yield Change(path, "changed")

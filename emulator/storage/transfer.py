"""The seam between the control plane and the data: which blobs leave a sandbox, and how they come back.

`PlainCopy` moves every file as one blob of its own; it stands where the device scans, packs and unpacks.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from emulator.storage.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Blob:
    """One thing that the caller receives: its name, the device path it came from, its size in bytes, and its bytes."""

    uri: str
    path: str
    size: int
    content: bytes


@dataclass(slots=True)
class Archive:
    """What a caller keeps of one bundle's backup, in the order of arrival; manage.json is implied."""

    blobs: list[Blob] = field(default_factory=list)


class DataError(Exception):
    """Scanning, packing or unpacking failed on the emulated device; ``code`` is what the extension reports."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text or str(code))
        self.code = code


class DataPlane(Protocol):
    """How files move. Both methods raise DataError for a failure that the device has."""

    def collect(self, sandbox: Sandbox) -> Iterator[Blob]:
        """The blobs of a backup, in the order in which they leave."""

    def place(self, sandbox: Sandbox, archive: Archive) -> Iterator[Blob]:
        """Put an archive's blobs where they belong; yields each once it is there."""


class PlainCopy:
    """Every regular file of the sandbox, cache and temp left out, as a blob of its own."""

    def collect(self, sandbox: Sandbox) -> Iterator[Blob]:
        """The files in name order."""
        for device_path, path, _status in sandbox.files():
            parts = Path(device_path).parts
            if "cache" in parts or "temp" in parts:
                continue
            uri = hashlib.sha256(device_path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
            content = Path(path).read_bytes()
            yield Blob(uri, device_path, len(content), content)

    def place(self, sandbox: Sandbox, archive: Archive) -> Iterator[Blob]:
        """Each blob at the path that it came from; the same name is overwritten."""
        for blob in archive.blobs:
            target = Path(sandbox.directory(str(Path(blob.path).parent))) / Path(blob.path).name
            target.write_bytes(blob.content)
            yield blob


@dataclass(frozen=True, slots=True)
class SeedFromDirectory:
    """Fills a fresh sandbox with a copy of a directory of the user's own."""

    source: Path

    def __call__(self, root: Path) -> None:
        shutil.copytree(self.source, root, symlinks=True, dirs_exist_ok=True)

"""What travels between a device and its caller: blobs, and the archive that the caller keeps of them (data-plane 0.4, 3.1)."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass, field, replace
from pathlib import Path

from emulator.storage.copying import copy_given
from emulator.storage.host_place import roomy_place
from emulator.storage.names import MANAGE_JSON

SMALL_BYTES = 64 * 1024
"""Blobs up to this size are kept in memory."""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file inside a blob: the path under which it will come back, its size in bytes, and the CRC-32 of its content."""

    path: str
    size: int
    crc: str


@dataclass(frozen=True, slots=True)
class Blob:
    """One thing that the caller receives: its name, the device path it came from, its size in bytes, and its bytes.

    ``content`` is the bytes themselves or the host's file that holds them: the app's live file, for a big file on its way
    out. ``files`` is what is in it; ``manifest`` the ``.rp`` that goes with it in an incremental backup.
    """

    uri: str
    path: str
    size: int
    content: bytes | Path = b""
    files: tuple[FileContent, ...] = ()
    manifest: bytes = b""

    def read(self) -> bytes:
        """Its bytes, as they are now."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(eq=False)
class Archive:
    """What a caller keeps of one bundle's backup: the blobs in the order of arrival, and ``index``, which is manage.json.

    Its files live as long as it does, and as any archive that was ``made_from`` it.
    """

    blobs: list[Blob] = field(default_factory=list)
    index: Blob = Blob(MANAGE_JSON, MANAGE_JSON, 2, b"[]")
    made_from: Archive | None = None
    _shelf: Path | None = None

    def keep(self, blob: Blob) -> None:
        """Take a blob with the bytes that it has now; the index takes its own place."""
        if not isinstance(blob.content, bytes):
            blob = self._copied(blob, blob.content)
        if blob.uri == MANAGE_JSON:
            self.index = blob
        else:
            self.blobs.append(blob)

    def _copied(self, blob: Blob, source: Path) -> Blob:
        if os.stat(source).st_size <= SMALL_BYTES:
            data = source.read_bytes()
            return replace(blob, content=data, size=len(data))
        if self._shelf is None:
            self._shelf = Path(tempfile.mkdtemp(prefix="backup-archive-", dir=roomy_place()))
            weakref.finalize(self, _clear, self._shelf)
        copy = self._shelf / str(len(self.blobs))
        shutil.copyfile(source, copy)
        return replace(blob, content=copy, size=os.stat(copy).st_size)

    @property
    def all_blobs(self) -> tuple[Blob, ...]:
        """Every blob, the index last, as a restore asks for them."""
        return (*self.blobs, self.index)


def _clear(shelf: Path) -> None:
    """Ours by the name of this module, also when the app's thread happens to collect the garbage."""
    shutil.rmtree(shelf, ignore_errors=True)


class DataError(Exception):
    """Scanning, packing or unpacking failed on the emulated device; ``code`` is what the extension reports."""

    def __init__(self, code: int, text: str = "") -> None:
        super().__init__(text or str(code))
        self.code = code


@dataclass(frozen=True, slots=True)
class SeedFromDirectory:
    """Fills a fresh sandbox with a copy of a directory of the user's own."""

    source: Path

    def __call__(self, root: Path) -> None:
        copy_given(self.source, root)

"""What a restore takes in: the staging that the caller fills, and the files that come of it (data-plane 4)."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from emulator.storage.checksum import checksum
from emulator.storage.disk import Disk
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, MANIFEST_SUFFIX
from emulator.storage.pack.index import read_names
from emulator.storage.pack.staging import RESTORE, make_staging
from emulator.storage.sandbox import Sandbox
from emulator.storage.transfer import Blob
from emulator.storage.unpack.events import What
from emulator.storage.unpack.restore import full_restore, incremental_restore

ASKED_TWICE = -1
"""What the caller of the native flow hears instead of an errno."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that is back: the blob that it came in, its device path, size in bytes and the CRC-32 of its content."""

    uri: str
    path: str
    size: int
    crc: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that did not come back as it left, of which neither the app nor the caller hears; ``why`` says what."""

    uri: str
    path: str
    why: str


class Incoming:
    """The staging of one restore. A sandbox that nobody has looked at yet stays so while there is nothing to put into it."""

    def __init__(self, sandbox: Sandbox, disk: Disk, full_backup_only: bool, incremental: bool) -> None:
        self._sandbox = sandbox
        self._disk = disk
        self._full_backup_only = full_backup_only
        self._incremental = incremental
        self._asked: set[str] = set()

    def open(self, uri: str) -> int:
        """Create what the caller will write to. 0, the errno of the device's open, or -1 where a full restore is asked for
        a name twice: that throws, and staging is wiped (data-plane 8, R20b).
        """
        if not self._incremental and uri in self._asked:
            self._sandbox.clear_staging()
            return ASKED_TWICE
        self._asked.add(uri)
        if uri == MANAGE_JSON and not self._sandbox.exists and self._disk.healthy:
            return 0
        try:
            self._create(uri)
            if self._incremental:
                self._create(uri + MANIFEST_SUFFIX)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def write(self, uri: str, blob: Blob) -> None:
        """Put the blob's bytes, and its manifest, where the caller's descriptors lead; what does not fit is missing."""
        if uri == MANAGE_JSON and not self._sandbox.exists and not read_names(blob.read()):
            return
        if not self._sandbox.exists:
            self._create(uri)
        self._fill(uri, blob)
        if self._incremental and blob.manifest:
            self._fill(uri + MANIFEST_SUFFIX, Blob(uri, "", len(blob.manifest), blob.manifest))

    def restore(self) -> Iterator[Placed | Trouble]:
        """Unpack and move; each file once it is there. Raises DataError when the app does not get to restore."""
        if not self._sandbox.exists:
            return
        inside = Inside(self._sandbox.make())
        flow = incremental_restore if self._incremental else full_restore
        for restored in flow(inside, full_backup_only=self._full_backup_only, disk=self._disk):
            path = "/" + restored.path.lstrip("/")
            if restored.what is What.FILE:
                yield Placed(restored.blob, path, restored.size, checksum(inside.host(path), restored.size))
            elif restored.what not in (What.DIRECTORY, What.FILTERED):
                reason = os.strerror(restored.errno) if restored.errno else restored.what.value
                yield Trouble(restored.blob, path, reason)

    def _create(self, uri: str) -> None:
        inside = Inside(self._sandbox.make())
        path = f"{RESTORE}/{uri}"
        self._disk.opening(path, True)
        self._disk.changing("create", path)
        make_staging(inside, RESTORE)
        host = inside.host(path)
        if not os.path.isdir(os.path.dirname(host)):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        os.close(os.open(host, _CREATE, 0o600))

    def _fill(self, uri: str, blob: Blob) -> None:
        path = f"{RESTORE}/{uri}"
        try:
            host = Inside(self._sandbox.make()).host(path)
        except FileNotFoundError:  # staging was wiped since: the caller writes to a file that has no name any more
            return
        if self._disk.healthy and not isinstance(blob.content, bytes):
            shutil.copyfile(blob.content, host)
            return
        data = blob.read()
        try:
            fits = self._disk.writing(path, len(data))
        except OSError:
            fits = 0
        with open(host, "wb") as file:
            file.write(data[:fits])

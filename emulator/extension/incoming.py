"""What a restore takes in: the staging that the caller fills, and the files that come of it (data-plane 4)."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from emulator.storage.checksum import checksum
from emulator.storage.disk import Disk
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, MANIFEST_SUFFIX
from emulator.storage.os_errors import os_error
from emulator.storage.pack.index import read_names
from emulator.storage.pack.staging import RESTORE, make_staging
from emulator.storage.paths import rooted
from emulator.storage.sandbox import Sandbox
from emulator.storage.transfer import Blob
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.restore import full_restore, incremental_restore
from emulator.storage.unpack.target import Target

ASKED_TWICE = -1
"""What the caller of the native flow hears instead of an errno."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_TRUNC
_UMASK = 0o022


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


@dataclass(frozen=True, slots=True)
class RestoreTerms:
    """What the session and the caller's info decide of a restore.

    ``incremental``: the flow of JavaScript callers. ``special``: the old version is one of data-plane 4.8. ``without_tar``:
    the caller says isSupportWithoutTar. ``clear``: staging is wiped when the device is done with it.
    """

    incremental: bool
    special: bool = False
    without_tar: bool = False
    clear: bool = True


class Place(NamedTuple):
    """Where a handle leads: the device path of the blob, and of its manifest if the caller gets a handle to one."""

    path: str
    report: str | None = None


class Incoming:
    """The staging of one restore. A sandbox that nobody has looked at yet stays so while there is nothing to put into it."""

    index = MANAGE_JSON
    """The name under which the caller asks for the index's handle."""

    def __init__(self, sandbox: Sandbox, disk: Disk, full_backup_only: bool, terms: RestoreTerms) -> None:
        self._sandbox = sandbox
        self._disk = disk
        self._full_backup_only = full_backup_only
        self._terms = terms
        self._asked: set[str] = set()
        self._places: dict[str, Place] = {}

    def open(self, uri: str) -> int:
        """Create what the caller will write to. 0, the errno of the device's open, or -1 where a full restore is asked for
        a name twice: that throws, and staging is wiped (data-plane 8, R20b).
        """
        if not self._terms.incremental and uri in self._asked:
            if self._terms.clear:
                self._sandbox.clear_staging()
            return ASKED_TWICE
        return self._open(uri, self._create)

    def open_with_directories(self, uri: str) -> int:
        """As `open`, for one name of getFileHandles: what is missing above is made, and it has no manifest (data-plane 4.9)."""
        return self._open(uri, self._create_with_directories)

    def write(self, uri: str, blob: Blob) -> None:
        """Put the blob's bytes, and its manifest, where the caller's descriptors lead; what does not fit is missing."""
        place = self._places.get(uri)
        if place is None:
            if not read_names(blob.read()):
                return
            place = self._create(uri)
        self._fill(place.path, blob)
        if place.report is not None and blob.manifest:
            self._fill(place.report, Blob(uri, "", len(blob.manifest), blob.manifest))

    def restore(self) -> Iterator[Placed | Trouble]:
        """Unpack and move; each file once it is there. Raises DataError when the app does not get to restore."""
        if not self._sandbox.exists and self._nothing_is_enough():
            return
        inside = Inside(self._sandbox.make())
        for restored in self._flow(inside):
            path = rooted(restored.path)
            if restored.what is What.FILE:
                yield Placed(restored.blob, path, restored.size, checksum(inside.host(path), restored.size))
            elif restored.what not in (What.DIRECTORY, What.FILTERED):
                reason = os.strerror(restored.errno) if restored.errno else restored.what.value
                yield Trouble(restored.blob, path, reason)

    def _nothing_is_enough(self) -> bool:
        """Whether a restore succeeds for which nobody has written anything."""
        return True

    def _flow(self, inside: Inside) -> Iterator[Restored]:
        terms, only = self._terms, self._full_backup_only
        if terms.incremental:
            return incremental_restore(
                inside, full_backup_only=only, without_tar=terms.without_tar, clear=terms.clear, disk=self._disk
            )
        return full_restore(inside, full_backup_only=only, without_tar=terms.without_tar, disk=self._disk)

    def _open(self, uri: str, create: Callable[[str], Place]) -> int:
        self._asked.add(uri)
        if uri == self.index and not self._sandbox.exists and self._disk.healthy:
            return 0
        try:
            self._places[uri] = create(uri)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def _create(self, uri: str) -> Place:
        """Open a handle, and one to the manifest in the incremental flow. Raises OSError."""
        place = Place(f"{RESTORE}/{uri}", f"{RESTORE}/{uri}{MANIFEST_SUFFIX}" if self._terms.incremental else None)
        for path in filter(None, place):
            self._create_in_staging(path)
        return place

    def _create_in_staging(self, path: str) -> None:
        inside = Inside(self._sandbox.make())
        self._disk.opening(path, True)
        self._disk.changing("create", path)
        make_staging(inside, RESTORE)
        host = inside.host(path)
        if not os.path.isdir(os.path.dirname(host)):
            raise os_error(errno.ENOENT, path)
        os.close(os.open(host, _CREATE, 0o600))

    def _create_with_directories(self, uri: str) -> Place:
        path = f"{RESTORE}/{uri.lstrip('/')}"
        self._make_file(path)
        return Place(path)

    def _make_file(self, path: str) -> None:
        """An empty file, in directories that are made as far as they are missing. Raises OSError."""
        target = Target(Inside(self._sandbox.make()), self._disk, _UMASK)
        try:
            os.close(target.open(path.lstrip("/")).fd)
        finally:
            target.close()

    def _fill(self, path: str, blob: Blob) -> None:
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

"""The blobs of a backup, as the extension makes them: live big files, and tars in staging (data-plane 3)."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from emulator.storage.checksum import checksum
from emulator.storage.disk import Disk
from emulator.storage.inside import Inside
from emulator.storage.names import is_user_tar
from emulator.storage.pack.header import Owner
from emulator.storage.pack.index import NO_STAT, BlobStat, IndexEntry, blob_stat, file_info
from emulator.storage.pack.slices import Packable
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import PackedTar, PackError, pack
from emulator.storage.paths import rooted
from emulator.storage.sandbox import Sandbox
from emulator.storage.transfer import Blob, FileContent


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One blob on its way: what the index says of it, and its status; ``error`` is the errno when it cannot be opened, 0
    otherwise. ``is_rest``: an incremental tar that no limit has closed, for which the send rate does not hold.
    """

    blob: Blob
    entry: IndexEntry
    stat: BlobStat = NO_STAT
    error: int = 0
    is_rest: bool = False

    def info(self, now_ns: int) -> str:
        """What a caller without tars gets in place of a name. It is recorded, so that no time in it is the host's own: a tar
        is made ``now_ns`` (since the epoch), and a file was last read when it was written.
        """
        written_ns = now_ns if self.is_tar else self.stat.mtime_ns
        return file_info(self.blob.uri, replace(self.stat, atime_ns=written_ns, mtime_ns=written_ns))

    def under_its_path(self) -> Outgoing:
        """The blob as a caller without tars gets it: its path is its name, and the index has no times (data-plane 3.10)."""
        stat = replace(self.stat, atime_ns=None, mtime_ns=None)
        return replace(
            self, blob=replace(self.blob, uri=self.blob.path), entry=replace(self.entry, file_name=self.blob.path, stat=stat)
        )

    @property
    def is_tar(self) -> bool:
        """A tar of the backup itself, which costs two descriptors."""
        return not self.entry.is_big_file


@dataclass(frozen=True, slots=True)
class NotPacked:
    """A file that could not be packed, which the process channel reports."""

    error: PackError


@dataclass(frozen=True, slots=True)
class BlobMaker:
    """Makes the blobs of one backup out of what is in a sandbox; ``owner`` is whom the entries of tars belong to."""

    sandbox: Sandbox
    inside: Inside
    disk: Disk
    owner: Owner

    def big_file(self, path: str, recorded: str, name: str, manifest: bytes = b"", *, no_tar: bool = False) -> Outgoing:
        """The live file at ``path`` as a blob of its own, opened as the extension opens it."""
        error, status, host = 0, None, Path()
        device_path = rooted(path)
        try:
            host = Path(self.inside.host(path))
            status = os.stat(host)
            self.disk.opening(device_path, False)
            if not status.st_mode & stat.S_IRUSR:
                error = errno.EACCES
            elif stat.S_ISSOCK(status.st_mode):
                error = errno.ENXIO
        except OSError as failed:
            error = failed.errno or errno.EIO
        size = status.st_size if status is not None else 0
        files = () if error else (FileContent(rooted(recorded), size, checksum(host, size)),)
        entry = IndexEntry(
            name,
            recorded,
            blob_stat(status, no_tar) if status is not None else NO_STAT,
            is_user_tar(path, self.inside, no_tar=no_tar),
            is_big_file=True,
        )
        content = b"" if error else self.sandbox.descriptor(host)
        known = blob_stat(status) if status is not None else NO_STAT
        return Outgoing(Blob(name, recorded, size, content, files, manifest), entry, known, error)

    def tar(self, name: str, entries: Iterable[Packable], manifest: bytes = b"") -> Iterator[Outgoing | NotPacked]:
        """One finished tar in staging, after the errors that it took. Raises DataError and PackHangs."""
        entries = list(entries)
        make_staging(self.inside)
        device_path = f"{BACKUP}/{name}"
        files = tuple(_contents(self.inside, entries))
        packed = pack(self.inside, entries, device_path, self.owner, self.disk)
        failed = {error.path for error in packed.errors}
        for error in packed.errors:
            yield NotPacked(error)
        left = tuple(content for path, content in files if path not in failed)
        content = self.sandbox.descriptor(Path(self.inside.host(device_path)))
        blob = Blob(name, device_path, packed.size, content, left, manifest)
        known = _stat_of(packed)
        yield Outgoing(blob, IndexEntry(name, device_path, known), known)


def _contents(inside: Inside, entries: Iterable[Packable]) -> Iterator[tuple[str, FileContent]]:
    """What the regular files among ``entries`` hold, as the packer will find it; those that it will leave out are missing."""
    for entry in entries:
        if entry.path.endswith("/"):
            continue
        try:
            host = inside.entry(entry.path)
            status = os.lstat(host)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IRUSR:
            content = FileContent(rooted(entry.recorded), status.st_size, checksum(host, status.st_size))
            yield entry.path, content


def _stat_of(packed: PackedTar) -> BlobStat:
    return BlobStat(packed.size, packed.mode, packed.atime_ns, packed.mtime_ns)

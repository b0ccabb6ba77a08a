"""What a backup sends: the scanned or compared files as big files and tars, and the index of them (data-plane 2, 3, 5)."""

from __future__ import annotations

import errno
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from emulator.codes import Code
from emulator.conditions import Condition
from emulator.storage.checksum import checksum
from emulator.storage.config.backup_config import BackupConfig, ProfileThrows
from emulator.storage.config.bundle_info import BundleInfo
from emulator.storage.config.mapping import activated_dirs
from emulator.storage.config.text import TooDeep
from emulator.storage.disk import Disk
from emulator.storage.incremental.compare import Comparison, compare
from emulator.storage.incremental.manifest import ReportLine, read_report, report_lines, write_report
from emulator.storage.incremental.stat_list import StatList, make_stat_list
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, FullBlobNames, IncrementalBlobNames, extension, is_user_tar, tar_name
from emulator.storage.pack.header import Owner, app_owner
from emulator.storage.pack.index import NO_STAT, BlobStat, IndexEntry, blob_stat, file_info, full_index, incremental_index
from emulator.storage.pack.slices import Packable, is_full, slices
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import PackedTar, PackError, PackHangs, pack
from emulator.storage.planting import change_before_packing
from emulator.storage.sandbox import Sandbox
from emulator.storage.scan import Fate, Scan, ScannedFile, scan
from emulator.storage.transfer import Blob, DataError, FileContent

FIRST_USER = 100
_UIDS_OF_A_USER = 200_000
_APP_ID = 10_045

BREAKS_THE_BUNDLE = "breaks-the-bundle"
"""Why the service refuses a big file: its blob's name holds a slash (data-plane 9, item 1)."""


@cache
def owner_of(user_id: int) -> Owner:
    """Whom the files of the emulated app belong to: every user has its own 200,000 uids (control-plane 7.3)."""
    return app_owner(user_id * _UIDS_OF_A_USER + _APP_ID)


@dataclass(slots=True)
class Packer:
    """What lives as long as the extension's process: names in use, and the number of the next tar (data-plane 9, item 33)."""

    owner: Owner = field(default_factory=lambda: owner_of(FIRST_USER))
    names: FullBlobNames = field(default_factory=FullBlobNames)
    numbers: Iterator[int] = field(default_factory=itertools.count)


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
class LeftOut:
    """Something that the includes match and that does not leave as it is.

    ``why``: a `Fate.word`, or breaks-the-bundle; ``by``: which exclude, "" for none.
    """

    path: str
    why: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class NotPacked:
    """A file that could not be packed, which the process channel reports."""

    error: PackError


class FullBackup:
    """The full flow: scanned at once, packed once the scan is over. Raises DataError where the profile throws."""

    def __init__(
        self,
        sandbox: Sandbox,
        config: BackupConfig,
        packer: Packer,
        disk: Disk,
        info: BundleInfo = BundleInfo(),  # noqa: B008 - frozen
        result: str = "",
        conditions: Iterable[Condition] = (),
    ) -> None:
        self._sandbox = sandbox
        self._conditions = tuple(conditions)
        self._packer = packer
        self._disk = disk
        self._no_tar = info.is_support_without_tar
        self.scan: Scan | None = None
        self.blob_of: dict[ScannedFile, str] = {}
        """The name of the blob that each file was given to; `blobs` fills it."""
        try:
            if sandbox.is_wanted:
                activated = activated_dirs(result)
                self.scan = scan(sandbox.make(), config, scene=info.backup_scene, activated=activated, no_tar=self._no_tar)
        except (ProfileThrows, TooDeep, OSError) as error:
            raise DataError(Code.E_INVAL, str(error)) from error

    @property
    def size(self) -> int:
        """The data size that the service is told, in bytes."""
        return self.scan.size if self.scan is not None else 0

    @property
    def left_out(self) -> Iterator[LeftOut]:
        """What the device leaves out without a word."""
        if self.scan is None:
            return
        for skipped in self.scan.left_out:
            yield LeftOut(skipped.path, skipped.fate.word, skipped.exclude)
        for file in (*self.scan.small, *self.scan.big):
            if not file.fate.leaves:
                yield LeftOut(file.path, file.fate.word)
            elif file.big and not self._no_tar and "/" in extension(file.path):
                yield LeftOut(file.path, BREAKS_THE_BUNDLE)

    def blobs(self) -> Iterator[Outgoing | NotPacked]:
        """Big files in the order of the scan, then the tars. Raises DataError and PackHangs."""
        if self.scan is None:
            return
        found = ("/" + file.path.lstrip("/") for file in (*self.scan.small, *self.scan.big))
        change_before_packing(self._sandbox, self._conditions, found)
        inside = Inside(self._sandbox.root)
        for file in self.scan.big:
            if file.fate is Fate.FIFO_BLOCKS:
                raise PackHangs(file.path)
            name = self.blob_of[file] = "/" + file.path.lstrip("/") if self._no_tar else self._packer.names.name(file.path)
            yield big_file(self._sandbox, inside, self._disk, file.path, file.recorded, name, no_tar=self._no_tar)
        for entries in slices(self.scan.small):
            name = tar_name(next(self._packer.numbers))
            self.blob_of.update(dict.fromkeys(entries, f"{BACKUP}/{name}" if self._no_tar else name))
            for made in tar(self._sandbox, inside, self._disk, self._packer.owner, name, entries):
                yield made.under_its_path() if self._no_tar and isinstance(made, Outgoing) else made

    def index(self, entries: Iterable[IndexEntry]) -> Blob:
        """manage.json."""
        return _index(full_index(entries))


class IncrementalBackup:
    """The incremental flow: what the service saw against the previous manifest."""

    def __init__(
        self,
        sandbox: Sandbox,
        packer: Packer,
        disk: Disk,
        stats: StatList,
        previous: bytes,
        epoch_ms: int,
        conditions: Iterable[Condition] = (),
    ) -> None:
        self._sandbox = sandbox
        self._conditions = tuple(conditions)
        self._packer = packer
        self._disk = disk
        self._epoch_ms = epoch_ms
        self._compared: Comparison | None = None
        if sandbox.is_wanted:
            self._compared = compare(Inside(sandbox.make()), report_lines(stats.text()), read_report(previous), disk)

    def blobs(self) -> Iterator[Outgoing | NotPacked]:
        """The tars, then the big files in order of their names, each with its manifest. Raises DataError and PackHangs."""
        if self._compared is None:
            return
        found = ("/" + line.path.lstrip("/") for line in (*self._compared.small, *self._compared.big))
        change_before_packing(self._sandbox, self._conditions, found)
        inside = Inside(self._sandbox.root)
        for lines in slices(self._compared.small):
            name = tar_name(next(self._packer.numbers), self._epoch_ms)
            manifest = write_report(lines)
            for made in tar(self._sandbox, inside, self._disk, self._packer.owner, name, lines, manifest):
                yield replace(made, is_rest=not is_full(lines)) if isinstance(made, Outgoing) else made
        names = IncrementalBlobNames()
        for name, line in sorted((names.name(line.path), line) for line in self._compared.big):
            yield big_file(self._sandbox, inside, self._disk, line.path, line.path, name, write_report([line]))

    def index(self, entries: Iterable[IndexEntry]) -> Blob:
        """manage.json, with the manifest of all that is known for the next backup."""
        known: tuple[ReportLine, ...] = self._compared.all if self._compared is not None else ()
        return _index(incremental_index(entries), write_report(known))


def stat_list(sandbox: Sandbox, config: BackupConfig, last_incremental_time: int) -> StatList:
    """What the service sees of the app's files, by physical paths (data-plane 5.2); times in seconds."""
    if not sandbox.is_wanted:
        return StatList((), 0, 0)
    return make_stat_list(Inside(sandbox.make()), config.includes, config.excludes, last_incremental_time)


def big_file(
    sandbox: Sandbox,
    inside: Inside,
    disk: Disk,
    path: str,
    recorded: str,
    name: str,
    manifest: bytes = b"",
    *,
    no_tar: bool = False,
) -> Outgoing:
    """The live file at ``path`` as a blob of its own, opened as the extension opens it."""
    error, status, host = 0, None, Path()
    device_path = "/" + path.lstrip("/")
    try:
        host = Path(inside.host(path))
        status = os.stat(host)
        disk.opening(device_path, False)
        if not status.st_mode & stat.S_IRUSR:
            error = errno.EACCES
        elif stat.S_ISSOCK(status.st_mode):
            error = errno.ENXIO
    except OSError as failed:
        error = failed.errno or errno.EIO
    size = status.st_size if status is not None else 0
    files = () if error else (FileContent("/" + recorded.lstrip("/"), size, checksum(host, size)),)
    entry = IndexEntry(
        name,
        recorded,
        blob_stat(status, no_tar) if status is not None else NO_STAT,
        is_user_tar(path, inside, no_tar=no_tar),
        is_big_file=True,
    )
    content = b"" if error else sandbox.descriptor(host)
    known = blob_stat(status) if status is not None else NO_STAT
    return Outgoing(Blob(name, recorded, size, content, files, manifest), entry, known, error)


def tar(
    sandbox: Sandbox,
    inside: Inside,
    disk: Disk,
    owner: Owner,
    name: str,
    entries: Iterable[Packable],
    manifest: bytes = b"",
) -> Iterator[Outgoing | NotPacked]:
    """One finished tar in staging, after the errors that it took. Raises DataError and PackHangs."""
    entries = list(entries)
    make_staging(inside)
    device_path = f"{BACKUP}/{name}"
    files = tuple(_contents(inside, entries))
    packed = pack(inside, entries, device_path, owner, disk)
    failed = {error.path for error in packed.errors}
    for error in packed.errors:
        yield NotPacked(error)
    left = tuple(content for path, content in files if path not in failed)
    content = sandbox.descriptor(Path(inside.host(device_path)))
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
            content = FileContent("/" + entry.recorded.lstrip("/"), status.st_size, checksum(host, status.st_size))
            yield entry.path, content


def _stat_of(packed: PackedTar) -> BlobStat:
    return BlobStat(packed.size, packed.mode, packed.atime_ns, packed.mtime_ns)


def _index(text: str, manifest: bytes = b"") -> Blob:
    data = text.encode("utf-8")
    return Blob(MANAGE_JSON, f"{BACKUP}/{MANAGE_JSON}", len(data), data, manifest=manifest)

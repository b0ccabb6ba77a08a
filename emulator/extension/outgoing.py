"""The two flows of a backup: which files leave, scanned or compared, in which order, and their index (data-plane 2, 3, 5)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from emulator.codes import Code
from emulator.conditions import Condition
from emulator.extension.blobs import BlobMaker, NotPacked, Outgoing
from emulator.storage.config.backup_config import BackupConfig, ProfileThrows
from emulator.storage.config.bundle_info import BundleInfo
from emulator.storage.config.mapping import activated_dirs
from emulator.storage.config.text import TooDeep
from emulator.storage.disk import Disk
from emulator.storage.incremental.compare import Comparison, compare
from emulator.storage.incremental.manifest import ReportLine, read_report, report_lines, write_report
from emulator.storage.incremental.stat_list import StatList, make_stat_list
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, FullBlobNames, IncrementalBlobNames, extension, tar_name
from emulator.storage.pack.header import Owner, app_owner
from emulator.storage.pack.index import IndexEntry, full_index, incremental_index
from emulator.storage.pack.slices import is_full, slices
from emulator.storage.pack.staging import BACKUP
from emulator.storage.pack.tar import PackHangs
from emulator.storage.paths import rooted
from emulator.storage.planting import change_before_packing
from emulator.storage.sandbox import Sandbox
from emulator.storage.scan import Fate, Scan, ScannedFile, scan
from emulator.storage.transfer import Blob, DataError

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
class LeftOut:
    """Something that the includes match and that does not leave as it is.

    ``why``: a `Fate.word`, or breaks-the-bundle; ``by``: which exclude, "" for none.
    """

    path: str
    why: str
    by: str = ""


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
        found = (rooted(file.path) for file in (*self.scan.small, *self.scan.big))
        change_before_packing(self._sandbox, self._conditions, found)
        maker = BlobMaker(self._sandbox, Inside(self._sandbox.root), self._disk, self._packer.owner)
        for file in self.scan.big:
            if file.fate is Fate.FIFO_BLOCKS:
                raise PackHangs(file.path)
            name = self.blob_of[file] = rooted(file.path) if self._no_tar else self._packer.names.name(file.path)
            yield maker.big_file(file.path, file.recorded, name, no_tar=self._no_tar)
        for entries in slices(self.scan.small):
            name = tar_name(next(self._packer.numbers))
            self.blob_of.update(dict.fromkeys(entries, f"{BACKUP}/{name}" if self._no_tar else name))
            for made in maker.tar(name, entries):
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
        found = (rooted(line.path) for line in (*self._compared.small, *self._compared.big))
        change_before_packing(self._sandbox, self._conditions, found)
        maker = BlobMaker(self._sandbox, Inside(self._sandbox.root), self._disk, self._packer.owner)
        for lines in slices(self._compared.small):
            name = tar_name(next(self._packer.numbers), self._epoch_ms)
            manifest = write_report(lines)
            for made in maker.tar(name, lines, manifest):
                yield replace(made, is_rest=not is_full(lines)) if isinstance(made, Outgoing) else made
        names = IncrementalBlobNames()
        for name, line in sorted((names.name(line.path), line) for line in self._compared.big):
            yield maker.big_file(line.path, line.path, name, write_report([line]))

    def index(self, entries: Iterable[IndexEntry]) -> Blob:
        """manage.json, with the manifest of all that is known for the next backup."""
        known: tuple[ReportLine, ...] = self._compared.all if self._compared is not None else ()
        return _index(incremental_index(entries), write_report(known))


def stat_list(sandbox: Sandbox, config: BackupConfig, last_incremental_time: int) -> StatList:
    """What the service sees of the app's files, by physical paths (data-plane 5.2); times in seconds."""
    if not sandbox.is_wanted:
        return StatList((), 0, 0)
    return make_stat_list(Inside(sandbox.make()), config.includes, config.excludes, last_incremental_time)


def _index(text: str, manifest: bytes = b"") -> Blob:
    data = text.encode("utf-8")
    return Blob(MANAGE_JSON, f"{BACKUP}/{MANAGE_JSON}", len(data), data, manifest=manifest)

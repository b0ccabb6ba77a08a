"""The seam between the control plane and the data: what a session asks for when files are to move.

`DataPlane` does what the device does; a test may put something smaller in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

from emulator.extension.blobs import NotPacked, Outgoing
from emulator.extension.incoming import Incoming, RestoreTerms
from emulator.extension.outgoing import FullBackup, IncrementalBackup, LeftOut, stat_list
from emulator.extension.special_incoming import SpecialIncoming
from emulator.kernel.events import NS_PER_MS
from emulator.storage.config.bundle_info import BundleInfo
from emulator.storage.incremental.stat_list import StatList
from emulator.storage.pack.index import IndexEntry
from emulator.storage.transfer import Blob

if TYPE_CHECKING:
    from emulator.device import InstalledBundle
    from emulator.extension.process import ExtensionProcess


class Backup(Protocol):
    """What leaves: the blobs in their order, with what could not be packed, and the index of those that were listed."""

    def blobs(self) -> Iterator[Outgoing | NotPacked]: ...
    def index(self, entries: Iterable[IndexEntry]) -> Blob: ...


class SizedBackup(Backup, Protocol):
    """A full backup, which tells its size, and what of the app's data it leaves out and why."""

    @property
    def size(self) -> int: ...
    @property
    def left_out(self) -> Iterable[LeftOut]: ...


class DataPlane:
    """How files move between an app's sandbox and the caller (docs/spec/data-plane.md)."""

    def full_backup(self, process: ExtensionProcess, info: BundleInfo, result: str = "") -> SizedBackup:
        """Scan. ``info`` is what the caller says of the bundle, ``result`` what onBackupEx returned. Raises DataError."""
        bundle, host = process.bundle, process.host
        return FullBackup(bundle.sandbox, bundle.config, process.packer, host.disk, info, result, host.conditions)

    def stat_list(self, bundle: InstalledBundle, last_incremental_time: int) -> StatList:
        """What the service sees of the app's files; the time in seconds."""
        return stat_list(bundle.sandbox, bundle.config, last_incremental_time)

    def incremental_backup(self, process: ExtensionProcess, stats: StatList, previous: bytes) -> Backup:
        """Compare with the ``previous`` manifest."""
        epoch_ms = (process.wall_epoch_ns + process.kernel.now_ns) // NS_PER_MS
        host = process.host
        return IncrementalBackup(process.sandbox, process.packer, host.disk, stats, previous, epoch_ms, host.conditions)

    def incoming(self, process: ExtensionProcess, terms: RestoreTerms) -> Incoming:
        """The staging of a restore."""
        kind = SpecialIncoming if terms.special else Incoming
        return kind(process.sandbox, process.host.disk, process.bundle.config.full_backup_only, terms)

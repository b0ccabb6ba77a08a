"""getBackupDataSize: what a backup of apps would amount to, without asking them (data-plane 6, control-plane 6.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from emulator.codes import Code
from emulator.kernel import NativeThread
from emulator.service.session import Session
from emulator.storage.config.backup_config import ProfileThrows
from emulator.storage.config.cjson import printed
from emulator.storage.config.text import TooDeep

if TYPE_CHECKING:
    from emulator.device import InstalledBundle
    from emulator.service.service import BackupService

UNKNOWN = -1
"""In place of a size in bytes that is not known or not asked for."""

_CACHE = re.compile(r"/data/storage/el\d/base/(haps/[^/]+/)?cache/")


class BundleDataSize(NamedTuple):
    """Sizes in bytes: of all data, and of what is new since the last incremental backup."""

    name: str
    data_size: int = UNKNOWN
    incremental_size: int = UNKNOWN


class Sizes:
    """The two threads behind the call are one here: scanning takes no time, so that there is one report, at the end."""

    def __init__(self, service: BackupService) -> None:
        self._service = service
        self._thread = NativeThread(service.kernel, "sizepool")

    async def report(self, session: Session, precise: bool, bundles: Mapping[str, int]) -> int:
        """GetBackupDataSize; ``bundles`` are names with their lastIncrementalTime in seconds. The sizes arrive by
        onBackupSizeReport. A profile that cannot be read breaks the call for all of them.
        """
        if self._service.session is not session:
            return Code.E_INVAL
        try:
            rows = [self._precise(name, last) if precise else self._estimate(name) for name, last in bundles.items()]
        except (ProfileThrows, TooDeep):
            return Code.E_INVAL
        if rows:
            self._thread.submit(session.reverse.on_backup_size_report, size_report(rows))
        return Code.OK

    def _estimate(self, name: str) -> BundleDataSize:
        """What the bundle manager's statistics say, which leave caches out."""
        bundle = self._service.device.bundles.get(name)
        size = sum(status.st_size for path, _, status in bundle.sandbox.files() if not _CACHE.match(path)) if bundle else 0
        return BundleDataSize(name, size or UNKNOWN)

    def _precise(self, name: str, last_incremental_time: int) -> BundleDataSize:
        """The sums of the stat list, in which directories have sizes, too."""
        bundle: InstalledBundle | None = self._service.device.bundles.get(name)
        if bundle is None:
            return BundleDataSize(name)
        stats = self._service.data.stat_list(bundle, last_incremental_time)
        return BundleDataSize(name, stats.size, stats.incremental_size if last_incremental_time else UNKNOWN)


def size_report(rows: list[BundleDataSize], scanning: str = "") -> str:
    """WriteToStr; the spelling is the service's."""
    scanned = [{"bundleName": row.name, "dataSize": row.data_size, "incDataSize": row.incremental_size} for row in rows]
    return printed({"scaned": scanned, "scanning": scanning})

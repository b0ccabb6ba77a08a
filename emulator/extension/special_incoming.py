"""What a restore takes in when the old version is a special one: every file goes straight to its place (data-plane 4.8)."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.extension.incoming import Incoming, Place
from emulator.storage.inside import Inside
from emulator.storage.pack.staging import RESTORE, make_staging
from emulator.storage.paths import rooted
from emulator.storage.unpack.events import Restored
from emulator.storage.unpack.special import INDEX, report_path, special_restore


class SpecialIncoming(Incoming):
    """Handles lead to the absolute paths that blobs have for names; only the index has its place in staging."""

    index = INDEX

    def open(self, uri: str) -> int:
        """As any other, but a file that is there is emptied in both flows."""
        return self._open(uri, self._create)

    def _nothing_is_enough(self) -> bool:
        return self.index in self._asked

    def _flow(self, inside: Inside) -> Iterator[Restored]:
        return special_restore(inside, disk=self._disk)

    def _create(self, uri: str) -> Place:
        path = rooted(uri)
        self._make_file(path)
        if not self._terms.incremental:
            return Place(path)
        make_staging(Inside(self._sandbox.make()), RESTORE)
        if "/" not in uri:  # there is no directory to put a manifest into
            return Place(path)
        report = report_path(path)
        self._make_file(report)
        return Place(path, report)

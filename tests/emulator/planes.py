"""Data planes smaller than the device's: so many blobs, or a failure at a certain point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from emulator.extension.blobs import NotPacked, Outgoing
from emulator.extension.data_plane import DataPlane
from emulator.extension.incoming import Incoming, Placed, RestoreTerms, Trouble
from emulator.extension.outgoing import LeftOut
from emulator.storage.pack.index import NO_STAT, IndexEntry, full_index
from emulator.storage.transfer import Blob, DataError

FILES = "/data/storage/el2/base/files"


def big(name: str, size: int = 1) -> Outgoing:
    """A big file of this blob name."""
    path = f"{FILES}/{name}"
    return Outgoing(Blob(name, path, size, b"x"), IndexEntry(name, path, NO_STAT, is_big_file=True))


def packed(name: str) -> Outgoing:
    """A tar of this name."""
    return Outgoing(Blob(name, name, 1024, bytes(1024)), IndexEntry(name, name, NO_STAT))


class Given:
    """A backup of given blobs."""

    left_out: tuple[LeftOut, ...] = ()

    def __init__(self, made: Iterable[Outgoing]) -> None:
        self.made = list(made)

    @property
    def size(self) -> int:
        return sum(outgoing.blob.size for outgoing in self.made)

    def blobs(self) -> Iterator[Outgoing | NotPacked]:
        yield from self.made

    def index(self, entries: Iterable[IndexEntry]) -> Blob:
        text = full_index(entries).encode()
        return Blob("manage.json", "manage.json", len(text), text)


class Blobs(DataPlane):
    """Every backup sends these."""

    def __init__(self, *made: Outgoing) -> None:
        self.made = made

    def full_backup(self, process: Any, info: Any = None, result: str = "") -> Given:
        return Given(self.made)

    def incremental_backup(self, process: Any, stats: Any, previous: bytes) -> Given:
        return Given(self.made)


class Files(Blobs):
    """A backup of so many big files of ``size`` bytes."""

    def __init__(self, count: int, size: int = 1) -> None:
        super().__init__(*(big(f"{number:016x}", size) for number in range(count)))


class Broken(DataPlane):
    """Scanning or unpacking fails with a code."""

    def __init__(self, scan: int = 0, unpack: int = 0) -> None:
        self.codes = scan, unpack

    def full_backup(self, process: Any, info: Any = None, result: str = "") -> Given:
        if self.codes[0]:
            raise DataError(self.codes[0])
        return Given(())

    def incoming(self, process: Any, terms: RestoreTerms) -> Incoming:
        code = self.codes[1]

        class Failing(Incoming):
            def restore(self) -> Iterator[Placed | Trouble]:
                if code:
                    raise DataError(code)
                yield from ()

        return Failing(process.sandbox, process.host.disk, False, terms)

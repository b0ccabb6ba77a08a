"""Which entries share a tar: the slice rule of both flows (data-plane 3.4, "Slicing")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

SLICE_BYTES = 104_857_600
SLICE_ENTRIES = 6000


class Packable(Protocol):
    """What can become a tar entry."""

    @property
    def path(self) -> str:
        """Where it lies: a device path, with a leading slash or relative to ``/``."""

    @property
    def recorded(self) -> str:
        """The name that the entry gets, by which it will be restored."""

    @property
    def size(self) -> int:
        """Bytes, as scanned or from the stat list (there a directory has its st_size)."""


class Entry(NamedTuple):
    """A `Packable` and no more."""

    path: str
    recorded: str
    size: int


_P = TypeVar("_P", bound=Packable)


def slices(entries: Iterable[_P], max_bytes: int = SLICE_BYTES, max_entries: int = SLICE_ENTRIES) -> Iterator[list[_P]]:
    """The entries of each tar in order; the one that reaches a limit is the last of its slice. Nothing gives no slice."""
    collected: list[_P] = []
    total = 0
    for entry in entries:
        collected.append(entry)
        total += entry.size
        if total >= max_bytes or len(collected) >= max_entries:
            yield collected
            collected, total = [], 0
    if collected:
        yield collected


def is_full(entries: Sequence[Packable]) -> bool:
    """Whether a limit, and not the end of the list, has closed a slice."""
    return len(entries) >= SLICE_ENTRIES or sum(entry.size for entry in entries) >= SLICE_BYTES

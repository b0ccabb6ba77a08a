"""The pax header as the unpacker reads it: one block, or as many as a record needs; only ``path`` counts (data-plane 4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emulator.storage.pack.header import BLOCK, padded
from emulator.storage.unpack.source import TarSource

_NUMBER = re.compile(rb"\s*(\d+)")


class PaxUnreadable(Exception):
    """The unpacker stops at this header."""


def read_pax_path(source: TarSource) -> bytes:
    """The path among the records from the source's position on, or nothing. Raises PaxUnreadable.

    The size that the header announces is not looked at: reading goes on behind the blocks that were needed.
    """
    begin = source.position
    block = _read(source, BLOCK)
    longest = max((length for length, _ in _records(block)), default=0)
    if longest > BLOCK:
        source.position = begin
        block = _read(source, padded(longest))
    return _path(block)


def _path(block: bytes) -> bytes:
    """The last path; one whose record was cut off has no end of line and does not count."""
    path: bytes | None = None
    complete = False
    end = 0
    for length, record in _records(block):
        key, complete, value = _split(record)
        end += length
        if not complete:
            break
        path = value if key == b"path" else path
    if path is None and end and (not complete or end >= len(block)):
        raise PaxUnreadable("no path, and no end of the records")
    return path[:-1] if path is not None and path.endswith(b"\n") else b""


def _split(record: bytes) -> tuple[bytes, bool, bytes]:
    key, equals, value = record.partition(b"=")
    return key, bool(equals), value


def _records(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Length and text of each record, up to where no blank follows. Raises PaxUnreadable for one that has no length."""
    at = 0
    while at < len(block) and (blank := block.find(b" ", at)) >= 0:
        number = _NUMBER.match(block, at, blank)
        length = int(number[1]) if number else 0
        if not length:
            raise PaxUnreadable("a record of no length: the device would read it for ever")
        yield length, block[blank + 1 : max(at + length, blank + 1)]
        at += length


def _read(source: TarSource, size: int) -> bytes:
    """``size`` bytes, if there are so many: what is only announced is never made room for."""
    if size > source.remaining():
        raise PaxUnreadable("the archive ends in the records")
    return source.read(size)

"""A tar entry's header as the device's unpacker reads it: leniently, and not by the standard everywhere (data-plane 4.3)."""

from __future__ import annotations

import re
from typing import NamedTuple

from emulator.storage.pack.header import byte_sum

_CHECKSUM = slice(148, 156)
_CHECKSUM_AS_BLANKS = 8 * 0x20
_KIND = slice(156, 157)
_MAGIC = slice(257, 262)

_USUAL = re.compile(rb"([0-7]{7})\0.{16}([0-7]{11})\0([0-7]{11})\0([0-7]{7})[ \0]", re.DOTALL)
"""Mode, size, mtime and checksum in the form that packers give them."""

_OCTAL = re.compile(rb"[^0-7]*([0-7]*)", re.DOTALL)


class TarHeader(NamedTuple):
    """What is used of a header: ``size`` in bytes, ``mtime`` in seconds, ``kind`` is the type byte."""

    name: bytes
    mode: int
    size: int
    mtime: int
    kind: bytes


def parse_header(block: bytes) -> TarHeader | None:
    """The header in 512 bytes; None without the magic or with a wrong checksum.

    The name ends at the first NUL, wherever that is; prefix, owner and link name are not looked at.
    """
    if block[_MAGIC] != b"ustar":
        return None
    mode, size, mtime, checksum = _numbers(block)
    if byte_sum(block) - byte_sum(block[_CHECKSUM]) + _CHECKSUM_AS_BLANKS != checksum:
        return None
    return TarHeader(block.partition(b"\0")[0], mode, size, mtime, block[_KIND])


def _numbers(block: bytes) -> tuple[int, int, int, int]:
    usual = _USUAL.match(block, 100)
    if usual is not None:
        mode, size, mtime, checksum = usual.groups()
        return int(mode, 8), int(size, 8), int(mtime, 8), int(checksum, 8)
    fields = (block[100:108], block[124:136], block[136:148], block[_CHECKSUM])
    mode_, size_, mtime_, checksum_ = (parse_octal(field, len(field)) for field in fields)
    return mode_, size_, mtime_, checksum_


def parse_octal(text: bytes, length: int) -> int:
    """ParseOctalStr: the first octal digits among the first ``length`` bytes, whatever stands before and behind them."""
    match = _OCTAL.match(text[:length])
    return int(match[1], 8) if match is not None and match[1] else 0

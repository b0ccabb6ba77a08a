"""The bytes of one tar entry's header, as the device's packer writes them (data-plane 3.4)."""

from __future__ import annotations

import os
import stat
import zlib
from dataclasses import dataclass

from emulator.kernel.events import NS_PER_S
from emulator.storage.inside import size_of

BLOCK = 512
NAME_BYTES = 100
"""Names of this many bytes and more travel in a block of their own."""

MAX_SIZE = 0o777777777777
"""Larger files are refused, in bytes. (The field keeps the first 11 of the 12 digits.)"""

LONG_NAME = b"longLinkSymbol"
REGULAR, DIRECTORY, OTHER, LONG = b"0", b"5", b"\0", b"L"

_MAGIC = b"ustar\x001\0"
_WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom the emulated files belong to; names are those of passwd and group, or the ids in decimal."""

    uid: int
    gid: int
    uname: str
    gname: str


def app_owner(uid: int) -> Owner:
    """An app's user and group, which have no passwd entry: 20010045 for the first app of user 100, say."""
    return Owner(uid, uid, str(uid), str(uid))


class HeaderWriter:
    """Headers of entries that belong to ``owner``."""

    def __init__(self, owner: Owner) -> None:
        self._owner = _octal(owner.uid, 8) + _octal(owner.gid, 8)
        names = os.fsencode(owner.uname)[:31].ljust(32, b"\0") + os.fsencode(owner.gname)[:31].ljust(32, b"\0")
        self._tail = (b"\0" * 100 + _MAGIC + names).ljust(BLOCK - 157, b"\0")

    def entry(self, name: bytes, status: os.stat_result) -> bytes:
        """Everything that comes before the content: the long-name block if there has to be one, and the header.

        A directory's ``name`` gets its slash. Raises ValueError for a file that is too large for the format.
        """
        kind = type_flag(status.st_mode)
        if kind == DIRECTORY and not name.endswith(b"/"):
            name += b"/"
        size = size_of(status) if kind in (REGULAR, DIRECTORY) else 0
        if size > MAX_SIZE:
            raise ValueError(f"{size} bytes do not fit into a tar header")
        fields = _octal(status.st_mode & 0o7777, 8) + self._owner + _octal(size, 12) + _octal(status.st_mtime_ns // NS_PER_S, 12)
        if len(name) < NAME_BYTES:
            return _sealed(name, fields, kind, self._tail)
        return long_name_block(name) + _sealed(LONG_NAME, fields, kind, self._tail)


def long_name_block(name: bytes) -> bytes:
    """A header of type ``L`` and the name with one NUL, padded."""
    fields = b"0000000\0" * 3 + _octal(len(name) + 1, 12) + b"00000000000\0"
    header = _sealed(LONG_NAME, fields, LONG, (b"\0" * 100 + _MAGIC).ljust(BLOCK - 157, b"\0"))
    return header + name.ljust(padded(len(name) + 1), b"\0")


def type_flag(mode: int) -> bytes:
    """Regular files and directories have a type; anything else is NUL."""
    if stat.S_ISREG(mode):
        return REGULAR
    return DIRECTORY if stat.S_ISDIR(mode) else OTHER


def padded(size: int) -> int:
    """``size`` in bytes rounded up to whole blocks."""
    return (size + BLOCK - 1) // BLOCK * BLOCK


def byte_sum(header: bytes) -> int:
    """The sum of up to 512 bytes, by Adler-32, whose lower half is 1 and the sum modulo 65521.

    512 bytes of ASCII stay below that, and so do 256 of any bytes.
    """
    if header.isascii():
        return (zlib.adler32(header) & 0xFFFF) - 1
    return (zlib.adler32(header[:256]) & 0xFFFF) + (zlib.adler32(header[256:]) & 0xFFFF) - 2


def _octal(value: int, width: int) -> bytes:
    """``width - 1`` digits and a NUL; of a longer number the first digits are kept."""
    return (b"%0*o" % (width - 1, value & _WORD))[: width - 1] + b"\0"


def _sealed(name: bytes, fields: bytes, kind: bytes, tail: bytes) -> bytes:
    head = name.ljust(NAME_BYTES, b"\0") + fields
    total = byte_sum(head + b" " * 8 + kind + tail)
    return b"%b%07o %b%b" % (head, total, kind, tail)

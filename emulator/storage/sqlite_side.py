"""SQLite's write-ahead logs, their indexes and its rollback journals: what in them is drawn by lot, which says nothing about
the content.

A log begins with two random salts, which each frame repeats and each checksum covers; the index beside it holds copies of
them (SQLite's file format, chapter 4; walformat, chapter 1 and 2). A journal has one random number in its header, from which
the checksum of each page is counted (file format, chapter 3).
"""

from __future__ import annotations

MAGIC_BYTES = 4
"""By so many bytes at its beginning either kind is known."""

_LOG = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_INDEX = ((3007000).to_bytes(4, "little"), (3007000).to_bytes(4, "big"))
_LOG_HEADER, _FRAME_HEADER = 32, 24
_SALTS = slice(16, 32)
_FRAME_SALTS = slice(8, 24)
_INDEX_HEADER = 48
_INDEX_SALTS = slice(24, 48)
_JOURNAL = "-journal"
_NONCE = slice(12, 16)
_SECTOR = 512
"""What the header of a journal takes, which may be zeroed behind a transaction that is over."""
_PAGE_NUMBER, _PAGE_CHECKSUM = 4, 4


def is_side_file(beginning: bytes) -> bool:
    """Whether a file that begins so is a log or an index."""
    return beginning in (*_LOG, *_INDEX)


def page_of_journal(path: str) -> int:
    """How many bytes a page has in the rollback journal at ``path``; 0 for what is none of a database beside it."""
    if not path.endswith(_JOURNAL):
        return 0
    try:
        with open(path.removesuffix(_JOURNAL), "rb") as file:
            beginning = file.read(18)
    except OSError:
        return 0
    if len(beginning) < 18 or not beginning.startswith(b"SQLite format 3\0"):
        return 0
    page = int.from_bytes(beginning[16:18], "big")
    return 1 << 16 if page == 1 else page


def without_nonce(journal: bytes, page: int) -> bytes:
    """``journal`` with zeros for its random number and what is counted from it."""
    content = bytearray(journal)
    _clear(content, 0, _NONCE)
    for start in range(_SECTOR, len(content), _PAGE_NUMBER + page + _PAGE_CHECKSUM):
        _clear(content, start, slice(_PAGE_NUMBER + page, _PAGE_NUMBER + page + _PAGE_CHECKSUM))
    return bytes(content)


def without_salts(content: bytes) -> bytes:
    """``content`` of a log or an index with zeros for salts and checksums."""
    return _log(bytearray(content)) if content[:MAGIC_BYTES] in _LOG else _index(bytearray(content))


def _log(content: bytearray) -> bytes:
    page = int.from_bytes(content[8:12], "big")
    _clear(content, 0, _SALTS)
    for start in range(_LOG_HEADER, len(content), _FRAME_HEADER + page):
        _clear(content, start, _FRAME_SALTS)
    return bytes(content)


def _index(content: bytearray) -> bytes:
    for start in (0, _INDEX_HEADER):
        _clear(content, start, _INDEX_SALTS)
    return bytes(content)


def _clear(content: bytearray, start: int, part: slice) -> None:
    begin, end = min(start + part.start, len(content)), min(start + part.stop, len(content))
    content[begin:end] = bytes(end - begin)

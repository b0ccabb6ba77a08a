"""The text format of stat lists and manifests: what the device knew of each path at a backup (data-plane 5.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

VERSION_LINE = "version=1.0&attrNum=8"
STAT_COLUMNS = "path;mode;dir;size;mtime;hash;isIncremental;encodeFlag"
MANIFEST_COLUMNS = "path;mode;dir;size;mtime;hash;usertar;encodeFlag"

_KEPT = "/-_.!~*()'"
_INT64 = 1 << 63
_FEWEST_FIELDS = 7
_ENCODE_FLAG = 7
_INTEGER = re.compile(r"[ \t\n\v\f\r]*([+-]?\d+)", re.ASCII)


class ReportLine(NamedTuple):
    """One line. ``path`` is decoded; in a manifest it has no leading slash, in a stat list it has one.

    ``mode`` is st_mode in decimal, as text; ``size`` in bytes; ``mtime`` in seconds; ``hash`` as 64 upper-case hex digits or
    empty. ``flag`` is isIncremental in a stat list, usertar in a manifest.
    """

    path: str
    mode: str
    is_directory: bool
    size: int
    mtime: int
    hash: str
    flag: bool
    encoded: bool = False

    @property
    def recorded(self) -> str:
        """The name of its tar entry."""
        return self.path


def read_report(data: bytes) -> dict[str, ReportLine]:
    """The lines of a stat list or manifest by path, without leading slash; of equal paths the first. Bad lines are left out."""
    lines: dict[str, ReportLine] = {}
    for line in report_lines(data):
        lines.setdefault(line.path, line)
    return lines


def report_lines(data: bytes) -> Iterator[ReportLine]:
    """Every readable line, in order, its path without one leading slash."""
    counted = (line.removesuffix("\r") for line in os.fsdecode(data).split("\n") if line)
    next(counted, None)
    columns = len(split_fields(next(counted, "")))
    for line in counted:
        fields = split_fields(line)
        if len(fields) == columns >= _FEWEST_FIELDS:
            yield _line(fields)


def write_report(lines: Iterable[ReportLine], columns: str = MANIFEST_COLUMNS) -> bytes:
    """The whole text, ready to be a file. Paths are written as they are given."""
    return os.fsencode("".join([f"{VERSION_LINE}\n{columns}\n", *map(write_line, lines)]))


def write_line(line: ReportLine) -> str:
    """One line with its end."""
    path, encoded = encode_path(line.path)
    return f"{path};{line.mode};{line.is_directory:d};{line.size};{line.mtime};{line.hash};{line.flag:d};{encoded:d}\n"


def encode_path(path: str) -> tuple[str, bool]:
    """The path column and encodeFlag: a path with a semicolon or a newline is percent-encoded as a whole."""
    if ";" in path or "\n" in path:
        return quote(os.fsencode(path), safe=_KEPT), True
    return path, False


def split_fields(line: str) -> list[str]:
    """The fields of a line; nothing has none."""
    return line.split(";") if line else []


def _line(fields: list[str]) -> ReportLine:
    encoded = len(fields) > _ENCODE_FLAG and fields[_ENCODE_FLAG] == "1"
    path = os.fsdecode(unquote_to_bytes(os.fsencode(fields[0]))) if encoded else fields[0]
    return ReportLine(
        path=path.removeprefix("/"),
        mode=fields[1],
        is_directory=fields[2] == "1",
        size=_integer(fields[3]),
        mtime=_integer(fields[4]),
        hash=fields[5],
        flag=fields[6] == "1",
        encoded=encoded,
    )


def _integer(text: str) -> int:
    """The longest integer prefix, held within 64 bits; 0 without one."""
    match = _INTEGER.match(text)
    return max(-_INT64, min(int(match[1]), _INT64 - 1)) if match else 0

"""manage.json: the index that says what each blob is (data-plane 3.6)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from emulator.kernel.events import NS_PER_S
from emulator.storage.config.text import Json, NotJson, TooDeep, parse_json
from emulator.storage.names import extension
from emulator.storage.pack.json_text import Written, one_line, styled

DEFAULT_MODE = 0o100660
"""st_mode where a stat is there and has none that can be used."""

_INT32, _INT64 = 1 << 31, 1 << 63


class IndexThrows(Exception):
    """A member of a type that the device's reader throws at: the restore ends with 13900020."""


@dataclass(frozen=True, slots=True)
class BlobStat:
    """What the index keeps of a file's status: size in bytes, st_mode with type bits, times in ns since the epoch.

    Times are None in no-tar mode, where they are not written.
    """

    size: int
    mode: int
    atime_ns: int | None
    mtime_ns: int | None


NO_STAT = BlobStat(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One blob: its name, the path that it came from (a tar's staging path), and what it is."""

    file_name: str
    path: str
    stat: BlobStat
    is_user_tar: bool = False
    is_big_file: bool = False


def blob_stat(status: os.stat_result, no_tar: bool = False) -> BlobStat:
    """The index's view of a status."""
    if no_tar:
        return BlobStat(status.st_size, status.st_mode, None, None)
    return BlobStat(status.st_size, status.st_mode, status.st_atime_ns, status.st_mtime_ns)


def full_index(entries: Iterable[IndexEntry]) -> str:
    """The text of the full flow: one line for each blob, in the order in which they left."""
    return "[" + ",".join(one_line(_element(entry)) + "\n" for entry in entries) + "]"


def incremental_index(entries: Iterable[IndexEntry]) -> str:
    """The text of the incremental flow: one indented document, blobs in order of their names; ``null`` without any."""
    elements: list[Written] = [_element(entry) for entry in sorted(entries, key=lambda entry: os.fsencode(entry.file_name))]
    return styled(elements or None)


@lru_cache(maxsize=8)
def read_names(text: str | bytes) -> tuple[str, ...]:
    """The set of names, sorted: "" stands for elements that have none. Empty for a text that cannot be read."""
    names = {_text(_member(element, "fileName")) for element in _elements(text)}
    return tuple(sorted(names, key=os.fsencode))


@lru_cache(maxsize=8)
def read_entries(text: str | bytes) -> tuple[IndexEntry, ...]:
    """The info list, in the order of the document. Raises IndexThrows."""
    return tuple(entry for element in _elements(text) if (entry := _entry(element)) is not None)


def file_info(path: str, stat: BlobStat) -> str:
    """FileInfoToString: what no-tar mode sends in place of a name (data-plane 3.10)."""
    return one_line({"path": path, "st_mode": stat.mode, **_times(stat)}) + "\n"


def _times(stat: BlobStat) -> dict[str, Written]:
    times = {"st_atim": stat.atime_ns, "st_mtim": stat.mtime_ns}
    return {
        member: {"tv_sec": time_ns // NS_PER_S, "tv_nsec": time_ns % NS_PER_S}
        for member, time_ns in times.items()
        if time_ns is not None
    }


def _element(entry: IndexEntry) -> Written:
    status: dict[str, Written] = {"st_size": entry.stat.size, "st_mode": entry.stat.mode, **_times(entry.stat)}
    return {
        "fileName": entry.file_name,
        "information": {"path": entry.path, "stat": status},
        "isUserTar": entry.is_user_tar,
        "isBigFile": entry.is_big_file,
    }


def _elements(text: str | bytes) -> list[Json]:
    try:
        document = parse_json(text)
    except (NotJson, TooDeep):
        return []
    return document if isinstance(document, list) else []


def _entry(element: Json) -> IndexEntry | None:
    name = _text(_member(element, "fileName"))
    if not isinstance(element, dict) or "information" not in element or not name:
        return None
    information = _object(element["information"], "information")
    return IndexEntry(
        name,
        _text(information.get("path")),
        _stat(information.get("stat")),
        element.get("isUserTar") is True,
        element["isBigFile"] is True if "isBigFile" in element else extension(name) != "tar",
    )


def _stat(value: Json) -> BlobStat:
    if not isinstance(value, dict):
        return NO_STAT
    return BlobStat(
        _integer(value.get("st_size"), _INT64, 0),
        _integer(value.get("st_mode"), _INT32, DEFAULT_MODE),
        _time(value, "st_atim"),
        _time(value, "st_mtim"),
    )


def _time(value: dict[str, Json], name: str) -> int:
    time = _object(value.get(name), name)
    return _integer(time.get("tv_sec"), _INT64, 0) * NS_PER_S + _integer(time.get("tv_nsec"), _INT64, 0)


def _integer(value: Json, limit: int, otherwise: int) -> int:
    """A number without a fraction that fits, whichever way it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -limit <= value < limit:
        return otherwise
    return int(value) if value == int(value) else otherwise


def _object(value: Json, name: str) -> dict[str, Json]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise IndexThrows(f"{name} is no object")
    return value


def _member(value: Json, name: str) -> Json:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""

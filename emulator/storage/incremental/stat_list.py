"""The stat list that the service writes of an app's files, from their physical paths (data-plane 5.2).

Physical and sandbox paths of one file are the same file of the emulated device, so that mapping decides only what is there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from emulator.kernel.events import NS_PER_S
from emulator.storage.incremental.manifest import STAT_COLUMNS, ReportLine, write_report
from emulator.storage.inside import Inside, size_of
from emulator.storage.paths import is_file_path_valid

MAPPED_PREFIXES = (
    *(f"/data/storage/el{level}/{area}/" for level in (1, 2, 5) for area in ("base", "database")),
    "/data/storage/el2/distributedfiles/",
    "/data/storage/el2/cloud/",
    "/storage/Users/currentUser/",
    "/storage/media",
    "/storage/cloud",
)
"""Sandbox paths that have a physical path; what lies elsewhere cannot be reached."""

MODULE_DIRECTORIES = ("database", "files", "preferences")
_MODULE_PATTERNS = ("/data/storage/el1/base/haps/*", "/data/storage/el2/base/haps/*")
_NOTHING = os.stat_result([0] * 10, {"st_mtime_ns": 0})
_LISTABLE = stat.S_IRUSR | stat.S_IXUSR


@dataclass(frozen=True, slots=True)
class StatList:
    """The lines, their paths with a leading slash, and the two sums in bytes: of all lines and of the incremental ones."""

    lines: tuple[ReportLine, ...]
    size: int
    incremental_size: int

    def text(self) -> bytes:
        """The content of ``stat_<t>``."""
        return write_report(self.lines, STAT_COLUMNS)


def make_stat_list(inside: Inside, includes: Iterable[str], excludes: Iterable[str], last_backup_time: int = 0) -> StatList:
    """The list for a profile's includes and excludes; ``last_backup_time`` in seconds, 0 for never."""
    included, excluded = exchanged(includes, excludes)
    roots = sorted({root for include in included for root in _roots(inside, include)}, key=os.fsencode)
    suppressed = _Excludes(inside, excluded)
    lines = tuple(line for root in roots for line in _walk(inside, root, last_backup_time) if not suppressed.covers(line))
    return StatList(lines, sum(line.size for line in lines), sum(line.size for line in lines if line.flag))


def exchanged(includes: Iterable[str], excludes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Both lists as they are read back from ``incExc_<t>``: one path a line, and nothing after the first empty one."""
    text = "\n".join(["INCLUDES", *includes, "EXCLUDES", *excludes])
    lists: dict[str, list[str]] = {"INCLUDES": [], "EXCLUDES": []}
    current = lists["INCLUDES"]
    for line in text.split("\n"):
        if not line:
            break
        if line in lists:
            current = lists[line]
        else:
            current.append(line)
    return lists["INCLUDES"], lists["EXCLUDES"]


def is_incremental(mtime: int, last_backup_time: int) -> bool:
    """Whether something of that age (seconds) is newer than the last backup, or there was none."""
    return last_backup_time == 0 or mtime > last_backup_time


def physical(path: str) -> bool:
    """Whether a sandbox path has a physical one."""
    return path.startswith(MAPPED_PREFIXES) and is_file_path_valid(path)


def _roots(inside: Inside, include: str) -> Iterator[str]:
    path = _absolute(include)
    if path.startswith(_MODULE_PATTERNS):
        yield from _module_directories(inside, path[: path.index("haps/") + 5])
    elif physical(path) and _exists(inside, path):
        yield path


def _module_directories(inside: Inside, haps: str) -> Iterator[str]:
    for module in _entries(inside, haps):
        if module.is_dir(follow_symlinks=False):
            for entry in _entries(inside, haps + module.name):
                if entry.name in MODULE_DIRECTORIES and entry.is_dir(follow_symlinks=False):
                    yield f"{haps}{module.name}/{entry.name}"


def _walk(inside: Inside, root: str, last_backup_time: int) -> Iterator[ReportLine]:
    """The root as it is spelled, then what is below it; the last directory of a level is entered first."""
    status = os.lstat(inside.host(root))
    yield _line(root, status, stat.S_ISDIR(status.st_mode), last_backup_time)
    pending = [root] if stat.S_ISDIR(status.st_mode) else []
    while pending:
        directory = pending.pop()
        above = directory if directory.endswith("/") else directory + "/"
        for entry in _entries(inside, directory):
            path, is_directory = above + entry.name, entry.is_dir(follow_symlinks=False)
            yield _line(path, _status(inside, path, entry), is_directory, last_backup_time)
            if is_directory:
                pending.append(path)


def _entries(inside: Inside, directory: str) -> list[os.DirEntry[str]]:
    """What lies in a directory in the order of its names' bytes; nothing if it cannot be listed."""
    try:
        found = inside.directory(directory)
    except OSError:
        return []
    if found.mode & _LISTABLE != _LISTABLE:
        return []
    with os.scandir(found.host or "/") as entries:
        return sorted(entries, key=lambda entry: os.fsencode(entry.name))


def _status(inside: Inside, path: str, entry: os.DirEntry[str]) -> os.stat_result:
    """What ``stat`` says, links followed; zeros where it fails."""
    try:
        return os.lstat(inside.host(path)) if entry.is_symlink() else entry.stat(follow_symlinks=False)
    except OSError:
        return _NOTHING


def _line(path: str, status: os.stat_result, is_directory: bool, last_backup_time: int) -> ReportLine:
    mtime = status.st_mtime_ns // NS_PER_S
    flag = is_incremental(mtime, last_backup_time)
    return ReportLine(path, str(status.st_mode), is_directory, size_of(status), mtime, "", flag)


class _Excludes:
    """Excludes that exist: directories by prefix, anything else exactly. They hide lines; the walk goes on below them."""

    def __init__(self, inside: Inside, excludes: Iterable[str]) -> None:
        present = [path for path in map(_absolute, excludes) if physical(path) and _exists(inside, path)]
        directories = {path for path in present if stat.S_ISDIR(os.lstat(inside.host(path)).st_mode)}
        self._directories = tuple(path if path.endswith("/") else path + "/" for path in sorted(directories))
        self._files = frozenset(present) - directories

    def covers(self, line: ReportLine) -> bool:
        """Whether the line is hidden."""
        if line.path in self._files:
            return True
        return (line.path + "/" if line.is_directory else line.path).startswith(self._directories)


def _exists(inside: Inside, path: str) -> bool:
    try:
        os.lstat(inside.host(path))
    except OSError:
        return False
    return True


def _absolute(path: str) -> str:
    return path if path.startswith("/") else "/" + path

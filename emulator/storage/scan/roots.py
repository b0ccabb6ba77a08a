"""GetScanDirList, ExpandPathWildcard: where a full scan begins (data-plane 1.5, 1.9)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from emulator.storage.config import MappedDir
from emulator.storage.inside import Inside
from emulator.storage.paths import PUBLIC_HOME, gen_mapping_dir
from emulator.storage.scan.glob import glob

PUBLIC_HOME_APPDATA = f"{PUBLIC_HOME}appdata/"


class Root(NamedTuple):
    """Where a scan begins: the device path, with a slash at the end of a directory, and the include that led there.

    ``restore`` is the directory under whose name the files are recorded, "" for their own.
    """

    path: str
    include: str
    restore: str = ""


def scan_roots(includes: Sequence[str], mapped: Sequence[MappedDir], inside: Inside) -> tuple[Root, ...]:
    """The roots in the order in which they are scanned: those of the includes, then the mapped ones."""
    return (*expand_includes(includes, inside), *mapped_roots(mapped))


def expand_includes(includes: Sequence[str], inside: Inside) -> tuple[Root, ...]:
    """ExpandPathWildcard: what the patterns match, sorted, without what lies below another directory of the list."""
    expanded: dict[str, str] = {}
    for include in includes:
        for path in glob(include, inside):
            expanded.setdefault(_rooted(path), include)
    expanded = _without_appdata(expanded, inside)
    return tuple(Root(path, expanded[path]) for path in without_nested(expanded))


def mapped_roots(mapped: Sequence[MappedDir]) -> tuple[Root, ...]:
    """The roots of mapped directories, which are no patterns; sorted as texts of the mapping."""
    ordered = sorted(mapped, key=lambda directory: os.fsencode(gen_mapping_dir(*directory)))
    return tuple(Root(directory.backup, directory.restore, directory.restore) for directory in ordered)


def without_nested(paths: Iterable[str]) -> list[str]:
    """Paths in byte order, without those that begin with an earlier one which ends with a slash."""
    kept: list[str] = []
    for path in sorted(paths, key=os.fsencode):
        if not (kept and kept[-1].endswith("/") and path.startswith(kept[-1])):
            kept.append(path)
    return kept


def _rooted(path: str) -> str:
    """With a leading slash; a name without any slash stays as it is."""
    return path if path.startswith("/") or "/" not in path else f"/{path}"


def _without_appdata(expanded: dict[str, str], inside: Inside) -> dict[str, str]:
    """RmForceExcludePath: appdata of the public home is no app's own; the home is replaced by its other children."""
    kept = {path: include for path, include in expanded.items() if not path.startswith(PUBLIC_HOME_APPDATA)}
    children = _children_of_home(inside) if PUBLIC_HOME in kept else []
    if children:
        include = kept.pop(PUBLIC_HOME)
        kept = {**dict.fromkeys(children, include), **kept}
    return kept


def _children_of_home(inside: Inside) -> list[str]:
    try:
        home = inside.directory(PUBLIC_HOME)
        if not home.mode & stat.S_IRUSR:
            return []
        with os.scandir(home.host) as entries:
            found = [f"{PUBLIC_HOME}{e.name}/" if e.is_dir(follow_symlinks=False) else f"{PUBLIC_HOME}{e.name}" for e in entries]
    except OSError:
        return []
    return [path for path in found if path != PUBLIC_HOME_APPDATA]

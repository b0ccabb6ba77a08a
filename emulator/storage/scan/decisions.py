"""What becomes of every file of a sandbox, and why: a scan as people read it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from emulator.storage.inside import Inside
from emulator.storage.sandbox import STAGING
from emulator.storage.scan.records import Fate, LeftOut, Scan, ScannedFile
from emulator.storage.scan.roots import Root


class Decision(NamedTuple):
    """What becomes of one node: a file, a special node, or an empty directory, which ends with a slash.

    ``path`` is its device path, normalised; ``include`` and ``exclude`` are the patterns that decided, as the profile has
    them, "" where none did; ``recorded`` is the name under which it leaves, "" if it stays; ``scanned`` is what the scan took.
    """

    path: str
    fate: Fate
    include: str = ""
    exclude: str = ""
    recorded: str = ""
    scanned: ScannedFile | None = None


_Known = dict[str, Decision]
"""What the scan says, by normalised path without a slash at the end."""


class _Node(NamedTuple):
    """A node on the stack: its device path, what it has from above, and, of a directory, whether its names can be read."""

    path: str
    inherited: Decision
    is_directory: bool
    is_open: bool


_NOT_SCANNED = Decision("", Fate.OUTSIDE)


def decisions(root: Path, scan: Scan) -> Iterator[Decision]:
    """One decision for every node below ``root``, in the byte order of each directory's names; ``root`` as when it was scanned.

    What lies below a directory that was left out shares its fate; below one that the app may not read nothing is looked at.
    The backup's own staging is left out unless scanned.
    """
    known = _known(Inside(root), scan)
    pending = [_Node("", _NOT_SCANNED, True, True)]
    while pending:
        node = pending.pop()
        decision = known.get(node.path, node.inherited)._replace(path=node.path)
        names = _children(root, node, decision if decision.exclude else _NOT_SCANNED) if node.is_open else []
        pending += reversed(names)
        if not names and not (decision.fate is Fate.OUTSIDE and _is_staging(node.path)):
            yield decision._replace(path=f"{node.path}/") if node.is_directory else decision


def _known(inside: Inside, scan: Scan) -> _Known:
    """What is scanned twice counts as what leaves."""
    known: _Known = {}
    places: dict[Root, str] = {}
    everything: tuple[ScannedFile | LeftOut, ...] = (*scan.left_out, *scan.small, *scan.big)
    for found in everything:
        if found.root not in places:
            places[found.root] = _place(inside, found.root)
        path = f"{places[found.root]}/{found.path[len(found.root.path) :]}".replace("//", "/").rstrip("/")
        known[path] = _decision(found)
    return known


def _decision(found: ScannedFile | LeftOut) -> Decision:
    if isinstance(found, LeftOut):
        return Decision("", found.fate, found.root.include, found.exclude)
    return Decision("", found.fate, found.root.include, "", found.recorded if found.fate.leaves else "", found)


def _place(inside: Inside, root: Root) -> str:
    """Where a root really lies; its own path where nothing can be looked up."""
    with contextlib.suppress(OSError):
        return inside.device(inside.directory(root.path).host)
    with contextlib.suppress(OSError):
        return inside.device(inside.entry(root.path))
    return root.path


def _children(root: Path, node: _Node, inherited: Decision) -> list[_Node]:
    """The nodes of a directory, by name."""
    try:
        is_searchable = bool(os.stat(f"{root}{node.path}").st_mode & stat.S_IXUSR)
        with os.scandir(f"{root}{node.path}") as entries:
            found = sorted(entries, key=lambda entry: os.fsencode(entry.name))
        return [_node(f"{node.path}/{entry.name}", inherited, entry, is_searchable=is_searchable) for entry in found]
    except OSError:
        return []


def _node(path: str, inherited: Decision, entry: os.DirEntry[str], *, is_searchable: bool) -> _Node:
    is_directory = entry.is_dir(follow_symlinks=False)
    return _Node(path, inherited, is_directory, is_directory and is_searchable and _is_readable(entry))


def _is_readable(entry: os.DirEntry[str]) -> bool:
    try:
        return bool(entry.stat(follow_symlinks=False).st_mode & stat.S_IRUSR)
    except OSError:  # its path is too long for the host, for one
        return False


def _is_staging(path: str) -> bool:
    return any(f"{path}/".startswith(f"/{home}/") for home in STAGING)

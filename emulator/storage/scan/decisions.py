"""What becomes of every file of a sandbox, and why: a scan as people read it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from emulator.storage.pack.inside import Inside
from emulator.storage.sandbox import STAGING
from emulator.storage.scan.records import Fate, LeftOut, Scan, ScannedFile
from emulator.storage.scan.roots import Root


class Decision(NamedTuple):
    """What becomes of one node: a file, a special node, or an empty directory, which ends with a slash.

    ``path`` is its device path, normalised; ``include`` and ``exclude`` are the patterns that decided, as the profile has
    them, "" where none did; ``recorded`` is the name under which it leaves, "" if it stays.
    """

    path: str
    fate: Fate
    include: str = ""
    exclude: str = ""
    recorded: str = ""


_Known = dict[str, Decision]
"""What the scan says, by normalised path without a slash at the end."""


def decisions(root: Path, scan: Scan) -> Iterator[Decision]:
    """One decision for every node below ``root``, in the byte order of each directory's names; ``root`` as when it was scanned.

    What lies below a directory that was left out shares its fate. The backup's own staging is left out unless scanned.
    """
    known = _known(Inside(root), scan)
    pending: list[tuple[str, Decision]] = [("", Decision("", Fate.OUTSIDE))]
    while pending:
        path, inherited = pending.pop()
        decision = known.get(path, inherited)._replace(path=path)
        children = _children(f"{root}{path}")
        if children:
            handed_down = decision if decision.exclude or decision.fate is Fate.UNREADABLE else Decision("", Fate.OUTSIDE)
            pending += [(f"{path}/{name}", handed_down) for name in reversed(children)]
        elif not (decision.fate is Fate.OUTSIDE and _is_staging(path)):
            yield decision if children is None else decision._replace(path=f"{path}/")


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
    return Decision("", found.fate, found.root.include, "", found.recorded if found.fate.leaves else "")


def _place(inside: Inside, root: Root) -> str:
    """Where a root really lies."""
    try:
        host = inside.directory(root.path).host
    except OSError:
        host = inside.entry(root.path)
    return inside.device(host)


def _children(host: str) -> list[str] | None:
    """The names in a directory, None for what is no directory."""
    if os.path.islink(host) or not os.path.isdir(host):
        return None
    return sorted(os.listdir(host), key=os.fsencode)


def _is_staging(path: str) -> bool:
    return any(f"{path}/".startswith(f"/{home}/") for home in STAGING)

"""compatibleDirMapping: directories that are backed up under another name (data-plane 1.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from emulator.storage.config.text import Json, NotJson, parse_json
from emulator.storage.paths import MAPPING_SEPARATOR

MAPPING_LIMIT = 1000
"""More mappings, or more activated directories, count as none."""


class MappedDir(NamedTuple):
    """Files below ``backup`` are recorded below ``restore``; both as in the profile."""

    backup: str
    restore: str


def read_mapping(value: Json) -> Mapping[str, str]:
    """GetCompatibleDirMapping: backupDir by restoreDir; the first of equal restoreDirs wins."""
    found: dict[str, str] = {}
    for element in value if isinstance(value, list) else ():
        if isinstance(element, dict) and (mapped := _mapped(element)):
            found.setdefault(mapped.restore, mapped.backup)
    return found if len(found) <= MAPPING_LIMIT else {}


def activated_dirs(text: str | bytes) -> tuple[str, ...]:
    """GetCompatibleDirs: the restoreDirs that a result of onBackupEx switches on, each once. Raises TooDeep."""
    try:
        document = parse_json(text)
    except NotJson:
        return ()
    names = document.get("compatibleDirMapping") if isinstance(document, dict) else None
    found = dict.fromkeys(name for name in names if isinstance(name, str) and name) if isinstance(names, list) else {}
    return tuple(found) if len(found) <= MAPPING_LIMIT else ()


def divide_includes(
    includes: Sequence[str], mapping: Mapping[str, str], activated: Sequence[str]
) -> tuple[tuple[MappedDir, ...], tuple[str, ...]]:
    """DivideIncludesByCompatInfo: the mapped directories that stand for includes, and the includes that are left."""
    switched_on = set(activated) & mapping.keys()
    mapped = tuple(MappedDir(mapping[include], include) for include in dict.fromkeys(includes) if include in switched_on)
    return mapped, tuple(include for include in includes if include not in switched_on)


def _mapped(element: dict[str, Json]) -> MappedDir | None:
    backup, restore = element.get("backupDir"), element.get("restoreDir")
    if not isinstance(backup, str) or not isinstance(restore, str):
        return None
    if any(odd in directory for odd in ("*", MAPPING_SEPARATOR) for directory in (backup, restore)):
        return None
    return MappedDir(backup, restore)

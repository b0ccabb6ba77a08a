"""Texts and raw files of an app's resources, as they lie in its project: ``resources/base/element``, ``resources/rawfile``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

STRING_PREFIX = "$string:"
RAWFILE_DIRECTORY = "resources/rawfile"


def text_of(value: Any, *homes: Path) -> str:
    """A text of a document: the text itself, or the string that it refers to in the first of ``homes`` that has it.

    A home is the directory that holds ``resources`` (src/main of a module, AppScope). "" for anything that has no text.
    """
    if not isinstance(value, str):
        return ""
    if not value.startswith(STRING_PREFIX):
        return value
    return string_named(value.removeprefix(STRING_PREFIX), homes) or ""


def string_named(name: str, homes: Sequence[Path], qualifiers: Sequence[str] = ("base",)) -> str | None:
    """The string ``name``: of the first of ``qualifiers`` (``zh_CN``, ``base``), then of the first home that has it."""
    values = (text for qualifier in qualifiers for home in homes for key, text in _strings(home, qualifier) if key == name)
    return next(values, None)


def raw_file(home: Path, path: str) -> Path | None:
    """The file or directory ``path`` below resources/rawfile; None for what is not there or leads out of it."""
    top = (home / RAWFILE_DIRECTORY).resolve()
    if path.startswith("/") or ".." in path.split("/"):
        return None
    try:
        found = (top / path).resolve()
        return found if found.exists() and found.is_relative_to(top) else None
    except (OSError, ValueError):  # a name that no file system takes
        return None


def _strings(home: Path, qualifier: str) -> Iterator[tuple[str, str]]:
    for file in sorted((home / "resources" / qualifier / "element").glob("*.json")):
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            continue
        entries = document.get("string") if isinstance(document, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("value"), str):
                yield entry["name"], entry["value"]

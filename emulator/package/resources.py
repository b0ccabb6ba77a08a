"""Texts that the app's documents refer to: ``$string:app_name`` in resources/base/element."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

STRING_PREFIX = "$string:"
ELEMENT_DIRECTORY = "resources/base/element"


def text_of(value: Any, *homes: Path) -> str:
    """A text of a document: the text itself, or the string that it refers to in the first of ``homes`` that has it.

    A home is the directory that holds ``resources`` (src/main of a module, AppScope). "" for anything that has no text.
    """
    if not isinstance(value, str):
        return ""
    if not value.startswith(STRING_PREFIX):
        return value
    name = value.removeprefix(STRING_PREFIX)
    return next((text for home in homes for key, text in _strings(home) if key == name), "")


def _strings(home: Path) -> Iterator[tuple[str, str]]:
    for file in sorted((home / ELEMENT_DIRECTORY).glob("*.json")):
        try:
            document = json.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            continue
        entries = document.get("string") if isinstance(document, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and isinstance(entry.get("value"), str):
                yield entry["name"], entry["value"]

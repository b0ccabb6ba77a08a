"""context.resourceManager for ArkTS: raw files and texts of the module and of AppScope, as they lie in the project.

Each answer is a list of one value, an empty one for what there is not, or None where the project is not known.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.package.project import project_root
from emulator.package.resources import STRING_PREFIX, raw_file, string_named
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.values import to_app

QUALIFIERS = ("zh_Hans_CN", "zh_CN", "zh_Hans", "zh", "base")
"""Where a phone that is set to simplified Chinese looks for a text."""
MOST_REFERENCES = 20
CYCLIC = (9_001_006, "Resource re-ref too much")


def content(app: App, path: str) -> list[Any] | None:
    """The bytes of a raw file."""
    directory = _directory(app)
    file = None if directory is None else raw_file(_home(directory), path)
    if file is None or not file.is_file():
        return None if directory is None else []
    return [to_app(file.read_bytes())]


def names(app: App, path: str) -> list[list[str]] | None:
    """The names in a directory of raw files, in order. One without any is not there: a HAP holds files only."""
    directory = _directory(app)
    listed = None if directory is None else raw_file(_home(directory), path)
    found = sorted(entry.name for entry in listed.iterdir()) if listed is not None and listed.is_dir() else []
    return None if directory is None else [found] if found else []


def text(app: App, name: str) -> list[str] | None:
    """A string by its name; what AppScope has comes before what the module has. 9001006 for one that refers to itself."""
    directory = _directory(app)
    if directory is None:
        return None
    homes = (project_root(directory) / "AppScope", _home(directory))
    for _ in range(MOST_REFERENCES):
        value = string_named(name, homes, QUALIFIERS)
        if value is None or not value.startswith(STRING_PREFIX):
            return [] if value is None else [value]
        name = value.removeprefix(STRING_PREFIX)
    raise BusinessError(*CYCLIC)


def _directory(app: App) -> Path | None:
    directory: Path | None = app.process.bundle.package.directory
    return directory


def _home(directory: Path) -> Path:
    return directory / "src/main" if (directory / "src/main").is_dir() else directory


OPERATIONS: Operations = {"resources.content": content, "resources.names": names, "resources.text": text}
"""By ``kit.name``."""

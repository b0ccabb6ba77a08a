"""The backup extensions that module.json5 registers (clauses 1.9, 4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.package.files import PackageFile, find_file

METADATA_NAME = "ohos.extension.backup"
RESOURCE_PREFIX = "$profile:"
SOURCE_KEYS = ("srcEntry", "srcEntrance")
"""The key of the source file, and how it was called before."""


@dataclass(frozen=True, slots=True)
class BackupExtension:
    """One element of extensionAbilities with type backup, and what it leads to.

    ``index`` is its place in extensionAbilities; ``resource`` the profile that its metadata names, without prefix, None
    where the device finds no such name; ``profile`` the file of it below the package's directory, None when it is not
    there; ``source`` the file of srcEntry, None when it is not there; ``source_missing`` says that it is not, although the
    module's sources are at hand.
    """

    index: int
    entry: Mapping[str, Any]
    resource: str | None
    profile: str | None
    source: Path | None
    source_missing: bool

    @property
    def name(self) -> str:
        """The name under which it is registered, "" where it has none."""
        name = self.entry.get("name")
        return name if isinstance(name, str) else ""


def backup_extensions(directory: Path, module_file: PackageFile) -> tuple[BackupExtension, ...]:
    """The backup extensions of the module, in its order."""
    home = (directory / module_file.name).parent
    entries = enumerate(_objects(_module(module_file), "extensionAbilities"))
    return tuple(_extension(directory, home, index, entry) for index, entry in entries if entry.get("type") == "backup")


def module_of(module_file: PackageFile | None, *, default: str) -> str:
    """The module's name, or ``default`` where the file or the name is not there."""
    name = _module(module_file).get("name") if module_file is not None else None
    return name if isinstance(name, str) else default


def source_of(entry: Mapping[str, Any]) -> str:
    """The source file that an extension names, "" where it names none."""
    return next((value for key in SOURCE_KEYS if isinstance(value := entry.get(key), str)), "")


def resource_of(entry: Mapping[str, Any]) -> str | None:
    """The profile that an extension's metadata names, without "$profile:"; None where the device finds none (C-080, C-081)."""
    for item in _objects(entry, "metadata"):
        resource = item.get("resource")
        if item.get("name") == METADATA_NAME and isinstance(resource, str):
            _, prefix, name = resource.rpartition(RESOURCE_PREFIX)
            return name if prefix and name else None
    return None


def _extension(directory: Path, home: Path, index: int, entry: Mapping[str, Any]) -> BackupExtension:
    resource = resource_of(entry)
    profile = find_file(directory, f"{resource}.json") if resource is not None else None
    named = source_of(entry)
    source = home / named if named and (home / named).is_file() else None
    # Documents that somebody has put together without the sources say nothing about the sources.
    missing = bool(named) and source is None and (home / "ets").is_dir()
    return BackupExtension(index, entry, resource, profile, source, missing)


def chosen(extensions: Sequence[BackupExtension]) -> BackupExtension | None:
    """The extension that the device takes: the first whose profile can be read (data-plane 1.1), else the first; or None."""
    readable = (extension for extension in extensions if extension.profile is not None)
    return next(readable, next(iter(extensions), None))


def _module(module_file: PackageFile) -> Mapping[str, Any]:
    module = module_file.document.get("module")
    return module if isinstance(module, dict) else {}


def _objects(document: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    items = document.get(name)
    for item in items if isinstance(items, list) else ():
        yield item if isinstance(item, dict) else {}

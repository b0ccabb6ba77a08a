"""How the app is registered: the facts of module.json5 and backup_config.json that the stack acts on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

METADATA_NAME = "ohos.extension.backup"
MODULE_FILES = ("module.json5", "src/main/module.json5")
PROFILE_DIRECTORIES = (".", "resources/base/profile", "src/main/resources/base/profile")


class PackageError(ValueError):
    """A package cannot be read; the message names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class Package:
    """Registration of one bundle. The defaults are those of a subject without a package.

    ``allow_to_backup_restore`` is the gate of clauses 1.8 C-069; ``has_backup_extension`` says whether module.json5 has
    an extension of type backup at all.
    """

    module: str = "entry"
    allow_to_backup_restore: bool = True
    has_backup_extension: bool = True
    full_backup_only: bool = False


def load_package(directory: Path) -> Package:
    """The package in ``directory``: its module.json5, if there is one, and the profile that it names, or backup_config.json.

    Wrong types count as absent, as on the device. Raises PackageError when the directory or a file cannot be read.
    """
    if not directory.is_dir():
        raise PackageError(f"{directory}: there is no such directory")
    module_file = next((directory / name for name in MODULE_FILES if (directory / name).is_file()), None)
    module = _member(_read(module_file), "module") if module_file is not None else {}
    extension = _backup_extension(module)
    name = "backup_config"
    if module_file is not None and extension is not None:
        resource = next((m.get("resource") for m in _items(extension, "metadata") if m.get("name") == METADATA_NAME), None)
        if isinstance(resource, str):
            name = resource.removeprefix("$profile:")
    candidates = [directory / where / f"{name}.json" for where in PROFILE_DIRECTORIES]
    profile_file = next((path for path in candidates if path.is_file()), None)
    if module_file is None and profile_file is None:
        raise PackageError(f"{directory}: neither {MODULE_FILES[0]} nor {name}.json is there")
    profile = _read(profile_file) if profile_file is not None else {}
    return Package(
        module=module["name"] if isinstance(module.get("name"), str) else "entry",
        allow_to_backup_restore=profile.get("allowToBackupRestore") is True,
        has_backup_extension=module_file is None or extension is not None,
        full_backup_only=profile.get("fullBackupOnly") is True,
    )


def _backup_extension(module: dict[str, Any]) -> dict[str, Any] | None:
    return next((e for e in _items(module, "extensionAbilities") if e.get("type") == "backup"), None)


def _items(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = document.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _member(document: dict[str, Any], name: str) -> dict[str, Any]:
    member = document.get(name)
    return member if isinstance(member, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    import json5

    try:
        document = json5.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise PackageError(f"{path}: not JSON5 ({error})") from None
    if not isinstance(document, dict):
        raise PackageError(f"{path}: expected one object")
    return document

"""How the app is registered: module.json5 and backup_config.json, and what the device makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from emulator.package.files import PackageError, PackageFile, find_file, read_json5, read_profile
from emulator.package.registration import BackupExtension, backup_extensions, chosen, module_of
from emulator.storage.config.backup_config import BackupConfig, ProfileThrows, parse_backup_config

__all__ = ["BackupExtension", "Package", "PackageError", "PackageFile", "load_package"]

MODULE_FILES = ("module.json5", "src/main/module.json5", "module.json", "src/main/module.json")
"""Where module.json5 lies, in a directory of its own or in a module of a project, and its older name."""
DEFAULT_PROFILE = "backup_config"
DEFAULT_CONFIG = parse_backup_config('{"allowToBackupRestore": true}')
"""The profile of a subject without a package."""
NO_CONFIG = parse_backup_config("")
"""What the device has where it finds no profile: everything absent, backup off (data-plane 1.1, 1.2)."""


@dataclass(frozen=True, slots=True)
class Package:
    """Registration of one bundle. The defaults are those of a subject without a package.

    ``allow_to_backup_restore`` is the gate of clauses 1.8 C-069; ``has_backup_extension`` says whether module.json5 has
    an extension of type backup at all; ``config`` is the profile as the device reads it, found by way of the module.
    ``directory`` is where the package was read from, None where there was none; ``module_file`` and ``profile_file`` are
    its documents, None for one that is not there; ``extensions`` the backup extensions of the module, in its order.
    """

    module: str = "entry"
    allow_to_backup_restore: bool = True
    has_backup_extension: bool = True
    full_backup_only: bool = False
    config: BackupConfig = DEFAULT_CONFIG
    directory: Path | None = None
    module_file: PackageFile | None = None
    profile_file: PackageFile | None = None
    extensions: Sequence[BackupExtension] = ()

    @property
    def extension(self) -> BackupExtension | None:
        """The backup extension that the device takes; None where none is registered."""
        return chosen(self.extensions)


def load_package(directory: Path) -> Package:
    """The package in ``directory``: its module.json5, if there is one, and the profile that it names, or backup_config.json.

    A profile that is not there or that the device cannot read switches backup off, as on the device. Raises PackageError
    when the directory has neither document, or module.json5 cannot be read.
    """
    if not directory.is_dir():
        raise PackageError(f"{directory}: there is no such directory")
    module_file = next((read_json5(directory, name) for name in MODULE_FILES if (directory / name).is_file()), None)
    extensions = backup_extensions(directory, module_file) if module_file is not None else ()
    profile_name, is_linked = _profile_name(directory, module_file, extensions)
    profile_file = read_profile(directory, profile_name) if profile_name else None
    if module_file is None and profile_file is None:
        raise PackageError(f"{directory}: neither {MODULE_FILES[0]} nor {DEFAULT_PROFILE}.json is there")
    config = parse_backup_config(profile_file.text) if profile_file is not None and is_linked else NO_CONFIG
    allows, full_backup_only = _switches(config)
    return Package(
        module=module_of(module_file, default="entry"),
        allow_to_backup_restore=allows,
        has_backup_extension=module_file is None or bool(extensions),
        full_backup_only=full_backup_only,
        config=config,
        directory=directory,
        module_file=module_file,
        profile_file=profile_file,
        extensions=extensions,
    )


def _switches(config: BackupConfig) -> tuple[bool, bool]:
    """allowToBackupRestore and fullBackupOnly; nobody gets as far as to ask where reading the profile throws."""
    try:
        return config.allow_to_backup_restore, config.full_backup_only
    except ProfileThrows:
        return False, False


def _profile_name(
    directory: Path, module_file: PackageFile | None, extensions: Sequence[BackupExtension]
) -> tuple[str | None, bool]:
    """The profile's file, and whether the device finds it: that of the first extension whose profile is there (data-plane 1.1).

    A profile that no extension names is none for the device, but it is what the app's author means.
    """
    linked = next((extension.profile for extension in extensions if extension.profile is not None), None)
    if linked is not None:
        return linked, True
    if any(extension.resource is not None for extension in extensions):
        return None, False
    return find_file(directory, f"{DEFAULT_PROFILE}.json"), module_file is None

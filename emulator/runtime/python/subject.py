"""A Python extension as the device installs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.runtime.realm import Realm


@dataclass(frozen=True)
class PythonSubject:
    """A Python class with the callbacks under their real names, derived from BackupExtensionAbility or not."""

    cls: type[Any]
    spec: str
    callbacks: tuple[str, ...]
    file: str
    places: Mapping[str, str] = field(default_factory=dict)
    roots: tuple[str, ...] = ()
    language: str = "python"
    sources: None = None
    package: None = None
    notes: tuple[str, ...] = ()

    def shown(self, file: str) -> str:
        """``file`` as messages name it: relative to the working directory where possible."""
        return shown(file)

    def make_realm(self, process: ExtensionProcess) -> Realm:
        """A Python realm of this class."""
        from emulator.runtime.python.realm import PythonRealm

        return PythonRealm(self, process)


def shown(file: str) -> str:
    """``file`` as messages name it: relative to the working directory where possible."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file

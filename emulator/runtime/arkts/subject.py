"""An ArkTS extension as the device installs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.package import Package
from emulator.runtime.arkts.program import Program
from emulator.runtime.arkts.sources import Sources

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.runtime.realm import Realm


@dataclass(frozen=True)
class ArkTsSubject:
    """A module whose default export is the extension's class. ``class_name``: another class of it, "" for the default.

    ``without_context``: the instance is made, and no context is given to it, so that whatever fails is the module's own doing.
    """

    spec: str
    callbacks: tuple[str, ...]
    file: str
    program: Program
    node: Path
    places: Mapping[str, str] = field(default_factory=dict)
    class_name: str = ""
    sources: Sources | None = None
    package: Package | None = None
    notes: tuple[str, ...] = ()
    without_context: bool = False
    language: str = "arkts"

    def make_realm(self, process: ExtensionProcess) -> Realm:
        """A realm with an engine for this process."""
        from emulator.runtime.arkts.realm import ArkTsRealm

        return ArkTsRealm(self, process)

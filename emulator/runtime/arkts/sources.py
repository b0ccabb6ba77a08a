"""All sources of an ArkTS extension, read but not run: the files that it imports, its class, and what fails on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from emulator.ability import CALLBACKS
from emulator.runtime.arkts.program import Module, Program
from emulator.runtime.arkts.script import ClassInfo, Import, Script

ABILITY = "BackupExtensionAbility"
EXPRESSION = "(expression)"
"""The default export of a file that exports something other than a class of its own."""


class Stage(StrEnum):
    """Where loading fails."""

    COMPILE = "compile"
    RESOLVE = "resolve"
    EVALUATE = "evaluate"


@dataclass(frozen=True, slots=True)
class LoadFault:
    """Why a file does not load. ``line`` and ``column`` count from 1, 0 where nothing says; ``more`` are further ones in it."""

    stage: Stage
    file: str
    line: int
    column: int
    message: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class ClassPlace:
    """A class and the file that it stands in."""

    file: str
    info: ClassInfo


@dataclass(frozen=True, slots=True)
class Ancestry:
    """A class and its bases, itself first, as far as they are the app's own.

    ``system`` is the class of a system module where the line ends, "" where it ends in a class without a base; ``lost``
    is the base that cannot be followed (a mixin, an alias), "" where all can.
    """

    classes: tuple[ClassPlace, ...]
    system: str = ""
    lost: str = ""

    @property
    def methods(self) -> Mapping[str, tuple[str, int]]:
        """File and line of each method that an instance has, the nearest definition of each."""
        pairs = ((name, (place.file, line)) for place in reversed(self.classes) for name, line in place.info.methods)
        return dict(pairs)

    @property
    def callbacks(self) -> tuple[str, ...]:
        """The callbacks that the app itself defines, in the order of the ability."""
        return tuple(name for name in CALLBACKS if name in self.methods)


@dataclass(frozen=True)
class Sources:
    """The entry file and everything that it imports of the app's own.

    ``entry`` is the file of srcEntry, "" where there is none; ``scripts`` are by file, in the order in which they are first
    imported; ``resolved`` says which file an import of a file means; ``wanted`` is the class that the user names, "" for
    the one that a device would take.
    """

    entry: str
    scripts: Mapping[str, Script]
    resolved: Mapping[tuple[str, str], str] = field(default_factory=dict)
    faults: tuple[LoadFault, ...] = ()
    wanted: str = ""

    @property
    def main(self) -> Script | None:
        """The entry file; None when there is none or it cannot be read."""
        return self.scripts.get(self.entry)

    @property
    def extension(self) -> ClassPlace | None:
        """The class under test: the one that was asked for, the default export, or else the first that looks like one."""
        if self.main is None:
            return None
        if self.wanted:
            return self._class_in(self.entry, self.wanted)
        return self.default_class or next(self._likely(self.main), None)

    @property
    def default_class(self) -> ClassPlace | None:
        """The class that the entry file exports as default, in whichever file it stands; None where that is no class."""
        return self._default_of(self.entry, ()) if self.main is not None else None

    def ancestry(self, place: ClassPlace) -> Ancestry:
        """The class and its bases."""
        line = [place]
        while line[-1].info.base:
            found = self._base(line[-1])
            if isinstance(found, Ancestry):
                return Ancestry(tuple(line), found.system, found.lost)
            if found in line:
                break
            line.append(found)
        return Ancestry(tuple(line))

    # finding classes -----------------------------------------------------------------------------------------------------

    def _likely(self, script: Script) -> Iterator[ClassPlace]:
        """Classes of a file that a device would not find, but that are meant: by what they extend, then by their methods."""
        places = [ClassPlace(self.entry, info) for info in script.classes if not info.abstract]
        yield from (place for place in places if self.ancestry(place).system == ABILITY)
        yield from (place for place in places if self.ancestry(place).callbacks)

    def _class_in(self, file: str, name: str, seen: tuple[str, ...] = ()) -> ClassPlace | None:
        """The class of this name in a file or in one that it re-exports it from."""
        own = next((info for info in self.scripts[file].classes if info.name == name), None)
        if own is not None:
            return ClassPlace(file, own)
        for statement in self.scripts[file].imports:
            found = self._imported(file, statement, name, seen)
            if isinstance(found, ClassPlace):
                return found
        return None

    def _default_of(self, file: str, seen: tuple[str, ...]) -> ClassPlace | None:
        own = next((info for info in self.scripts[file].classes if info.default), None)
        if own is not None:
            return ClassPlace(file, own)
        name = self.scripts[file].default_export
        return self._class_in(file, name, seen) if name not in ("", EXPRESSION) else None

    def _base(self, place: ClassPlace) -> ClassPlace | Ancestry:
        """The base of a class, or where the line ends."""
        script, name = self.scripts[place.file], place.info.base
        own = next((info for info in script.classes if info.name == name), None)
        if own is not None:
            return ClassPlace(place.file, own)
        for statement in script.imports:
            found = self._imported(place.file, statement, name, ())
            if found is not None:
                return found
        return Ancestry((), lost=name)

    def _imported(self, file: str, statement: Import, name: str, seen: tuple[str, ...]) -> ClassPlace | Ancestry | None:
        """What ``name`` means if it comes by this import; None if it does not."""
        target = self.resolved.get((file, statement.specifier))
        if target is None:
            return _system_class(statement, name)
        if target in seen:
            return None
        seen = (*seen, target)
        if name in statement.names or "*" in statement.names:
            found = self._class_in(target, name.rpartition(".")[2], seen)
            if found is not None:
                return found
        if "default" in statement.names:
            place = self._default_of(target, seen)
            return place if place is not None and name in (place.info.name, "default") else None
        return None


def _system_class(statement: Import, name: str) -> Ancestry | None:
    """The class of a system module: by its name, by that of the module whose default it is, or by its name in a namespace."""
    last = statement.specifier.replace(":", ".").rpartition(".")[2]
    if name in statement.names:
        return Ancestry((), system=name)
    if "default" in statement.names and name == last:
        return Ancestry((), system=last)
    if "*" in statement.names and "." in name:
        return Ancestry((), system=name.rpartition(".")[2])
    return None


# reading -----------------------------------------------------------------------------------------------------------------


def sources_of(program: Program, why_not: Callable[[str, Path], str], wanted: str = "") -> Sources:
    """What the modules of a program say. ``why_not`` tells why an import of a file leads nowhere, "" where it need not."""
    scripts = {file: module.script for file, module in program.modules.items()}
    resolved = {(file, name): target for file, module in program.modules.items() for name, target in module.dependencies.items()}
    faults = tuple(fault for file, module in program.modules.items() for fault in _faults(file, module, why_not))
    return Sources(program.entry, scripts, resolved, faults, wanted)


def _faults(file: str, module: Module, why_not: Callable[[str, Path], str]) -> Iterator[LoadFault]:
    if module.script.diagnostics:
        first, *rest = module.script.diagnostics
        yield LoadFault(Stage.COMPILE, file, first.line, first.column, first.message, len(rest))
    for statement in module.script.imports:
        if statement.type_only or statement.dynamic or statement.specifier in module.dependencies:
            continue
        reason = why_not(statement.specifier, Path(file))
        if reason:
            yield LoadFault(Stage.RESOLVE, file, statement.line, statement.column, reason)

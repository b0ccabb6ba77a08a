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
"""The default export of a file that exports no class."""
EVERYTHING = "*"


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
    def methods(self) -> Mapping[str, tuple[str, int, int]]:
        """File, line and column of each method that an instance has, the nearest definition of each."""
        return {name: (place.file, line, column) for place in reversed(self.classes) for name, line, column in place.info.methods}

    @property
    def callbacks(self) -> tuple[str, ...]:
        """The callbacks that the app itself defines, in the order of the ability."""
        return tuple(name for name in CALLBACKS if name in self.methods)


@dataclass(frozen=True)
class Sources:
    """The entry file and everything that it imports of the app's own.

    ``entry`` is the file of srcEntry, "" where there is none; ``scripts`` are by file, in the order in which they are first
    imported; ``resolved`` says which file an import of a file means; ``wanted`` is the class that the user names, "" for
    the one that a device would take; ``lacking`` are specifiers by file, of packages that only a build has.
    """

    entry: str
    scripts: Mapping[str, Script]
    resolved: Mapping[tuple[str, str], str] = field(default_factory=dict)
    faults: tuple[LoadFault, ...] = ()
    wanted: str = ""
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def main(self) -> Script | None:
        """The entry file; None when there is none, or it does not compile and so says nothing for certain."""
        script = self.scripts.get(self.entry)
        return script if script is not None and not script.diagnostics else None

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
        found = self._default_of(self.entry, ()) if self.main is not None else None
        return found if isinstance(found, ClassPlace) else None

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

    def _class_in(self, file: str, name: str) -> ClassPlace | None:
        """The class that a file knows under this name."""
        found = self._find(file, name, ())
        return found if isinstance(found, ClassPlace) else None

    def _base(self, place: ClassPlace) -> ClassPlace | Ancestry:
        """The base of a class, or where the line ends."""
        return self._find(place.file, place.info.base, ()) or Ancestry((), lost=place.info.base)

    def _find(self, file: str, name: str, seen: tuple[str, ...]) -> ClassPlace | Ancestry | None:
        """What a name means in a file: a class of its own, one that it imports or passes on, or one of the system."""
        own = next((info for info in self.scripts[file].classes if info.name == name), None)
        if own is not None:
            return ClassPlace(file, own)
        found = (self._imported(file, statement, name, seen) for statement in self.scripts[file].imports)
        return next((meaning for meaning in found if meaning is not None), None)

    def _default_of(self, file: str, seen: tuple[str, ...]) -> ClassPlace | Ancestry | None:
        own = next((info for info in self.scripts[file].classes if info.default), None)
        if own is not None:
            return ClassPlace(file, own)
        name = self.scripts[file].default_export
        return self._find(file, name, seen) if name not in ("", EXPRESSION) else None

    def _imported(self, file: str, statement: Import, name: str, seen: tuple[str, ...]) -> ClassPlace | Ancestry | None:
        """What ``name`` means if it comes by this import; None if it does not."""
        original = _original(statement, name)
        target = self.resolved.get((file, statement.specifier))
        if original is None or target in seen:
            return None
        if target is None and statement.specifier in self.lacking.get(file, ()):
            return Ancestry((), lost=original)
        if target is None:
            # "export *" of a system module passes on names that nobody here knows.
            return _system_class(statement, original) if statement.locals != (EVERYTHING,) else None
        if original == "default":
            return self._default_of(target, (*seen, target))
        return self._find(target, original, (*seen, target))


def _original(statement: Import, name: str) -> str | None:
    """What the other module calls what this file calls ``name``; None for what does not come from there."""
    space, _, member = name.rpartition(".")
    for original, local in zip(statement.names, statement.locals or statement.names, strict=True):
        if local == name and original != EVERYTHING:
            return original
        if original == EVERYTHING and local in (space, EVERYTHING):
            return member
    return None


def _system_class(statement: Import, original: str) -> Ancestry:
    """The class of a system module; a default export is known by the name of its module."""
    module = statement.specifier.replace(":", ".").rpartition(".")[2]
    return Ancestry((), system=module if original == "default" else original)


# reading -----------------------------------------------------------------------------------------------------------------


def sources_of(program: Program, why_not: Callable[[str, Path], str], wanted: str = "") -> Sources:
    """What the modules of a program say. ``why_not`` tells why an import of a file leads nowhere, "" where it need not."""
    scripts = {file: module.script for file, module in program.modules.items()}
    resolved = {(file, name): target for file, module in program.modules.items() for name, target in module.dependencies.items()}
    faults = tuple(fault for file, module in program.modules.items() for fault in _faults(file, module, why_not))
    lacking = {file: module.lacking for file, module in program.modules.items()}
    return Sources(program.entry, scripts, resolved, faults, wanted, lacking)


def _faults(file: str, module: Module, why_not: Callable[[str, Path], str]) -> Iterator[LoadFault]:
    if module.script.diagnostics:
        first, *rest = module.script.diagnostics
        yield LoadFault(Stage.COMPILE, file, first.line, first.column, first.message, len(rest))
    for found in module.unbound:
        yield LoadFault(Stage.RESOLVE, file, found.line, found.column, found.message)
    for statement in module.script.imports:
        if statement.dynamic or statement.specifier in module.dependencies or statement.specifier in module.lacking:
            continue
        # No build comes of an import of a missing file, whatever it is used for; types of a package may be kept elsewhere.
        if statement.type_only and not statement.specifier.startswith("."):
            continue
        reason = why_not(statement.specifier, Path(file))
        if reason:
            yield LoadFault(Stage.RESOLVE, file, statement.line, statement.column, reason)

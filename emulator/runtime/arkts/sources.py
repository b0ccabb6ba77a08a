"""All sources of an ArkTS extension, read but not run: the files that it imports, its class, and what fails on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from emulator.ability import CALLBACKS
from emulator.runtime.arkts.script import ClassInfo, Import, Script

ABILITY = "BackupExtensionAbility"
EXPRESSION = "(expression)"
"""The default export of a file that exports something other than a class of its own."""
SOURCE_SUFFIXES = (".ets", ".ts", ".js", ".mjs")
DECLARATION_SUFFIXES = (".d.ets", ".d.ts")


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
        script = self.main
        if script is None:
            return None
        if self.wanted:
            return self._class_in(script, self.wanted)
        return self.default_class or next(self._likely(script), None)

    @property
    def default_class(self) -> ClassPlace | None:
        """The class that the entry file exports as default, in whichever file it stands; None where that is no class."""
        return self._default_of(self.main, ()) if self.main is not None else None

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
        places = [ClassPlace(script.file, info) for info in script.classes if not info.abstract]
        yield from (place for place in places if self.ancestry(place).system == ABILITY)
        yield from (place for place in places if self.ancestry(place).callbacks)

    def _class_in(self, script: Script, name: str, seen: tuple[str, ...] = ()) -> ClassPlace | None:
        """The class of this name in a file or in one that it re-exports it from."""
        own = next((info for info in script.classes if info.name == name), None)
        if own is not None:
            return ClassPlace(script.file, own)
        for statement in script.imports:
            found = self._imported(script, statement, name, seen)
            if isinstance(found, ClassPlace):
                return found
        return None

    def _default_of(self, script: Script, seen: tuple[str, ...]) -> ClassPlace | None:
        own = next((info for info in script.classes if info.default), None)
        if own is not None:
            return ClassPlace(script.file, own)
        name = script.default_export
        if name in ("", EXPRESSION):
            return None
        return self._class_in(script, name, seen)

    def _base(self, place: ClassPlace) -> ClassPlace | Ancestry:
        """The base of a class, or where the line ends."""
        script, name = self.scripts[place.file], place.info.base
        own = next((info for info in script.classes if info.name == name), None)
        if own is not None:
            return ClassPlace(script.file, own)
        for statement in script.imports:
            found = self._imported(script, statement, name, ())
            if found is not None:
                return found
        return Ancestry((), lost=name)

    def _imported(self, script: Script, statement: Import, name: str, seen: tuple[str, ...]) -> ClassPlace | Ancestry | None:
        """What ``name`` means if it comes by this import; None if it does not."""
        target = self.resolved.get((script.file, statement.specifier))
        if target is None:
            return _system_class(statement, name)
        other = self.scripts.get(target)
        if other is None or target in seen:
            return None
        seen = (*seen, target)
        if name in statement.names or "*" in statement.names:
            found = self._class_in(other, name.rpartition(".")[2], seen)
            if found is not None:
                return found
        if "default" in statement.names:
            place = self._default_of(other, seen)
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


class Graph(Protocol):
    """Where imports lead; see emulator.package.resolution.ModuleGraph."""

    def resolve(self, specifier: str, importer: Path) -> Path | None:
        """The file that is meant; None for a system module and where there is none."""

    def why_not(self, specifier: str, importer: Path) -> str:
        """Why there is none, "" for a system module."""


def read_sources(entry: Path, graph: Graph, transpile: Callable[[Path, str], Script], wanted: str = "") -> Sources:
    """Read the entry file and, breadth first, all that it imports. Nothing raises: what does not load is a fault."""
    scripts: dict[str, Script] = {}
    resolved: dict[tuple[str, str], str] = {}
    faults: list[LoadFault] = []
    waiting, seen = [entry], {entry}
    for path in waiting:
        file = str(path)
        text = _text(path, faults)
        if text is None:
            continue
        script = scripts[file] = transpile(path, text)
        if script.diagnostics:
            first, *rest = script.diagnostics
            faults.append(LoadFault(Stage.COMPILE, file, first.line, first.column, first.message, len(rest)))
        for statement in script.imports:
            if statement.type_only:
                continue
            target = graph.resolve(statement.specifier, path)
            if target is not None:
                resolved[file, statement.specifier] = str(target)
                if target not in seen and _is_source(target):
                    seen.add(target)
                    waiting.append(target)
            elif not statement.dynamic and (reason := graph.why_not(statement.specifier, path)):
                faults.append(LoadFault(Stage.RESOLVE, file, statement.line, statement.column, reason))
    return Sources(str(entry), scripts, resolved, tuple(faults), wanted)


def _is_source(path: Path) -> bool:
    return path.name.endswith(SOURCE_SUFFIXES) and not path.name.endswith(DECLARATION_SUFFIXES)


def _text(path: Path, faults: list[LoadFault]) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        faults.append(LoadFault(Stage.COMPILE, str(path), 0, 0, f"the file cannot be read ({error.strerror})"))
    except UnicodeDecodeError as error:
        faults.append(LoadFault(Stage.COMPILE, str(path), 0, 0, f"the file is no UTF-8 (byte {error.start})"))
    return None

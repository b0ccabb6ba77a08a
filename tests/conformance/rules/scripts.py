"""Scripts written by hand: what a transpiler would say of a file, without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.evidence import Evidence
from emulator.package import Package
from emulator.runtime.arkts.program import link
from emulator.runtime.arkts.script import ClassInfo, Diagnostic, Import, Script
from emulator.runtime.arkts.sources import LoadFault, Sources, sources_of

ENTRY = "app/Backup.ets"
KIT = "@kit.CoreFileKit"
ABILITY = "BackupExtensionAbility"


def imports(specifier: str, *names: str, line: int = 1, column: int = 1, **flags: bool) -> Import:
    """An import; names may be "default as Base" or "* as kit"; ``flags`` are lazy, type_only and dynamic."""
    originals, own = (tuple(name.split(" as ")[place] for name in names) for place in (0, -1))
    given = {"lazy": False, "type_only": False, "dynamic": False, **flags}
    return Import(specifier, originals, line, column, **given, locals=own)


def class_of(
    base: str = ABILITY, *methods: str, name: str = "Backup", line: int = 3, default: bool = True, **flags: bool
) -> ClassInfo:
    """A class in column 7, whose methods stand in column 3 of the lines after its own; ``flags`` are exported and abstract."""
    places = tuple((method, line + number, 3) for number, method in enumerate(methods, 1))
    given = {"exported": default, "abstract": False, **flags}
    return ClassInfo(name, base, places, default=default, line=line, column=7, **given)


def script(
    *classes: ClassInfo, imported: tuple[Import, ...] = (), export: str | None = None, code: str = "", **more: str
) -> Script:
    """A file with these classes; its default export is the class that says so, or ``export``."""
    named = next((info.name for info in classes if info.default), "")
    errors = tuple(Diagnostic(2, 5, message) for message in more.values())
    return Script("", code, "", imported, classes, named if export is None else export, (), errors, "")


class Beside:
    """Resolves "./x" to x.ets beside the importer; everything that begins with @ is of the system."""

    def resolve(self, specifier: str, importer: Path) -> Path | None:
        path = importer.parent / f"{specifier.removeprefix('./')}.ets"
        return path if path.is_file() else None

    def lacks(self, specifier: str, importer: Path) -> bool:
        return False

    def why_not(self, specifier: str, importer: Path) -> str:
        return "" if specifier.startswith("@") else f"there is no {specifier}"


@dataclass
class Written:
    """Hands out the scripts in place of transpiling anything."""

    scripts: Mapping[Path, Script]

    def transpile(self, path: Path, text: str) -> Script:
        return self.scripts[path]


def sources_with(tmp_path: Path, files: Mapping[str, Script], wanted: str = "") -> Sources:
    """The sources of an app whose files are these, the entry file first."""
    placed = {tmp_path / name: made for name, made in files.items()}
    for path in placed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    program = link(next(iter(placed)), Written(placed), Beside())
    return sources_of(program, Beside().why_not, wanted)


def evidence_with(sources: Sources, *faults: LoadFault, package: Package | None = None) -> Evidence:
    """Evidence of nothing but sources, with further faults."""
    known = Sources(sources.entry, sources.scripts, sources.resolved, (*sources.faults, *faults), sources.wanted)
    return Evidence((), {}, package=package, sources=known)

"""BK804: imports of modules that a backup extension must not reference (C-092, clauses 5)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.registry import predicate
from conformance.rules.source_findings import source_finding
from emulator.runtime.arkts.script import Import
from emulator.runtime.arkts.sources import Sources


@predicate("BK804", needs.sources)
def disallowed_module(evidence: Evidence) -> Iterator[Finding]:
    """The extension imports, itself or through its own files, a module of the appendix."""
    sources = evidence.sources
    if sources is None:
        return
    for file, script in sources.scripts.items():
        for statement in script.imports:
            for module in disallowed_modules(statement):
                message = f"{Path(file).name} imports {module}, which is not allowed in a backup extension"
                seen = f"{_as_written(statement)}; {_way(sources, file)}"
                yield source_finding("BK804", file, statement.line, message, seen, column=statement.column, cause=module)


def disallowed_modules(statement: Import) -> tuple[str, ...]:
    """The modules of the appendix that an import loads; none for a type, of which nothing is left at run time."""
    if statement.type_only:
        return ()
    specifier = statement.specifier.replace("@ohos:", "@ohos.", 1)
    if specifier in appendix():
        return (specifier,)
    return tuple(module for module, kit in appendix().items() if kit and kit[0] == specifier and kit[1] in statement.names)


@cache
def appendix() -> Mapping[str, tuple[str, ...]]:
    """The modules, each with the kit that exports it and its name there, or nothing."""
    text = files("conformance").joinpath("disallowed_modules.toml").read_text(encoding="utf-8")
    return {module: tuple(kit) for module, kit in tomllib.loads(text)["modules"].items()}


def _as_written(statement: Import) -> str:
    names = ", ".join(statement.names)
    return f"import {{ {names} }} from {statement.specifier}" if names else f"import {statement.specifier}"


def _way(sources: Sources, file: str) -> str:
    """How the device gets to a file: "imported by Backup.ets -> Paths.ets"."""
    importers: dict[str, str] = {}
    for (importer, _), target in sources.resolved.items():
        importers.setdefault(target, importer)
    way = [file]
    while way[0] != sources.entry and way[0] in importers and importers[way[0]] not in way:
        way.insert(0, importers[way[0]])
    return "in the entry file" if len(way) == 1 else f"imported by {' -> '.join(Path(step).name for step in way[:-1])}"

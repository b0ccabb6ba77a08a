"""An app's modules, transpiled and linked: which file each specifier of each module means."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any, Protocol

from emulator.package.build_profile import source_text
from emulator.package.files import PackageError, shown
from emulator.package.resolution import DECLARATIONS
from emulator.runtime.arkts.bindings import Bindings
from emulator.runtime.arkts.script import Diagnostic, Script
from emulator.runtime.arkts.source_map import original

SOURCE_SUFFIXES = (".ets", ".ts", ".js", ".mjs")


class Transpiles(Protocol):
    """Makes a script of a source file."""

    def transpile(self, path: Path, text: str) -> Script:
        """The script; what is wrong with the source is in its diagnostics."""


class Resolves(Protocol):
    """Knows which file an import means."""

    def resolve(self, specifier: str, importer: Path) -> Path | None:
        """The file, or None for what is no module of the app."""

    def lacks(self, specifier: str, importer: Path) -> bool:
        """Whether a build of the app has the module, though it is not on this disk."""


@dataclass(frozen=True)
class Module:
    """One module. ``dependencies``: file by specifier. ``fault``: why it cannot be evaluated, or "". ``lacking``: specifiers of
    packages that only a build has. ``unsupported``: what of it the emulated device cannot run, or "". ``unbound``: its imports
    of names that the other module does not export.
    """

    script: Script
    dependencies: Mapping[str, str]
    fault: str = ""
    lacking: tuple[str, ...] = ()
    unsupported: str = ""
    unbound: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Shim:
    """Who plays a module: the script ``file`` of the program, or the ``functions`` of a Python file.

    ``later`` are those of the functions that give a Promise (``async def``), ``code`` is the Python file, compiled.
    """

    file: str
    functions: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    code: CodeType | None = None

    def to_json(self) -> dict[str, Any]:
        """What the engine has to know."""
        return {"file": "" if self.code else self.file, "functions": list(self.functions), "later": list(self.later)}


@dataclass(frozen=True)
class Program:
    """The closure of the modules that ``entry`` imports, by file, and the shims of modules, by specifier."""

    entry: str
    modules: Mapping[str, Module] = field(default_factory=dict)
    shims: Mapping[str, Shim] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """Names the program for the engine."""
        links = {f: [m.script.digest, dict(m.dependencies), m.fault, m.lacking] for f, m in self.modules.items()}
        shims = {name: shim.to_json() for name, shim in self.shims.items()}
        return hashlib.sha256(json.dumps([self.entry, links, shims], sort_keys=True).encode()).hexdigest()[:32]

    def place(self, file: str, line: int, column: int) -> str:
        """Where a position in a module's code stands in its source: "file:line:column", from 1; "" for other files."""
        module = self.modules.get(file)
        if module is None:
            return ""
        source_line, source_column = original(module.script.mappings, line, column)
        return f"{file}:{source_line}:{source_column}"


def spelled(module: str) -> str:
    """The one spelling of a module's name: "@ohos:file.fs" is "@ohos.file.fs"."""
    return module.replace(":", ".", 1) if module.startswith("@") else module


def link(
    entry: Path, transpiler: Transpiles, resolver: Resolves, shimmed: Container[str] = (), layered: Container[str] = ()
) -> Program:
    """Transpile ``entry`` and everything that it imports, breadth first, and bind its imports. What cannot be read is at fault
    like what is wrong.

    Modules that are ``shimmed`` are not looked for; what is ``layered`` may have more names at run time than its file exports.
    """
    modules: dict[str, Module] = {}
    todo = [entry.resolve()]
    names = {todo[0]: shown(todo[0])}
    while todo:
        path = todo.pop(0)
        script = _script(path, transpiler)
        dependencies = {}
        lacking = []
        for wanted in script.imports:
            if wanted.type_only or spelled(wanted.specifier) in shimmed:
                continue
            found = resolver.resolve(wanted.specifier, path)
            if found is None:
                lacking += [wanted.specifier] if resolver.lacks(wanted.specifier, path) else []
                continue
            found = found.resolve()
            if not _is_source(found):
                continue
            if found not in names:
                names[found] = shown(found)
                todo.append(found)
            dependencies[wanted.specifier] = names[found]
        unsupported = _first(names[path], script.unsupported)
        modules[names[path]] = Module(script, dependencies, "", tuple(lacking), unsupported)
    return Program(names[entry.resolve()], _bound(modules, layered))


def _bound(modules: Mapping[str, Module], layered: Container[str]) -> Mapping[str, Module]:
    """The modules, with what keeps each of them from being evaluated."""
    targets = {
        file: {specifier: target for specifier, target in module.dependencies.items() if spelled(specifier) not in layered}
        for file, module in modules.items()
    }
    bindings = Bindings({file: module.script for file, module in modules.items()}, targets)
    bound = {}
    for file, module in modules.items():
        unbound = bindings.unbound(file)
        bound[file] = replace(module, fault=_first(file, module.script.diagnostics or unbound), unbound=unbound)
    return bound


def _first(file: str, found: Sequence[Diagnostic]) -> str:
    return "".join(f"{first.message} ({file}:{first.line}:{first.column})" for first in found[:1])


def _script(path: Path, transpiler: Transpiles) -> Script:
    try:
        script = transpiler.transpile(path, source_text(path))
        # Another product or target of the app may write more into what is not there yet.
        return script if path.is_file() else replace(script, open=True)
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
    except PackageError as error:
        problem = f"no build makes it: {error}"
    except UnicodeDecodeError as error:
        problem = f"the file is no UTF-8 (byte {error.start})"
    return Script(str(path), "", "", (), (), "", (), (Diagnostic(1, 1, problem),), hashlib.sha256(problem.encode()).hexdigest())


def _is_source(path: Path) -> bool:
    """Declarations have nothing to run, and data is no code."""
    return path.name.endswith(SOURCE_SUFFIXES) and not path.name.endswith(DECLARATIONS)

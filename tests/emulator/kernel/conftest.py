"""The kernel without a language: nothing counts the ticks of these tests, whatever ran before them."""

from __future__ import annotations

import pytest

from emulator.kernel import AppThread
from emulator.runtime.python import ticks


@pytest.fixture(autouse=True)
def no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "_tick", lambda: None)
    monkeypatch.setattr(AppThread, "tracer", None)
    monkeypatch.setattr(AppThread, "switch_hook", None)

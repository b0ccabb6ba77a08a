"""A pytest plugin that writes down when a run reaches its stages; the file is named by RUN_PROBE, the start by RUN_BEGIN."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

_stages: dict[str, float] = {}


def _reached(stage: str) -> None:
    _stages.setdefault(stage, time.time() - float(os.environ["RUN_BEGIN"]))


_reached("imported")


def pytest_sessionstart() -> None:
    """Options are read and plugins loaded."""
    _reached("session")


def pytest_collection_finish() -> None:
    """Every item is known."""
    _reached("collected")


def pytest_runtest_logfinish() -> None:
    """The first verdict is there."""
    _reached("first-verdict")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The end of the run."""
    _reached("end")
    Path(os.environ["RUN_PROBE"]).write_text(json.dumps(_stages), encoding="utf-8")

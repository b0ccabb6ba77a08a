"""What the app changes of the interpreter is as it was when its process is over, whatever way it ended."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from emulator import Condition, Device, LowMemoryKill, SessionKind, load_subject, nominal_plan
from tests.emulator.harness import OK_JSON, S


class SetsUp:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        tempfile.tempdir = self.context.filesDir
        os.umask(0o007)
        time.sleep(1)
        return OK_JSON


def _state() -> tuple[str | None, int]:
    mask = os.umask(0)
    os.umask(mask)
    return tempfile.tempdir, mask


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Tests that fail leave nothing to those that follow."""
    tempdir, mask = _state()
    yield
    tempfile.tempdir = tempdir
    os.umask(mask)


@pytest.mark.parametrize("conditions", [(), (LowMemoryKill("onBackupEx", S // 2),)], ids=["ends", "killed"])
def test_nothing_of_it_stays(conditions: tuple[Condition, ...]) -> None:
    before = _state()
    with Device(conditions=conditions) as device:
        device.install(load_subject(SetsUp))
        device.run(nominal_plan(SessionKind.FULL_BACKUP))
        assert _state() == before


def test_nor_when_two_processes_overlap() -> None:
    before = _state()
    with Device() as device:
        for name in ("com.example.one", "com.example.two"):
            device.install(load_subject(SetsUp), name)
        device.run(replace(nominal_plan(SessionKind.FULL_BACKUP), bundles=("com.example.one", "com.example.two")))
        assert _state() == before

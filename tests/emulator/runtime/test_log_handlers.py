"""Handlers of logging: those that the app adds are gone with its process, all others are left alone."""

from __future__ import annotations

import logging
import os
from typing import Any

import pytest

from emulator import Condition, Device, LowMemoryKill, Record, SessionKind, load_subject, nominal_plan
from tests.emulator.harness import OK_JSON

LOG = logging.getLogger("tests.log_handlers")
LOG.setLevel(logging.INFO)


class Logs:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        LOG.addHandler(logging.FileHandler(os.path.join(self.context.filesDir, "backup.log"), mode="w"))
        LOG.info("backup begins")
        return OK_JSON


def logged(*conditions: Condition) -> list[Record]:
    with Device(conditions=conditions) as device:
        device.install(load_subject(Logs))
        return [device.run(nominal_plan(SessionKind.FULL_BACKUP)) for _ in range(2)]


def test_the_next_process_has_none_of_them() -> None:
    sizes = [event.data["size"] for record in logged() for event in record.of_kind("change")]
    assert sizes == [len("backup begins\n")]  # the second has written the same
    assert LOG.handlers == []


def test_nor_has_one_behind_a_kill() -> None:
    logged(LowMemoryKill("onBackupEx"))
    assert LOG.handlers == []


def test_handlers_of_everybody_else_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = logging.NullHandler()
    monkeypatch.setattr(LOG, "handlers", [ours])
    logged()
    assert LOG.handlers == [ours]


class GivesItAgain:
    def onBackupEx(self, backupInfo: str) -> str:
        LOG.addHandler(LOG.handlers[0])
        return OK_JSON


def test_one_that_the_app_finds_and_gives_again_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = logging.NullHandler()
    monkeypatch.setattr(LOG, "handlers", [ours])
    with Device() as device:
        device.install(load_subject(GivesItAgain))
        device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert LOG.handlers == [ours]

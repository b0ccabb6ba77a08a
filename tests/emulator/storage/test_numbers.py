"""The numbers that a caller or an app sees: data-plane 8.12."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from emulator.client import Callbacks, SessionBackup, update_send_rate
from emulator.codes import REPORT_FILE_READY_FAIL
from emulator.device import Device
from emulator.kits.context import BackupExtensionContext
from emulator.kits.errors import BusinessError
from emulator.profile import DeviceProfile
from emulator.service.errors import bundle_error, file_error
from emulator.service.timers import fwk_timeout_s
from emulator.storage.sandbox import Sandbox
from emulator.subject import load_subject
from tests.vectors import Vector, vectors


class Waiting:
    """Keeps its session open."""

    async def onBackup(self) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize("vector", vectors("V1"))
def test_framework_timeout(vector: Vector) -> None:
    size = {"V1a": 0, "V1b": 912_261_120, "V1c": 943_718_400, "V1d": 1_073_741_824, "V1e": 10_737_418_240}[vector.id]
    assert fwk_timeout_s(DeviceProfile(), size) == int(vector.literals["Result"][0])


@pytest.mark.parametrize("vector", vectors("V5"))
def test_backup_dir(vector: Vector, tmp_path: Path) -> None:
    context = BackupExtensionContext(Sandbox(tmp_path))
    context.area = int(vector["Input"].partition("area ")[2][0])
    assert context.backupDir.removeprefix(str(tmp_path)) == vector["Result"]


@pytest.mark.vector("V2a", "V2b")
def test_send_rate() -> None:
    with Device() as device:
        device.install(load_subject(Waiting))
        session = SessionBackup(device, Callbacks())
        session.append_bundles(["com.example.app"])
        assert update_send_rate(device, "com.example.app", 10_001)
        connection = device.service.session.entries["com.example.app"].connection
        assert connection is not None and connection.stub is not None
        assert connection.stub.packing.sender.rate == 10_000
        with pytest.raises(BusinessError, match="must not be negative"):
            update_send_rate(device, "com.example.app", -1)


@pytest.mark.parametrize("vector", vectors("V6", but=("V6g", "V6h")))
def test_errno_in_on_file_ready(vector: Vector) -> None:
    number = int(vector["Input"].rpartition(" ")[2])
    assert file_error(number, "com.example.app").code == int(vector["Result"])


@pytest.mark.parametrize("vector", vectors("V6g", "V6h"))
def test_raw_code_in_on_bundle_end(vector: Vector) -> None:
    raw = {"V6g": 2, "V6h": REPORT_FILE_READY_FAIL}[vector.id]
    assert bundle_error(raw, "com.example.app").code == int(vector["Result"])

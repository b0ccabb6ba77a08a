"""What the emulated stack does on purpose where the real one does something else: docs/fidelity.md."""

from __future__ import annotations

import asyncio
from dataclasses import fields

import emulator.client
from emulator import Device, DeviceProfile, load_subject
from emulator.client import Callbacks, SessionBackup, SessionRestore
from tests.emulator.harness import BUNDLE, OK_JSON, S, called, seen


class Slow:
    async def onBackupEx(self, info: str) -> str:
        await asyncio.sleep(30)
        return OK_JSON


def test_a_name_of_digits_is_an_app() -> None:
    with Device() as device:
        device.install(load_subject(Slow), "1234")
        SessionBackup(device, Callbacks()).append_bundles(["1234"])
        device.run_until_idle()
        record = device.record()
    assert called(record)[:1] == ["onBackupEx"]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_unused_constants_are_no_limits() -> None:
    values = {name: getattr(DeviceProfile(), name) for name in (field.name for field in fields(DeviceProfile))}
    assert not [name for name, value in values.items() if value == 25_000 or (name.startswith("ipc") and value == 3_000)]


def test_there_is_no_garbage_collection() -> None:
    names = [*dir(emulator.client), *dir(SessionBackup), *dir(SessionRestore)]
    assert not [name for name in names if "clean_data" in name.lower()]


def test_the_service_stays() -> None:
    with Device() as device:
        device.install(load_subject(Slow), BUNDLE)
        before = device.service
        device.advance(600 * S)
        SessionBackup(device, Callbacks()).append_bundles([BUNDLE])
        device.run_until_idle()
        record = device.record()
        assert device.service is before
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_cancel_by_a_session_that_is_not_the_live_one() -> None:
    with Device() as device:
        device.install(load_subject(Slow), BUNDLE)
        first = SessionBackup(device, Callbacks())
        first.release()
        second = SessionRestore(device, Callbacks())
        assert first.cancel(BUNDLE) == 13500012
        second.release()

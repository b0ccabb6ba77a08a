"""A device between its sessions."""

from __future__ import annotations

import gc
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from emulator import BackupExtensionAbility, BundleVersion, Device, SessionKind, SessionPlan, load_subject, nominal_plan
from emulator.client import SessionBackup
from tests.emulator.harness import S


class Ext:
    def onBackup(self) -> None: ...


def test_a_session_begins_at_time_zero_whatever_was_before() -> None:
    """Also where the time before left no event."""
    with Device() as fresh, Device() as waited:
        for device in (fresh, waited):
            device.install(load_subject(Ext))
        waited.advance(5 * S)
        assert waited.run(SessionPlan()).events == fresh.run(SessionPlan()).events


def test_a_session_runs_on_the_device_as_it_is_set_up_by_then() -> None:
    with Device() as device:
        device.install(load_subject(Ext))
        device.seed = 7
        assert device.run(SessionPlan()).seed == device.host.seed == 7


def test_a_record_says_whether_the_app_had_files_before_a_restore() -> None:
    def one_file(root: Path) -> None:
        (root / "data/storage/el2/base/files").mkdir(parents=True)
        (root / "data/storage/el2/base/files/note.txt").write_text("milk")

    restore = nominal_plan(SessionKind.INCREMENTAL_RESTORE)
    with Device() as old, Device() as new:
        old.install(load_subject(Ext), sandbox=one_file)
        old.run(nominal_plan(SessionKind.FULL_BACKUP))
        new.install(load_subject(Ext)).archive = next(iter(old.bundles.values())).archive
        records = (new.run(restore), new.run(restore), old.run(restore))
    assert [event.data["fresh"] for record in records for event in record.of_kind("archive")] == [True, False, False]


class Calls(BackupExtensionAbility):
    """Hands every call on to the base class, as an ArkTS extension may."""

    def onBackup(self) -> Any:
        return super().onBackup()

    async def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        await super().onRestoreEx(bundleVersion, restoreInfo)
        return "done"

    def onProcess(self) -> Any:
        return super().onProcess() or "started"

    async def onRelease(self, scenario: int) -> None:
        return await super().onRelease(scenario)


def test_an_empty_body_of_the_base_class_can_be_awaited() -> None:
    """It gives undefined, which is no Promise either (control-plane 2.1)."""
    with Device() as device:
        device.install(load_subject(Calls))
        kinds = (SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_RESTORE)
        calls = [call for kind in kinds for call in device.run(nominal_plan(kind)).calls]
    assert [(call.callback, call.outcome, call.value and call.value.text) for call in calls if call.outcome != "absent"] == [
        ("onProcess", "returned", "started"),
        ("onBackup", "returned", "undefined"),
        ("onRelease", "fulfilled", "undefined"),
        ("onProcess", "returned", "started"),
        ("onRestoreEx", "fulfilled", "done"),
        ("onRelease", "fulfilled", "undefined"),
    ]


class NeverReleases:
    def onBackupEx(self, backupInfo: str) -> str:
        time.sleep(10)
        return "done"

    def onRelease(self, scenario: int) -> None:
        threading.Event().wait()


def test_what_waits_in_the_service_when_a_device_is_closed_ends_without_a_word() -> None:
    """The run timer's handler stands behind the onRelease that never ends (control-plane 4.1)."""
    gc.collect()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            with Device() as device:
                device.install(load_subject(NeverReleases), "com.example.a")
                device.install(load_subject(NeverReleases), "com.example.b")
                device.run(SessionPlan(bundles=("com.example.a", "com.example.b")))
            del device
            gc.collect()
    assert [str(warning.message) for warning in caught] == []


class Sleeps:
    def onBackupEx(self, backupInfo: str) -> str:
        time.sleep(10)
        return "done"


def test_a_boot_in_the_middle_of_a_callback_ends_its_process() -> None:
    with Device() as device:
        device.install(load_subject(Sleeps), "com.example.app")
        SessionBackup(device).append_bundles(["com.example.app"])
        device.advance(1 * S)
        (process,) = device.processes
        assert process.alive
        device.boot()
        assert (process.alive, [thread.ended for thread in process.threads]) == (False, [True])
        assert (device.processes, device.journal.events, device.kernel.now_ns) == ([], [], 0)
        assert SessionBackup(device).append_bundles(["com.example.app"])

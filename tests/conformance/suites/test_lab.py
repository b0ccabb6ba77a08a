"""Running groups: new phones get the archive, devices are healed, hangs are confirmed and then avoided."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.suites.faults import healed
from conformance.suites.hangs import hang_finding
from conformance.suites.lab import ENDLESS_TOLERATED, HANGS_TOLERATED, LARGE_SANDBOX, Lab
from conformance.suites.session import Session, SessionGroup, single
from emulator.conditions import RefuseConnect
from emulator.plan import SessionKind, SessionPlan, nominal_plan
from emulator.storage.seed import AppData
from tests.conformance.suites.fake_device import SUBJECT, FakeDevice, FakeDevices

BACKUP = single("backup", nominal_plan(SessionKind.FULL_BACKUP))
RESTORE = single("restore", nominal_plan(SessionKind.FULL_RESTORE))


def lab(devices: FakeDevices) -> Lab:
    return Lab(SUBJECT, make_device=devices)


def test_a_backup_runs_on_one_device_that_is_closed() -> None:
    devices = FakeDevices()
    result = lab(devices).run(BACKUP)
    assert len(result.records) == 1 and not result.blocked
    assert devices.log == [("full-backup", (), None), "close"]


def test_new_phones_share_the_archive_of_one_nominal_backup() -> None:
    devices = FakeDevices()
    one = lab(devices)
    one.run(RESTORE)
    one.run(RESTORE)
    assert devices.sessions == [
        ("full-backup", (), None),
        ("full-restore", (), "archive 1"),
        ("full-restore", (), "archive 1"),
    ]


def test_the_conditions_of_a_session_end_with_it() -> None:
    devices = FakeDevices()
    lab(devices).run(healed("x", nominal_plan(SessionKind.FULL_BACKUP), RefuseConnect()))
    assert devices.sessions == [("full-backup", (RefuseConnect(),), None), ("full-backup", (), "archive 1")]


def hangs_on_backup(device: FakeDevice, plan: SessionPlan) -> str:
    return "hang" if plan.kind.is_backup else "ok"


def test_a_hang_ends_the_group_and_is_confirmed_with_twice_the_limit() -> None:
    limits = []

    def behaviour(device: FakeDevice, plan: SessionPlan) -> str:
        limits.append(device.hang_limit_s)
        return "hang"

    result = lab(FakeDevices(behaviour)).run(SessionGroup("twice", BACKUP.sessions * 2))
    assert limits == [5.0, 10.0]
    assert len(result.records) == 1
    assert result.hang is not None and result.hang.confirmed
    assert result.hang.callback == "onBackupEx"


def hangs_on_upgrade(device: FakeDevice, plan: SessionPlan) -> str:
    return "hang behind an await" if plan.kind is SessionKind.UPGRADE_RESTORE else "ok"


def test_a_hang_in_an_upgrade_alone_is_about_the_version() -> None:
    one = lab(FakeDevices(hangs_on_upgrade))
    assert one.run(RESTORE).hang is None
    hang = one.run(single("upgrade", nominal_plan(SessionKind.UPGRADE_RESTORE))).hang
    assert hang is not None
    found = hang_finding(hang)
    assert (found.rule, found.where) == ("BK508", "app.py:9"), "stopped behind an await, it is that call's all the same"


def test_slowness_is_no_hang() -> None:
    def behaviour(device: FakeDevice, plan: SessionPlan) -> str:
        return "hang" if (device.hang_limit_s or 0) < 8 else "ok"

    result = lab(FakeDevices(behaviour)).run(BACKUP)
    assert result.hang is None and not result.blocked
    assert [record.complete for record in result.records] == [True], "the second run, with twice the limit, is judged"


def test_after_three_hangs_of_a_callback_its_sessions_are_not_run() -> None:
    devices = FakeDevices(hangs_on_backup)
    one = lab(devices)
    for _ in range(HANGS_TOLERATED):
        assert one.run(BACKUP).records
    before = len(devices.sessions)
    refused = one.run(BACKUP)
    assert refused.records == () and "onBackupEx had to be stopped in 3 sessions" in refused.blocked
    assert len(devices.sessions) == before
    assert one.run(RESTORE).records[0].complete


def test_after_ten_sessions_of_a_callback_in_which_code_had_no_end_its_sessions_are_not_run() -> None:
    one = lab(FakeDevices(lambda device, plan: "endless"))
    for _ in range(ENDLESS_TOLERATED):
        assert not one.run(BACKUP).blocked
    refused = one.run(BACKUP)
    assert refused.records == ()
    assert refused.blocked.startswith("the device gave up on onBackupEx in 10 sessions"), "which code it was, nobody knows"
    assert one.run(RESTORE).records[0].complete


def test_the_same_place_is_confirmed_once() -> None:
    devices = FakeDevices(hangs_on_backup)
    one = lab(devices)
    one.run(BACKUP)
    one.run(BACKUP)
    assert len(devices.sessions) == 3


@pytest.mark.parametrize(("files", "everywhere"), [(LARGE_SANDBOX, True), (LARGE_SANDBOX + 1, False)])
def test_many_files_of_the_users_are_in_the_nominal_sessions_only(tmp_path: Path, files: int, everywhere: bool) -> None:
    for number in range(files):
        (tmp_path / f"{number}.txt").touch()
    lab = Lab(SUBJECT, sandbox=tmp_path, make_device=FakeDevices())
    backup = Session(nominal_plan(SessionKind.FULL_BACKUP))
    found = {}
    for data in AppData:
        [bundle] = lab.begin(SessionGroup("group", (backup,), data=data)).bundles.values()
        found[data] = bundle.sandbox == tmp_path
    assert found == {AppData.NONE: everywhere, AppData.FEW: everywhere, AppData.FULL: True}

"""Control-plane 6.2: who reports what, outcome by outcome."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from emulator import (
    Cancel,
    ClientDeath,
    ConnectError,
    ConnectTimeout,
    Device,
    IpcFailure,
    Kill,
    Package,
    RefuseConnect,
    SessionKind,
    SessionPlan,
    ThrownValue,
    load_subject,
    nominal_plan,
)
from emulator.client import Callbacks, SessionBackup, SessionRestore
from emulator.service.session import Capability
from tests.emulator.harness import BUNDLE, OK_JSON, PROGRESS, S, called, end_time, run, seen, times
from tests.emulator.planes import Blobs, Broken, big

FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
FULL_RESTORE, RESTORE = SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE
BACKUPS, RESTORES = [FULL, INCREMENTAL], [FULL_RESTORE, RESTORE]
BEGIN = ("onBundleBegin", 0)
ALL = ("onAllBundlesEnd", 0)


class Plain:
    def onBackup(self) -> None: ...
    def onRestore(self, version: object) -> None: ...
    def onRelease(self, scenario: int) -> None: ...


class Ex:
    def onBackupEx(self, info: str) -> str:
        return OK_JSON

    def onRestoreEx(self, version: object, info: str) -> str:
        return OK_JSON

    async def onRelease(self, scenario: int) -> None:
        await asyncio.sleep(1)


class Slow:
    async def onBackup(self) -> None:
        await asyncio.sleep(100)

    async def onRestore(self, version: object) -> None:
        await asyncio.sleep(100)


def throwing(value: object) -> type[Any]:
    class Ext:
        def onBackup(self) -> None:
            raise ThrownValue(value)

        def onRestore(self, version: object) -> None:
            raise ThrownValue(value)

    return Ext


def ended(code: int) -> tuple[str, int]:
    return ("onBundleEnd", code)


def begun(code: int) -> tuple[str, int]:
    return ("onBundleBegin", code)


@pytest.mark.spec("cp-6.2-01")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_not_installed(kind: SessionKind) -> None:
    record = run(Plain, plan=SessionPlan(kind=kind, bundles=("com.example.other",)))
    assert seen(record) == [begun(13500005)]


@pytest.mark.spec("cp-6.2-01")
@pytest.mark.parametrize("kind", BACKUPS)
def test_no_backup_extension(kind: SessionKind) -> None:
    assert seen(run(Plain, kind, package=Package(has_backup_extension=False))) == [begun(13500005)]


@pytest.mark.spec("cp-6.2-02")
@pytest.mark.parametrize("kind", BACKUPS)
def test_not_allowed_to_back_up(kind: SessionKind) -> None:
    record = run(Plain, kind, package=Package(allow_to_backup_restore=False))
    assert seen(record) == [begun(13500001), begun(13500005)]


@pytest.mark.spec("cp-6.2-03")
@pytest.mark.parametrize(("name", "accepted"), [("1.0.0", False), ("0.0.0.0-9", True), ("99.99.99.997", True)])
def test_the_old_device_did_not_allow_it(name: str, accepted: bool) -> None:
    from emulator import BundleVersion

    with Device() as device:
        device.install(load_subject(Plain))
        session = SessionRestore(device, Callbacks())
        session.append_bundles({BUNDLE: Capability(BundleVersion(1, name), all_to_backup=False)}, [BUNDLE])
        device.advance(S)
        record = device.record()
    assert seen(record) == ([BEGIN] if accepted else [begun(13500001)])


@pytest.mark.spec("cp-6.2-03")
@pytest.mark.parametrize("kind", RESTORES)
def test_no_extension_on_the_new_device(kind: SessionKind) -> None:
    assert seen(run(Plain, kind, package=Package(has_backup_extension=False))) == [begun(13500001)]


@pytest.mark.spec("cp-5.1-04")
@pytest.mark.spec("cp-6.2-05")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_connect_ability_refused(kind: SessionKind) -> None:
    record = run(Plain, kind, conditions=[ConnectError()])
    assert seen(record) == [begun(13500009), ALL]
    assert record.client[0].at_ns == 0


@pytest.mark.spec("cp-5.1-03")
@pytest.mark.spec("cp-6.2-06")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_connect_timer(kind: SessionKind) -> None:
    record = run(Plain, kind, conditions=[ConnectTimeout()])
    assert seen(record) == [begun(13500002), ALL]
    assert record.client[0].at_ns == 25 * S


@pytest.mark.spec("cp-5.1-03")
def test_connect_timer_up_to_6_0() -> None:
    from emulator.profile import PRESETS

    record = run(Plain, conditions=[ConnectTimeout()], profile=PRESETS["api-20"])
    assert record.client[0].at_ns == 15 * S


@pytest.mark.spec("cp-6.2-07")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_on_connect_refuses(kind: SessionKind) -> None:
    assert seen(run(Plain, kind, conditions=[RefuseConnect()])) == [ended(13500004), ALL]


@pytest.mark.parametrize(("level", "code"), [("latest", 13500004), ("api-20", 0)])
def test_details_that_break_the_connect(level: str, code: int) -> None:
    """Control-plane 2.2, last paragraph: an element that is no object, since 7.0-Beta1."""
    from emulator.profile import PRESETS

    plan = SessionPlan(ext_info='[1, {"type": "userId", "detail": "100"}]')
    assert seen(run(Plain, plan=plan, profile=PRESETS[level]))[-2:] == [ended(code), ALL]


@pytest.mark.spec("cp-6.2-08")
def test_handle_backup_fails() -> None:
    record = run(Plain, FULL, conditions=[IpcFailure("HandleBackup")])
    assert seen(record) == [begun(13600001), ended(13900020), ALL]
    assert called(record) == []


@pytest.mark.spec("cp-6.2-09")
def test_incremental_on_backup_fails() -> None:
    record = run(Plain, INCREMENTAL, conditions=[IpcFailure("IncrementalOnBackup")])
    assert seen(record) == [begun(13600001), ended(13500004), ALL]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param(FULL_RESTORE, 13500002, marks=pytest.mark.spec("cp-6.2-10")),
        pytest.param(RESTORE, 13900042, marks=pytest.mark.spec("cp-6.2-11")),
    ],
)
def test_handle_restore_fails(kind: SessionKind, code: int) -> None:
    record = run(Plain, kind, conditions=[IpcFailure("HandleRestore")])
    assert seen(record) == [begun(code), ended(13500003), ALL], "29189 is rewritten in a full restore only"
    assert end_time(record) == 900


@pytest.mark.spec("cp-6.2-12")
@pytest.mark.parametrize("kind", BACKUPS)
def test_backup_by_ex(kind: SessionKind) -> None:
    assert seen(run(Ex, kind)) == [BEGIN, ("onResultReport", OK_JSON), ended(0), ALL]


@pytest.mark.spec("cp-6.2-13")
@pytest.mark.parametrize("kind", BACKUPS)
def test_backup_by_plain(kind: SessionKind) -> None:
    assert seen(run(Plain, kind)) == [BEGIN, ended(0), ALL]


ERROR_INFO = (
    '{\n\t"resultInfo":\t{\n\t\t"errorCode":\t13500007,\n\t\t"errorInfo":\t"disk full",\n\t\t"type":\t"ErrorInfo"\n\t}\n}'
)


@pytest.mark.spec("cp-6.2-14")
@pytest.mark.parametrize("kind", BACKUPS)
def test_backup_error_with_message(kind: SessionKind) -> None:
    expected = [BEGIN, ("onResultReport", ERROR_INFO), ended(13500007), ALL]
    assert seen(run(throwing("disk full"), kind)) == expected


@pytest.mark.spec("cp-6.2-15")
@pytest.mark.parametrize("kind", BACKUPS)
def test_backup_error_without_message(kind: SessionKind) -> None:
    assert seen(run(throwing(7), kind)) == [BEGIN, ended(13500007), ALL]


@pytest.mark.spec("cp-6.2-16")
@pytest.mark.parametrize("kind", RESTORES)
def test_restore_by_ex(kind: SessionKind) -> None:
    record = run(Ex, kind)
    assert seen(record) == [BEGIN, ("onResultReport", OK_JSON), ended(0), ALL]
    at = {m.callback: m.at_ns / S for m in record.client}
    assert at["onBundleEnd"] == at["onResultReport"] == 0
    assert at["onAllBundlesEnd"] == 1, "onRelease took a second, and only then all is over"
    assert [c.begin_ns for c in record.calls if c.callback == "onRelease"] == [0]


@pytest.mark.spec("cp-6.2-17")
@pytest.mark.parametrize("kind", RESTORES)
def test_restore_by_plain(kind: SessionKind) -> None:
    class Late(Plain):
        async def onRelease(self, scenario: int) -> None:  # type: ignore[override]
            assert scenario == 2
            await asyncio.sleep(1)

    record = run(Late, kind)
    assert seen(record) == [BEGIN, ended(0), ALL]
    assert end_time(record) == 1, "the end follows onRelease and the disconnect"


@pytest.mark.spec("cp-6.2-18")
@pytest.mark.parametrize("kind", RESTORES)
def test_restore_error_with_message(kind: SessionKind) -> None:
    record = run(throwing("disk full"), kind)
    assert seen(record) == [BEGIN, ("onResultReport", ERROR_INFO), ended(13500007), ALL]


@pytest.mark.spec("cp-6.2-19")
@pytest.mark.parametrize("kind", RESTORES)
def test_restore_error_without_message(kind: SessionKind) -> None:
    assert seen(run(throwing(7), kind)) == [BEGIN, ended(13500007), ALL]


@pytest.mark.spec("cp-6.2-20")
def test_progress_failure() -> None:
    class Ext:
        def onBackup(self) -> None:
            time.sleep(25)

        def onProcess(self) -> str:
            return PROGRESS

    record = run(Ext)
    assert seen(record) == [BEGIN, ended(13500003), ALL]
    assert end_time(record) == 25


@pytest.mark.spec("cp-6.2-21")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_bundle_timer(kind: SessionKind) -> None:
    class Never(Plain):
        async def onBackup(self) -> None:  # type: ignore[override]
            await asyncio.Event().wait()

        async def onRestore(self, version: object) -> None:  # type: ignore[override]
            await asyncio.Event().wait()

    record = run(Never, kind)
    assert seen(record) == [BEGIN, ended(13500003), ALL]
    assert end_time(record) == 900
    assert called(record)[-1] == "onRelease", "9 #29: onRelease also runs after a timeout"


@pytest.mark.spec("cp-6.2-22")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_crash_with_clear_flag(kind: SessionKind) -> None:
    record = run(Slow, kind, conditions=[Kill(at_ns=50 * S)])
    assert seen(record) == [BEGIN, ALL, ended(13500004), ALL]
    clean = [e.data["process"] for e in record.of_kind("process.start") if e.data["purpose"] == "clean"]
    assert clean == [2]
    assert [(c.process, c.callback) for c in record.calls if c.callback == "onRelease"] == [(2, "onRelease")]


NO_CLEAR = '{"infos":[],"clearBackupData":"false"}'


@pytest.mark.spec("cp-6.2-23")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_crash_without_clear_flag(kind: SessionKind) -> None:
    record = run(Slow, plan=SessionPlan(kind=kind, infos=NO_CLEAR), conditions=[Kill(at_ns=50 * S)])
    assert seen(record) == [BEGIN, ended(13500004), ALL]
    assert "onRelease" not in called(record)


@pytest.mark.spec("cp-6.2-23")
@pytest.mark.parametrize(("infos", "ends"), [(NO_CLEAR, [0, 13500004]), ('{"infos":[]}', [0])])
def test_crash_in_on_release_after_a_reported_restore(infos: str, ends: list[int]) -> None:
    """Control-plane 4.1 and 9 #53: suppressed with the clear flag only."""

    calls: list[int] = []

    class Ext(Ex):
        def onRelease(self, scenario: int) -> None:  # type: ignore[override]
            calls.append(scenario)
            if len(calls) == 1:
                raise ValueError("no")

    record = run(Ext, plan=SessionPlan(kind=RESTORE, infos=infos))
    assert [code for _, code in seen(record, "onBundleEnd")] == ends


@pytest.mark.parametrize("kind", RESTORES)
@pytest.mark.parametrize("by_ex", [True, False])
def test_dying_again_while_cleaning(kind: SessionKind, by_ex: bool) -> None:
    """Control-plane 6.6: onAllBundlesEnd before and after the end, which is not told a second time (4.1)."""

    class Ext(Ex if by_ex else Plain):  # type: ignore[misc]
        def onRelease(self, scenario: int) -> None:
            raise ValueError("no")

    told = seen(run(Ext, kind), "onBundleEnd", "onAllBundlesEnd")
    assert told == ([ended(0), ALL] if by_ex else [ALL, ended(13500004), ALL])


@pytest.mark.spec("cp-5.1-01")
@pytest.mark.spec("cp-5.1-02")
@pytest.mark.spec("cp-6.2-24")
@pytest.mark.parametrize(("seconds", "code"), [(10, 13500004), (19, 13500004), (20, 13500002)])
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_the_ability_manager_gives_up(kind: SessionKind, seconds: int, code: int) -> None:
    record = run(Plain, kind, conditions=[ConnectTimeout(ams_gives_up_s=seconds)])
    assert seen(record) == [ended(code), ALL]
    assert end_time(record) == seconds


@pytest.mark.spec("cp-6.2-25")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_cancel(kind: SessionKind) -> None:
    """Of a full restore that waits for data the incremental family is told, which its client does not have (7.4)."""
    record = run(Slow, kind, conditions=[Cancel(at_ns=50 * S)])
    assert seen(record) == ([BEGIN, ALL] if kind is SessionKind.FULL_RESTORE else [BEGIN, ended(0), ALL])
    assert [m.at_ns for m in record.client][-1] == 50 * S


@pytest.mark.spec("cp-6.2-26")
@pytest.mark.parametrize("kind", BACKUPS)
@pytest.mark.parametrize("death", [True, False])
def test_release_and_client_death(kind: SessionKind, death: bool) -> None:
    from emulator import ClientStep

    plan = nominal_plan(kind)
    if not death:
        plan = SessionPlan(kind=kind, steps=(ClientStep(50 * S, "release"),))
    record = run(Slow, plan=plan, conditions=[ClientDeath(at_ns=50 * S)] if death else [])
    assert seen(record) == [BEGIN]
    assert called(record) == ["onBackupEx", "onBackup", "onRelease"]
    assert times(record, "session.end") == [50]


@pytest.mark.spec("cp-6.2-26")
def test_a_restore_in_publish_is_kept() -> None:
    """Control-plane 7.5: what was published incrementally keeps running and still reports."""
    from emulator import ClientStep

    plan = SessionPlan(kind=RESTORE, steps=(ClientStep(50 * S, "release"),))
    assert seen(run(Slow, plan=plan)) == [BEGIN, ended(0), ALL]
    plan = SessionPlan(kind=FULL_RESTORE, steps=(ClientStep(50 * S, "release"),))
    assert seen(run(Slow, plan=plan)) == [BEGIN]


@pytest.mark.spec("cp-6.2-27")
@pytest.mark.parametrize("kind", RESTORES)
def test_unpack_error(kind: SessionKind) -> None:
    record = run(Plain, kind, data=Broken(unpack=13500008))
    assert seen(record) == [BEGIN, ended(13500008), ALL]
    assert called(record) == ["onRelease"], "the app's restore is never called"


@pytest.mark.spec("cp-6.2-28")
@pytest.mark.parametrize("code", [13900020, 13500006])
def test_scan_exception(code: int) -> None:
    assert seen(run(Plain, data=Broken(scan=code))) == [BEGIN, ended(code), ALL]


@pytest.mark.spec("cp-6.2-29")
def test_a_file_that_cannot_be_reported() -> None:
    record = run(Plain, data=Blobs(big("b/c")))
    assert seen(record) == [BEGIN, ended(13900042), ALL]
    assert "origin errno: 20499" in next(m.args[0]["message"] for m in record.client if m.callback == "onBundleEnd")


@pytest.mark.spec("cp-6.2-30")
@pytest.mark.parametrize("kind", BACKUPS + RESTORES)
def test_module_not_loadable(kind: SessionKind) -> None:
    made: list[int] = []

    class Ext(Plain):
        def __init__(self) -> None:
            made.append(1)
            if len(made) > 1:
                raise ValueError("only the first instance works")

    record = run(Ext, kind)
    assert seen(record, "onBundleEnd")[-1] == ended(13500004)
    assert called(record) == []


@pytest.mark.parametrize("message", ["StopExtTimer", "RefreshDataSize", "StartFwkTimer"])
def test_the_service_does_not_do_its_part_of_a_scan(message: str) -> None:
    """Control-plane 5.2: the error is made in a way that fails, and arrives as an invalid argument."""

    def phone(root: Path) -> None:
        (root / "data/storage/el2/base/files").mkdir(parents=True)
        (root / "data/storage/el2/base/files/a").write_text("a")

    with Device(conditions=[IpcFailure(message)]) as device:
        device.install(load_subject(Plain), sandbox=phone)
        assert seen(device.run(nominal_plan(FULL))) == [BEGIN, ended(13900020), ALL]


@pytest.mark.parametrize(("failures", "torn_down"), [((), 3), ((IpcFailure("HandleClear"),), 1)])
def test_a_failed_clear_aborts_a_release(failures: tuple[IpcFailure, ...], torn_down: int) -> None:
    """Control-plane 7.5: the bundles behind it are forgotten, without onRelease."""
    with Device(conditions=failures) as device:
        for index in range(3):
            device.install(load_subject(Slow), clone_index=index)
        session = SessionBackup(device, Callbacks())
        session.append_bundles(list(device.bundles))
        device.advance(S)
        session.release()
        device.run_until_idle()
        record = device.record()
    assert called(record).count("onRelease") == torn_down
    assert len(list(record.of_kind("session.end"))) == 1

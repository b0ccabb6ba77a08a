"""Control-plane 5 and 7.4: timers, limits, completion, cancel."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from emulator import BundleVersion, BusinessError, ClientStep, Device, SessionKind, SessionPlan, load_subject
from emulator.client import (
    Callbacks,
    IncrementalBackupSession,
    SessionBackup,
    SessionRestore,
    update_send_rate,
    update_timer,
)
from emulator.profile import PRESETS
from emulator.service.session import Capability
from emulator.service.timers import fwk_timeout_s
from tests.emulator.harness import BUNDLE, S, end_time, run, seen, times
from tests.emulator.planes import Blobs, Files, big

FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
RESTORE = SessionKind.INCREMENTAL_RESTORE


class Slow:
    async def onBackup(self) -> None:
        await asyncio.sleep(100)

    async def onRestore(self, version: object) -> None:
        await asyncio.sleep(100)


class Never:
    async def onBackup(self) -> None:
        await asyncio.Event().wait()

    async def onRestore(self, version: object) -> None:
        await asyncio.Event().wait()


def timer_events(cls: type[Any], kind: SessionKind, **options: Any) -> list[tuple[float, str, str]]:
    record = run(cls, kind, **options)
    kinds = ("timer.start", "timer.stop", "timer.expired")
    wanted = ("ext", "fwk")
    return [(e.at_ns / S, e.kind, e.data["timer"]) for e in record.of_kind(*kinds) if e.data["timer"] in wanted]


START_EXT, STOP_EXT = (0.0, "timer.start", "ext"), (100.0, "timer.stop", "ext")
START_FWK, STOP_FWK = (100.0, "timer.start", "fwk"), (100.0, "timer.stop", "fwk")
BACKUP_TIMERS = [START_EXT, STOP_EXT, START_FWK, STOP_FWK]
RESTORE_TIMERS = [(0.0, "timer.start", "fwk"), (0.0, "timer.stop", "fwk"), (0.0, "timer.start", "ext"), STOP_EXT]


@pytest.mark.parametrize("row", [pytest.param(f"cp-5.2-0{n}", marks=pytest.mark.spec(f"cp-5.2-0{n}")) for n in range(1, 8)])
@pytest.mark.parametrize(("kind", "timers"), [(FULL, BACKUP_TIMERS), (INCREMENTAL, BACKUP_TIMERS), (RESTORE, RESTORE_TIMERS)])
def test_which_timer_runs_when(row: str, kind: SessionKind, timers: list[tuple[float, str, str]]) -> None:
    """One walk through the table: started at RUNNING, stopped before the scan, fwk while packing, until the disconnect."""
    assert timer_events(Slow, kind) == timers


@pytest.mark.parametrize(
    ("size", "seconds"),
    [(0, 900), (872 * 1024**2, 900), (873 * 1024**2, 903), (1024**3, 30 + 341 * 3), (3 * 1024**3, 30 + 1024 * 3)],
)
def test_the_framework_timer_formula(size: int, seconds: int) -> None:
    """30 s + floor(size / 3 MiB) x 3 s, at least 900 s: above it from 873 MiB on."""
    assert fwk_timeout_s(PRESETS["latest"], size) == seconds


def test_the_framework_timer_gets_the_scanned_size() -> None:
    record = run(Slow, data=Files(2, 1024**3))
    due = [e.data["due_ns"] / S - e.at_ns / S for e in record.of_kind("timer.start") if e.data["timer"] == "fwk"]
    assert due == [30 + 682 * 3]


def test_delay_counts_against_the_app_timer() -> None:
    """Control-plane 5.2 (a), 9 #52."""
    for delay, code in ((700, 0), (901, 13500003)):
        plan = SessionPlan(kind=INCREMENTAL, infos=f'{{"infos":[],"delayTime":{delay}}}')
        assert seen(run(Slow, plan=plan), "onBundleEnd")[0] == ("onBundleEnd", code), delay


@pytest.mark.spec("cp-5.5-04")
def test_delay_is_capped() -> None:
    plan = SessionPlan(
        kind=INCREMENTAL,
        infos='{"infos":[],"delayTime":9999}',
        steps=(ClientStep(S, "update_timer", value=14_400_000),),
    )
    assert end_time(run(Slow, plan=plan)) == 100 + 1800


def test_a_delay_holds_up_the_cancels_and_the_delays_of_others() -> None:
    """Control-plane 1.2: one thread of the service sleeps, cancels and starts scans (Service::threadPool_)."""

    class Quick:
        def onBackup(self) -> None: ...

    with Device() as device:
        for name in "abc":
            device.install(load_subject(Never if name == "c" else Quick), name)
        steps = (ClientStep(S, "cancel", bundle="c"),)
        record = device.run(SessionPlan(INCREMENTAL, tuple("abc"), '{"infos":[],"delayTime":100}', steps=steps))
    ends = [(m.at_ns / S, m.args[1]) for m in record.client if m.callback == "onBundleEnd"]
    assert sorted(ends) == [(100, "a"), (200, "b"), (200, "c")]


# updateTimer (5.3) -------------------------------------------------------------------------------------------------------


def test_update_timer_restarts_a_running_app_timer() -> None:
    plan = SessionPlan(steps=(ClientStep(100 * S, "update_timer", value=2_000_000),))
    assert end_time(run(Never, plan=plan)) == 2100


def test_update_timer_zero_fires_at_once() -> None:
    plan = SessionPlan(steps=(ClientStep(100 * S, "update_timer", value=0),))
    record = run(Never, plan=plan)
    assert end_time(record) == 100
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]


def test_update_timer_during_the_framework_phase_counts_for_the_app_phase() -> None:
    with Device() as device:
        device.install(load_subject(Never))
        session = SessionRestore(device, Callbacks())
        session.append_bundles({BUNDLE: Capability(BundleVersion(1, "1.0"))}, [BUNDLE])
        assert update_timer(device, BUNDLE, 60_000)
        session.publish_file(BUNDLE)
        device.run_until_idle()
        assert times(device.record(), "timer.expired", timer="ext") == [60]


@pytest.mark.parametrize("value", [-1, 14_400_001])
def test_update_timer_out_of_range(value: int) -> None:
    with Device() as device, pytest.raises(BusinessError, match="timeout must be 0 to 14400000 ms") as caught:
        update_timer(device, BUNDLE, value)
    assert caught.value.code == 401


def test_update_timer_of_a_stranger() -> None:
    with Device() as device:
        assert update_timer(device, BUNDLE, 1) is False


def test_update_timer_while_the_service_cleans_up() -> None:
    """Control-plane 1.12: the residue is in the service's own session, and that is nobody's business."""
    with Device() as device:
        device.install(load_subject(Slow))
        SessionBackup(device, Callbacks()).append_bundles([BUNDLE])
        device.advance(S)
        device.service.die()
        device.restart_service()
        session = device.service.session
        assert session is not None and list(session.entries) == [BUNDLE]
        assert update_timer(device, BUNDLE, 1) is False


# send rate (5.4) ---------------------------------------------------------------------------------------------------------


def sent(steps: tuple[ClientStep, ...] = (), count: int = 130) -> list[float]:
    class Quick:
        def onBackup(self) -> None: ...

    record = run(Quick, plan=SessionPlan(steps=steps), data=Files(count))
    return times(record, "file.out")


def test_sixty_files_a_second() -> None:
    at = sent()
    assert [at.count(second) for second in (0, 1, 2)] == [60, 60, 10]


def test_rate_zero_pauses_until_a_positive_rate() -> None:
    at = sent((ClientStep(S // 2, "update_send_rate", value=0), ClientStep(10 * S, "update_send_rate", value=1000)))
    assert [at.count(second) for second in (0, 1, 10)] == [60, 1, 69], "the rate is looked at before the wait, not after"


def test_a_window_that_is_over_is_renewed_behind_a_blob_and_not_before_it() -> None:
    """Data-plane 3.9: the first blob behind a pause counts for no window."""

    class Quick:
        def onBackup(self) -> None:
            time.sleep(1)

    steps = (ClientStep(0, "update_send_rate", value=0), ClientStep(5 * S, "update_send_rate", value=60))
    at = times(run(Quick, plan=SessionPlan(steps=steps), data=Files(130)), "file.out")
    assert [at.count(second) for second in (5, 6, 7)] == [61, 60, 9]


@pytest.mark.parametrize(("size", "waits"), [(5, False), (100 * 1024 * 1024, True)])
def test_the_last_tar_of_an_incremental_backup_waits_for_nothing(size: int, waits: bool) -> None:
    """Data-plane 3.9: unless a limit has closed it, it is sent before the rate is looked at."""

    class Quick:
        def onBackup(self) -> None:
            time.sleep(1)

    def phone(root: Path) -> None:
        files = root / "data/storage/el2/base/files"
        files.mkdir(parents=True)
        for number in range(max(1, size // (2 * 1024 * 1024))):
            with open(files / f"{number:02}", "wb") as file:
                file.truncate(min(size, 2 * 1024 * 1024))

    with Device() as device:
        device.install(load_subject(Quick), sandbox=phone)
        left: list[str] = []

        def on_file_ready(_error: object, file: Any) -> None:
            left.append(file.uri)

        session = IncrementalBackupSession(device, Callbacks(on_file_ready=on_file_ready))
        session.append_bundles([BUNDLE])
        update_send_rate(device, BUNDLE, 0)
        device.advance(5 * S)
        assert bool(left) is not waits
        update_send_rate(device, BUNDLE, 60)
        device.run_until_idle()
        assert left[-1] == "manage.json"


def test_send_rate_arguments() -> None:
    with Device() as device:
        device.install(load_subject(Slow))
        assert update_send_rate(device, BUNDLE, 5) is False, "there is no session"
        with pytest.raises(BusinessError, match="must not be negative"):
            update_send_rate(device, BUNDLE, -1)
        session = SessionBackup(device, Callbacks())
        session.append_bundles([BUNDLE])
        assert update_send_rate(device, BUNDLE, 1_000_000)
        stub = device.service.session.entries[BUNDLE].connection.stub  # type: ignore[union-attr]
        assert stub is not None
        assert stub.packing.sender.rate == 10_000


# onRelease and the compatibility pair ------------------------------------------------------------------------------------


@pytest.mark.spec("cp-5.5-01")
@pytest.mark.parametrize(("seconds", "end", "overrun"), [(4.9, 4.9, False), (5.1, 5, True), (60, 5, True)])
def test_release_has_five_seconds(seconds: float, end: float, overrun: bool) -> None:
    class Ext:
        def onBackup(self) -> None: ...

        async def onRelease(self, scenario: int) -> None:
            await asyncio.sleep(seconds)

    record = run(Ext)
    assert end_time(record) == end
    assert bool(list(record.of_kind("release.overrun"))) is overrun
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)], "the result of the session is unchanged"


@pytest.mark.spec("cp-5.5-02")
@pytest.mark.parametrize(("seconds", "answer"), [(0.9, "yes"), (1.1, "")])
@pytest.mark.parametrize("kind", [FULL, RESTORE])
def test_compatibility_info_has_one_second(seconds: float, answer: str, kind: SessionKind) -> None:
    class Ext:
        async def getBackupCompatibilityInfo(self, info: str) -> str:
            await asyncio.sleep(seconds)
            return "yes"

        getRestoreCompatibilityInfo = getBackupCompatibilityInfo

    record = run(Ext, plan=SessionPlan(kind=kind, steps=(ClientStep(0, "get_compatibility_info", text="x"),)))
    assert [e.data["result"] for e in record.of_kind("client.step")] == [[0, answer]]


@pytest.mark.spec("cp-5.5-03")
def test_the_index_is_appended_at_once() -> None:
    """Nothing is written behind the sender's back here, so that its 15 s are never needed: manage.json is last, at once."""
    record = run(Slow, data=Files(3))
    uris = [m.args[1]["uri"] for m in record.client if m.callback == "onFileReady"]
    assert uris[-1] == "manage.json"
    assert end_time(record) == 100


# connections (5.1) -------------------------------------------------------------------------------------------------------


@pytest.mark.spec("cp-5.1-06")
def test_disconnecting_a_busy_app_takes_a_second() -> None:
    class Ext:
        def onBackup(self) -> None: ...

        def onRelease(self, scenario: int) -> None:
            import time

            time.sleep(1000)

    plan = SessionPlan(steps=(ClientStep(10 * S, "cancel"),))

    class Blocked(Ext):
        async def onBackup(self) -> None:  # type: ignore[override]
            await asyncio.sleep(100)

    assert end_time(run(Blocked, plan=plan)) == 10 + 5 + 1


@pytest.mark.spec("cp-5.1-07")
def test_a_bundle_that_is_appended_again_while_it_is_connected() -> None:
    record = run(Slow, plan=SessionPlan(steps=(ClientStep(10 * S, "append"),)))
    errors = [m for m in record.client if m.callback == "onBundleBegin" and m.args[0]]
    assert [(m.at_ns / S, m.args[0]["code"]) for m in errors] == [(13, 13900020)]


@pytest.mark.spec("cp-5.1-08")
def test_three_extensions_at_a_time_in_name_order() -> None:
    names = [f"com.example.{letter}" for letter in "edcba"]
    with Device() as device:
        for name in names:
            device.install(load_subject(Slow), name)
        record = device.run(SessionPlan(bundles=tuple(names)))
    begins = [(m.at_ns / S, m.args[1][-1]) for m in record.client if m.callback == "onBundleBegin"]
    assert begins == [(0, "a"), (0, "b"), (0, "c"), (100, "d"), (100, "e")]
    assert seen(record)[-1] == ("onAllBundlesEnd", 0)


def test_a_clone_has_its_own_name_and_data() -> None:
    class Ext:
        context: Any = None

        def onBackup(self) -> None:
            open(self.context.filesDir + "/mine", "w").close()

    with Device() as device:
        device.install(load_subject(Ext))
        device.install(load_subject(Ext), clone_index=1)
        record = device.run(SessionPlan(bundles=(BUNDLE, f"{BUNDLE}:1")))
        roots = {bundle.sandbox.root for bundle in device.bundles.values()}
    assert len(roots) == 2
    assert sorted(e.data["bundle"] for e in record.of_kind("file.out")) == [BUNDLE, f"{BUNDLE}:1"]


# completion (5.6) --------------------------------------------------------------------------------------------------------


@pytest.mark.spec("cp-5.6-01")
def test_app_done_with_an_error_releases() -> None:
    from emulator import ThrownValue

    class Ext:
        def onBackup(self) -> None:
            raise ThrownValue(1)

        def onRelease(self, scenario: int) -> None: ...

    record = run(Ext)
    assert [c.callback for c in record.calls][-1] == "onRelease"
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500007)]


@pytest.mark.spec("cp-5.6-02")
def test_app_done_with_a_complete_set_releases() -> None:
    record = run(Slow, data=Files(2))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]
    assert "onRelease" in [c.callback for c in record.calls]


@pytest.mark.spec("cp-5.6-03")
def test_app_done_with_an_incomplete_set_waits_for_the_framework_timer() -> None:
    first = big("0")
    with Device(data=Blobs(first, first, first, big("1"))) as device:
        device.install(load_subject(Slow))
        session = SessionBackup(device, Callbacks())
        session.append_bundles([BUNDLE])
        device.advance(99 * S)
        device.service.session.entries[BUNDLE].toggle("a name that never comes")  # type: ignore[union-attr]
        device.run_until_idle()
        record = device.record()
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]
    assert end_time(record) == 100 + 900


# cancel (7.4) ------------------------------------------------------------------------------------------------------------


def opened(device: Device) -> SessionBackup:
    for letter in "abcd":
        device.install(load_subject(Slow), letter)
    session = SessionBackup(device, Callbacks())
    session.append_bundles(list("abcd"))
    return session


@pytest.mark.spec("cp-7.4-01")
def test_cancel_running() -> None:
    with Device() as device:
        session = opened(device)
        device.advance(S)
        assert session.cancel("a") == 0
        device.advance(0)
        record = device.record()
    ends = [m.args for m in record.client if m.callback == "onBundleEnd"]
    assert ends == [(None, "a")]
    order = [e.data["message"] for e in record.of_kind("ipc") if e.at_ns == S and e.data["bundle"] == "a"]
    assert order == ["HandleClear", "HandleOnRelease"]


@pytest.mark.spec("cp-7.4-02")
def test_cancel_waiting() -> None:
    with Device() as device:
        session = opened(device)
        device.advance(S)
        assert session.cancel("d") == 13500011


@pytest.mark.spec("cp-7.4-03")
def test_cancel_nothing() -> None:
    with Device() as device:
        session = opened(device)
        assert session.cancel("nobody") == 13500012
        device.run_until_idle()
        assert session.cancel("a") == 13500012


@pytest.mark.spec("cp-7.4-04")
def test_cancel_without_a_service() -> None:
    with Device() as device:
        session = opened(device)
        device.advance(S)
        device.service.die()
        assert [session.cancel(name) for name in ("a", "d", "nobody")] == [13500011] * 3
        device.restart_service()
        assert session.cancel("a") == 13500012, "the service is back, and knows nothing of the session"


# one session (7.1) -------------------------------------------------------------------------------------------------------


def test_a_second_session_is_a_conflict() -> None:
    with Device() as device:
        SessionBackup(device, Callbacks(), caller="com.example.first")
        with pytest.raises(BusinessError) as caught:
            IncrementalBackupSession(device, Callbacks())
    assert caught.value.code == 13500013
    assert caught.value.message == (
        '{\n\t"sessionInfo":\t{\n\t\t"error":\t"Session Conflict",\n\t\t"userId":\t"100",\n'
        '\t\t"name":\t"com.example.first",\n\t\t"activeTime":\t"2026-07-01 00:00:00:000",\n\t\t"scenario":\t"BACKUP"\n\t}\n}'
    )


def test_results_are_forwarded_byte_for_byte() -> None:
    text = ' {"type" : "ErrorInfo",\n"errorCode":0, "errorInfo":"é😀"} '

    class Ext:
        def onBackupEx(self, info: str) -> str:
            return text

    assert seen(run(Ext), "onResultReport") == [("onResultReport", text)]

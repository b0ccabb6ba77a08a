"""Conditions: each as a value that saves and reads back, and what each does to a session."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from emulator import (
    CONDITIONS,
    BusinessError,
    Cancel,
    ConditionError,
    ConnectTimeout,
    Device,
    IpcFailure,
    Kill,
    LowMemoryKill,
    ServiceDeath,
    SessionKind,
    SlowCpu,
    SlowMainThread,
    load_subject,
    nominal_plan,
    parse_condition,
)
from emulator.client import SessionBackup
from emulator.conditions import Condition, Trigger, condition_from_json
from tests.emulator.harness import OK_JSON, PROGRESS, S, called, end_time, run, seen, times


class Slow:
    context: Any = None

    async def onBackupEx(self, info: str) -> str:
        await asyncio.sleep(10)
        return OK_JSON

    async def onRestoreEx(self, version: object, info: str) -> str:
        await asyncio.sleep(10)
        return OK_JSON

    def onRelease(self, scenario: int) -> None: ...


def example(kind: type[Condition]) -> Condition:
    return kind(event=3) if issubclass(kind, Trigger) else kind()  # type: ignore[call-arg]


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_saves_and_reads_back(name: str) -> None:
    condition = example(CONDITIONS[name])
    assert condition_from_json(condition.to_json()) == condition


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("SlowCpu", SlowCpu()),
        ("SlowCpu:factor=8", SlowCpu(8)),
        ("Kill:at_ns=5", Kill(at_ns=5)),
        ("IpcFailure:message=HandleBackup,nth=2", IpcFailure("HandleBackup", 2)),
        ("ConnectTimeout:ams_gives_up_s=20", ConnectTimeout(20)),
    ],
)
def test_the_command_line_form(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Earthquake", "unknown condition 'Earthquake'; known are Kill, ServiceDeath"),
        ("Kill", "Kill needs exactly one of at_ns and event"),
        ("Kill:at_ns=1,event=2", "Kill needs exactly one of at_ns and event"),
        ("SlowCpu:speed=2", "SlowCpu has no 'speed'; it has factor"),
        ("SlowCpu:factor=fast", "SlowCpu: factor must be a int, not 'fast'"),
        ("SlowCpu:factor=-1", "SlowCpu: factor must not be negative, not -1"),
        ("SlowCpu:factor", "'factor' is not key=value"),
    ],
)
def test_a_bad_condition_is_named(text: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("kind", [SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_RESTORE])
def test_kill_at_every_event_ends_the_bundle_or_comes_too_late(kind: SessionKind) -> None:
    events = run(Slow, kind).events
    for number in range(len(events)):
        record = run(Slow, kind, conditions=[Kill(event=number)])
        codes = [code for _, code in seen(record, "onBundleEnd")]
        assert codes and set(codes) <= {0, 13500004, 13900020, 13500002}, (number, codes)
        assert not list(record.of_kind("stuck")), number


def test_a_kill_discards_what_the_dying_code_still_does() -> None:
    class Ext:
        context: Any = None

        async def onBackupEx(self, info: str) -> str:
            path = self.context.filesDir + "/a"
            try:
                with open(path, "w") as file:
                    file.write("half")
                    await asyncio.sleep(10)
                    file.write("whole")
            except BaseException:
                raise RuntimeError("cannot escape") from None
            finally:
                with open(path, "w") as file:
                    file.write("written while dying")
            return OK_JSON

    with Device(conditions=[Kill(at_ns=5 * S)]) as device:
        device.install(load_subject(Ext))
        device.run(nominal_plan(SessionKind.FULL_BACKUP))
        sandbox = device.bundles["com.example.app"].sandbox
        files = {name: Path(path).read_text() for name, path, _ in sandbox.files()}
    assert files == {"/data/storage/el2/base/haps/entry/files/a": ""}, "an unflushed buffer is lost, and so is the finally block"


@pytest.mark.parametrize(("after_s", "reached"), [(0, []), (5, ["entered"])])
def test_low_memory_kill(after_s: int, reached: list[str]) -> None:
    log: list[str] = []

    class Ext(Slow):
        async def onBackupEx(self, info: str) -> str:
            log.append("entered")
            await asyncio.sleep(10)
            log.append("left")
            return OK_JSON

    record = run(Ext, conditions=[LowMemoryKill("onBackupEx", after_s * S)])
    assert times(record, "process.end", why="low-memory") == [after_s]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500004)]
    assert log in (reached, ["entered"])


def test_slow_cpu_multiplies_work_and_no_sleep() -> None:
    class Ext(Slow):
        async def onBackupEx(self, info: str) -> str:
            await asyncio.sleep(10)
            for _ in range(1000):
                time.monotonic()
            return OK_JSON

    assert end_time(run(Ext)) == pytest.approx(10.02, abs=1e-3)
    assert end_time(run(Ext, conditions=[SlowCpu(10)])) == pytest.approx(10.2, abs=1e-2)


def test_slow_main_thread_delays_every_callback() -> None:
    class Ext(Slow):
        def onProcess(self) -> str:
            return PROGRESS

    record = run(Ext, conditions=[SlowMainThread(200_000_000)])
    assert [c.begin_ns / S for c in record.calls][:2] == [0.2, 0.4]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_service_death_is_cleaned_up_by_the_next_life() -> None:
    record = run(Slow, conditions=[ServiceDeath(at_ns=5 * S)])
    assert [m.callback for m in record.client] == ["onBundleBegin", "onBackupServiceDied"]
    assert [e.data["scenario"] for e in record.of_kind("session.begin")] == ["BACKUP", "CLEAN"]
    messages = [e.data["message"] for e in record.of_kind("ipc") if e.data["to"] == "extension" and e.at_ns == 5 * S]
    assert messages == ["HandleClear"]
    assert "onRelease" not in called(record), "in a cleaning session nobody is asked to release"


def test_a_session_during_the_cleaning_is_a_conflict() -> None:
    with Device() as device:
        device.install(load_subject(Slow))
        session = SessionBackup(device)
        session.append_bundles(["com.example.app"])
        device.advance(S)
        device.service.die()
        device.restart_service()
        with pytest.raises(BusinessError) as caught:
            SessionBackup(device)
        assert '"scenario":\t"CLEAN"' in caught.value.message
        device.run_until_idle()
        SessionBackup(device)


def test_ipc_failures_count_by_name() -> None:
    record = run(Slow, conditions=[IpcFailure("ServiceResultReport", 1)])
    assert not seen(record, "onResultReport")
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]
    record = run(Slow, conditions=[IpcFailure("ServiceResultReport", 2)])
    assert len(seen(record, "onResultReport")) == 1


def test_cancel_at_the_nth_event() -> None:
    record = run(Slow, conditions=[Cancel(event=12)])
    assert seen(record, "onBundleEnd") in ([("onBundleEnd", 0)], [])
    assert [e.data["name"] for e in record.of_kind("condition")] == ["Cancel"]

"""Control-plane 3: what onProcess returns, the timelines, and blocks of the main thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.profile import PRESETS
from tests.emulator.harness import OK_JSON, PROGRESS, called, end_time, run, seen, times

BACKUP, RESTORE = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_RESTORE
FOREVER = 10_000


def working(progress: Callable[[int], Any] | None, seconds: float = 22, kind: str = "onBackupEx") -> type[Any]:
    """A subject whose work takes ``seconds`` without blocking, and whose n-th onProcess does ``progress(n)``."""

    class Ext:
        def __init__(self) -> None:
            self.polls = 0

        async def onBackupEx(self, info: str) -> str:
            await asyncio.sleep(seconds)
            return OK_JSON

        async def onRestoreEx(self, version: object, info: str) -> str:
            await asyncio.sleep(seconds)
            return OK_JSON

    def onProcess(self: Any) -> Any:
        self.polls += 1
        return progress(self.polls) if progress else None

    if progress is not None:
        Ext.onProcess = onProcess  # type: ignore[attr-defined]
    return Ext


def raising(_number: int) -> Any:
    raise ValueError("no")


async def promise() -> str:
    return PROGRESS


class Thenable:
    def __await__(self) -> Generator[Any, None, str]:
        yield


RETURNS: list[tuple[str, str, Callable[[int], Any] | None, int, int]] = [
    ("cp-3.3-01", "string", lambda n: PROGRESS, 5, 5),
    ("cp-3.3-01", "no-json", lambda n: "half", 5, 5),
    ("cp-3.3-02", "empty", lambda n: "", 1, 0),
    ("cp-3.3-02", "undefined", lambda n: None, 1, 0),
    ("cp-3.3-02", "number", lambda n: 1, 1, 0),
    ("cp-3.3-02", "object", lambda n: {}, 1, 0),
    ("cp-3.3-02", "empty-at-third", lambda n: PROGRESS if n < 3 else "", 3, 2),
    ("cp-3.3-03", "absent", None, 1, 0),
    ("cp-3.3-04", "promise", lambda n: promise(), 1, 0),
    ("cp-3.3-05", "throws", raising, 1, 0),
]


@pytest.mark.parametrize("kind", list(SessionKind))
@pytest.mark.parametrize(
    ("progress", "polls", "reports"),
    [pytest.param(p, n, r, id=f"{row}-{name}", marks=pytest.mark.spec(row)) for row, name, p, n, r in RETURNS],
)
def test_return_values(progress: Callable[[int], Any] | None, polls: int, reports: int, kind: SessionKind) -> None:
    record = run(working(progress), kind)
    assert len(record.polls) == polls
    assert len(seen(record, "onProcess")) == reports
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]
    assert end_time(record) == 22


def blocking(schedule: Callable[[int], float]) -> type[Any]:
    """onProcess number n blocks ``schedule(n)`` seconds and then answers; the work itself never blocks."""

    def progress(number: int) -> str:
        seconds = schedule(number)
        if seconds == FOREVER:
            threading.Event().wait()
        time.sleep(seconds)
        return PROGRESS

    return working(progress, 60)


def blocked_forever(first: int) -> type[Any]:
    return blocking(lambda n: 0 if n < first else FOREVER)


@pytest.mark.spec("cp-3.3-06")
@pytest.mark.parametrize("row", [pytest.param(f"cp-3.4-A-0{n}", marks=pytest.mark.spec(f"cp-3.4-A-0{n}")) for n in range(1, 5)])
@pytest.mark.parametrize("kind", [BACKUP, RESTORE])
def test_first_call_never_returns(row: str, kind: SessionKind) -> None:
    with Device() as device:
        device.install(load_subject(working(lambda n: threading.Event().wait(), 60)))
        record = device.run(nominal_plan(kind))
    expected: dict[str, Any] = {
        "cp-3.4-A-01": (times(record, "poll.armed", first=True), [0]),
        "cp-3.4-A-02": (times(record, "poll.timeout", failed=True), [15]),
        "cp-3.4-A-03": (called(record), []),
        "cp-3.4-A-04": (times(record, "timer.expired", timer="ext"), [900]),
    }
    got, wanted = expected[row]
    assert got == wanted
    assert end_time(record) is None, "no onBundleEnd: onRelease holds the lock that everybody needs"
    assert [e.data["callback"] for e in record.of_kind("stuck")] == ["onProcess"]


@pytest.mark.spec("cp-3.4-A'-01")
@pytest.mark.parametrize("kind", [BACKUP, RESTORE])
def test_first_call_blocks_longer_than_its_limit(kind: SessionKind) -> None:
    record = run(blocking(lambda n: 18 if n == 1 else 0), kind)
    assert times(record, "poll.timeout", failed=True) == [15]
    assert [m.at_ns / 1e9 for m in record.client if m.callback == "onProcess"] == [18], "its string is still reported"
    assert called(record) == ["onRelease"], "the work is never called"
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]
    assert end_time(record) == 18


B_ROWS = {
    "cp-3.4-B-01": lambda r: [m.at_ns / 1e9 for m in r.client if m.callback == "onProcess"] == [0],
    "cp-3.4-B-02": lambda r: [p.call.begin_ns / 1e9 for p in r.polls if p.call] == [0, 5],
    "cp-3.4-B-03": lambda r: timeouts(r)[0] == (6, 1, False),
    "cp-3.4-B-04": lambda r: timeouts(r)[1] == (11, 2, False) and r.polls[2].call is None,
    "cp-3.4-B-05": lambda r: timeouts(r)[2] == (16, 3, False),
    "cp-3.4-B-06": lambda r: timeouts(r)[3] == (21, 0, True) and times(r, "ipc", message="AppDone") == [21],
    "cp-3.4-B-07": lambda r: end_time(r) is None and times(r, "timer.expired", timer="ext") == [900],
}


def timeouts(record: Record) -> list[tuple[float, int, bool]]:
    return [(e.at_ns / 1e9, e.data["count"], e.data["failed"]) for e in record.of_kind("poll.timeout")]


@pytest.mark.parametrize("row", [pytest.param(r, marks=pytest.mark.spec(r)) for r in B_ROWS])
def test_second_call_never_returns(row: str) -> None:
    assert B_ROWS[row](run(blocked_forever(2)))


@pytest.mark.spec("cp-3.4-C-01")
@pytest.mark.parametrize("kind", [BACKUP, RESTORE])
def test_every_call_takes_900_ms(kind: SessionKind) -> None:
    record = run(blocking(lambda n: 0.9), kind)
    reported = [m.at_ns / 1e9 for m in record.client if m.callback == "onProcess"]
    assert reported[:3] == [0.9, 6.8, 11.8]
    assert [p.call.begin_ns / 1e9 for p in record.polls if p.call][:3] == [0, 5.9, 10.9]
    assert not timeouts(record)
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


D_ROWS = {
    "cp-3.4-D-01": lambda r: next(m.at_ns / 1e9 for m in r.client if m.callback == "onProcess") == 1.1,
    "cp-3.4-D-02": lambda r: timeouts(r)[0] == (7.1, 1, False) and answered(r)[1] == (7.2, True),
    "cp-3.4-D-03": lambda r: timeouts(r)[1] == (12.1, 2, False) and answered(r)[2] == (12.2, True),
    "cp-3.4-D-04": lambda r: timeouts(r)[2] == (17.1, 3, False) and answered(r)[3] == (17.2, True),
    "cp-3.4-D-05": lambda r: timeouts(r)[3] == (22.1, 0, True) and times(r, "ipc", message="AppDone") == [22.1],
    "cp-3.4-D-06": lambda r: answered(r)[4] == (22.2, False),
    "cp-3.4-D-07": lambda r: seen(r, "onBundleEnd") == [("onBundleEnd", 13500003)] and end_time(r) == 22.2,
}


def answered(record: Record) -> list[tuple[float, bool]]:
    return [(e.at_ns / 1e9, e.data["dropped"]) for e in record.of_kind("poll.answered")]


@pytest.mark.parametrize("row", [pytest.param(r, marks=pytest.mark.spec(r)) for r in D_ROWS])
def test_every_call_takes_1100_ms(row: str) -> None:
    assert D_ROWS[row](run(blocking(lambda n: 1.1)))


def test_1100_ms_is_no_harm_when_the_work_ends_in_time() -> None:
    """Control-plane 3.4 D, last sentence: settling before 22.1 s saves the bundle, and nothing is said of the timeouts."""

    def progress(number: int) -> str:
        time.sleep(1.1)
        return PROGRESS

    record = run(working(progress, 19))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_three_strict_timeouts_by_the_documentation() -> None:
    """V-07: a device that follows the text gives up one timeout earlier."""
    profile = PRESETS["latest"].with_changes(v_07_timeouts_that_end=3)
    assert timeouts(run(blocked_forever(2), profile=profile))[-1] == (16, 0, True)


def test_before_5_0_1_the_first_call_is_like_any_other() -> None:
    """Control-plane 3.1: no limit of its own, and no flag for what is late."""
    record = run(blocking(lambda n: 1.5 if n == 1 else 0), profile=PRESETS["api-12"])
    assert (times(record, "poll.timeout", failed=False), times(record, "poll.timeout", failed=True)) == ([1], [])
    assert times(record, "client", callback="onProcess")[0] == 1.5
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_before_5_0_1_four_timeouts_in_a_row_end_the_task_as_well() -> None:
    assert times(run(blocked_forever(2), profile=PRESETS["api-12"]), "poll.timeout", failed=True) == [21]


# 3.5: a synchronous block of the main thread ---------------------------------------------------------------------------


def block(begin: float, end: float, kind: SessionKind = BACKUP, work: float = 0, asynchronous: bool = True) -> Record:
    """The main thread is blocked from ``begin`` to ``end`` seconds after the first onProcess has returned."""

    class Asynchronous:
        async def onBackupEx(self, info: str) -> str:
            if begin:
                await asyncio.sleep(begin)
            time.sleep(end - begin)
            await asyncio.sleep(work)
            return OK_JSON

        async def onRestoreEx(self, version: object, info: str) -> str:
            return await self.onBackupEx(info)

        def onProcess(self) -> str:
            return PROGRESS

    class Synchronous:
        def onBackup(self) -> None:
            time.sleep(end - begin)

        def onBackupEx(self, info: str) -> str:
            time.sleep(end - begin)
            return OK_JSON

        def onRestoreEx(self, version: object, info: str) -> str:
            time.sleep(end - begin)
            return OK_JSON

        def onProcess(self) -> str:
            return PROGRESS

    return run(Asynchronous if asynchronous else Synchronous, kind)


BLOCKS = [
    ("cp-3.5-01", 3.0, 0, False),
    ("cp-3.5-01", 5.9, 0, False),
    ("cp-3.5-02", 6.1, 1, False),
    ("cp-3.5-02", 10.9, 1, False),
    ("cp-3.5-03", 11.1, 2, False),
    ("cp-3.5-03", 15.9, 2, False),
    ("cp-3.5-04", 16.1, 3, False),
    ("cp-3.5-04", 20.9, 3, False),
    ("cp-3.5-05", 21.0, 4, True),
    ("cp-3.5-05", 30.0, 4, True),
]


@pytest.mark.parametrize("kind", [BACKUP, RESTORE])
@pytest.mark.parametrize(
    ("seconds", "count", "fails"),
    [pytest.param(s, n, f, id=f"{row}-{s:g}", marks=pytest.mark.spec(row)) for row, s, n, f in BLOCKS],
)
def test_synchronous_block(seconds: float, count: int, fails: bool, kind: SessionKind) -> None:
    record = block(0, seconds, kind, asynchronous=False)
    assert len([t for t, _, _ in timeouts(record) if t <= seconds]) == count
    assert end_time(record) == seconds, "onRelease, and so the end, has to wait for the main thread"
    if fails:
        assert (21, 0, True) in timeouts(record)
        message = "AppDone" if kind is BACKUP else "AppIncrementalDone"
        assert times(record, "ipc", message=message) == [21]
        assert seen(record, "onBundleEnd", "onResultReport") == [("onBundleEnd", 13500003)]
    else:
        assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


@pytest.mark.parametrize(("seconds", "reported", "dropped"), [(4.5, 1, 0), (5.5, 2, 0), (7.0, 1, 1), (12.0, 1, 1)])
def test_the_queued_poll_runs_after_completion(seconds: float, reported: int, dropped: int) -> None:
    """3.5, the paragraph below the table: below 5 s no poll was queued, to 6 s it is reported, then it is dropped."""
    record = block(0, seconds, asynchronous=False)
    assert len(seen(record, "onProcess")) == reported
    assert sum(d for _, d in answered(record)) == dropped
    assert all(p.verdict in ("accepted", "late", "skipped", "unanswered") for p in record.polls)


def test_an_asynchronous_prefix_is_followed_by_a_burst() -> None:
    """3.5: the first queued result is dropped, the further ones are accepted and set the count back to 0."""
    record = block(0, 17, work=10)
    at_unblocking = [(t, d) for t, d in answered(record) if t == 17]
    assert at_unblocking == [(17, True), (17, False), (17, False)]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(begin=st.integers(0, 400), length=st.integers(1, 400))
def test_a_block_fails_iff_it_ends_after_a_plus_16(begin: int, length: int) -> None:
    """3.5, the general rule, in tenths of a second; equality is a race on the device and left out."""
    b, e = begin / 10, (begin + length) / 10
    a = next(m for m in range(5, 100, 5) if m >= b)
    assume(begin == 0 or begin % 50 != 0)
    assume(e != a + 16)
    record = block(b, e, work=1)
    assert (seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]) == (e > a + 16)
    inside = [t for t, _, _ in timeouts(record) if b < t < e]
    assert inside == [t for t in (a + 1, a + 6, a + 11, a + 16) if t < e]

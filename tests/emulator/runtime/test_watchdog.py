"""The second net: C code that burns CPU, and real waits, are stopped; nothing else is."""

from __future__ import annotations

import _thread
import contextlib
import re
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.guard import guarded
from emulator.runtime.python import refusals, watchdog
from tests.emulator.harness import OK_JSON

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no CPU timer on this platform")

REAL_LOCK = _thread.allocate_lock()
REAL_LOCK.acquire()
ABOUT_TO_WAIT = _thread.allocate_lock()
ABOUT_TO_WAIT.acquire()
CATASTROPHE = re.compile(r"(a+)+$")
TEXT = "a" * 64 + "b"


def session(cls: type[Any], hang_limit_s: float | None = 0.3) -> Record:
    with Device(hang_limit_s=hang_limit_s) as device:
        device.install(load_subject(cls))
        return device.run(nominal_plan(SessionKind.FULL_BACKUP))


class CatastrophicRegex:
    def onBackupEx(self, backupInfo: str) -> str:
        Path(self.context.filesDir, "before").write_text("")  # type: ignore[attr-defined]
        try:
            CATASTROPHE.match(TEXT)
        finally:
            Path(self.context.filesDir, "after").write_text("")  # type: ignore[attr-defined]
        return OK_JSON


def test_a_catastrophic_regex_is_stopped() -> None:
    record = session(CatastrophicRegex)
    assert not record.complete
    assert "onBackupEx" in record.blocked
    [hang] = record.of_kind("hang")
    assert hang.data["callback"] == "onBackupEx"
    assert hang.data["cpu_limit_s"] == 0.3
    assert [event.data["why"] for event in record.of_kind("process.end")] == ["hang"]
    changed = [event.data["path"] for event in record.of_kind("change")]
    assert any(path.endswith("before") for path in changed)
    assert not any(path.endswith("after") for path in changed), "what a stopped call still does is not seen"


class RegexThatWillNotDie:
    def onBackupEx(self, backupInfo: str) -> str:
        while True:
            with contextlib.suppress(BaseException):
                CATASTROPHE.match(TEXT)


class RegexInAWorker:
    async def onBackupEx(self, backupInfo: str) -> str:
        import asyncio

        await asyncio.to_thread(CATASTROPHE.match, TEXT)
        return OK_JSON


class RegexWhenKilled:
    """The finally block of a killed process burns CPU in C code."""

    def onBackupEx(self, backupInfo: str) -> str:
        try:
            time.sleep(10_000)
        finally:
            CATASTROPHE.match(TEXT)
        return OK_JSON


def test_code_that_swallows_its_end_is_left_behind() -> None:
    record = session(RegexThatWillNotDie)
    assert len(list(record.of_kind("hang"))) == 1
    assert session(CatastrophicRegex).events, "the next session runs"


def test_a_worker_is_stopped_too() -> None:
    record = session(RegexInAWorker)
    assert len(list(record.of_kind("hang"))) == 1


def test_a_killed_process_cannot_hang_the_run() -> None:
    record = session(RegexWhenKilled)
    assert record.complete, "the hang is nothing that the app's user would ever see"
    assert not list(record.of_kind("hang"))


class SleepsAndComputes:
    """Much virtual time and a little CPU: no hang."""

    def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(300):
            time.sleep(1)
            sum(range(1_000))
        return OK_JSON


def test_signs_of_life_are_no_hang() -> None:
    assert session(SleepsAndComputes, 0.05).complete


def test_off() -> None:
    assert session(SleepsAndComputes, None).complete


# real waits ----------------------------------------------------------------------------------------------------------------


class WaitsForReal:
    def onBackupEx(self, backupInfo: str) -> str:
        ABOUT_TO_WAIT.release()
        REAL_LOCK.acquire()
        return OK_JSON


class WaitsForRealAndWillNotDie:
    def onBackupEx(self, backupInfo: str) -> str:
        ABOUT_TO_WAIT.release()
        while True:
            with contextlib.suppress(BaseException):
                REAL_LOCK.acquire()


@pytest.fixture
def ticks_while_the_app_waits() -> Iterator[None]:
    """The ticks of the wall clock's net, by no clock: one after the other from when the app is about to wait."""
    main = threading.get_ident()
    over: list[bool] = []

    def tick() -> None:
        ABOUT_TO_WAIT.acquire()
        while not over:
            watchdog._ticker.due = True
            signal.pthread_kill(main, signal.SIGPROF)

    ticker = threading.Thread(target=tick)
    before = signal.signal(signal.SIGPROF, watchdog._too_late)
    ticker.start()
    yield
    over.append(True)
    ticker.join()
    watchdog._ticker.due = False
    signal.signal(signal.SIGPROF, before)


@pytest.mark.usefixtures("ticks_while_the_app_waits")
@pytest.mark.parametrize("cls", [WaitsForReal, WaitsForRealAndWillNotDie])
def test_a_real_wait_is_stopped(cls: type[Any]) -> None:
    record = session(cls, 5.0)
    assert not record.complete
    [hang] = record.of_kind("hang")
    assert hang.data["callback"] == "onBackupEx"


def tick_now(count: int) -> None:
    """So many looks of the wall clock's net, at whatever is running."""
    with refusals.allowed():
        for _ in range(count):
            watchdog._ticker.due = True
            signal.raise_signal(signal.SIGPROF)


class SleepsBetweenTicks:
    """Never without a sign of life for as many looks as make a hang."""

    def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(10):
            tick_now(watchdog.LOOKS_PER_LIMIT - 1)
            time.sleep(1)
        return OK_JSON


class OneTickTooMany:
    def onBackupEx(self, backupInfo: str) -> str:
        tick_now(watchdog.LOOKS_PER_LIMIT)
        return OK_JSON


def test_the_wall_net_leaves_others_alone() -> None:
    assert session(SleepsBetweenTicks, 5.0).complete
    assert not session(OneTickTooMany, 5.0).complete
    with watchdog.hang_limit(5.0):
        tick_now(10 * watchdog.LOOKS_PER_LIMIT)  # not the app: waited for


def test_a_tick_ends_a_wait_in_c_code() -> None:
    ticker = watchdog._Ticker()

    def struck(number: int, frame: Any) -> None:
        ticker.disarm()
        raise LookupError("struck")

    def wait() -> None:
        ticker.arm(1e-9)
        REAL_LOCK.acquire()

    before = signal.signal(signal.SIGPROF, struck)
    try:
        with pytest.raises(LookupError, match="struck"):
            wait()
    finally:
        signal.signal(signal.SIGPROF, watchdog._too_late if before is signal.SIG_DFL else before)


def test_the_default_wall_limit() -> None:
    assert watchdog.WALL_LIMIT_S == 60


# what it leaves behind -----------------------------------------------------------------------------------------------------


def test_the_timer_of_pytest_timeout_is_never_touched() -> None:
    before = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)
    with watchdog.hang_limit(0.3, 0.2):
        assert (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[1]) == (before[0], before[1][1])
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before[0]


def test_a_signal_that_comes_late_ends_nothing() -> None:
    with watchdog.hang_limit(0.3, 0.2):
        pass
    signal.raise_signal(signal.SIGPROF)


def test_somebody_elses_handler_comes_back() -> None:
    def handler(number: int, frame: Any) -> None: ...

    before = signal.signal(signal.SIGPROF, handler)
    try:
        with watchdog.hang_limit(0.3):
            assert signal.getsignal(signal.SIGPROF) is not handler
        assert signal.getsignal(signal.SIGPROF) is handler
    finally:
        signal.signal(signal.SIGPROF, before)


def test_one_watcher_thread_however_many_sessions() -> None:
    for _ in range(50):
        with watchdog.hang_limit(0.3, 60):
            pass
    assert threading.active_count() < 10


def test_on_another_thread_it_is_off() -> None:
    ran: list[int] = []

    def in_thread() -> None:
        with watchdog.hang_limit(0.1, 0.1):
            ran.append(1)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert ran == [1]


def test_a_net_inside_another_leaves_the_outer_one_in_place() -> None:
    """A run guards all its sessions at once, and confirms a hang under twice the limit in between."""
    with guarded(0.3):
        assert not session(CatastrophicRegex, 0.6).complete
        assert not session(CatastrophicRegex, 0.3).complete
    assert signal.getitimer(signal.ITIMER_PROF)[1] == 0

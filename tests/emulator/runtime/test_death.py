"""How the app's code ends: by itself, by exceptions that end programs, and by a kill that it cannot refuse."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Kill, LowMemoryKill, Record, SessionKind, load_subject, nominal_plan
from emulator.kernel import AppThread
from tests.emulator.harness import OK_JSON, S, run, seen
from tests.emulator.runtime.box import Box

MIDDLE = [Kill(at_ns=30 * S)]


class Base:
    context: Any = None


# what ends programs, raised by the app ------------------------------------------------------------------------------------


class SyncSystemExit(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        sys.exit(3)


class AsyncSystemExit(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        raise SystemExit(3)


class AsyncSystemExitAtOnce(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        raise SystemExit(3)


class SyncInterrupt(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        raise KeyboardInterrupt


class AsyncInterrupt(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        raise KeyboardInterrupt


@pytest.mark.parametrize("cls", [SyncSystemExit, AsyncSystemExit, AsyncSystemExitAtOnce, SyncInterrupt, AsyncInterrupt])
def test_it_is_an_error_of_the_callback_and_ends_nothing_of_ours(cls: type[Any]) -> None:
    record = run(cls)
    call = next(call for call in record.calls if call.callback == "onBackupEx")
    assert call.outcome in ("threw", "rejected")
    assert record.complete
    assert ("onAllBundlesEnd", 0) in seen(record)


class ExitInAWorker(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        for error in (SystemExit, KeyboardInterrupt):
            worker = threading.Thread(target=self.leave, args=(error,))
            worker.start()
            worker.join()
        asyncio.get_running_loop().call_later(1, self.leave, SystemExit)
        await asyncio.sleep(2)
        return OK_JSON

    def leave(self, error: type[BaseException]) -> None:
        raise error


def test_in_workers_and_timers() -> None:
    assert ("onBundleEnd", 0) in seen(run(ExitInAWorker))


# kills -------------------------------------------------------------------------------------------------------------------


def write(ext: Any, name: str) -> None:
    Path(ext.context.filesDir, name).write_text(name)


class CleansUp(Base):
    """Writes in its finally block, which a killed process never gets to."""

    def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        try:
            time.sleep(600)
        finally:
            print("on the way out")
            write(self, "finally")
        return OK_JSON


class CleansUpAsync(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        try:
            await asyncio.sleep(600)
        finally:
            print("on the way out")
            write(self, "finally")
            await asyncio.sleep(1)
            write(self, "finally")
        return OK_JSON


class CleansUpInAWorker(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.to_thread(CleansUp.onBackupEx, self, backupInfo)  # type: ignore[arg-type]
        return OK_JSON


class Swallows(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        try:
            time.sleep(600)
        except BaseException:
            write(self, "finally")
        return OK_JSON


class SwallowsAsync(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        with contextlib.suppress(BaseException):
            await asyncio.sleep(600)
        write(self, "finally")
        return OK_JSON


class SwallowsForEver(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        while True:
            with contextlib.suppress(BaseException):
                while True:
                    time.sleep(600)


class SwallowsForEverAsync(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        while True:
            with contextlib.suppress(BaseException):
                while True:
                    await asyncio.sleep(600)


class ReturnsFromFinally(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        write(self, "begun")
        try:
            time.sleep(600)
        finally:
            return OK_JSON  # noqa: B012


KILLED = [
    CleansUp,
    CleansUpAsync,
    CleansUpInAWorker,
    Swallows,
    SwallowsAsync,
    SwallowsForEver,
    SwallowsForEverAsync,
    ReturnsFromFinally,
]


def after_death(record: Record) -> list[str]:
    kinds = [event.kind for event in record.events]
    return [k for k in kinds[kinds.index("process.end") :] if k in ("call.sync-end", "call.settled", "log", "entry")]


@pytest.mark.parametrize("cls", KILLED)
def test_a_kill_cannot_be_refused(cls: type[Any]) -> None:
    record = run(cls, conditions=MIDDLE)
    assert record.complete
    [end] = [event for event in record.of_kind("process.end") if event.data["process"] == 1]
    assert (end.at_ns, end.data["why"]) == (30 * S, "killed")
    changed = {Path(event.data["path"]).name for event in record.of_kind("change") if event.data["process"] == 1}
    assert changed == {"begun"}
    assert after_death(record) == [] or not any(event.kind == "log" for event in record.events)
    assert not list(record.of_kind("log")), "a process that is gone says nothing"
    call = next(call for call in record.calls if call.callback == "onBackupEx")
    assert call.outcome in ("cut", "pending")


@pytest.mark.parametrize("cls", KILLED)
def test_every_kill_gives_the_same_record(cls: type[Any]) -> None:
    first, second = (run(cls, conditions=MIDDLE).dumps() for _ in range(2))
    assert first == second


class LoopsInFinally(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        try:
            time.sleep(600)
        finally:
            while True:
                pass


def test_an_endless_loop_on_the_way_out() -> None:
    record = run(LoopsInFinally, conditions=MIDDLE)
    assert record.complete and not list(record.of_kind("hang"))


class KilledAtOnce(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        return OK_JSON


def test_low_memory_at_the_very_start() -> None:
    record = run(KilledAtOnce, conditions=[LowMemoryKill("onBackupEx", 0)])
    assert any(event.data["why"] == "low-memory" for event in record.of_kind("process.end"))


def test_worker_threads_end() -> None:
    ended: list[str] = []

    def wait(name: str, how: Any) -> None:
        try:
            how()
        finally:
            ended.append(name)

    def main() -> None:
        lock = threading.Lock()
        lock.acquire()
        hows = {"lock": lock.acquire, "event": threading.Event().wait, "sleep": lambda: time.sleep(10**6)}
        hows["loop"] = lambda: asyncio.run(asyncio.sleep(10**6))
        for name, how in hows.items():
            threading.Thread(target=wait, args=(name, how)).start()
        ThreadPoolExecutor(2).submit(wait, "pool", lambda: time.sleep(10**6))
        time.sleep(10)

    box = Box()
    box.run(main, seconds=20)
    assert ended == []
    box.close()
    assert len(box.threads) == 6
    assert all(thread.ended and thread.carrier is None for thread in box.threads)


def test_a_closed_loop_of_the_apps_own_making_does_not_end_the_run() -> None:
    class OldFashioned(Base):
        def onBackupEx(self, backupInfo: str) -> str:
            loop = asyncio.get_event_loop()
            loop.run_until_complete(asyncio.sleep(1))
            loop.close()
            return OK_JSON

        async def onRelease(self, scenario: int) -> None:
            await asyncio.sleep(1)

    record = run(OldFashioned)
    assert ("onBundleEnd", 0) in seen(record)
    assert [call.outcome for call in record.calls if call.callback == "onRelease"] == ["fulfilled"]


class FutureWithoutALoop(Base):
    def onBackupEx(self, backupInfo: str) -> Any:
        future: asyncio.Future[str] = asyncio.Future()
        future.get_loop().call_later(2, future.set_result, OK_JSON)
        return future


def test_a_future_made_outside_any_running_loop() -> None:
    assert ("onBundleEnd", 0) in seen(run(FutureWithoutALoop))


# what is left ------------------------------------------------------------------------------------------------------------


class LeavesEverythingOpen(Base):
    """Tasks, generators, futures, threads, pools, a second loop and open contexts, none of them finished."""

    async def onBackupEx(self, backupInfo: str) -> str:
        loop = asyncio.get_running_loop()
        self.tasks = [asyncio.create_task(self.forever(n)) for n in range(3)]
        self.generator = self.numbers()
        await self.generator.__anext__()
        self.future = loop.create_future()
        self.waiting = asyncio.gather(*self.tasks, self.future)
        self.timer = loop.call_later(10**6, print)
        self.pool = ThreadPoolExecutor(1)
        self.job = loop.run_in_executor(self.pool, time.sleep, 10**6)
        threading.Thread(target=lambda: asyncio.run(self.forever(0)), daemon=True).start()
        async with asyncio.timeout(10**6):
            await asyncio.sleep(10**6)
        return OK_JSON

    async def forever(self, number: int) -> None:
        try:
            async for _ in self.numbers():
                await asyncio.sleep(number)
        finally:
            await asyncio.sleep(1)

    async def numbers(self) -> Any:
        try:
            while True:
                await asyncio.sleep(1)
                yield 1
        finally:
            await asyncio.sleep(1)


class KeepsADatabaseOpen(Base):
    database: sqlite3.Connection

    def onBackupEx(self, backupInfo: str) -> str:
        self.database = sqlite3.connect(os.path.join(self.context.filesDir, "a.db"))
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("CREATE TABLE note (text)")
        self.database.commit()
        return OK_JSON


def test_a_database_that_is_left_open_is_not_tidied_up_by_the_end_of_its_process() -> None:
    """A device ends the process, and the log stays beside the database; nobody writes it back."""
    with Device() as device:
        device.install(load_subject(KeepsADatabaseOpen))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        gc.collect()
        files = device.bundles["com.example.app"].sandbox.root / "data/storage/el2/base/haps/entry/files"
        assert {path.name for path in files.iterdir()} >= {"a.db", "a.db-wal"}
        assert (files / "a.db-wal").stat().st_size > 0
        with contextlib.closing(sqlite3.connect(files / "a.db")) as database:
            assert database.execute("SELECT count(*) FROM note").fetchone() == (0,)
    changed = {os.path.basename(event.data["path"]): event.data["crc"] for event in record.of_kind("change")}
    assert changed["a.db"] and changed["a.db-wal"]
    assert {event.data["during"] for event in record.of_kind("change")} == {"onBackupEx"}


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


def greenlets() -> int:
    for _ in range(3):
        gc.collect()
    return sum(isinstance(found, AppThread) for found in gc.get_objects())


def test_nothing_piles_up_over_200_sessions() -> None:
    def sessions(count: int) -> None:
        for _ in range(count):
            run(LeavesEverythingOpen, conditions=[Kill(at_ns=3 * S)])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sessions(5)
        before = greenlets(), open_files(), threading.active_count()
        sessions(200)
        after = greenlets(), open_files(), threading.active_count()
    assert after == before


SCRIPT = """
    import asyncio, gc, sys, time
    sys.path[:] = {path!r}
    from emulator import Kill
    from tests.emulator.harness import run
    from tests.emulator.runtime import test_death as cases
    for cls in [*cases.KILLED, cases.LoopsInFinally, cases.LeavesEverythingOpen, cases.ExitInAWorker]:
        run(cls, conditions=[Kill(at_ns=3_000_000_000)])
        run(cls, conditions=cases.MIDDLE)
    gc.collect()
    print("fine")
"""


def test_no_warning_and_a_quick_exit_with_warnings_as_errors(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT.format(path=[p for p in sys.path if p])), encoding="utf-8")
    command = [sys.executable, "-W", "error", "-X", "dev", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("fine\n", "", 0)

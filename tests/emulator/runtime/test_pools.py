"""concurrent.futures in virtual time."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, SessionPlan, load_subject
from tests.emulator.harness import OK_JSON, run, seen
from tests.emulator.runtime.box import run_app


def now() -> float:
    return round(time.monotonic(), 2)


def test_a_pool_works_side_by_side() -> None:
    def main() -> Any:
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="p") as pool:
            futures = [pool.submit(lambda n=n: (time.sleep(n), now(), threading.current_thread().name)[1:]) for n in (3, 1, 1)]
            first = [future.result()[0] for future in concurrent.futures.as_completed(futures)]
        return first, [future.result() for future in futures], now()

    assert run_app(main) == ([1, 2, 3], [(3, "p_0"), (1, "p_1"), (2, "p_1")], 3)


def test_pool_map_errors_timeouts_and_cancel() -> None:
    def main() -> Any:
        found: list[Any] = []
        pool = ThreadPoolExecutor(max_workers=1)
        found.append(list(pool.map(lambda n: n * n, range(4))))
        failing = pool.submit(lambda: 1 // 0)
        found.append(type(failing.exception()).__name__)
        slow, waiting = pool.submit(time.sleep, 5), pool.submit(time.sleep, 5)
        with pytest.raises(concurrent.futures.TimeoutError):
            slow.result(timeout=1)
        found += [now(), waiting.cancel(), slow.cancel()]
        done, pending = concurrent.futures.wait([slow], timeout=1)
        found.append((len(done), len(pending), now()))
        pool.shutdown(wait=True, cancel_futures=True)
        found.append(now())
        with pytest.raises(RuntimeError, match="shutdown"):
            pool.submit(print)
        return found

    assert run_app(main) == [[0, 1, 4, 9], "ZeroDivisionError", 1, True, False, (0, 1, 2), 5]


def test_jobs_that_submit_jobs_to_other_pools() -> None:
    def main() -> Any:
        pools = [ThreadPoolExecutor(max_workers=2) for _ in range(3)]
        log: list[int] = []

        def job(level: int) -> None:
            log.append(level)
            if level < 2:
                for future in [pools[level + 1].submit(job, level + 1) for _ in range(2)]:
                    future.result()

        pools[0].submit(job, 0).result()
        for pool in pools:
            pool.shutdown()
        return sorted(log)

    assert run_app(main) == [0, 1, 1, 2, 2, 2, 2]


def test_initializer_and_broken_pool() -> None:
    def main() -> Any:
        pool = ThreadPoolExecutor(max_workers=1, initializer=lambda: 1 // 0)
        with pytest.raises(concurrent.futures.thread.BrokenThreadPool):
            pool.submit(len, ()).result()
        return True

    assert run_app(main)


POOL = ThreadPoolExecutor(max_workers=2)
LOOP_POOL_USERS: list[str] = []


class UsesAModulePool:
    async def onBackupEx(self, backupInfo: str) -> str:
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(POOL, time.sleep, 2) for _ in range(3)))
        LOOP_POOL_USERS.append(threading.current_thread().name)
        return OK_JSON


def test_a_pool_of_the_module_over_several_sessions() -> None:
    records = [run(UsesAModulePool) for _ in range(3)]
    assert [seen(record)[-2:] for record in records] == [[("onBundleEnd", 0), ("onAllBundlesEnd", 0)]] * 3
    assert len({record.trace_hash for record in records}) == 1


class LeavesAModulePoolBusy:
    def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(5):
            POOL.submit(time.sleep, 1_000)
        return OK_JSON


def test_a_pool_that_a_dead_process_left_busy() -> None:
    run(LeavesAModulePoolBusy)
    record = run(UsesAModulePool)
    assert ("onBundleEnd", 0) in seen(record)
    end = [message.at_ns for message in record.client if message.callback == "onBundleEnd"]
    assert end[0] < 10e9


def test_a_pool_of_the_module_in_several_processes_at_once() -> None:
    """Each process has the module to itself on a device: a job runs in the process that gave it to the pool."""

    class Counts:
        context: Any = None

        async def onBackupEx(self, backupInfo: str) -> str:
            loop = asyncio.get_running_loop()
            await asyncio.gather(*(loop.run_in_executor(POOL, self.write, name) for name in "abc"))
            return OK_JSON

        def write(self, name: str) -> None:
            time.sleep(1)
            Path(self.context.filesDir, name).write_text(name)

    bundles = ("com.example.one", "com.example.two", "com.example.one:1")
    with Device() as device:
        for bundle in bundles:
            name, _, index = bundle.partition(":")
            device.install(load_subject(Counts), name, clone_index=int(index or 0))
        record = device.run(SessionPlan(kind=SessionKind.FULL_BACKUP, bundles=bundles))
    assert [code for _, code in seen(record, "onBundleEnd")] == [0, 0, 0]
    assert not list(record.of_kind("outside"))
    assert {event.data["process"] for event in record.of_kind("change")} == {1, 2, 3}

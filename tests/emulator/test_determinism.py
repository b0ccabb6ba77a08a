"""Equal runs give equal bytes: in one process, in processes with other hash seeds, and beside other work. The order of ties
changes no outcome.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import queue
import random
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pytest

from emulator import Kill, Record, SessionKind
from emulator.kernel import current_thread
from tests.emulator.harness import OK_JSON, S, called, run, seen


class Busy:
    """Threads, a pool, asyncio with sets of tasks inside, files, random numbers, locks, prints, and a poll every 5 s."""

    context: Any

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.done = 0

    def onProcess(self) -> str:
        with self.lock:
            return f'{{"progressInfo":[{{"name":"busy","processed":{self.done},"total":100}}]}}'

    async def onBackupEx(self, backupInfo: str) -> str:
        items: queue.Queue[int | None] = queue.Queue()
        workers = [threading.Thread(target=self.work, args=(items, n), name=f"w{n}") for n in range(3)]
        for worker in workers:
            worker.start()
        for item in range(9):
            items.put(item)
            await asyncio.sleep(random.random() / 4)
        for _ in workers:
            items.put(None)
        try:
            async with asyncio.TaskGroup() as group:
                for n in range(12):
                    group.create_task(self.walk(n))
        except* LookupError as errors:
            print([str(error) for error in errors.exceptions])
        done, _ = await asyncio.wait([asyncio.create_task(self.touch(n)) for n in range(12)])
        print([task.result() for task in done])
        await asyncio.to_thread(self.pool)
        for worker in workers:
            worker.join()
        return OK_JSON

    def work(self, items: queue.Queue[int | None], number: int) -> None:
        while (item := items.get()) is not None:
            time.sleep(random.uniform(0.1, 2))
            with self.lock:
                self.done += 1
                Path(self.context.filesDir, f"{item}.txt").write_text(f"{number} {time.time()}")
                print(threading.current_thread().name, item, time.monotonic())

    async def walk(self, number: int) -> None:
        try:
            await asyncio.sleep(1 if number == 7 else 5)
        except asyncio.CancelledError:
            print("cancelled", number)
            raise
        raise LookupError(str(number))

    async def touch(self, number: int) -> int:
        Path(self.context.filesDir, f"touched {number}").touch()
        return number

    def pool(self) -> None:
        with ThreadPoolExecutor() as pool:
            jobs = {pool.submit(time.sleep, n % 4): n for n in range(10)}
            print([jobs[job] for job in as_completed(jobs)])


class Finalized:
    def __del__(self) -> None:
        with contextlib.suppress(RuntimeError):  # greenlet, when the interpreter ends
            if current_thread() is not None:
                print("finalized")


class Litters(Busy):
    """Cycles that hold errors which nobody looks at: what the collector finds, and when, must not matter."""

    async def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(50):
            task: Any = asyncio.create_task(self.walk(7))
            cycle: list[Any] = [task, Finalized()]
            cycle.append(cycle)
            await asyncio.sleep(1.5)
            del task, cycle
        return OK_JSON


def texts(cls: type[Any], count: int, **options: Any) -> set[str]:
    return {run(cls, **options).dumps() for _ in range(count)}


def test_a_hundred_runs() -> None:
    assert len(texts(Busy, 100)) == 1


def test_restores_and_kills() -> None:
    for at_ns in (1, 3 * S + 7, 11 * S):
        assert len(texts(Busy, 3, conditions=[Kill(at_ns=at_ns)])) == 1
    assert len(texts(Busy, 3, kind=SessionKind.INCREMENTAL_BACKUP)) == 1


@pytest.fixture
def eager_collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(7)
    yield
    gc.set_threshold(*before)


def test_when_the_collector_runs_makes_no_difference(eager_collector: None) -> None:
    eager = run(Litters).dumps()
    gc.set_threshold(100_000)
    assert run(Litters).dumps() == eager


def test_beside_busy_threads() -> None:
    alone = run(Busy).dumps()
    stop = threading.Event()

    def spin() -> None:
        lock = threading.Lock()
        while not stop.is_set():
            with lock:
                random.random()
                stop.wait(0)

    threads = [threading.Thread(target=spin) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert run(Busy).dumps() == alone
    finally:
        stop.set()
        for thread in threads:
            thread.join()


SCRIPT = """
    import sys
    sys.path[:] = {path!r}
    from tests.emulator.harness import run
    from tests.emulator import test_determinism as cases
    import hashlib
    for cls in (cases.Busy, cases.Litters):
        print(hashlib.sha256(run(cls).dumps().encode()).hexdigest())
"""


def test_other_hash_seeds(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT.format(path=[p for p in sys.path if p])), encoding="utf-8")
    running = [
        subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "1", "4711")
    ]
    results = [process.communicate(timeout=60) for process in running]
    assert {error for _, error in results} == {""}
    assert len({out for out, _ in results}) == 1
    assert len(results[0][0].split()) == 2


# ties --------------------------------------------------------------------------------------------------------------------


class Plain:
    def onBackupEx(self, backupInfo: str) -> str:
        time.sleep(15)
        return OK_JSON


class FailsAsync:
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(5)
        raise ValueError("no")

    def onProcess(self) -> str:
        return '{"progressInfo":[{"name":"x","processed":1,"total":2}]}'


class NeverSettles:
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.get_running_loop().create_future()
        return OK_JSON


class Ties:
    """Everything happens at whole seconds, at which the device polls as well."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    async def onBackupEx(self, backupInfo: str) -> str:
        def work() -> None:
            for _ in range(4):
                with self.lock:
                    time.sleep(5)

        await asyncio.gather(*(asyncio.to_thread(work) for _ in range(2)), asyncio.sleep(5))
        return OK_JSON

    def onProcess(self) -> str:
        return '{"progressInfo":[{"name":"x","processed":1,"total":2}]}'


def outcome(record: Record) -> Any:
    return (
        seen(record),
        called(record),
        [(call.callback, call.outcome, call.end_ns) for call in record.calls],
        [(poll.verdict, poll.text) for poll in record.polls],
        [(event.kind, event.data.get("why")) for event in record.of_kind("process.end", "hang", "stuck", "refused", "work.cut")],
        sorted(event.data["path"] for event in record.of_kind("change")),
    )


@pytest.mark.parametrize("cls", [Plain, FailsAsync, NeverSettles, Ties])
def test_the_order_of_ties_changes_no_outcome(cls: type[Any]) -> None:
    fifo, lifo = run(cls), run(cls, tie_order="lifo")
    assert outcome(fifo) == outcome(lifo)


def test_both_orders_repeat_themselves() -> None:
    maker: Callable[[], str] = lambda: run(Busy, tie_order="lifo").dumps()  # noqa: E731
    assert maker() == maker()

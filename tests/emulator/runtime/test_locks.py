"""threading's locks in virtual time, alone and between the main thread and a worker of a session."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from emulator.runtime.python import locks
from tests.emulator.harness import OK_JSON, PROGRESS, run, seen
from tests.emulator.runtime.box import Box, run_app

both_orders = pytest.mark.parametrize("tie_order", ["fifo", "lifo"])


class HoldsForASecond:
    """A worker that holds the lock for a second at a time; onProcess wants the same lock."""

    def __init__(self) -> None:
        self.lock: Any = threading.Lock()

    def work(self) -> None:
        for _ in range(32):
            with self.lock:
                time.sleep(1)

    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.to_thread(self.work)
        return OK_JSON

    def onProcess(self) -> str:
        with self.lock:
            return PROGRESS

    def onRelease(self, scenario: int) -> None:
        pass


class HoldsAnRLock(HoldsForASecond):
    def __init__(self) -> None:
        self.lock = threading.RLock()


class HoldsACondition(HoldsForASecond):
    def __init__(self) -> None:
        self.lock = threading.Condition()


class HoldsASemaphore(HoldsForASecond):
    def __init__(self) -> None:
        self.lock = threading.Semaphore()


class HoldsInAThread(HoldsForASecond):
    async def onBackupEx(self, backupInfo: str) -> str:
        worker = threading.Thread(target=self.work)
        worker.start()
        while worker.is_alive():
            await asyncio.sleep(0.25)
        return OK_JSON


@both_orders
@pytest.mark.parametrize("cls", [HoldsForASecond, HoldsAnRLock, HoldsACondition, HoldsASemaphore, HoldsInAThread])
def test_on_process_gets_the_workers_lock_in_time(cls: type[Any], tie_order: Any) -> None:
    record = run(cls, tie_order=tie_order)
    assert [poll.verdict for poll in record.polls] == ["accepted"] * len(record.polls)
    assert len(record.polls) >= 7
    assert ("onBundleEnd", 0) in seen(record)


class HoldsForTooLong(HoldsForASecond):
    def work(self) -> None:
        with self.lock:
            time.sleep(20)


@both_orders
def test_a_lock_held_for_long_makes_polls_miss(tie_order: Any) -> None:
    record = run(HoldsForTooLong, tie_order=tie_order)
    assert "late" in {poll.verdict for poll in record.polls} or "unanswered" in {poll.verdict for poll in record.polls}


class PolledWhileItWaits:
    """The main thread waits for a lock in the backup callback; the poll that comes due meanwhile must not end the wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.log: list[Any] = []

    def onBackupEx(self, backupInfo: str) -> str:
        taken = threading.Event()

        def hold() -> None:
            with self.lock:
                taken.set()
                time.sleep(12)
                print("released")

        threading.Thread(target=hold).start()
        taken.wait()
        with self.lock:
            print("taken")
        return OK_JSON

    def onProcess(self) -> str:
        return PROGRESS


@both_orders
def test_a_poll_does_not_break_into_a_lock(tie_order: Any) -> None:
    record = run(PolledWhileItWaits, tie_order=tie_order)
    lines = [(event.at_ns / 1e9, event.data["text"]) for event in record.of_kind("log")]
    assert [text for _, text in lines] == ["released", "taken"]
    assert lines[1][0] == pytest.approx(12, abs=0.01)


# one by one --------------------------------------------------------------------------------------------------------------


def side_by_side(*bodies: Any) -> float:
    """Run each in a thread, all begun at once; the virtual seconds until the last has ended."""

    def main() -> float:
        workers = [threading.Thread(target=body) for body in bodies]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return time.monotonic()

    return run_app(main)


def test_handed_to_whoever_waits_longest() -> None:
    order: list[int] = []

    def main() -> None:
        lock = threading.Lock()

        def body(number: int) -> None:
            time.sleep(number / 10)
            with lock:
                time.sleep(5)
                order.append(number)

        workers = [threading.Thread(target=body, args=(n,)) for n in (3, 1, 2, 0)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert not lock.locked()

    run_app(main)
    assert order == [0, 1, 2, 3]


def test_timeouts_and_arguments() -> None:
    def main() -> list[Any]:
        lock = threading.Lock()
        found: list[Any] = [lock.acquire(), lock.acquire(False), lock.acquire(blocking=False)]
        begun = time.monotonic()
        found += [lock.acquire(timeout=2.5), round(time.monotonic() - begun, 3), lock.acquire(True, 0)]
        for wrong in ((False, 1), (True, -2)):
            with pytest.raises(ValueError, match="timeout"):
                lock.acquire(*wrong)
        with pytest.raises(OverflowError):
            lock.acquire(timeout=threading.TIMEOUT_MAX * 2)
        lock.release()
        with pytest.raises(RuntimeError, match="unlocked"):
            lock.release()
        return [*found, lock.locked()]

    assert run_app(main) == [True, False, False, False, 2.5, False, False]


def test_a_timeout_that_ends_as_the_lock_is_released() -> None:
    def main() -> bool:
        lock = threading.Lock()
        results: list[bool] = []

        def hold() -> None:
            with lock:
                time.sleep(2)

        def want() -> None:
            results.append(lock.acquire(timeout=2))
            if results[0]:
                lock.release()

        workers = [threading.Thread(target=hold), threading.Thread(target=want)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return lock.locked()

    assert run_app(main) is False


def test_released_by_another_thread() -> None:
    def main() -> float:
        lock = threading.Lock()
        lock.acquire()
        threading.Timer(3, lock.release).start()
        lock.acquire()
        return round(time.monotonic(), 3)

    assert run_app(main) == 3


def test_rlock_counts_and_belongs_to_its_thread() -> None:
    def main() -> list[Any]:
        lock = threading.RLock()
        found: list[Any] = []
        with lock, lock:
            worker = threading.Thread(target=lambda: found.append(lock.acquire(timeout=1)))
            worker.start()
            worker.join()
        worker = threading.Thread(target=lambda: found.append(lock.acquire(timeout=1)))
        worker.start()
        worker.join()
        with pytest.raises(RuntimeError, match="un-acquired"):
            lock.release()
        return found

    assert run_app(main) == [False, True]


def test_condition_with_an_rlock_taken_twice() -> None:
    def main() -> list[str]:
        condition = threading.Condition()
        log: list[str] = []

        def waiter() -> None:
            with condition, condition:
                condition.wait()
                log.append("woken")

        worker = threading.Thread(target=waiter)
        worker.start()
        time.sleep(1)
        with condition:
            log.append("notifies")
            condition.notify()
        worker.join()
        return log

    assert run_app(main) == ["notifies", "woken"]


def test_an_uncontended_lock_costs_nothing_and_switches_to_nobody() -> None:
    box = Box()

    def main() -> int:
        lock = threading.Lock()
        for _ in range(20_000):
            with lock:
                pass
        return box.kernel.switches

    try:
        assert box.run(main) == 0
        assert box.kernel.now_ns == 0
    finally:
        box.close()


def test_a_lock_held_by_a_process_that_is_gone_is_free() -> None:
    lock = locks.VirtualLock()
    reentrant = locks.VirtualRLock()

    def hold() -> None:
        lock.acquire()
        reentrant.acquire()
        time.sleep(1_000)

    for _ in range(3):
        box = Box()
        with pytest.raises(IndexError):
            box.run(hold, seconds=5)
        assert lock.locked()
        box.close()
        assert not lock.locked()
    assert run_app(lambda: (lock.acquire(False), reentrant.acquire(False))) == (True, True)


def test_real_threads_get_real_locks() -> None:
    Box()
    lock = threading.Lock()
    assert not isinstance(lock, locks.VirtualLock)
    assert isinstance(lock, threading.Lock)  # type: ignore[arg-type,unused-ignore]
    assert lock.acquire() and not lock.acquire(timeout=0)
    done = threading.Event()
    thread = threading.Thread(target=done.set)
    thread.start()
    thread.join()
    assert done.is_set()
    assert not isinstance(threading.RLock(), locks.VirtualRLock)


def test_the_apps_locks_work_for_real_threads_too() -> None:
    lock = run_app(threading.Lock)
    assert isinstance(lock, locks.VirtualLock)
    with lock:
        thread = threading.Thread(target=lock.acquire)
        thread.start()
    thread.join()
    assert lock.locked()


def test_the_name_is_a_class_as_from_3_13_on() -> None:
    def main() -> tuple[bool, bool, str]:
        return isinstance(threading.Lock(), threading.Lock), isinstance(3, threading.Lock), str(threading.Lock | None)  # type: ignore[operator,arg-type,unused-ignore]

    yes, no, text = run_app(main)
    assert yes and not no and "Lock | None" in text

"""threading and queue in virtual time."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.runtime.box import Box, run_app


def now() -> float:
    return round(time.monotonic(), 2)


def in_app(main: Callable[[], Any]) -> Any:
    return run_app(main)


def test_subclass_with_run() -> None:
    class Worker(threading.Thread):
        def __init__(self, naps: int) -> None:
            super().__init__(name=f"worker {naps}")
            self.naps = naps
            self.log: list[float] = []

        def run(self) -> None:
            for _ in range(self.naps):
                time.sleep(1)
                self.log.append(now())

    def main() -> Any:
        workers = [Worker(2), Worker(3)]
        states = [[worker.is_alive() for worker in workers]]
        for worker in workers:
            worker.start()
        states.append([worker.is_alive() for worker in workers])
        workers[0].join()
        states.append([worker.is_alive() for worker in workers])
        workers[1].join()
        return states, [worker.log for worker in workers], workers[0].name

    assert in_app(main) == (
        [[False, False], [True, True], [False, True]],
        [[1.0, 2.0], [1.0, 2.0, 3.0]],
        "worker 2",
    )


def test_join_with_timeout() -> None:
    def main() -> Any:
        worker = threading.Thread(target=time.sleep, args=(5,))
        with pytest.raises(RuntimeError, match="before it is started"):
            worker.join()
        worker.start()
        found = []
        for timeout in (0, -1, 2, 2, 2):
            worker.join(timeout)
            found.append((now(), worker.is_alive()))
        worker.join()
        with pytest.raises(RuntimeError, match="once"):
            worker.start()
        with pytest.raises(RuntimeError, match="current thread"):
            threading.current_thread().join()
        return found

    assert in_app(main) == [(0, True), (0, True), (2, True), (4, True), (5, False)]


def test_several_wait_for_one() -> None:
    def main() -> Any:
        target = threading.Thread(target=time.sleep, args=(3,))
        target.start()
        log: list[Any] = []
        waiters = [threading.Thread(target=lambda n=n: (target.join(), log.append((n, now())))) for n in range(3)]
        for waiter in waiters:
            waiter.start()
        for waiter in waiters:
            waiter.join()
        return log

    assert in_app(main) == [(0, 3), (1, 3), (2, 3)]


def test_timer_and_its_cancel() -> None:
    def main() -> Any:
        log: list[Any] = []
        timers = [threading.Timer(seconds, lambda s=seconds: log.append((s, now()))) for seconds in (3, 1, 2)]
        for timer in timers:
            timer.start()
        time.sleep(1.5)
        timers[2].cancel()
        timers[0].join()
        return log

    assert in_app(main) == [(1, 1), (3, 3)]


def test_who_am_i() -> None:
    def main() -> Any:
        found: dict[str, Any] = {}

        def look(name: str) -> None:
            thread = threading.current_thread()
            found[name] = (thread.name, thread.ident == threading.get_ident(), thread is threading.main_thread())

        worker = threading.Thread(target=look, args=("worker",), name="w", daemon=True)
        look("main")
        worker.start()
        counts = [threading.active_count(), [t.name for t in threading.enumerate()]]
        worker.join()
        counts += [threading.active_count(), worker.daemon, worker.ident != threading.get_ident()]
        return found, counts

    found, counts = in_app(main)
    assert found == {"main": ("MainThread", True, True), "worker": ("w", True, False)}
    assert counts == [2, ["MainThread", "w"], 1, True, True]


def test_an_unfinished_init_is_told() -> None:
    class Broken(threading.Thread):
        def __init__(self) -> None:
            pass

    with pytest.raises(RuntimeError, match="not called"):
        in_app(lambda: Broken().start())


def test_event_condition_semaphore_barrier() -> None:
    def main() -> Any:
        log: list[Any] = []
        event = threading.Event()
        log.append((event.wait(2), now()))
        threading.Timer(1, event.set).start()
        log.append((event.wait(5), now()))

        condition = threading.Condition()
        items: list[int] = []

        def produce() -> None:
            time.sleep(1)
            with condition:
                items.append(1)
                condition.notify_all()

        threading.Thread(target=produce).start()
        with condition:
            log.append((condition.wait_for(lambda: bool(items), timeout=9), now()))
            log.append((condition.wait(timeout=1), now()))

        semaphore = threading.BoundedSemaphore(2)

        def work() -> None:
            with semaphore:
                time.sleep(1)

        workers = [threading.Thread(target=work) for _ in range(5)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        log.append(("five through two", now()))
        with pytest.raises(ValueError, match="too many"):
            semaphore.release()

        barrier = threading.Barrier(3, timeout=10)
        places: list[int] = []
        parties = [threading.Thread(target=lambda: places.append(barrier.wait())) for _ in range(2)]
        for party in parties:
            party.start()
        time.sleep(1)
        places.append(barrier.wait())
        for party in parties:
            party.join()
        log.append((sorted(places), now()))
        alone = threading.Barrier(2)
        with pytest.raises(threading.BrokenBarrierError):
            alone.wait(timeout=1)
        log.append(("broken", now()))
        return log

    assert in_app(main) == [
        (False, 2),
        (True, 3),
        (True, 4),
        (False, 5),
        ("five through two", 8),
        ([0, 1, 2], 9),
        ("broken", 10),
    ]


@pytest.mark.parametrize("kind", ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue"])
def test_queues(kind: str) -> None:
    def main() -> Any:
        items = getattr(queue, kind)()
        log: list[Any] = []

        def consume() -> None:
            while (item := items.get()) != 99:
                log.append((item, now()))

        for item in (3, 1, 2):
            items.put(item)
        worker = threading.Thread(target=consume)
        worker.start()
        time.sleep(1)
        items.put(4)
        time.sleep(1)
        items.put(99)
        worker.join()
        with pytest.raises(queue.Empty):
            items.get(timeout=2)
        with pytest.raises(queue.Empty):
            items.get_nowait()
        return log, now(), items.empty()

    order = {"LifoQueue": [2, 1, 3], "PriorityQueue": [1, 2, 3]}.get(kind, [3, 1, 2])
    log, end, empty = in_app(main)
    assert [item for item, _ in log[:3]] == order
    assert log[3:] == [(4, 1)]
    assert end == 4 and empty


def test_a_full_queue_waits_and_join_waits_for_task_done() -> None:
    def main() -> Any:
        items: queue.Queue[int] = queue.Queue(maxsize=1)
        log: list[Any] = []

        def consume() -> None:
            for _ in range(3):
                time.sleep(1)
                items.get()
                items.task_done()

        threading.Thread(target=consume).start()
        for item in range(3):
            items.put(item)
            log.append(now())
        with pytest.raises(queue.Full):
            items.put(9, timeout=0.5)
        items.join()
        return log, now()

    assert in_app(main) == ([0, 1, 2], 3)


# odds and ends -----------------------------------------------------------------------------------------------------------


def test_exceptions_in_threads_go_to_the_log() -> None:
    box = Box()

    def main() -> None:
        workers = [
            threading.Thread(target=lambda: {}["missing"], name="one"),
            threading.Thread(target=lambda: (_ for _ in ()).throw(KeyboardInterrupt("own")), name="two"),
            threading.Thread(target=lambda: (_ for _ in ()).throw(SystemExit(1)), name="three"),
        ]
        for worker in workers:
            worker.start()
            worker.join()

    box.run(main)
    box.close()
    assert box.lines == [
        ("excepthook", "Exception in thread one: KeyError: 'missing'"),
        ("excepthook", "Exception in thread two: KeyboardInterrupt: own"),
    ]


class LocalWithInit(threading.local):
    def __init__(self, start: int = 5) -> None:
        self.value = start


def test_thread_locals() -> None:
    def main() -> Any:
        class Counter(threading.local):
            def __init__(self, start: int) -> None:
                self.value = start

        plain, counter = threading.local(), Counter(10)
        plain.name = "main"
        counter.value += 1
        found: list[Any] = []

        def look() -> None:
            plain.name = threading.current_thread().name
            counter.value += 5
            time.sleep(1)
            found.append((plain.name, counter.value))

        workers = [threading.Thread(target=look, name=name) for name in "ab"]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        with pytest.raises(AttributeError):
            plain.other  # noqa: B018
        return found, plain.name, counter.value

    for _ in range(2):
        assert in_app(main) == ([("a", 15), ("b", 15)], "main", 11)


def test_a_thread_local_is_fresh_in_every_process() -> None:
    Box()
    local = threading.local()
    local.value = "pytest"

    def main() -> Any:
        before = getattr(local, "value", None)
        local.value = "app"
        return before, local.value

    assert [in_app(main) for _ in range(2)] == [(None, "app")] * 2
    assert local.value == "pytest"
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(getattr(local, "value", None)))
    thread.start()
    thread.join(10)
    assert found == [None]


def test_context_of_a_thread_is_empty() -> None:
    from contextvars import ContextVar

    variable: ContextVar[int] = ContextVar("variable")

    def main() -> Any:
        variable.set(1)
        found: list[Any] = []
        worker = threading.Thread(target=lambda: found.append(variable.get(None)))
        worker.start()
        worker.join()
        return found

    assert in_app(main) == [None]


def test_two_loops_in_two_threads() -> None:
    async def walk(name: str, log: list[Any]) -> None:
        for _ in range(3):
            await asyncio.sleep(1)
            log.append((name, now(), asyncio.current_task() is not None))

    def main() -> Any:
        log: list[Any] = []
        worker = threading.Thread(target=lambda: asyncio.run(walk("worker", log)))
        worker.start()
        asyncio.run(walk("main", log))
        worker.join()
        with pytest.raises(RuntimeError, match="no running"):
            asyncio.get_running_loop()
        return [name for name, _, _ in log], all(has for _, _, has in log)

    names, has = in_app(main)
    assert sorted(names) == ["main"] * 3 + ["worker"] * 3 and names[:2] != ["main", "main"] and has


def test_no_current_loop_in_a_worker() -> None:
    def main() -> Any:
        found: list[Any] = []

        def look() -> None:
            try:
                asyncio.get_event_loop()
            except RuntimeError as error:
                found.append(str(error))

        worker = threading.Thread(target=look)
        worker.start()
        worker.join()
        return found

    assert "no current event loop" in in_app(main)[0]

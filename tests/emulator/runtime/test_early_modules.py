"""Modules of the app that were imported before the surface was in place, as pytest imports a test module: what they kept
of the real names works in virtual time, and their real locks block nobody.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from emulator.runtime.python import locks, surface
from tests.emulator.runtime.box import Box, run_app

T = TypeVar("T")

SOURCE = """
import concurrent.futures, datetime, queue, threading, time
from time import sleep
from datetime import datetime as moment

LOCK = threading.Lock()
RLOCK = threading.RLock()
CONDITION = threading.Condition()
SEMAPHORE = threading.Semaphore()
EVENT = threading.Event()
QUEUE = queue.Queue()
POOL = concurrent.futures.ThreadPoolExecutor(2)

class Holder:
    lock = threading.Lock()

def wait(seconds, nap=time.sleep): nap(seconds)

def now(*, clock=time.monotonic): return clock()

def contend(lock):
    "A thread holds the lock for two seconds, the main thread wants it after half a second."
    def work():
        with lock:
            sleep(2)
    threading.Thread(target=work).start()
    sleep(0.5)
    with lock:
        return now()
"""


@pytest.fixture
def early(tmp_path: Path) -> Iterator[Any]:
    surface.uninstall()
    file = tmp_path / "early_module.py"
    module = types.ModuleType("early_module")
    module.__file__ = str(file)
    exec(compile(SOURCE, str(file), "exec"), vars(module))
    sys.modules["early_module"] = module
    surface.install()
    surface.watch((str(file),))
    yield module
    del sys.modules["early_module"]


def in_one_process(body: Callable[[], T]) -> T:
    return run_app(body)


@pytest.mark.parametrize("name", ["LOCK", "RLOCK", "CONDITION", "SEMAPHORE"])
def test_a_lock_made_early_is_waited_for_in_virtual_time(early: Any, name: str) -> None:
    assert in_one_process(lambda: early.contend(getattr(early, name))) == 2.00002


def test_a_lock_kept_in_a_class(early: Any) -> None:
    assert in_one_process(lambda: early.contend(early.Holder.lock)) == 2.00002


def test_default_arguments_do_not_keep_the_real_clock(early: Any) -> None:
    def body() -> float:
        early.wait(3)
        return float(early.now())

    assert in_one_process(body) == 3.00002


def test_a_class_imported_by_name_reads_the_devices_clock(early: Any) -> None:
    assert in_one_process(lambda: early.moment.now().year) == 2026


def test_an_event_and_a_queue_made_early(early: Any) -> None:
    def body() -> tuple[Any, float]:
        early.threading.Timer(2, early.QUEUE.put, ("item",)).start()
        early.threading.Timer(3, early.EVENT.set).start()
        item = early.QUEUE.get()
        early.EVENT.wait()
        early.EVENT.clear()
        return item, early.now()

    assert in_one_process(body) == ("item", 3.00002)


def test_a_pool_serves_one_process_after_the_other(early: Any) -> None:
    def body() -> float:
        list(early.POOL.map(early.wait, [1, 1, 1]))
        return float(early.now())

    assert [in_one_process(body), in_one_process(body)] == [2.00002, 2.00002]


def test_a_waiter_of_an_ended_process_takes_no_item_of_the_next(early: Any) -> None:
    def first() -> None:
        early.threading.Thread(target=early.QUEUE.get).start()
        early.sleep(1)

    def second() -> list[Any]:
        got: list[Any] = []
        thread = early.threading.Thread(target=lambda: got.append(early.QUEUE.get()))
        thread.start()
        early.sleep(1)
        early.QUEUE.put("item")
        thread.join(3)
        return got

    in_one_process(first)
    assert in_one_process(second) == ["item"]


def test_a_lock_that_an_ended_process_held_is_free(early: Any) -> None:
    in_one_process(lambda: early.LOCK.acquire())
    assert in_one_process(lambda: early.LOCK.acquire(timeout=1)) is True


def test_a_module_in_a_directory_with_a_longer_name_is_nobodys_own(tmp_path: Path) -> None:
    surface.install()
    surface.watch((str(tmp_path / "app"),))
    neighbour = types.ModuleType("neighbour")
    neighbour.__file__ = str(tmp_path / "app2" / "module.py")
    assert not surface._is_the_apps(neighbour)


def test_everything_is_real_again_after_uninstall(early: Any) -> None:
    surface.uninstall()
    try:
        assert early.wait.__defaults__ == (__import__("time").sleep,)
        assert type(early.LOCK) is type(__import__("_thread").allocate_lock())
    finally:
        surface.install()


def test_a_pools_job_belongs_to_the_call_that_submitted_it() -> None:
    import concurrent.futures
    import time

    from emulator.runtime.python.work import call_tag, pending_work

    def body() -> list[int | None]:
        pool = concurrent.futures.ThreadPoolExecutor(1)
        call_tag.set(1)
        pool.submit(time.sleep, 1).result()
        call_tag.set(2)
        pool.submit(time.sleep, 5)
        time.sleep(0.1)
        return [work.tag for work in pending_work(box)]

    box = Box()
    try:
        assert box.run(body) == [2]
    finally:
        box.close()


def test_the_apps_own_waiting_for_a_future_is_not_interrupted() -> None:
    import asyncio

    def body() -> float:
        loop: Any = asyncio.new_event_loop()
        loop.interrupt = (True,)
        loop.run_until_complete(asyncio.sleep(1))
        loop.close()
        return float(loop.time())

    assert in_one_process(body) == 1.0


def test_numbers_drawn_while_loading_are_the_same_and_disturb_nobody() -> None:
    import random

    state = random.getstate()
    drawn = []
    for _ in range(2):
        with locks.loading():
            drawn.append(random.random())
    assert drawn[0] == drawn[1]
    assert random.getstate() == state

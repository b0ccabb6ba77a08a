"""Modules of the app that were imported before the surface was in place, as pytest imports a test module: what they kept
of the real names works in virtual time, and their real locks block nobody.
"""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from emulator import BackupExtensionAbility, Device, SessionKind, SessionPlan, load_subject
from emulator.runtime.python import locks, surface
from tests.emulator.harness import OK_JSON, seen
from tests.emulator.runtime.box import Box, run_app

T = TypeVar("T")

SOURCE = """
import asyncio, concurrent.futures, datetime, queue, threading, time
from time import sleep
from datetime import datetime as moment

LOCK = threading.Lock()
RLOCK = threading.RLock()
CONDITION = threading.Condition()
SEMAPHORE = threading.Semaphore()
EVENT = threading.Event()
QUEUE = queue.Queue()
POOL = concurrent.futures.ThreadPoolExecutor(2)

LOOP_LOCK = asyncio.Lock()
LOOP_SEMAPHORE = asyncio.Semaphore()
LOOP_CONDITION = asyncio.Condition()
LOOP_EVENT = asyncio.Event()
LOOP_QUEUE = asyncio.PriorityQueue(1)
LOOP_QUEUE.put_nowait(7)

class Holder:
    lock = threading.Lock()
    loop_lock = asyncio.Lock()
    def __init__(self): self.gates = {"a": [asyncio.Lock()]}

HOLDER = Holder()

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


LOOP_LOCKS = ["LOOP_LOCK", "LOOP_SEMAPHORE", "LOOP_CONDITION"]


@pytest.mark.parametrize("name", LOOP_LOCKS)
def test_tasks_of_one_process_after_the_other_queue_for_a_lock_of_asyncio(early: Any, name: str) -> None:
    async def hold() -> float:
        async with getattr(early, name), early.Holder.loop_lock, early.HOLDER.gates["a"][0]:
            await asyncio.sleep(1)
        return float(early.now())

    async def both() -> list[float]:
        return await asyncio.gather(hold(), hold())

    assert [in_one_process(lambda: asyncio.run(both())) for _ in range(2)] == [[1.00002, 2.00004]] * 2


@pytest.mark.parametrize("name", LOOP_LOCKS)
def test_a_lock_of_asyncio_that_an_ended_process_held_is_free(early: Any, name: str) -> None:
    async def take() -> bool:
        return bool(await asyncio.wait_for(getattr(early, name).acquire(), 1))

    assert [in_one_process(lambda: asyncio.run(take())) for _ in range(2)] == [True, True]


def test_an_event_and_a_queue_of_asyncio_are_in_each_process_as_they_were_imported(early: Any) -> None:
    async def work() -> tuple[Any, ...]:
        found = (early.LOOP_EVENT.is_set(), early.LOOP_QUEUE.get_nowait(), early.LOOP_QUEUE.empty())
        early.LOOP_EVENT.set()
        asyncio.get_running_loop().call_later(1, early.LOOP_QUEUE.put_nowait, 3)
        await early.LOOP_EVENT.wait()
        return (*found, await early.LOOP_QUEUE.get())

    assert [in_one_process(lambda: asyncio.run(work())) for _ in range(2)] == [(False, 7, True, 3)] * 2


GATE = asyncio.Lock()


class Gated(BackupExtensionAbility):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.gather(self.pass_through(), self.pass_through())
        return OK_JSON

    async def pass_through(self) -> None:
        async with GATE:
            await asyncio.sleep(1)


def test_processes_that_live_at_once_do_not_share_a_lock_of_asyncio() -> None:
    bundles = ("com.example.app", "com.example.other")
    with Device() as device:
        for bundle in bundles:
            device.install(load_subject(Gated), bundle)
        record = device.run(SessionPlan(kind=SessionKind.FULL_BACKUP, bundles=bundles))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)] * 2
    assert {call.end_ns - call.begin_ns for call in record.calls if call.callback == "onBackupEx"} == {2_000_000_000}


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

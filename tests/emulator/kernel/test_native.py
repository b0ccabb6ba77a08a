"""Native threads: futures, pools of one thread, and the lock between them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kernel import Future, Kernel, Mutex, NativeThread

both_orders = pytest.mark.parametrize("tie_order", ["fifo", "lifo"])
durations = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@both_orders
@given(jobs=durations)
def test_a_pool_of_one_thread_works_in_order(jobs: list[int], tie_order: Any) -> None:
    kernel = Kernel(tie_order)
    thread = NativeThread(kernel, "pool")
    log: list[tuple[str, int, int]] = []

    async def job(number: int, duration: int) -> int:
        log.append(("begin", number, kernel.now_ns))
        await kernel.sleep(duration)
        log.append(("end", number, kernel.now_ns))
        return number

    futures = [thread.submit(job, number, duration) for number, duration in enumerate(jobs)]
    kernel.run_until_idle()
    assert [future.result() for future in futures] == list(range(len(jobs)))
    expected, now = [], 0
    for number, duration in enumerate(jobs):
        expected += [("begin", number, now), ("end", number, now + duration)]
        now += duration
    assert log == expected


@both_orders
@given(holds=durations)
def test_a_mutex_is_handed_on_in_the_order_of_asking(holds: list[int], tie_order: Any) -> None:
    kernel = Kernel(tie_order)
    mutex = Mutex(kernel)
    asked: list[int] = []
    got: list[int] = []
    inside: list[int] = []

    async def user(number: int, hold: int) -> None:
        asked.append(number)
        async with mutex:
            assert not inside
            inside.append(number)
            got.append(number)
            await kernel.sleep(hold)
            inside.remove(number)

    for number, hold in enumerate(holds):
        kernel.spawn(user(number, hold), f"user {number}")
    kernel.run_until_idle()
    assert got == asked
    assert len(got) == len(holds)
    assert kernel.now_ns == sum(holds)
    assert not mutex.locked


@given(cancelled=st.sets(st.integers(0, 5)), at_ns=st.integers(0, 8))
def test_a_cancelled_user_of_a_mutex_blocks_nobody(cancelled: set[int], at_ns: int) -> None:
    kernel = Kernel()
    mutex = Mutex(kernel)
    finished: list[int] = []

    async def user(number: int) -> None:
        async with mutex:
            await kernel.sleep(2)
        finished.append(number)

    tasks = [kernel.spawn(user(number), f"user {number}") for number in range(6)]
    kernel.advance(at_ns)
    for number in cancelled:
        tasks[number].cancel()
    kernel.run_until_idle()
    assert set(finished) >= set(range(6)) - cancelled
    assert not mutex.locked


def test_cancelled_between_the_hand_over_and_going_on() -> None:
    kernel = Kernel()
    mutex = Mutex(kernel)
    got: list[str] = []

    async def user(name: str) -> None:
        async with mutex:
            got.append(name)
            await kernel.sleep(1)

    async def hold() -> None:
        async with mutex:
            await kernel.sleep(1)
        second.cancel()

    kernel.spawn(hold(), "first")
    kernel.run_due()
    second = kernel.spawn(user("second"), "second")
    kernel.spawn(user("third"), "third")
    kernel.run_until_idle()
    assert got == ["third"]
    assert not mutex.locked


def test_a_stopped_thread_runs_nothing_any_more() -> None:
    kernel = Kernel()
    thread = NativeThread(kernel, "pool")
    log: list[str] = []

    async def job(name: str) -> None:
        log.append(f"{name} begins")
        await kernel.sleep(10)
        log.append(f"{name} ends")

    for name in ("first", "second"):
        thread.submit(job, name).watch(log.append)
    kernel.advance(5)
    thread.stop()
    thread.submit(job, "third")
    kernel.run_until_idle()
    assert log == ["first begins"]


def test_a_job_that_stops_its_own_thread_ends_at_its_next_wait() -> None:
    kernel = Kernel()
    thread = NativeThread(kernel, "pool")
    log: list[str] = []

    async def job() -> None:
        thread.stop()
        log.append("goes on")
        await kernel.sleep(1)
        log.append("never")

    thread.submit(job)
    kernel.run_until_idle()
    assert log == ["goes on"]


def test_a_future_keeps_its_first_value_and_tells_everybody() -> None:
    kernel = Kernel()
    future: Future[int] = Future(kernel)
    seen: list[tuple[str, int]] = []
    future.watch(lambda value: seen.append(("watcher", value)))

    async def wait(name: str) -> None:
        seen.append((name, await future))

    kernel.spawn(wait("a"), "a")
    kernel.spawn(wait("b"), "b")
    kernel.run_until_idle()
    future.set_result(1)
    future.set_result(2)
    assert not seen, "a watcher is an event of its own"
    kernel.run_until_idle()
    future.watch(lambda value: seen.append(("late", value)))
    kernel.run_until_idle()
    assert seen == [("watcher", 1), ("a", 1), ("b", 1), ("late", 1)]
    assert future.result() == 1


def test_a_native_thread_has_a_name_and_takes_no_time() -> None:
    kernel = Kernel()
    names: list[tuple[str, int]] = []

    async def outer() -> None:
        names.append((kernel.thread_name, kernel.now_ns))
        await kernel.spawn(inner(), "inner")
        names.append((kernel.thread_name, kernel.now_ns))

    async def inner() -> None:
        names.append((kernel.thread_name, kernel.now_ns))
        await kernel.sleep(3)

    kernel.spawn(outer(), "outer")
    kernel.run_until_idle()
    assert names == [("outer", 0), ("inner", 0), ("outer", 3)]


def test_errors_of_native_code_come_out() -> None:
    kernel = Kernel()

    async def broken() -> None:
        await kernel.sleep(1)
        raise LookupError("ours")

    task = kernel.spawn(broken(), "broken")
    with pytest.raises(LookupError, match="ours"):
        kernel.run_until_idle()
    assert task.done


@pytest.mark.parametrize("wait_ns", [None, 0, 1], ids=["at once", "after a turn", "after a wait"])
@both_orders
def test_a_job_that_raises_leaves_the_thread_free(wait_ns: int | None, tie_order: Any) -> None:
    kernel = Kernel(tie_order)
    thread = NativeThread(kernel, "pool")
    log: list[str] = []

    async def broken() -> None:
        if wait_ns is not None:
            await kernel.sleep(wait_ns)
        raise LookupError("ours")

    async def job(name: str) -> None:
        log.append(name)

    thread.submit(broken)
    thread.submit(job, "behind it")
    with pytest.raises(LookupError, match="ours"):
        kernel.run_until_idle()
    assert not thread.idle, "one job waits"
    kernel.run_until_idle()
    assert log == ["behind it"]
    assert thread.idle
    thread.submit(job, "later")
    kernel.run_until_idle()
    assert log == ["behind it", "later"]


def test_a_thread_whose_last_job_raised_has_nothing_to_do() -> None:
    kernel = Kernel()
    thread = NativeThread(kernel, "pool")

    async def broken() -> None:
        raise LookupError("ours")

    thread.submit(broken)
    with pytest.raises(LookupError, match="ours"):
        kernel.run_until_idle()
    assert thread.idle
    assert kernel.next_ns is None

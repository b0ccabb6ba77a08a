"""The app's threads: sleeping, waiting, computing, and dying."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kernel import AppThread, Kernel, Killed, Rank, current_thread
from emulator.kernel.fuel import BATCH_TICKS, DOUBLING_TICKS, FREE_TICKS, PRICE_NS, REST_NS, STEADY_TICKS, Fuel

MS = 1_000_000


class Owner:
    cpu_factor = 1

    def __init__(self) -> None:
        self.threads: list[AppThread] = []
        self.stuck = 0

    def end_stuck(self) -> None:
        self.stuck += 1
        for thread in self.threads:
            thread.dying = True


def start(kernel: Kernel, name: str, body: Callable[[], Any], owner: Any = None) -> AppThread:
    thread = AppThread(kernel, name, body, owner)
    thread.begin()
    if owner is not None:
        owner.threads.append(thread)
    return thread


def here() -> AppThread:
    thread = current_thread()
    assert thread is not None
    return thread


@given(naps=st.lists(st.lists(st.integers(0, 5), max_size=6), min_size=1, max_size=5))
def test_threads_sleep_side_by_side(naps: list[list[int]]) -> None:
    kernel = Kernel()
    seen: list[tuple[int, int]] = []

    def sleeper(number: int) -> None:
        for nap in naps[number]:
            here().sleep(nap)
            seen.append((kernel.now_ns, number))

    threads = [start(kernel, f"t{n}", lambda n=n: sleeper(n)) for n in range(len(naps))]  # type: ignore[misc]
    kernel.run_until_idle()
    assert all(thread.ended for thread in threads)
    assert [at_ns for at_ns, _ in seen] == sorted(at_ns for at_ns, _ in seen)
    for number, own in enumerate(naps):
        assert [at_ns for at_ns, n in seen if n == number] == [sum(own[: i + 1]) for i in range(len(own))]
    assert kernel.now_ns == max(sum(own) for own in naps)


def test_park_and_wake() -> None:
    kernel = Kernel()
    seen: list[tuple[bool, int]] = []

    def waiter() -> None:
        seen.extend((here().park(timeout), kernel.now_ns) for timeout in (None, 10, 10, 0))

    thread = start(kernel, "waiter", waiter)
    kernel.call_at(3, Rank.TIMER, thread.wake)
    kernel.call_at(7, Rank.TIMER, thread.wake)
    kernel.call_at(17, Rank.APP, thread.wake)
    kernel.run_until_idle()
    assert seen == [(True, 3), (True, 7), (True, 17), (False, 17)], "the wake was scheduled before the end of the wait"


def test_a_wake_for_something_else_ends_no_wait() -> None:
    kernel = Kernel()
    seen: list[tuple[bool, int]] = []
    one, other = object(), object()
    thread = start(kernel, "waiter", lambda: seen.append((here().park(20, one), kernel.now_ns)))
    for at_ns, reason in ((1, None), (2, other), (9, one)):
        kernel.call_at(at_ns, Rank.TIMER, thread.wake, reason)
    kernel.run_until_idle()
    assert seen == [(True, 9)]


def test_runnable() -> None:
    kernel = Kernel()
    thread = start(kernel, "t", lambda: (here().park(), here().sleep(5), here().park(8)))
    assert thread.runnable
    kernel.run_due()
    assert not thread.runnable
    thread.wake()
    kernel.run_due()
    assert thread.runnable
    kernel.run_until_idle()
    assert thread.ended and not thread.runnable
    assert kernel.now_ns == 13


def test_computing_lets_earlier_events_run_first() -> None:
    kernel = Kernel()
    seen: list[tuple[str, int]] = []

    def compute() -> None:
        here().charge(10)
        seen.append(("computed", kernel.now_ns))

    start(kernel, "t", compute)
    for at_ns in (4, 10, 11):
        kernel.call_at(at_ns, Rank.TIMER, lambda: seen.append(("event", kernel.now_ns)))
    kernel.run_until_idle()
    assert seen == [("event", 4), ("event", 10), ("computed", 10), ("event", 11)]


def test_computing_does_not_pass_the_end_of_an_advance() -> None:
    kernel = Kernel()
    seen: list[int] = []

    def compute() -> None:
        for _ in range(3):
            here().charge(4)
            seen.append(kernel.now_ns)

    start(kernel, "t", compute)
    kernel.advance(10)
    assert kernel.now_ns == 10
    assert seen == [4, 8]
    kernel.run_until_idle()
    assert seen == [4, 8, 12]


def test_native_code_on_the_thread_keeps_it_busy() -> None:
    kernel = Kernel()
    names: list[str] = []

    async def native() -> str:
        names.append(kernel.thread_name)
        await kernel.sleep(50)
        names.append(kernel.thread_name)
        return "value"

    values: list[Any] = []
    thread = start(kernel, "js", lambda: values.append((here().run_native(native()), kernel.now_ns)))
    kernel.call_at(10, Rank.TIMER, thread.wake)
    kernel.run_until_idle()
    assert values == [("value", 50)]
    assert names == ["js", "js"]


def test_yield_to_others_at_the_same_time_only() -> None:
    kernel = Kernel()
    seen: list[str] = []

    def polite() -> None:
        here().yield_to_others()
        seen.append("polite")

    start(kernel, "polite", polite)
    start(kernel, "other", lambda: (seen.append("other"), here().sleep(1), seen.append("later")))
    kernel.run_until_idle()
    assert seen == ["other", "polite", "later"]


# death -----------------------------------------------------------------------------------------------------------------


def test_kill_ends_a_suspended_thread_at_once_and_runs_its_finally() -> None:
    kernel = Kernel()
    seen: list[str] = []

    def body() -> None:
        try:
            here().sleep(100)
            seen.append("never")
        finally:
            seen.append("finally")

    thread = start(kernel, "t", body)
    thread.on_end.append(lambda: seen.append("on_end"))
    kernel.call_at(10, Rank.DEATH, thread.kill)
    kernel.run_until_idle()
    assert seen == ["finally", "on_end"]
    assert thread.ended
    assert kernel.now_ns == 10


def test_kill_before_it_began() -> None:
    kernel = Kernel()
    seen: list[str] = []
    thread = start(kernel, "t", lambda: seen.append("never"))
    thread.on_end.append(lambda: seen.append("on_end"))
    thread.kill()
    thread.kill()
    kernel.run_until_idle()
    assert seen == ["on_end"]


def test_the_running_thread_dies_at_its_next_step() -> None:
    kernel = Kernel()
    seen: list[str] = []

    def body() -> None:
        here().kill()
        seen.append("still here")
        try:
            here().charge(1)
        except Killed:
            seen.append("killed")
            raise

    thread = start(kernel, "t", body)
    kernel.run_until_idle()
    assert seen == ["still here", "killed"]
    assert thread.ended and kernel.now_ns == 0


@pytest.mark.parametrize("step", ["sleep", "park", "charge", "yield_to_others", "use_fuel", "run_native"])
def test_death_cannot_be_swallowed(step: str) -> None:
    kernel = Kernel()
    count = [0]

    async def native() -> None:
        raise AssertionError("must not run")

    arguments: tuple[Any, ...] = {"sleep": (1,), "charge": (1,), "use_fuel": (1,)}.get(step, ())

    def body() -> None:
        here().park()

    def stubborn() -> None:
        while True:
            try:
                body() if not count[0] else getattr(here(), step)(*((native(),) if step == "run_native" else arguments))
            except BaseException:
                count[0] += 1

    thread = start(kernel, "t", stubborn)
    kernel.call_at(5, Rank.DEATH, thread.kill)
    kernel.call_at(6, Rank.NATIVE, count.append, 6)
    kernel.run_until_idle()
    assert thread.ended
    assert 50 < count[0] < 200
    assert count[-1] == 6, "the device goes on"


def test_a_thread_killed_by_another_one() -> None:
    kernel = Kernel()
    seen: list[str] = []

    def victim() -> None:
        try:
            here().sleep(100)
        finally:
            seen.append("victim ends")

    target = start(kernel, "victim", victim)
    start(kernel, "killer", lambda: (here().sleep(5), target.kill(), seen.append("killer goes on")))
    kernel.run_until_idle()
    assert seen == ["victim ends", "killer goes on"]
    assert kernel.now_ns == 5


def test_nothing_is_left_of_ended_threads() -> None:
    kernel = Kernel()
    threads = [start(kernel, "t", lambda: here().sleep(5)) for _ in range(20)]
    killed = [start(kernel, "k", lambda: here().park()) for _ in range(20)]
    kernel.run_until_idle()
    for thread in killed:
        thread.kill()
    refs = [weakref.ref(thread) for thread in threads + killed]
    del threads, killed, thread
    gc.collect()
    assert not any(ref() for ref in refs)


def test_exceptions_of_a_body_come_out_of_the_kernel() -> None:
    kernel = Kernel()
    start(kernel, "t", lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        kernel.run_until_idle()
    assert not kernel.running


def test_the_switch_hook_puts_state_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    state = ["outside"]

    def hook() -> Callable[[], None]:
        kept = state[0]
        state[0] = "clean"
        return lambda: state.__setitem__(0, kept)

    monkeypatch.setattr(AppThread, "switch_hook", staticmethod(hook))
    kernel = Kernel()
    seen: list[str] = []

    def body(name: str) -> None:
        seen.append(state[0])
        state[0] = name
        here().sleep(1)
        seen.append(state[0])

    start(kernel, "a", lambda: body("a"))
    doomed = start(kernel, "b", lambda: body("b"))
    kernel.call_at(1, Rank.DEATH, doomed.kill)
    kernel.call_at(0, Rank.BARRIER, lambda: seen.append(state[0]))
    kernel.run_until_idle()
    assert seen == ["clean", "clean", "outside", "a"]
    assert state == ["outside"]


# the price of computing ---------------------------------------------------------------------------------------------------


def test_the_price_list() -> None:
    fuel = Fuel()
    assert fuel.left == FREE_TICKS == 5_000_000
    steady, doubling = STEADY_TICKS // BATCH_TICKS, DOUBLING_TICKS // BATCH_TICKS
    prices = [fuel.refill() for _ in range(steady + 3 * doubling)]
    assert set(prices[: steady + doubling]) == {BATCH_TICKS * PRICE_NS} == {10_000}
    assert fuel.beyond_measure
    assert prices[steady + doubling] == 2 * prices[0]
    assert prices[steady + 2 * doubling] == 4 * prices[0]
    fuel.new_turn()
    assert fuel.left == FREE_TICKS and fuel.refill() == prices[0] and not fuel.beyond_measure


def test_a_real_wait_makes_computing_free_again_and_a_tiny_one_does_not() -> None:
    kernel = Kernel()
    left: list[int] = []

    def body() -> None:
        thread = here()
        for wait_ns in (0, REST_NS - 1, REST_NS):
            thread.use_fuel(1_000)
            thread.sleep(wait_ns)
            left.append(thread.fuel.left)

    start(kernel, "t", body)
    kernel.run_until_idle()
    assert left[0] < FREE_TICKS and left[1] < left[0] and left[2] == FREE_TICKS


@pytest.mark.parametrize("nap_ns", [0, 1, 1_000])
def test_an_endless_loop_of_tiny_sleeps_reaches_every_timer(nap_ns: int) -> None:
    kernel, owner = Kernel(), Owner()

    def body() -> None:
        while True:
            here().sleep(nap_ns)

    thread = start(kernel, "t", body, owner)
    kernel.call_at(900_000 * MS, Rank.TIMER, thread.kill)
    kernel.run_until_idle()
    assert kernel.now_ns == 900_000 * MS
    assert kernel.switches < 500_000


@pytest.mark.parametrize("step", ["sleep", "park", "charge"])
def test_nothing_but_the_app_for_ever_is_stuck(step: str) -> None:
    kernel, owner = Kernel(stuck_escape_ns=1_000 * MS), Owner()

    def body() -> None:
        while True:
            getattr(here(), step)(10 * MS)

    threads = [start(kernel, name, body, owner) for name in "ab"]
    kernel.call_at(500 * MS, Rank.TIMER, lambda: None)
    kernel.run_until_idle()
    assert owner.stuck == 1
    assert 1_500 * MS <= kernel.now_ns <= 1_520 * MS
    assert threads[0].dying and threads[1].dying


def test_waiting_for_a_late_event_of_the_device_is_not_stuck() -> None:
    kernel, owner = Kernel(stuck_escape_ns=1_000 * MS), Owner()

    def body() -> None:
        for _ in range(500):
            here().sleep(10 * MS)

    thread = start(kernel, "t", body, owner)
    kernel.call_at(5_000 * MS, Rank.TIMER, lambda: None)
    kernel.run_until_idle()
    assert owner.stuck == 0 and thread.ended

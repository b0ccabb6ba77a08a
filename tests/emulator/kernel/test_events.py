"""The event heap: nothing is lost, order is what docs/architecture.md says, time never runs back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.kernel import Kernel, KernelError, Rank

RANKS = {"DEATH": 0, "TIMER": 1, "NATIVE": 2, "APP": 3, "BARRIER": 4, "SETTLE": 5}
times = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(list(RANKS.values()))), max_size=40)
both_orders = pytest.mark.parametrize("tie_order", ["fifo", "lifo"])


def expected_order(events: list[tuple[int, int]], tie_order: str) -> list[int]:
    sign = 1 if tie_order == "fifo" else -1
    return sorted(range(len(events)), key=lambda i: (events[i][0], events[i][1], sign * i))


@both_orders
@given(events=times)
def test_every_event_runs_once_in_the_documented_order(events: list[tuple[int, int]], tie_order: Any) -> None:
    kernel = Kernel(tie_order)
    ran: list[tuple[int, int]] = []
    for number, (at_ns, rank) in enumerate(events):
        kernel.call_at(at_ns, rank, lambda number: ran.append((number, kernel.now_ns)), number)
    kernel.run_until_idle()
    assert [number for number, _ in ran] == expected_order(events, tie_order)
    assert [at_ns for _, at_ns in ran] == sorted(at_ns for at_ns, _ in events)
    assert kernel.next_ns is None


@both_orders
@given(events=times, cancelled=st.sets(st.integers(0, 39)))
def test_a_cancelled_event_never_runs_and_the_others_do(
    events: list[tuple[int, int]], cancelled: set[int], tie_order: Any
) -> None:
    kernel = Kernel(tie_order)
    ran: list[int] = []
    timers = [kernel.call_at(at_ns, rank, ran.append, number) for number, (at_ns, rank) in enumerate(events)]
    for number in cancelled & set(range(len(events))):
        timers[number].cancel()
        assert not timers[number].pending
    kernel.run_until_idle()
    assert ran == [number for number in expected_order(events, tie_order) if number not in cancelled]
    assert not any(timer.pending for timer in timers)


@given(delays=st.lists(st.integers(0, 4), max_size=30))
def test_events_that_schedule_events(delays: list[int]) -> None:
    kernel = Kernel()
    seen: list[int] = []
    left = iter(delays)

    def next_one() -> None:
        seen.append(kernel.now_ns)
        delay = next(left, None)
        if delay is not None:
            kernel.call_at(kernel.now_ns + delay, Rank.NATIVE, next_one)

    kernel.call_soon(next_one)
    kernel.run_until_idle()
    assert len(seen) == len(delays) + 1
    assert seen == sorted(seen)
    assert kernel.now_ns == sum(delays)


@given(events=times, steps=st.lists(st.integers(0, 3), max_size=8))
def test_advance_runs_exactly_what_is_due(events: list[tuple[int, int]], steps: list[int]) -> None:
    kernel = Kernel()
    ran: list[int] = []
    for at_ns, rank in events:
        kernel.call_at(at_ns, rank, lambda: ran.append(kernel.now_ns))
    now = 0
    for step in steps:
        kernel.advance(step)
        now += step
        assert kernel.now_ns == now
        assert sorted(ran) == sorted(at_ns for at_ns, _ in events if at_ns <= now)
    kernel.run_until_idle()
    assert len(ran) == len(events)


@given(events=times)
def test_run_due_leaves_time_alone(events: list[tuple[int, int]]) -> None:
    kernel = Kernel()
    ran: list[int] = []
    for at_ns, rank in events:
        kernel.call_at(at_ns, rank, ran.append, at_ns)
    kernel.call_at(0, Rank.NATIVE, lambda: kernel.call_soon(ran.append, 0))
    kernel.run_due()
    assert kernel.now_ns == 0
    assert ran == [0] * (sum(at_ns == 0 for at_ns, _ in events) + 1)


def test_ranks_at_equal_times_whatever_the_tie_order() -> None:
    for tie_order in ("fifo", "lifo"):
        kernel = Kernel(tie_order)  # type: ignore[arg-type]
        ran: list[str] = []
        for name in reversed(RANKS):
            kernel.call_at(7, getattr(Rank, name), ran.append, name)
        kernel.run_until_idle()
        assert ran == list(RANKS)


def test_the_past_is_refused() -> None:
    kernel = Kernel()
    kernel.advance(10)
    with pytest.raises(KernelError, match="it is 10 ns"):
        kernel.call_at(9, Rank.TIMER, print)
    with pytest.raises(KernelError, match="never runs back"):
        kernel.advance(-1)
    assert kernel.now_ns == 10


def test_an_event_cannot_drive_the_kernel() -> None:
    kernel = Kernel()
    kernel.call_soon(kernel.run_until_idle)
    with pytest.raises(KernelError, match="running already"):
        kernel.run_until_idle()


def test_an_exception_comes_out_and_the_rest_still_runs() -> None:
    kernel = Kernel()
    ran: list[int] = []
    kernel.call_at(1, Rank.NATIVE, lambda: 1 // 0)
    kernel.call_at(2, Rank.NATIVE, ran.append, 2)
    with pytest.raises(ZeroDivisionError):
        kernel.run_until_idle()
    kernel.run_until_idle()
    assert ran == [2]


def test_whether_the_device_still_has_something_to_do() -> None:
    kernel = Kernel()
    kernel.call_at(5, Rank.APP, print)
    assert not kernel.device_event_due
    timer = kernel.call_at(9, Rank.TIMER, print)
    assert kernel.device_event_due
    timer.cancel()
    assert not kernel.device_event_due
    assert kernel.next_ns == 5

"""Greenlets that carry one thread of the app after the other."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

import greenlet
import pytest

from emulator.kernel import AppThread, Carrier, Kernel, aside, current_thread
from emulator.kernel.carriers import IDLE

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="nothing")


def run(kernel: Kernel, *bodies: Callable[[], None]) -> list[AppThread]:
    threads = [AppThread(kernel, f"app{number}", body) for number, body in enumerate(bodies)]
    for thread in threads:
        thread.begin()
    kernel.run_until_idle()
    return threads


def carriers_of(count: int) -> list[greenlet.greenlet]:
    """What ``count`` threads that live at the same time run on."""
    seen: list[greenlet.greenlet] = []

    def body() -> None:
        seen.append(greenlet.getcurrent())
        thread = current_thread()
        assert thread is not None
        thread.sleep(1)

    run(Kernel(), *[body] * count)
    return seen


def test_threads_one_after_the_other_share_a_carrier() -> None:
    first, second = carriers_of(1), carriers_of(1)
    assert first == second
    assert isinstance(first[0], Carrier)


def test_threads_of_the_same_time_do_not() -> None:
    assert len(set(carriers_of(3))) == 3


def test_no_more_wait_than_may() -> None:
    many = carriers_of(IDLE + 9)
    again = carriers_of(IDLE + 9)
    assert len(set(many) & set(again)) == IDLE


def test_a_thread_finds_nothing_of_the_one_before() -> None:
    seen: list[str] = []

    def body() -> None:
        seen.append(VARIABLE.get())
        VARIABLE.set("something")

    run(Kernel(), body)
    run(Kernel(), body)
    assert seen == ["nothing", "nothing"]


def test_what_a_thread_raises_ends_its_carrier_only() -> None:
    (before,) = carriers_of(1)

    def body() -> None:
        raise LookupError("ours")

    with pytest.raises(LookupError, match="ours"):
        run(Kernel(), body)
    assert before.dead
    assert carriers_of(1) != [before]


def test_a_thread_that_has_ended_runs_on_nothing() -> None:
    seen: list[bool] = []

    def body() -> None:
        thread = current_thread()
        assert thread is not None
        seen.append(thread.carrier is greenlet.getcurrent())

    (thread,) = run(Kernel(), body)
    assert seen == [True]
    assert thread.ended
    assert thread.carrier is None


def test_a_carrier_stays_on_its_thread_of_the_operating_system() -> None:
    here = carriers_of(1)
    there: list[greenlet.greenlet] = []
    other = threading.Thread(target=lambda: there.extend(carriers_of(1)))
    other.start()
    other.join()
    assert there
    assert there != here
    assert carriers_of(1) == here


def test_what_is_called_aside_is_on_no_thread_of_the_app() -> None:
    seen: list[object] = []

    def body() -> None:
        seen.extend((current_thread(), aside(current_thread), aside(lambda: "value"), current_thread()))

    (thread,) = run(Kernel(), body)
    assert seen == [thread, None, "value", thread]


def test_what_it_raises_comes_up_where_it_was_called() -> None:
    seen: list[str] = []

    def broken() -> None:
        raise LookupError("ours")

    def body() -> None:
        try:
            aside(broken)
        except LookupError as error:
            seen.append(str(error))

    run(Kernel(), body)
    assert seen == ["ours"]

"""The user's Ctrl-C ends the run, whoever swallows it."""

from __future__ import annotations

import signal
from contextlib import suppress

import pytest

from emulator.guard import guarded


def press_and_swallow() -> None:
    with suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_swallowed_interrupt_comes_up_when_the_session_ends() -> None:
    with pytest.raises(KeyboardInterrupt), guarded(None):
        press_and_swallow()


def test_and_when_one_of_many_sessions_ends() -> None:
    later = []

    @guarded(None)
    def sessions() -> None:
        with guarded(None):
            press_and_swallow()
        later.append("the next session")

    with pytest.raises(KeyboardInterrupt):
        sessions()
    assert not later


def test_an_interrupt_comes_up_once() -> None:
    with guarded(None):
        with pytest.raises(KeyboardInterrupt), guarded(None):
            signal.raise_signal(signal.SIGINT)
        with guarded(None):
            pass

"""Greenlets that carry the app's threads, one after the other: to make one costs twenty times as much as to go on in one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import greenlet

if TYPE_CHECKING:
    from emulator.kernel.threads import AppThread

T = TypeVar("T")

IDLE = 16
"""So many are kept for the next threads."""


class Carrier(greenlet.greenlet):
    """Runs ``body`` for its ``load``, goes to its parent with the value when that is over, and waits there for the next one.

    What the body raises comes up in the parent, and ends the carrier as well.
    """

    def __init__(self) -> None:
        super().__init__(self._carry)
        self.load: AppThread | None = None
        self.body: Callable[[], object] | None = None

    def _carry(self) -> None:
        while self.body is not None:
            value = self.body()
            self.load = self.body = None
            if len(_here.idle) < IDLE:
                _here.idle.append(self)
            parent = self.parent
            assert parent is not None
            parent.switch(value)


class _Idle(threading.local):
    """The carriers that wait, for each thread of the operating system: a greenlet cannot leave its own."""

    def __init__(self) -> None:
        self.idle: list[Carrier] = []


_here = _Idle()


def carrier_for(load: AppThread | None, body: Callable[[], object], parent: greenlet.greenlet) -> Carrier:
    """One that runs ``body`` from its next switch on, and knows nothing of what it carried before."""
    carrier = _here.idle.pop() if _here.idle else Carrier()
    carrier.parent = parent
    carrier.gr_context = None
    carrier.load = load
    carrier.body = body
    return carrier


def aside(function: Callable[[], T]) -> T:
    """``function()``, called on no thread of the app; what it raises comes up here."""
    value: T = carrier_for(None, function, greenlet.getcurrent()).switch()
    return value

"""Greenlets that carry the app's threads, one after the other: to make one costs twenty times as much as to go on in one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import greenlet

if TYPE_CHECKING:
    from emulator.kernel.threads import AppThread

IDLE = 16
"""So many are kept for the next threads."""


class Carrier(greenlet.greenlet):
    """Carries ``load``, goes to its parent when that has ended, and waits there for the next one.

    What the load raises comes up in the parent, and ends the carrier as well.
    """

    def __init__(self, parent: greenlet.greenlet) -> None:
        super().__init__(self._carry, parent)
        self.load: AppThread | None = None

    def _carry(self) -> None:
        while self.load is not None:
            self.load.main()
            self.load = None
            if len(_of_this_thread.idle) < IDLE:
                _of_this_thread.idle.append(self)
            parent = self.parent
            assert parent is not None
            parent.switch()


class _Idle(threading.local):
    """The carriers that wait, for each thread of the operating system: a greenlet cannot leave its own."""

    def __init__(self) -> None:
        self.idle: list[Carrier] = []


_of_this_thread = _Idle()


def carrier_for(load: AppThread, parent: greenlet.greenlet) -> Carrier:
    """One that carries ``load`` from its next switch on, without anything of what it carried before."""
    idle = _of_this_thread.idle
    carrier = idle.pop() if idle else Carrier(parent)
    carrier.parent = parent
    carrier.gr_context = None
    carrier.load = load
    return carrier

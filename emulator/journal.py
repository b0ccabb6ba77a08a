"""The journal of a session while it runs: where every part writes what happens, and where event-counted conditions strike."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from emulator.kernel import Kernel
from emulator.record import Event

_event = partial(tuple.__new__, Event)
"""An Event without the detour over its keyword arguments: the journal is the most frequent thing in a session."""


class Journal:
    """Appends events with the kernel's time and running thread.

    ``strike_at`` maps an event's number (from 0) to what happens right after it.
    """

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.events: list[Event] = []
        self.strike_at: dict[int, Callable[[], None]] = {}

    def add(self, kind: str, /, **data: Any) -> None:
        """Append one event of docs/record.md."""
        kernel = self._kernel
        self.events.append(_event((kernel.now_ns, kernel.thread_name, kind, data)))
        if self.strike_at:
            strike = self.strike_at.pop(len(self.events) - 1, None)
            if strike is not None:
                strike()

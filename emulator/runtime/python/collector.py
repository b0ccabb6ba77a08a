"""The garbage collector, kept out of a session: it comes at another moment in every run, and what it finds may speak."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1_000_000
"""So many objects may pile up before it runs all the same: memory goes before equal bytes."""

BETWEEN_SESSIONS = 5_000
"""So many objects pile up between two sessions before it runs: each leaves some hundred that point at each other, and when
there are too many of them they are in no cache of the processor any more.
"""


class HeldBack:
    """While this is entered, cycles of garbage wait. What others do when it runs nevertheless (Hypothesis reads a clock) is
    kept off the app's virtual thread.
    """

    def __enter__(self) -> None:
        self._threshold, self._callbacks = gc.get_threshold(), gc.callbacks[:]
        gc.set_threshold(PATIENCE, *self._threshold[1:])
        gc.callbacks.clear()

    def __exit__(self, *_: object) -> None:
        gc.callbacks[:] = self._callbacks
        gc.set_threshold(*self._threshold)


@contextmanager
def rarely() -> Iterator[None]:
    """For many sessions in a row: what is there already is no garbage of theirs, and is not looked through for it again
    and again. Does nothing where somebody else has frozen objects.
    """
    before = gc.get_threshold()
    freezes = gc.get_freeze_count() == 0
    gc.set_threshold(max(before[0], BETWEEN_SESSIONS) if before[0] else 0, *before[1:])
    if freezes:
        gc.freeze()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if freezes:
            gc.unfreeze()

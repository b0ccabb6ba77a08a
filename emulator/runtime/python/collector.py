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


@contextmanager
def held_back() -> Iterator[None]:
    """While this is entered, cycles of garbage wait. What others do when it runs nevertheless (Hypothesis reads a clock) is
    kept off the app's virtual thread.
    """
    before, callbacks = gc.get_threshold(), gc.callbacks[:]
    gc.set_threshold(PATIENCE, *before[1:])
    gc.callbacks.clear()
    try:
        yield
    finally:
        gc.callbacks[:] = callbacks
        gc.set_threshold(*before)


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

"""The garbage collector, kept out of a session: it comes at another moment in every run, and what it finds may speak."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 1_000_000
"""So many objects may pile up before it runs all the same: memory goes before equal bytes."""


@contextmanager
def held_back() -> Iterator[None]:
    """While this is entered, cycles of garbage wait."""
    before = gc.get_threshold()
    gc.set_threshold(PATIENCE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)

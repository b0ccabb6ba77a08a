"""The price of computing. Ticks are loop iterations and calls of the app's own code; the first of a turn are free, then
they cost time, ever more, so that an endless loop reaches every timer of the device.
"""

from __future__ import annotations

FREE_TICKS = 5_000_000
"""Ticks of one turn that cost nothing. A turn ends when the thread really waits."""

FIRST_PRICE_NS = 1_000
"""The price of a tick once the free ones are used up."""

DOUBLING_TICKS = 500_000
"""After so many paid ticks the price doubles."""

BATCH_TICKS = 1_000
"""Paid ticks are charged in batches, so that counting them stays cheap."""

REST_NS = 1_000_000
"""A shorter wait ends no turn: who waits a nanosecond again and again computes, in truth."""

POLL_TICKS = 50
"""What such a wait is charged, about the work of a change of threads, so that an endless ``sleep(0)`` pays its way."""

CLOCK_PRICE_NS = 20_000
"""The price of reading a clock: a loop that waits for a time to come gets there."""


class Fuel:
    """The tick account of one thread. ``left`` is counted down by the tick source; below zero, call `refill`."""

    __slots__ = ("left", "paid")

    def __init__(self) -> None:
        self.left = FREE_TICKS
        self.paid = 0

    def new_turn(self) -> None:
        """The thread has waited: everything is free again."""
        self.left = FREE_TICKS
        self.paid = 0

    def refill(self) -> int:
        """Open the next batch; its price in ns."""
        price_ns = FIRST_PRICE_NS << (self.paid // DOUBLING_TICKS)
        self.paid += BATCH_TICKS
        self.left = BATCH_TICKS
        return price_ns * BATCH_TICKS

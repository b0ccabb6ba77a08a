"""The price of computing. Ticks are loop iterations and calls of the app's own code; the first of a turn are free, the next cost
what they take on a phone, and those behind cost ever more, so that an endless loop reaches every timer of the device.
"""

from __future__ import annotations

FREE_TICKS = 5_000_000
"""Ticks of one turn that cost nothing. A turn ends when the thread really waits."""

PRICE_NS = 10
"""The price of a tick once the free ones are used up."""

STEADY_TICKS = 5_000_000
"""So many paid ticks of Python cost the same. Each takes a third of a microsecond here, and an endless loop takes them all."""

STEADY_TICKS_ARKTS = 25_000_000
"""The same of ArkTS, where a tick takes some nanoseconds: a checksum over a file of many megabytes is honest work."""

CAUGHT_TICKS = 100
"""What an error that ArkTS code catches counts for, about what it takes."""

DOUBLING_TICKS = 250_000
"""After so many more the price doubles."""

BATCH_TICKS = 1_000
"""Paid ticks are charged in batches, so that counting them stays cheap."""

REST_NS = 1_000_000
"""A shorter wait ends no turn: who waits a nanosecond again and again computes, in truth."""

MANY_TURNS = 20_000
"""More turns than an app's thread has: it waits for something in steps of some milliseconds, for a quarter of an hour."""

POLL_TICKS = 50
"""What such a wait is charged, about the work of a change of threads, so that an endless ``sleep(0)`` pays its way."""

CLOCK_PRICE_NS = 20_000
"""The price of reading a clock: a loop that waits for a time to come gets there."""

STEADY_LOOKS_NS = 1_000_000_000
"""Looks of Python for so much in one turn cost the same: fifty thousand time stamps are honest work."""

STEADY_LOOKS_NS_ARKTS = 30_000_000_000
"""The same of ArkTS, where a million looks take a tenth of a second: what blocks the main thread so long is exact."""

LOOKS_SHARE = 1_024
"""What is spent beyond that, divided by this, is added to the price: a loop that waits for a time gets there in some thousand
looks more, however far it is, and is no further off than that.
"""


class Fuel:
    """The tick account of one thread. ``left`` is counted down by the tick source; below zero, call `refill`."""

    __slots__ = ("left", "looked_ns", "paid", "steady", "turns")

    def __init__(self) -> None:
        self.steady = STEADY_TICKS
        self.turns = 0
        self.new_turn()

    @property
    def beyond_measure(self) -> bool:
        """True when the price of this turn's ticks grows, or when there have been turns without end."""
        return self.paid > self.steady or self.turns > MANY_TURNS

    def new_turn(self) -> None:
        """The thread has waited: everything is free again."""
        self.turns += 1
        self.left = FREE_TICKS
        self.paid = 0
        self.looked_ns = 0

    def look(self) -> int:
        """Read a clock; the price in ns."""
        price_ns = CLOCK_PRICE_NS + max(0, self.looked_ns - STEADY_LOOKS_NS) // LOOKS_SHARE
        self.looked_ns += price_ns
        return price_ns

    def refill(self) -> int:
        """Open the next batch; its price in ns."""
        price_ns = PRICE_NS << max(0, self.paid - self.steady) // DOUBLING_TICKS
        self.paid += BATCH_TICKS
        self.left = BATCH_TICKS
        return price_ns * BATCH_TICKS

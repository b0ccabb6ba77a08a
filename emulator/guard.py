"""What is around the app's code while it runs: its prints go to the record, Ctrl-C is told from the app's own
KeyboardInterrupt, and a call that only burns CPU is stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from emulator.runtime.arkts import watch
from emulator.runtime.python import collector, console, interrupts, surface, watchdog

_entered: list[float | None] = []


def guarded(hang_limit_s: float | None) -> AbstractContextManager[None]:
    """Guard what runs inside. Every session guards itself; whoever runs many puts them under one guard with the same limit,
    which spares each of them the signals and timers.
    """
    return interrupts.NotLost() if _entered and _entered[-1] == hang_limit_s else _guard(hang_limit_s)


@contextmanager
def _guard(hang_limit_s: float | None) -> Iterator[None]:
    surface.rebind()
    with ExitStack() as stack:
        stack.enter_context(interrupts.watched())
        stack.enter_context(console.routed())
        stack.enter_context(collector.rarely())
        stack.enter_context(watchdog.hang_limit(hang_limit_s))
        stack.enter_context(watch.hang_limit(hang_limit_s))
        _entered.append(hang_limit_s)
        try:
            yield
        finally:
            _entered.pop()

"""Small asyncio programs. Each takes ``log``, which notes the loop's time and a word; what they note must not depend on
whose loop runs them.
"""

from __future__ import annotations

from importlib import import_module

from tests.emulator.runtime.programs.steps import PROGRAMS, note, until_cancelled

__all__ = ["PROGRAMS", "note", "until_cancelled"]

for _module in ("timers", "timeouts", "tasks", "waiting", "synchronization", "generators", "threads"):
    import_module(f"{__name__}.{_module}")

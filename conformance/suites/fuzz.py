"""Drawn sessions: Hypothesis looks for groups on which a rule fires, and shrinks what it finds, rule by rule.

An example that breaks several rules raises for the first of them in rule order, so that the same example always raises
the same; of the others the smallest group seen is kept by the caller. Rules that fixed sessions have broken already are
known and do not raise: their session is smaller than anything that could be drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.strategies import Draws
from conformance.suites.lives import life_machine
from conformance.suites.session import SessionGroup

Try = Callable[[SessionGroup], Iterable[str]]
"""Runs and judges a group; gives the ids of the error rules that fired."""

BATCH = 100
LIFE_SHARE = 10
"""One life of the state machine for so many drawn sessions."""
LIFE_STEPS = 5


class RuleBroken(Exception):
    """Base of the exceptions by which Hypothesis tells one broken rule from another."""


@dataclass
class Fuzzer:
    """Draws for one subject. ``examples`` per batch; ``deadline`` on ``time.monotonic`` ends a run of many batches."""

    draws: Draws
    attempt: Try
    known: frozenset[str] = frozenset()
    seed: int = 0
    examples: int = BATCH
    deadline: float | None = None
    flaky: bool = False
    """True when an example did not fail again as it had failed; see BK511."""
    batches: int = 0
    _exceptions: dict[str, type[RuleBroken]] = field(default_factory=dict)

    def run(self) -> None:
        """One batch; with a deadline, batch after batch with the following seeds until it has passed."""
        strategy = self.draws.groups()
        while True:
            number = self.seed + self.batches
            self._explore(lambda number=number: self._draw_sessions(strategy, number))  # type: ignore[misc]
            self._explore(lambda number=number: self._draw_lives(number))  # type: ignore[misc]
            self.batches += 1
            if self.deadline is None or self._spent():
                return

    def check(self, group: SessionGroup) -> None:
        """Try one group; raise for the first rule that it breaks and that was not known."""
        if self._spent():
            return
        for rule_id in sorted(set(self.attempt(group)) - self.known):
            raise self._exception(rule_id)(rule_id)

    def _draw_sessions(self, strategy: Any, number: int) -> None:
        @seed(number)
        @_settings(max_examples=self.examples)
        @given(strategy)
        def sessions(group: SessionGroup) -> None:
            self.check(group)

        sessions()

    def _draw_lives(self, number: int) -> None:
        lives = max(1, self.examples // LIFE_SHARE)
        machine = seed(number)(life_machine(self.draws, self.check))
        run_state_machine_as_test(machine, settings=_settings(max_examples=lives, stateful_step_count=LIFE_STEPS))

    def _explore(self, batch: Callable[[], None]) -> None:
        try:
            batch()
        except Flaky:
            self.flaky = True
        except RuleBroken:
            pass
        except BaseExceptionGroup as several:
            ours, others = several.split((RuleBroken, Flaky))
            if others is not None:
                raise
            self.flaky = self.flaky or (ours is not None and ours.subgroup(Flaky) is not None)

    def _spent(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _exception(self, rule_id: str) -> type[RuleBroken]:
        return self._exceptions.setdefault(rule_id, type(f"{rule_id}Broken", (RuleBroken,), {}))


def _settings(*, max_examples: int, stateful_step_count: int = LIFE_STEPS) -> settings:
    """Every setting given, so that neither a profile of the user's nor the one for CI has a say."""
    return settings(
        max_examples=max_examples,
        stateful_step_count=stateful_step_count,
        derandomize=False,  # the seed is given; derandomising would take one from the source text of this module
        database=None,
        deadline=None,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
        report_multiple_bugs=True,
        print_blob=False,
        backend="hypothesis",
    )

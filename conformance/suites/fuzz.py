"""Drawn sessions: Hypothesis looks for groups on which a rule fires, and shrinks what it finds, rule by rule.

A batch is drawn first and then run: a session that follows another one takes two thirds of what it takes among Hypothesis'
own work, which drives it out of the processor's caches. Where a rule fires, the same batch is drawn once more, with the
sessions inside it, and shrunk.

An example that breaks several rules raises for the first of them in rule order, so that the same example always raises
the same; of the others the smallest group seen is kept by the caller. Rules that fixed sessions have broken already are
known and do not raise: their session is smaller than anything that could be drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from conformance.strategies import Draws
from conformance.suites.lives import life_machine
from conformance.suites.session import SessionGroup

Try = Callable[[SessionGroup], Iterable[str]]
"""Runs and judges a group; gives the ids of the error rules that fired. Asked again about a group, it remembers."""

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
    _exceptions: dict[str, type[RuleBroken]] = field(default_factory=dict)

    def run(self) -> None:
        """One batch; with a deadline, batch after batch with the following seeds until it has passed."""
        for number in count(self.seed):
            self.run_sessions(number)
            self.run_lives(number)
            if self.deadline is None or self._spent():
                return

    def check(self, group: SessionGroup) -> None:
        """Try one group; raise for the first rule that it breaks and that was not known."""
        for rule_id in self._broken(group):
            raise self._exception(rule_id)(rule_id)

    def run_sessions(self, number: int) -> None:
        """Draw one batch with this seed and run it; shrink what is found."""
        drawn: list[SessionGroup] = []
        self._draw(number, drawn.append)
        if any(map(self._broken, drawn)):
            with _shrinking():
                self._draw(number, self.check)

    def run_lives(self, number: int) -> None:
        """Some lives of several sessions each, drawn with this seed."""
        lives = max(1, self.examples // LIFE_SHARE)
        machine = seed(number)(life_machine(self.draws, self.check))
        with _shrinking():
            run_state_machine_as_test(machine, settings=_settings(max_examples=lives, stateful_step_count=LIFE_STEPS))

    def _draw(self, number: int, use: Callable[[SessionGroup], None]) -> None:
        @seed(number)
        @_settings(max_examples=self.examples)
        @given(self.draws.groups())
        def sessions(group: SessionGroup) -> None:
            use(group)

        sessions()

    def _broken(self, group: SessionGroup) -> list[str]:
        """The rules that a group breaks and that were not known, in their order; none once the time is over."""
        return [] if self._spent() else sorted(set(self.attempt(group)) - self.known)

    def _spent(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def _exception(self, rule_id: str) -> type[RuleBroken]:
        return self._exceptions.setdefault(rule_id, type(f"{rule_id}Broken", (RuleBroken,), {}))


@contextmanager
def _shrinking() -> Iterator[None]:
    """What Hypothesis found is with the caller already; what it raises in the end says nothing more."""
    try:
        yield
    except* (RuleBroken, Flaky):  # flaky: the time was over, or the caller had seen enough, when an example was tried again
        pass


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

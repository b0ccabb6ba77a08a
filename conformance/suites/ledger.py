"""What has been found so far: for every rule the smallest sessions that broke it, one for each cause."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.suites.session import SessionGroup
from emulator.record import Record

if TYPE_CHECKING:
    from conformance.catalogue import Finding

FINDINGS_PER_RULE = 5


@dataclass(frozen=True)
class Sighting:
    """A finding, the suite and the sessions that led to it, and the record of the last of them."""

    finding: Finding
    suite: str
    group: SessionGroup
    record: Record

    @property
    def size(self) -> tuple[int, int, int, str]:
        """Smaller is easier to understand: fewer sessions, fewer conditions, a shorter plan."""
        sessions = self.group.sessions
        plans = json.dumps([[s.plan.to_json(), [c.to_json() for c in s.conditions]] for s in sessions], sort_keys=True)
        return len(sessions), sum(len(session.conditions) for session in sessions), len(plans), plans


@dataclass
class Ledger:
    """Sightings by rule. The first suite that shows a cause keeps it; within a suite the smallest session does."""

    suites: tuple[str, ...]
    _seen: dict[str, dict[str, Sighting]] = field(default_factory=dict)

    def add(self, rule_id: str, sighting: Sighting) -> None:
        """Keep the sighting unless a better one of the same cause is known."""
        causes = self._seen.setdefault(rule_id, {})
        known = causes.get(sighting.finding.fingerprint)
        if known is None or (known.suite == sighting.suite and sighting.size < known.size):
            causes[sighting.finding.fingerprint] = sighting

    def of(self, rule_id: str) -> tuple[Sighting, ...]:
        """The sightings of a rule, at most five: earliest suite first, then the smallest."""
        found = self._seen.get(rule_id, {}).values()
        ordered = sorted(found, key=lambda sighting: (self.suites.index(sighting.suite), sighting.size))
        return tuple(ordered[:FINDINGS_PER_RULE])

    def rules(self) -> Iterator[str]:
        """The rules with sightings."""
        return iter(self._seen)

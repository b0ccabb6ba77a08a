"""What is kept of all sightings of a rule: one for each cause, five at the most, the clearest first."""

from __future__ import annotations

from typing import Any

from conformance.catalogue import Finding
from conformance.suites.ledger import FINDINGS_PER_RULE, Ledger, Sighting
from conformance.suites.session import Session, SessionGroup
from emulator.conditions import SlowCpu
from emulator.plan import SessionKind, nominal_plan
from tests.conformance.rules.builder import SessionBuilder

SUITES = ("nominal", "return")
PLAN = nominal_plan(SessionKind.FULL_BACKUP)


def sighting(cause: str, suite: str = "return", sessions: int = 1, conditions: tuple[Any, ...] = ()) -> Sighting:
    finding = Finding("BK103", f"because of {cause}", "", "", "", (), fingerprint=cause)
    group = SessionGroup(f"{cause} {sessions} {suite}", (Session(PLAN, conditions),) * sessions)
    return Sighting(finding, suite, group, SessionBuilder().end().record())


def kept(*sightings: Sighting) -> list[str]:
    """The names of the groups that a ledger gives for them."""
    ledger = Ledger(SUITES)
    for one in sightings:
        ledger.add("BK103", one)
    return [one.group.name for one in ledger.of("BK103")]


def test_of_many_causes_five_are_shown() -> None:
    assert len(kept(*(sighting(f"cause {number}") for number in range(FINDINGS_PER_RULE + 3)))) == FINDINGS_PER_RULE == 5


def test_of_one_cause_the_smallest_is_kept() -> None:
    assert kept(sighting("a", sessions=3), sighting("a", sessions=1), sighting("a", sessions=2)) == ["a 1 return"]


def test_the_first_suite_that_shows_a_cause_keeps_it() -> None:
    assert kept(sighting("a", "nominal", sessions=3), sighting("a", "return", sessions=1)) == ["a 3 nominal"]


def test_earlier_suites_come_first_and_then_what_is_smaller() -> None:
    found = (
        sighting("a", sessions=2),
        sighting("b", conditions=(SlowCpu(2),)),
        sighting("c"),
        sighting("d", "nominal", sessions=4),
    )
    assert kept(*found) == ["d 4 nominal", "c 1 return", "b 1 return", "a 2 return"]


def test_a_rule_without_sightings_has_none() -> None:
    ledger = Ledger(SUITES)
    assert (list(ledger.rules()), ledger.of("BK103")) == ([], ())

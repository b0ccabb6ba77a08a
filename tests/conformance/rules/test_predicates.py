"""Every predicate: fires on its examples with exactly that finding, and not on what only just keeps to the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from conformance.catalogue import CATALOGUE, Finding
from conformance.evidence import Evidence
from conformance.rules import NEEDS, PREDICATES, Predicate, judge_evidence, not_applicable
from conformance.rules.needs import Need, OfEvidence
from tests.conformance.rules import file_examples, firing, quiet
from tests.conformance.rules.sessions import Example

SESSION_RULES = {i: function for i, function in PREDICATES.items() if CATALOGUE[i].area not in ("package", "source")}
"""The others are judged by the app's files: test_package_rules.py, test_source_rules.py."""

FIRES = {**firing.FIRES, **file_examples.FIRES}
MISSES = {**quiet.MISSES, **file_examples.MISSES}


def judged(predicates: Mapping[str, Predicate], evidence: Evidence) -> tuple[str, ...]:
    return tuple(found.rule for _, function in sorted(predicates.items()) for found in function(evidence))


def met(need: Need, evidence: Evidence) -> bool:
    return need.shown_by(evidence) if isinstance(need, OfEvidence) else any(map(need.shown_by, evidence.views))


def cases(table: Mapping[str, list[Example]]) -> list[Any]:
    return [pytest.param(rule_id, e, id=f"{rule_id}-{e.name}") for rule_id, examples in table.items() for e in examples]


@pytest.mark.parametrize(("rule_id", "example"), cases(FIRES))
def test_fires(rule_id: str, example: Example) -> None:
    assert judged(PREDICATES, example.evidence) == example.found
    assert rule_id in example.found


@pytest.mark.parametrize(("rule_id", "example"), cases(MISSES))
def test_keeps_quiet(rule_id: str, example: Example) -> None:
    assert judged(PREDICATES, example.evidence) == example.found
    assert rule_id not in example.found


@pytest.mark.parametrize(("rule_id", "example"), [*cases(FIRES), *cases(MISSES)])
def test_what_a_rule_finds_shows_what_it_needs(rule_id: str, example: Example) -> None:
    assert tuple(found.rule for found in judge_evidence(example.evidence)) == example.found
    for found in example.found:
        assert met(NEEDS[found], example.evidence)


@pytest.mark.parametrize("need", dict.fromkeys(NEEDS.values()), ids=lambda need: need.shown_by.__name__)
def test_no_need_is_always_met(need: Need) -> None:
    examples = [example for table in (FIRES, MISSES) for listed in table.values() for example in listed]
    assert not all(met(need, example.evidence) for example in examples)


@pytest.mark.parametrize("rule_id", sorted(SESSION_RULES))
def test_an_empty_predicate_is_noticed(rule_id: str) -> None:
    def empty(evidence: Evidence) -> Iterator[Finding]:
        return iter(())

    mutated = {**PREDICATES, rule_id: empty}
    for example in FIRES[rule_id]:
        assert rule_id not in judged(mutated, example.evidence)
        assert judged(mutated, example.evidence) != example.found


def test_every_predicate_has_both_kinds_of_example() -> None:
    assert set(FIRES) == set(MISSES) == set(SESSION_RULES)
    assert all(FIRES.values())
    assert all(MISSES.values())


def test_what_is_judged_in_this_version() -> None:
    assert set(PREDICATES) == set(CATALOGUE)


@pytest.mark.parametrize(("rule_id", "example"), cases(FIRES))
def test_findings_are_complete(rule_id: str, example: Example) -> None:
    for found in PREDICATES[rule_id](example.evidence):
        rule = CATALOGUE[rule_id]
        assert (found.device, found.mend, found.clauses) == (rule.device, rule.mend, rule.clauses)
        assert found.message
        assert found.seen
        assert "\n" not in found.message + found.seen
        assert len(found.fingerprint) == 12
        assert found.plan["kind"]


@pytest.mark.parametrize(("rule_id", "example"), cases(FIRES))
def test_a_rule_that_fires_applies(rule_id: str, example: Example) -> None:
    assert not_applicable(rule_id, example.evidence) is None

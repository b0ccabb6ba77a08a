"""Clause, rule and breaking subject hold each other: none of the three without the other two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.catalogue import CATALOGUE
from conformance.rules import PREDICATES
from tests.meta.kill_matrix import SUBJECTS, fired
from tests.meta.spec_tables import Row, all_rows

NOT_JUDGED = {
    "C-002": "a project that can be read at all has the stage model's module.json5",
    "C-033": "what is not awaited goes on after the callback, which is BK505 whichever the callback",
    "C-050": "the language does not check signatures at run time, and an unused argument is no fault",
    "C-060": 'an app that has nothing to say answers with "" itself; that an answer comes, and in time, is BK513',
    "C-068": "where the profile lies is settled by resolving it (BK701)",
    "C-075": "names another app, which a run on one app cannot see",
    "C-085": "limits of the packaging tool, which refuses such a module itself",
    "C-086": "gone from the current text",
}
"""Clauses that bind the app and that no rule cites, with the reason."""


def clauses() -> list[Row]:
    """The clauses that an app must keep, itself or with its package."""
    rows = [row for row in all_rows().values() if row.id.startswith("cl-1.") and {"ID", "Level", "Who"} <= row.cells.keys()]
    return [row for row in rows if "MUST" in row.cells["Level"] and re.search("[AP]", row.cells["Who"])]


def test_every_must_clause_has_a_rule_or_a_reason() -> None:
    cited = {clause for rule in CATALOGUE.values() for clause in rule.clauses}
    missing = {row.cells["ID"]: row.cells["Requirement"] for row in clauses() if row.cells["ID"] not in cited | NOT_JUDGED.keys()}
    assert not missing


def test_no_reason_is_stale() -> None:
    cited = {clause for rule in CATALOGUE.values() for clause in rule.clauses}
    assert not cited & NOT_JUDGED.keys()
    assert NOT_JUDGED.keys() <= {row.cells["ID"] for row in clauses()}


def test_rules_cite_clauses_that_exist() -> None:
    known = {row.cells.get("ID", "") for row in all_rows().values()}
    variants = {cell for row in all_rows().values() for cell in row.cells.values() if re.fullmatch(r"\**V-\d\d\**", cell)}
    known |= {variant.strip("*") for variant in variants}
    unknown = [
        f"{rule.id}: {clause}"
        for rule in CATALOGUE.values()
        for clause in rule.clauses
        if re.match("[CV]-", clause) and clause not in known
    ]
    assert not unknown


def test_every_judged_rule_is_tripped() -> None:
    tripped = {rule for rules in SUBJECTS.values() for rule in rules}
    assert tripped == PREDICATES.keys(), "each rule that is judged needs a subject in fixtures/breaking, and each subject a rule"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_subject_trips_exactly_its_rules(subject: str, tmp_path: Path) -> None:
    assert list(fired(subject, tmp_path)) == sorted(SUBJECTS[subject])

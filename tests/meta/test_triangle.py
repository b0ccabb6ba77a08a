"""Clause, rule and breaking subject hold each other: none of the three without the other two."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.catalogue import CATALOGUE
from conformance.rules import PREDICATES
from tests.meta.kill_matrix import ARKTS, SUBJECTS
from tests.meta.spec_tables import Row, all_rows, cells

WITHOUT_RULE = Path(__file__).parents[2] / "docs" / "clauses-without-rule.md"
COLUMNS = ["clause", "what it asks for", "why no rule cites it"]


def not_judged(text: str) -> dict[str, str]:
    """The clauses of docs/clauses-without-rule.md, each with its reason."""
    head, _, *rows = [cells(line) for line in text.splitlines() if line.startswith("|")]
    assert head == COLUMNS
    assert all(len(row) == len(COLUMNS) and all(row) for row in rows)
    return {row[0]: row[2] for row in rows}


NOT_JUDGED = not_judged(WITHOUT_RULE.read_text(encoding="utf-8"))


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
    tripped = {rule for rules in (*SUBJECTS.values(), *ARKTS.values()) for rule in rules}
    assert tripped == PREDICATES.keys(), "each rule that is judged needs a subject in fixtures/breaking, and each subject a rule"

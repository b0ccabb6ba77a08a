"""The catalogue: complete, in order, resolvable, and strict about what it loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import conformance
from conformance.catalogue import AREAS, CATALOGUE, CatalogueError, Severity, parse_catalogue, rule

SPEC = Path(__file__).parents[3] / "docs" / "spec"
COMPLETE = """
[BK101]
name = "return-not-a-string"
severity = "error"
clauses = ["C-018"]
source = "reference page"
fires_when = "the result is no string"
device = "Reads it as nothing."
mend = "Return a string."
"""


def test_ids_are_in_order_and_areas_follow_their_hundreds() -> None:
    assert list(CATALOGUE) == sorted(CATALOGUE)
    assert len(CATALOGUE) == 68
    assert {r.area for r in CATALOGUE.values()} == set(AREAS)
    assert all(AREAS.index(r.area) + 1 == int(r.id[2]) for r in CATALOGUE.values())
    assert all(r.id == key for key, r in CATALOGUE.items())


def test_how_many_of_each_area_and_severity() -> None:
    areas = [sum(r.area == area for r in CATALOGUE.values()) for area in AREAS]
    assert areas == [7, 2, 2, 11, 15, 9, 12, 6, 4]
    warnings = [r.id for r in CATALOGUE.values() if r.severity is Severity.WARNING]
    assert [w for w in warnings if w < "BK6"] == [
        *("BK104", "BK105", "BK107", "BK302", "BK405", "BK409", "BK410", "BK411", "BK504", "BK511", "BK512", "BK514"),
    ]


def _clauses() -> list[str]:
    return sorted({clause for r in CATALOGUE.values() for clause in r.clauses})


@pytest.mark.parametrize("clause", _clauses())
def test_clauses_exist(clause: str) -> None:
    if re.fullmatch(r"[CV]-\d+", clause):
        assert f"| {clause} |" in (SPEC / "clauses.md").read_text(encoding="utf-8")
        return
    book, _, chapter = clause.partition(" ")
    chapter, _, row = chapter.partition(" #")
    text = (SPEC / f"{book}.md").read_text(encoding="utf-8")
    heading = re.search(rf"^#+ {re.escape(chapter)}\.? .*$", text, re.MULTILINE)
    assert heading is not None
    if row:
        assert re.search(rf"^\| {row} \|", text[heading.end() :], re.MULTILINE)


def test_a_complete_rule_loads() -> None:
    (only,) = parse_catalogue(COMPLETE).values()
    assert (only.id, only.title, only.area, only.clauses) == ("BK101", "BK101-return-not-a-string", "return", ("C-018",))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('clauses = ["C-018"]\n', "", "BK101: a rule without a clause is not judged; name the text that requires it"),
        ('clauses = ["C-018"]', "clauses = []", "BK101: a rule without a clause is not judged; name the text that requires it"),
        ('["C-018"]', '["somewhere"]', "BK101: 'somewhere' is no clause (C-018, V-07, control-plane 2.4)"),
        ('source = "reference page"\n', "", "BK101: source is missing, empty or not one line"),
        ('mend = "Return a string."', 'mend = " "', "BK101: mend is missing, empty or not one line"),
        ('"error"', '"fatal"', "BK101: severity is error or warning, not 'fatal'"),
        ("[BK101]", "[BK099]", "BK099: no rule; an id is BK and three digits, from BK100 on"),
        ('name = "return-', 'title = "x"\nname = "return-', "BK101: unknown member 'title'"),
        ('name = "return-', 'name = "Return-', "BK101: the name 'Return-not-a-string' is not lower-case words joined by hyphens"),
        ("[BK101]", "[BK101", "the rule catalogue is no TOML: "),
    ],
)
def test_an_incomplete_rule_does_not_load(before: str, after: str, message: str) -> None:
    assert before in COMPLETE
    with pytest.raises(CatalogueError) as caught:
        parse_catalogue(COMPLETE.replace(before, after, 1))
    assert str(caught.value).startswith(message)


def test_a_name_is_given_once() -> None:
    with pytest.raises(CatalogueError, match="BK101: the name 'return-not-a-string' is taken twice"):
        parse_catalogue(COMPLETE + COMPLETE.replace("BK101", "BK102"))


def test_an_unknown_rule_is_named() -> None:
    with pytest.raises(CatalogueError, match="there is no rule 'BK999'"):
        rule("BK999")


def test_public_names_load_on_first_use() -> None:
    assert set(conformance.__all__) <= set(dir(conformance))
    for name in conformance.__all__:
        assert getattr(conformance, name) is not None
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        conformance.nothing  # noqa: B018

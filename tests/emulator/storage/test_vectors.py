"""fixtures/vectors is what the tables of the specification say, and a test holds every vector."""

from __future__ import annotations

import re

import pytest

from tests.emulator.storage.vector_tables import DOCUMENT, Group, groups, toml
from tests.vectors import DIRECTORY, GROUPS, claimed, load, vectors

COUNTS = {"C": 90, "E": 74, "G": 29, "P": 24, "N": 37, "S": 18, "T": 39, "J": 28, "M": 30, "I": 17, "R": 45, "V": 28}
"""Vectors of each group, counted apart from the reader: a row that the reader loses is a row that nobody tests."""

ALL = {group.letter: group for group in groups()}


@pytest.fixture(scope="module")
def claims() -> set[str]:
    return {vector for found in claimed(("tests/emulator/storage",)).values() for vector in found}


@pytest.mark.parametrize("group", ALL.values(), ids=ALL)
def test_the_data_is_what_the_document_says(group: Group) -> None:
    assert (DIRECTORY / f"{group.letter}.toml").read_text(encoding="utf-8") == toml(group)
    assert tuple(load(group.letter).values()) == group.vectors


def test_no_row_is_lost() -> None:
    assert list(ALL) == list(GROUPS) == list(COUNTS)
    assert {letter: len(load(letter)) for letter in GROUPS} == COUNTS
    rows = re.findall(r"^\| ([A-Z]\d+[a-z]?) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(vector for letter in GROUPS for vector in load(letter))
    assert len(rows) == len(set(rows))


def test_tokens_are_replaced() -> None:
    for group in ALL.values():
        for vector in group.vectors:
            for text in (*vector.cells.values(), *vector.comments.values()):
                assert not re.search(r"\{(F|f|sep|LF|CR|NUL|SP|BOM|.\*\d+)\}|`", text), vector


def test_cells_literals_and_comments() -> None:
    assert load("P")["P21"]["Path"] == "a/..\0"
    assert load("P")["P22"]["Path"] == "a" * 4096
    assert load("P")["P12"]["Path"] == ""
    assert load("C")["C2"].json("Result") == ["", "", ""] and load("C")["C2"].comments["Result"] == "nothing is scanned"
    assert load("C")["C31"]["Config text"].startswith("\ufeff{")
    assert load("C")["C26"].literals["Query"] == ('{"/p1":"/bak/p1"}', '["/p1","/p3"]')
    assert load("E")["E14a"]["Pattern"].endswith("/\\*.txt")
    assert load("M")["M9"]["Result"] == "a%3Bb.txt, flag 1"
    assert len(load("C")["C1a"].json("Result")) == 13


def test_every_vector_is_claimed(claims: set[str]) -> None:
    missing = [vector for letter in GROUPS for vector in load(letter) if vector not in claims]
    assert not missing, f'no test has vectors("...") or @pytest.mark.vector("...") for {", ".join(missing)}'


def test_claims_name_vectors_that_exist(claims: set[str]) -> None:
    assert claims <= {vector for letter in GROUPS for vector in load(letter)}


def test_selectors() -> None:
    def ids(*selectors: str, but: tuple[str, ...] = ()) -> list[str]:
        return [str(parameter.id) for parameter in vectors(*selectors, but=but)]

    assert ids("M4", "M2") == ["M4a", "M4b", "M4c", "M2"]
    assert ids("E17..E19", but=("E18",)) == ["E17a", "E17b", "E19a", "E19b", "E19c"]
    assert ids("P") == list(load("P"))
    assert vectors("P1")[0].marks[0].args == ("P1",)
    for wrong in ("P99", "P8a..P9", "P1..G2", "x", "P8z"):
        with pytest.raises(LookupError):
            vectors(wrong)
    with pytest.raises(KeyError):
        vectors("P", but=("P99",))

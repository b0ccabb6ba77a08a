"""docs/kill-matrix.md is of this source: all of its mutants, and a sample of them run again."""

from __future__ import annotations

import ast

import pytest

from conformance.rules import PREDICATES
from tests.meta.kill_matrix import MATRIX, SUBJECTS, row, run_all, sample_mutants
from tests.meta.mutants import OPERATORS, mutants

SAMPLE_EVERY = 9
AGAIN = "run python -m tests.meta.kill_matrix again"

SOURCE = '''
async def f(self, pool):
    """A docstring stays."""
    if self.ready:
        print("x")
    try:
        await loop.run_in_executor(pool, work, 1)
    except OSError:
        return ""
    return {"a": 1}
'''


def test_the_document_lists_the_mutants_of_this_source() -> None:
    text = MATRIX.read_text(encoding="utf-8")
    missing = [mutant.name for mutant in sample_mutants() if row(mutant, ()).removesuffix(" none |") not in text]
    assert not missing, AGAIN
    assert len(text.partition("## By mutant")[2].strip().split("\n| ")) - 2 == len(sample_mutants()), AGAIN


def test_the_document_lists_the_rules() -> None:
    by_rule = MATRIX.read_text(encoding="utf-8").partition("## By mutant")[0]
    assert [line[2:7] for line in by_rule.splitlines() if line.startswith("| BK")] == sorted(PREDICATES), AGAIN
    assert all(f"`{name.removeprefix('fixtures.').removesuffix('.Ext')}`" in by_rule for name, rules in SUBJECTS.items() if rules)


@pytest.mark.timeout(600)
def test_a_sample_of_the_mutants_is_noticed_as_the_document_says() -> None:
    chosen = sample_mutants()[::SAMPLE_EVERY]
    lines = MATRIX.read_text(encoding="utf-8").splitlines()
    again = [row(mutant, rules) for mutant, rules in zip(chosen, run_all(chosen), strict=True)]
    assert [line for line in again if line not in lines] == [], AGAIN


def test_every_operator_has_something_to_change() -> None:
    assert {mutant.operator for mutant in sample_mutants()} == OPERATORS.keys()


def test_a_mutant_has_one_change() -> None:
    found = list(mutants(SOURCE))
    assert len({mutant.source for mutant in found} | {ast.unparse(ast.parse(SOURCE))}) == len(found) + 1
    for mutant in found:
        compile(mutant.source, mutant.name, "exec")
    made = {mutant.operator: mutant for mutant in reversed(found)}
    assert "    return ''" in made['returns ""'].source.splitlines()
    assert "work(1)" in made["works on the main thread"].source
    assert "    loop.run_in_executor(pool, work, 1)" in made["does not await"].source
    assert "except" not in made["catches nothing"].source
    assert "if not self.ready" in made["takes the other branch"].source
    assert "'as': 1" in made["misspells a key"].source
    assert made["leaves the call out"].before == 'print("x")'

"""docs/kill-matrix.md is of this source: all of its mutants, and a sample of them run again."""

from __future__ import annotations

import ast

import pytest

from conformance.rules import PREDICATES
from tests.meta.kill_matrix import MATRIX, SLIPS, SUBJECTS, UNNOTICED, fired_by, reason, row, sample_mutants
from tests.meta.mutants import OPERATORS, Mutant, mutants
from tests.meta.spec_tables import cells

SAMPLE_EVERY = 40
SAMPLE = [m for i, m in enumerate(sample_mutants()) if i % SAMPLE_EVERY == 0 or (m.function, m.operator) in SLIPS]
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


async def g():
    with Pool() as pool:
        done = await pool.run(work)


def onProcess(self):
    return self.now()


async def onRelease(self, scenario):
    pass
'''


def noticed() -> dict[str, str]:
    """What the document says of each mutant."""
    lines = MATRIX.read_text(encoding="utf-8").partition("## By mutant")[2].splitlines()
    return {cells(line)[0]: cells(line)[2] for line in lines if line.startswith("| ")}


def test_the_document_lists_the_mutants_of_this_source() -> None:
    text = MATRIX.read_text(encoding="utf-8")
    assert list(noticed())[1:] == [mutant.name for mutant in sample_mutants()], AGAIN
    assert not [m.name for m in sample_mutants() if row(m, ("BK",)).removesuffix("BK |") not in text], AGAIN


@pytest.mark.parametrize("slip", [pytest.param(slip, id=f"{slip[0]} {slip[1]}") for slip in SLIPS])
def test_a_slip_is_noticed_by_its_rule(slip: tuple[str, str]) -> None:
    found = [noticed()[m.name] for m in sample_mutants() if (m.function, m.operator) == slip]
    assert found
    assert all(SLIPS[slip] in rules.split(", ") for rules in found)


def test_what_is_not_noticed_is_explained() -> None:
    said = noticed()
    survivors = [mutant for mutant in sample_mutants() if said[mutant.name].startswith("none")]
    assert [m.name for m in survivors if said[m.name] != f"none: {reason(m)}"] == [], AGAIN
    assert {reason(mutant) for mutant in survivors} == set(UNNOTICED.values()), "a reason that explains nothing goes"


def test_the_document_lists_the_rules() -> None:
    by_rule = MATRIX.read_text(encoding="utf-8").partition("## By mutant")[0]
    assert [line[2:7] for line in by_rule.splitlines() if line.startswith("| BK")] == sorted(PREDICATES), AGAIN
    assert all(f"`{name.removeprefix('fixtures.').removesuffix('.Ext')}`" in by_rule for name, rules in SUBJECTS.items() if rules)


@pytest.mark.parametrize("mutant", [pytest.param(mutant, id=mutant.name) for mutant in SAMPLE])
def test_a_slip_or_a_sample_of_the_rest_is_noticed_as_the_document_says(mutant: Mutant) -> None:
    assert row(mutant, fired_by(mutant)) in MATRIX.read_text(encoding="utf-8").splitlines(), AGAIN


def test_every_operator_has_something_to_change() -> None:
    assert {mutant.operator for mutant in sample_mutants()} == OPERATORS.keys()


def test_a_mutant_has_one_change() -> None:
    found = list(mutants(SOURCE))
    assert len({mutant.source for mutant in found} | {ast.unparse(ast.parse(SOURCE))}) == len(found) + 1
    for mutant in found:
        compile(mutant.source, mutant.name, "exec")
    made = {mutant.operator: mutant for mutant in reversed(found)}
    assert made.keys() == OPERATORS.keys()
    assert "    return ''" in made['returns ""'].source.splitlines()
    assert "work(1)" in made["works on the main thread"].source
    assert "    loop.run_in_executor(pool, work, 1)" in made["does not await"].source
    assert "except" not in made["catches nothing"].source
    assert "if not self.ready" in made["takes the other branch"].source
    assert "'as': 1" in made["misspells a key"].source
    assert made["leaves the call out"].before == 'print("x")'
    assert "pool = Pool()" in made["does not wait for a slow worker"].source
    assert "return 0" in made["returns a number"].source
    assert "return json.dumps(self.now())" in made["encodes twice"].source
    assert "async def onProcess(self)" in made["is asynchronous"].source
    assert "\ndef onRelease(self" in made["is synchronous"].source

"""docs/kill-matrix.md: which rule notices which fault. ``python -m tests.meta.kill_matrix`` makes it again, in minutes.

Faults are the breaking subjects, which were written by hand, and the mutants of the sample app, which were not.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from conformance.catalogue import CATALOGUE
from conformance.rules import PREDICATES
from conformance.run import ConformanceRun, OutcomeKind, RunSettings
from emulator import load_subject
from tests.meta.mutants import Mutant, mutants

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "fixtures" / "notes.py"
MATRIX = CHECKOUT / "docs" / "kill-matrix.md"
SUBJECTS: Mapping[str, list[str]] = tomllib.loads((CHECKOUT / "fixtures" / "expected.toml").read_text(encoding="utf-8"))[
    "subjects"
]

_INTRODUCTION = """\
# Kill matrix

Made by `python -m tests.meta.kill_matrix`; do not edit. Which rule notices which fault: a rule that notices none is worth
nothing, and a fault that no rule notices is either none or a hole.
"""

_UNNOTICED = """\
The rest is below the rules' horizon: texts that only the app reads,
answers that no rule looks into, and faults that the app itself catches and reports.
"""


def fired(spec: str, directory: Path) -> tuple[str, ...]:
    """The rules that a subject trips, in id order. Raises AssertionError when the harness itself fails."""
    run = ConformanceRun(load_subject(spec), RunSettings(profile="quick", scenario_dir=directory))
    outcomes = {rule: run.outcome(rule) for rule in PREDICATES}
    errors = {rule: outcome.reason for rule, outcome in outcomes.items() if outcome.outcome is OutcomeKind.ERROR}
    assert not errors, errors
    return tuple(sorted(rule for rule, o in outcomes.items() if o.outcome in (OutcomeKind.FAILED, OutcomeKind.WARNED)))


def fired_by(mutant: Mutant) -> tuple[str, ...]:
    """The rules that notice a mutant. The mutant is a module of its own, so each needs a process of its own."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "mutant.py"
        file.write_text(mutant.source, encoding="utf-8")
        return fired(f"{file}:Ext", Path(directory) / "scenarios")


def run_all(chosen: Sequence[Mutant]) -> list[tuple[str, ...]]:
    """What `fired_by` says of each, one process a mutant."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return list(pool.map(fired_by, chosen))


@cache
def sample_mutants() -> tuple[Mutant, ...]:
    """The mutants of the sample app."""
    return tuple(mutants(SAMPLE.read_text(encoding="utf-8")))


def row(mutant: Mutant, rules: tuple[str, ...]) -> str:
    """The mutant's line of the document."""
    before = mutant.before.replace("|", "\\|")
    return f"| {mutant.name} | `{before}` | {', '.join(rules) or 'none'} |"


def document(found: list[tuple[Mutant, tuple[str, ...]]]) -> Iterator[str]:
    """The lines of docs/kill-matrix.md."""
    yield _INTRODUCTION
    yield "## By rule\n"
    yield "| rule | subjects that are written to break it | mutants |\n|---|---|---|"
    for rule in sorted(PREDICATES):
        subjects = [
            f"`{name.removeprefix('fixtures.').removesuffix('.Ext')}`" for name, rules in SUBJECTS.items() if rule in rules
        ]
        count = sum(rule in rules for _, rules in found)
        yield f"| {CATALOGUE[rule].title} | {', '.join(subjects)} | {count or ''} |"
    killed = sum(bool(rules) for _, rules in found)
    yield f"\n## By mutant of `fixtures/notes.py`\n\n{killed} of {len(found)} are noticed. {_UNNOTICED}"
    yield "| mutant | line | noticed by |\n|---|---|---|"
    yield from (row(mutant, rules) for mutant, rules in found)


def main() -> None:
    """Write the document."""
    chosen = sample_mutants()
    found = list(zip(chosen, run_all(chosen), strict=True))
    MATRIX.write_text("\n".join(document(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

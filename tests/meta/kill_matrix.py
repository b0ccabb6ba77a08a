"""docs/kill-matrix.md: which rule notices which fault. ``python -m tests.meta.kill_matrix`` makes it again, in minutes.

Faults are the breaking subjects, which were written by hand, and the mutants of the sample app, which were not.
"""

from __future__ import annotations

import os
import re
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
from emulator import Package, load_package, load_subject
from tests.meta.mutants import Mutant, mutants

CHECKOUT = Path(__file__).parents[2]
SAMPLE = CHECKOUT / "fixtures" / "notes.py"
MATRIX = CHECKOUT / "docs" / "kill-matrix.md"
_EXPECTED: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    (CHECKOUT / "fixtures" / "expected.toml").read_text(encoding="utf-8")
)
SUBJECTS, ARKTS = _EXPECTED["subjects"], _EXPECTED["arkts"]

_INTRODUCTION = """\
# Kill matrix

Made by `python -m tests.meta.kill_matrix`; do not edit. Which rule notices which fault: a rule that notices none is worth
nothing, and a fault that no rule notices is either none or a hole.
"""

SLIPS: Mapping[tuple[str, str], str] = {
    ("onBackupEx", "does not await"): "BK101",
    ("onBackupEx", "returns a number"): "BK101",
    ("onBackupEx", "encodes twice"): "BK106",
    ("onBackupEx", 'returns ""'): "BK201",
    ("onBackupEx", "blocks for 30 s"): "BK401",
    ("onBackupEx", "raises instead"): "BK501",
    ("onBackupEx", "never settles"): "BK503",
    ("onRestoreEx", "does not await"): "BK101",
    ("onRestoreEx", "returns a number"): "BK101",
    ("onRestoreEx", "encodes twice"): "BK106",
    ("onRestoreEx", 'returns ""'): "BK201",
    ("onRestoreEx", "blocks for 30 s"): "BK401",
    ("onRestoreEx", "raises instead"): "BK501",
    ("onRestoreEx", "never settles"): "BK503",
    ("onProcess", "blocks for 30 s"): "BK402",
    ("onProcess", "encodes twice"): "BK405",
    ("onProcess", "is asynchronous"): "BK406",
    ("onProcess", "raises instead"): "BK407",
    ("onProcess", 'returns ""'): "BK408",
    ("onRelease", "blocks for 30 s"): "BK509",
    ("onRelease", "never settles"): "BK509",
    ("getBackupCompatibilityInfo", "is synchronous"): "BK513",
    ("getBackupCompatibilityInfo", "never settles"): "BK513",
    ("getRestoreCompatibilityInfo", "raises instead"): "BK513",
    ("_on_worker", "swallows what goes wrong"): "BK201",
    ("_on_worker", "does not wait for a slow worker"): "BK505",
}
"""The slips that the tool is made for, by function and operator, and the rule that has to notice each of them."""

_CAUGHT = "the app catches it and reports the failure, as it should"
UNNOTICED: Mapping[str, str] = {
    "onRestoreEx leaves the call out print": "a line of the log",
    "onRelease is synchronous": "the device takes a synchronous onRelease as well",
    "onRelease ": "an interrupted session leaves one part, which the next one overwrites",
    "getBackupInfo ": "caller and app agree on the answer; there is no rule for it",
    "get.*CompatibilityInfo blocks for 30 s": "the limit begins where the synchronous part ends",
    "get.*CompatibilityInfo ": "caller and app agree on the text; any will do",
    "_on_worker works on the main thread": "the work takes no time here",
    "_on_worker catches nothing|_on_worker .* return failure|failure ": "a file has to fail, and then the device is told",
    "_on_worker (does not await|raises instead)": _CAUGHT,
    '(_write_manifest|_build_index) returns ""': "a result may have an empty text",
    r"(_write_manifest|_build_index) leaves the call out self\._progress": "no time passes in which onProcess could be asked",
    "(_write_manifest|_build_index|_notes|_checksums|_replace|title_of) raises instead": _CAUGHT,
    "(_write_manifest|_build_index|_notes|_checksums|_replace|title_of) ": "what its files say is the app's own matter",
}
"""Why a mutant that no rule notices is no hole, by function, operator and line; the first that fits."""


def reason(mutant: Mutant) -> str:
    """Why no rule notices a mutant. Raises LookupError where nobody knows: then a rule has a hole."""
    change = f"{mutant.function} {mutant.operator} {mutant.before}"
    for pattern, why in UNNOTICED.items():
        if re.match(pattern, change):
            return why
    raise LookupError(f"no rule notices that {mutant.name}, and tests/meta/kill_matrix.py does not say why")


def package_of(spec: str) -> Package | None:
    """The package of a subject: the directory beside its module, with the module's name."""
    if spec.endswith(".ets"):
        directory = Path(spec).with_suffix("")
        return load_package(directory) if (directory / "backup_config.json").is_file() else None
    directory = CHECKOUT.joinpath(*spec.split(".")[:-1])
    return load_package(directory) if spec.startswith("fixtures.") and directory.is_dir() else None


def fired(spec: str, directory: Path) -> tuple[str, ...]:
    """The rules that a subject trips, in id order. Raises AssertionError when the harness itself fails."""
    run = ConformanceRun(load_subject(spec), RunSettings(profile="quick", scenario_dir=directory), package_of(spec))
    outcomes = {rule: run.outcome(rule) for rule in PREDICATES}
    errors = {rule: outcome.reason for rule, outcome in outcomes.items() if outcome.outcome is OutcomeKind.ERROR}
    assert not errors, errors
    return tuple(sorted(rule for rule, o in outcomes.items() if o.outcome in (OutcomeKind.FAILED, OutcomeKind.WARNED)))


def fired_by(mutant: Mutant) -> tuple[str, ...]:
    """The rules that notice a mutant."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "mutant.py"
        file.write_text(mutant.source, encoding="utf-8")
        return fired(f"{file}:Ext", Path(directory) / "scenarios")


def run_all(chosen: Sequence[Mutant]) -> list[tuple[str, ...]]:
    """What `fired_by` says of each."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(fired_by, chosen))


@cache
def sample_mutants() -> tuple[Mutant, ...]:
    """The mutants of the sample app."""
    return tuple(mutants(SAMPLE.read_text(encoding="utf-8")))


def row(mutant: Mutant, rules: tuple[str, ...]) -> str:
    """The mutant's line of the document."""
    before = mutant.before.replace("|", "\\|")
    return f"| {mutant.name} | `{before}` | {', '.join(rules) or f'none: {reason(mutant)}'} |"


def document(found: list[tuple[Mutant, tuple[str, ...]]]) -> Iterator[str]:
    """The lines of docs/kill-matrix.md."""
    yield _INTRODUCTION
    yield "## By rule\n"
    yield "| rule | subjects that are written to break it | mutants |\n|---|---|---|"
    for rule in sorted(PREDICATES):
        subjects = [
            f"`{re.sub(r'^fixtures[./]|[.]Ext$', '', name)}`" for name, rules in {**SUBJECTS, **ARKTS}.items() if rule in rules
        ]
        count = sum(rule in rules for _, rules in found)
        yield f"| {CATALOGUE[rule].title} | {', '.join(subjects)} | {count or ''} |"
    killed = sum(bool(rules) for _, rules in found)
    yield f"\n## By mutant of `fixtures/notes.py`\n\n{killed} of {len(found)} are noticed; the others say why not.\n"
    yield "| mutant | line | noticed by |\n|---|---|---|"
    yield from (row(mutant, rules) for mutant, rules in found)


def main() -> None:
    """Write the document."""
    chosen = sample_mutants()
    found = list(zip(chosen, run_all(chosen), strict=True))
    MATRIX.write_text("\n".join(document(found)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

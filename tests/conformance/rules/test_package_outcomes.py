"""What a run makes of the rules about the package, and what they make of the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import conformance.run
from conformance.catalogue import CATALOGUE, Finding
from conformance.evidence import Evidence
from conformance.rules import PREDICATES
from conformance.run import ConformanceRun, OutcomeKind, RunSettings
from conformance.suites.control import Control
from emulator import Package, load_package, load_subject

ON = '{"allowToBackupRestore": true}'


def run_of(tmp_path: Path, profile: str | None) -> ConformanceRun:
    """A run with this profile in its package; without a package when there is none."""
    package: Package | None = None
    if profile is not None:
        (tmp_path / "backup_config.json").write_text(profile)
        package = load_package(tmp_path)
    settings = RunSettings(profile="quick", scenario_dir=tmp_path / "scenarios", examples=5)
    return ConformanceRun(load_subject(Control), settings, package)


def judged(by: str) -> list[str]:
    """The rules judged by the package, or those judged by sessions."""
    areas = {"package": "package", "source": "source"}
    return [rule_id for rule_id in PREDICATES if areas.get(CATALOGUE[rule_id].area, "sessions") == by]


def test_without_a_bundle_nothing_is_judged(tmp_path: Path) -> None:
    run = run_of(tmp_path, None)
    assert {run.outcome(rule_id).reason for rule_id in judged("package")} == {"no --bundle"}
    assert run.sessions_run == 0
    assert run.outcome("BK101").outcome is OutcomeKind.PASSED


def test_a_good_profile_passes_without_a_session(tmp_path: Path) -> None:
    run = run_of(tmp_path, ON)
    outcomes = {rule_id: run.outcome(rule_id).outcome for rule_id in judged("package")}
    assert {rule_id for rule_id, outcome in outcomes.items() if outcome is OutcomeKind.PASSED} == {
        *("BK702", "BK703", "BK704", "BK705", "BK712")
    }
    assert set(outcomes.values()) == {OutcomeKind.PASSED, OutcomeKind.NOT_APPLICABLE}
    assert run.sessions_run == 0


def test_findings_have_no_session_to_replay(tmp_path: Path) -> None:
    outcome = run_of(tmp_path, '{"allowToBackupRestore": true, "host": 1}').outcome("BK704")
    assert outcome.outcome is OutcomeKind.WARNED
    (reported,) = outcome.findings
    assert (reported.finding.message, reported.replay) == ("the device does not read host", "")
    assert not (tmp_path / "scenarios").exists()
    assert run_of(tmp_path, '{"allowToBackupRestore": true, "restoreDeps": 1}').outcome("BK705").outcome is OutcomeKind.FAILED


@pytest.mark.parametrize(
    ("profile", "rule_id", "reason"),
    [
        ("{}", "BK703", "BK703: allowToBackupRestore is absent"),
        ("", "BK702", "BK702: the device cannot read backup_config.json: the file is empty"),
    ],
)
def test_where_the_device_refuses_no_session_is_run(tmp_path: Path, profile: str, rule_id: str, reason: str) -> None:
    run = run_of(tmp_path, profile)
    assert run.outcome(rule_id).outcome is OutcomeKind.FAILED
    outcomes = [run.outcome(other) for other in judged("sessions")]
    assert {(outcome.outcome, outcome.reason) for outcome in outcomes} == {(OutcomeKind.BLOCKED, reason)}
    assert run.sessions_run == 0
    assert run.outcome("BK601").outcome is OutcomeKind.NOT_APPLICABLE


def test_rules_keep_each_other_from_being_judged(tmp_path: Path) -> None:
    run = run_of(tmp_path, '{"allowToBackupRestore": true, "includes": []}')
    assert run.outcome("BK706").outcome is OutcomeKind.FAILED
    assert run.outcome("BK707").outcome is OutcomeKind.BLOCKED
    assert run.outcome("BK707").reason == "BK706: includes is []: nothing is backed up"
    assert run.outcome("BK101").outcome is OutcomeKind.PASSED


@pytest.mark.parametrize("profile", [ON, '{"allowToBackupRestore": true, "fullBackupOnly": true}'])
def test_callbacks_are_those_of_the_subject(tmp_path: Path, profile: str) -> None:
    """The control overrides onRestoreEx."""
    assert run_of(tmp_path, profile).outcome("BK710").outcome is not OutcomeKind.FAILED


def test_a_rule_that_fails_is_an_error_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(evidence: Evidence, *, only: tuple[str, ...]) -> Iterator[Finding]:
        raise KeyError("x")

    monkeypatch.setattr(conformance.run, "judge_evidence", failing)
    outcome = run_of(tmp_path, ON).outcome("BK704")
    assert outcome.outcome is OutcomeKind.ERROR
    assert outcome.reason.startswith("rule BK704: KeyError: 'x'")


def test_a_rule_that_fails_keeps_no_session_from_being_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(evidence: Evidence) -> str:
        raise KeyError("x")

    monkeypatch.setattr(conformance.run, "switched_off", failing)
    assert run_of(tmp_path, ON).outcome("BK101").outcome is OutcomeKind.PASSED

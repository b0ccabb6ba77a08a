"""The face of the rules: what `judge` takes and gives, when a rule does not apply, what is blocked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance import Evidence, Finding, judge
from conformance.catalogue import CATALOGUE, CatalogueError
from conformance.rules import PREDICATES, blocked, needs, not_applicable, predicate
from emulator.package import Package
from tests.conformance.rules.builder import OK, SessionBuilder, backup, progress, restore
from tests.conformance.rules.sessions import evidence, fell_back, hanging, polled, with_info


def rules_of(findings: tuple[Finding, ...]) -> list[str]:
    return [found.rule for found in findings]


def test_findings_come_in_order_of_ids() -> None:
    assert rules_of(judge(polled("x"), backup(None), backup("y"))) == ["BK101", "BK102", "BK202", "BK403"]


def test_nothing_to_judge() -> None:
    assert judge() == ()


def test_nominal_sessions_are_found_among_the_records() -> None:
    assert rules_of(judge(backup(), with_info(None))) == ["BK506"]
    assert rules_of(judge(with_info(None))) == []
    assert rules_of(judge(with_info(None), nominal={"full-backup": backup()})) == ["BK506"]


def test_only_some_rules() -> None:
    assert rules_of(judge(backup(None), only=["BK202"])) == ["BK202"]
    assert judge(backup(None), only=[]) == ()
    with pytest.raises(CatalogueError, match="there is no rule 'BK000'"):
        judge(backup(), only=["BK000"])


def test_repeats() -> None:
    assert rules_of(judge(repeats=[(backup(), backup('{"resultInfo":[]}'))])) == ["BK511"]


def test_a_second_predicate_is_refused() -> None:
    with pytest.raises(CatalogueError, match="BK101 has a predicate already"):
        predicate("BK101", needs.an_odd_result)
    with pytest.raises(CatalogueError, match="there is no rule"):
        predicate("BK999", needs.an_odd_result)


def test_blocked_names_the_reason() -> None:
    assert blocked(backup()) == ""
    assert blocked(replace(backup(), complete=False)) == "the session is not complete"
    assert blocked(replace(backup(), complete=False, blocked="stopped")) == "stopped"
    hang = SessionBuilder().event("hang", 1, process=1, call=1, callback="onBackupEx", cpu_limit_s=5).record()
    assert blocked(hang) == "onBackupEx was stopped by the hang limit"
    refused = {"process": 1, "name": "socket.socket", "call": 1}
    uncaught = SessionBuilder().event("refused", 1, **refused, uncaught=True).record()
    assert blocked(uncaught) == "not available on the emulated device: socket.socket"
    assert blocked(SessionBuilder().event("refused", 1, **refused, uncaught=False).record()) == ""


@pytest.mark.parametrize(
    ("rule_id", "given", "reason"),
    [
        ("BK801", evidence(backup()), "only the sources of an ArkTS extension are judged"),
        ("BK101", evidence(), "there is no session that can be judged"),
        ("BK101", evidence(replace(backup(), complete=False)), "there is no session that can be judged"),
        ("BK101", evidence(backup()), None),
        ("BK101", evidence(backup(callbacks=())), "neither onBackupEx nor onRestoreEx is overridden"),
        (
            "BK201",
            evidence(backup(profile={"has_ex_callbacks": False})),
            "this device level does not know onBackupEx and onRestoreEx",
        ),
        ("BK301", evidence(backup(callbacks=())), "neither onBackup nor onBackupEx nor onRestore nor onRestoreEx is overridden"),
        ("BK302", evidence(backup(), whole_run=True), "neither pair of callbacks is overridden in full"),
        ("BK302", evidence(fell_back()), "judged over all sessions of a run only"),
        ("BK302", evidence(fell_back(), whole_run=True), None),
        ("BK401", evidence(backup()), "onProcess is not overridden"),
        ("BK408", evidence(polled("", profile={"has_progress": False})), "this device level does not know onProcess"),
        (
            "BK410",
            evidence(polled("", conditions=[{"name": "SlowCpu"}])),
            "every session ran under something that changes time or cuts it short",
        ),
        ("BK501", evidence(with_info(None)), "no nominal session is among the records"),
        ("BK504", evidence(polled("")), "onProcess is overridden, so that a blocked main thread is BK401"),
        ("BK506", evidence(backup()), "no session with an empty info and a nominal one of its kind to compare it with"),
        ("BK506", evidence(with_info(None, throws=False), nominal=backup()), None),
        ("BK507", evidence(backup(callbacks=())), "neither onBackupEx nor onRestoreEx is overridden"),
        ("BK508", evidence(backup()), "neither onRestore nor onRestoreEx is overridden"),
        ("BK508", evidence(restore()), "no session with another version and a nominal one of its kind to compare it with"),
        ("BK509", evidence(backup()), "onRelease is not overridden"),
        ("BK510", evidence(backup(callbacks=("onBackupEx", "onRelease"))), "no session called onRelease in a fresh process"),
        (
            "BK510",
            evidence(backup(callbacks=("onRelease",), profile={"has_release": False})),
            "this device level does not know onRelease",
        ),
        ("BK511", evidence(backup()), "no session was repeated on the same device"),
        ("BK513", evidence(backup()), "neither getBackupCompatibilityInfo nor getRestoreCompatibilityInfo is overridden"),
        ("BK513", evidence(backup(callbacks=("getBackupCompatibilityInfo",))), "no session asked for compatibility information"),
        ("BK603", evidence(restore()), "fullBackupOnly is not set, or no restore brought a file"),
        ("BK603", replace(evidence(restore()), package=Package()), "fullBackupOnly is not true"),
        (
            "BK603",
            replace(evidence(restore()), package=Package(full_backup_only=True)),
            "fullBackupOnly is not set, or no restore brought a file",
        ),
        ("BK902", evidence(backup()), "no session ran under a condition that leaves the app its say"),
        ("BK902", evidence(hanging(conditions=[{"name": "SlowCpu"}])), None),
    ],
)
def test_not_applicable(rule_id: str, given: Evidence, reason: str | None) -> None:
    assert not_applicable(rule_id, given) == reason


def test_every_rule_has_an_answer() -> None:
    for rule_id in CATALOGUE:
        reason = not_applicable(rule_id, evidence(backup(), polled(progress(1)), restore(callbacks=("onRestoreEx", "onRelease"))))
        assert reason is None or rule_id not in PREDICATES or reason
    with pytest.raises(CatalogueError, match="there is no rule 'BK000'"):
        not_applicable("BK000", evidence())


def test_judging_the_same_record_twice_gives_equal_findings() -> None:
    record = SessionBuilder().call("onBackupEx", f"{OK},").end().record()
    assert judge(record) == judge(record) == judge(type(record).from_json(record.to_json()))

"""The JSON report, however the run went."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from conformance._tally import NOT_JUDGED
from conformance.catalogue import CATALOGUE
from conformance.schemas import load_schema
from tests.conformance.plugin.project import Project

VALIDATOR = jsonschema.Draft202012Validator(load_schema("conformance-report"))

SCRIPT: dict[str, Any] = {
    "BK101": {"outcome": "failed", "findings": [{"replay": ".conformance/0af1.json"}, {"where": "", "log": []}]},
    "BK104": {"outcome": "warned", "findings": [{}]},
    "BK201": {"outcome": "failed", "findings": [{"fingerprint": "known"}]},
    "BK501": {"outcome": "blocked", "reason": "kit missing: zlib"},
    "BK701": {"outcome": "not-applicable", "reason": "no --bundle"},
    "BK901": {"outcome": "error", "reason": "lost"},
}
WAIVERS = '[[waiver]]\nrule = "BK201"\nreason = "known"\nowner = "us"\nexpires = 9999-12-31\n'


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {rule["id"]: rule["outcome"] for rule in report["rules"]}


def reasons(report: dict[str, Any]) -> dict[str, str]:
    return {rule["id"]: rule["reason"] for rule in report["rules"]}


def test_every_rule_in_id_order(project: Project) -> None:
    project.script(**SCRIPT)
    project.write("waivers.toml", WAIVERS)
    project.check("--conformance-json=report.json", "--conformance-waivers=waivers.toml")
    report = project.report()
    VALIDATOR.validate(report)
    assert [rule["id"] for rule in report["rules"]] == sorted(CATALOGUE)
    told = {"BK101": "failed", "BK104": "warned", "BK201": "waived", "BK501": "blocked", "BK701": "not-applicable"}
    assert outcomes(report) == {rule: {**told, "BK901": "error"}.get(rule, "passed") for rule in CATALOGUE}
    assert report["counts"] == {
        "passed": 62,
        "failed": 1,
        "warned": 1,
        "not-applicable": 1,
        "blocked": 1,
        "waived": 1,
        "error": 1,
        "not-run": 0,
    }
    assert report["compliant"] == "no"
    assert report["subject"] == {
        "spec": "app.Ext",
        "language": "python",
        "file": "app.py",
        "callbacks": ["onBackupEx"],
    }
    assert (report["device"]["name"], report["profile"], report["seed"], report["examples"]) == ("latest", "gate", 0, None)
    assert [(w["rule"], w["state"], w["expires"]) for w in report["waivers"]] == [("BK201", "used", "9999-12-31")]
    assert report["rules"][0]["findings"][0] == {
        "message": "finding 1",
        "seen": "at 5.000 s: something\nat 6.000 s: something else",
        "device": CATALOGUE["BK101"].device,
        "mend": CATALOGUE["BK101"].mend,
        "clauses": list(CATALOGUE["BK101"].clauses),
        "replay": ".conformance/0af1.json",
        "where": "app.py:12",
        "log": ["5.000 s stdout: packing"],
        "session": None,
        "fingerprint": "BK101-1",
        "waived": None,
    }


def test_the_same_from_several_processes(project: Project) -> None:
    project.script(**SCRIPT)
    project.write("waivers.toml", WAIVERS)
    options = ("--conformance-waivers=waivers.toml", "--device=api-20", "--condition=SlowCpu")
    assert project.check("--conformance-json=one.json", *options).code == 3
    assert project.check("--conformance-json=two.json", "-n", "2", *options).code == 3
    one, two = project.report("one.json"), project.report("two.json")
    assert one.pop("durations")["rules_s"].keys() == two.pop("durations")["rules_s"].keys()
    assert json.dumps(one) == json.dumps(two)


def test_rules_that_were_not_run(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nconformance_ignore = BK102")
    project.check("--conformance-json=report.json", "-k", "BK10")
    report = project.report()
    VALIDATOR.validate(report)
    assert outcomes(report)["BK101"] == "passed"
    assert outcomes(report)["BK102"] == outcomes(report)["BK401"] == "not-run"
    assert reasons(report)["BK102"] == "named in conformance_ignore"
    assert reasons(report)["BK401"] == "not selected"
    assert report["compliant"] == "not proven"


@pytest.mark.parametrize("waived", [False, True])
def test_a_good_answer_goes_as_far_as_the_judgement(project: Project, waived: bool) -> None:
    known = {"BK201": {"outcome": "failed", "findings": [{"fingerprint": "known"}]}} if waived else {}
    project.write("waivers.toml", WAIVERS if waived else "")
    project.script(BK801={"outcome": "not-applicable", "reason": NOT_JUDGED}, **known)
    assert project.check("--conformance-json=report.json", "--conformance-waivers=waivers.toml").code == 0
    report = project.report()
    VALIDATOR.validate(report)
    assert report["compliant"] == ("with waivers, as far as judged" if waived else "yes, as far as judged")
    assert report["counts"]["not-applicable"] == 1
    assert reasons(report)["BK801"] == NOT_JUDGED


@pytest.mark.parametrize("method", ["thread", "signal"])
def test_pytest_timeout(project: Project, method: str) -> None:
    """The outermost net ends the process without a chance to write anything (thread), or the test (signal)."""
    project.script(BK101={"outcome": "failed", "findings": [{}]}, BK103={"run out": 1})
    result = project.check("--conformance-json=report.json", "--timeout=600", f"--timeout-method={method}")
    report = project.report()
    VALIDATOR.validate(report)
    assert outcomes(report)["BK101"] == "failed"
    if method == "thread":
        assert result.code == 1
        assert outcomes(report)["BK104"] == "not-run"
        assert reasons(report)["BK103"] == "the run ended while this rule was being judged"
        assert reasons(report)["BK104"] == "the run ended before this rule was judged"
    else:
        assert result.code == 3
        assert outcomes(report)["BK104"] == "passed"
        assert reasons(report)["BK103"] == "Failed: Timeout (>600.0s) from pytest-timeout."


def test_interrupt(project: Project) -> None:
    project.script(BK101={"outcome": "failed", "findings": [{}]}, BK103={"interrupt": 1}, closed="closed")
    result = project.check("--conformance-json=report.json")
    assert result.code == 2
    assert "BK101 return-not-a-string: finding 1" in result.lines
    assert "compliant: no - 38 passed, 1 failed, 0 warned, 0 not applicable, 0 blocked, 0 waived, 29 not run" in result.lines
    assert (project.directory / "closed").read_text(encoding="utf-8") == "closed"
    report = project.report()
    VALIDATOR.validate(report)
    assert outcomes(report)["BK101"] == "failed"
    assert reasons(report)["BK104"] == "the run ended before this rule was judged"


def test_stop_at_the_first_failure(project: Project) -> None:
    project.script(BK101={"outcome": "failed", "findings": [{}]}, closed="closed")
    assert project.check("--conformance-json=report.json", "-x").code == 1
    assert reasons(project.report())["BK104"] == "the run ended before this rule was judged"
    assert (project.directory / "closed").exists()


def test_a_worker_that_dies(project: Project) -> None:
    project.script(BK103={"die": 1})
    result = project.check("--conformance-json=report.json", "-n", "2")
    assert result.code == 3
    report = project.report()
    VALIDATOR.validate(report)
    assert outcomes(report)["BK103"] == "error"
    assert outcomes(report)["BK104"] == "passed"


def test_directories_are_made(project: Project) -> None:
    project.check("--conformance-json=out/of/here/report.json")
    assert [file.name for file in (project.directory / "out/of/here").iterdir()] == ["report.json"]


def test_junit(project: Project) -> None:
    project.script(**SCRIPT)
    project.check("--junitxml=junit.xml", "-o", "junit_family=xunit1")
    text = (project.directory / "junit.xml").read_text(encoding="utf-8")
    assert 'failures="3" skipped="2" tests="68"' in text
    assert '<property name="rule" value="BK101" />' in text
    assert '<property name="verdict" value="warned" />' in text
    assert '<failure message="finding 1">BK101 return-not-a-string: finding 1' in text
    assert 'message="kit missing: zlib"' in text

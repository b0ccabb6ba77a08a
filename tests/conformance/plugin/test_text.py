"""What the user reads, word for word."""

from __future__ import annotations

import platform
import re

import pytest

from conformance._tally import NOT_JUDGED
from conformance.run import ConformanceRun, RunSettings
from conformance.suites.control import Control
from emulator import load_subject
from tests.conformance.plugin.project import Project

FAILURE = """\
BK401 progress-late: poll 2 was answered after 1.5 s
  --> app.py:12
  seen      at 5.000 s: something
            at 6.000 s: something else
  log       5.000 s stdout: packing
  device    Drops the late answer and counts a timeout; the fourth in a row ends the task with
            13500003.
  mend      Keep the main thread free: make the callback async and move the work to a taskpool
            LongTask or a worker; onProcess only reads a counter.
  clauses   C-040, C-042, control-plane 3.1, control-plane 3.2
  replay    pytest --extension=app.Ext --replay=.conformance/0af1.json
  waive by  BK401-1

BK401 progress-late: finding 2
  --> app.py:12
  seen      at 5.000 s: something
            at 6.000 s: something else
  replay    pytest --extension=app.Ext conformance/progress::BK401-progress-late
  waive by  BK401-2"""


def test_failure(project: Project) -> None:
    findings = [
        {"message": "poll 2 was answered after 1.5 s", "replay": str(project.directory / ".conformance/0af1.json")},
        {"log": []},
    ]
    project.script(BK401={"outcome": "failed", "findings": findings})
    result = project.check()
    assert result.between("__ BK401-progress-late __", "= conformance =") == FAILURE
    assert "FAILED conformance/progress::BK401-progress-late - poll 2 was answered after ..." in result.lines
    assert result.counts == "1 failed, 67 passed"


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "xdist"])
def test_summary(project: Project, workers: list[str]) -> None:
    unregistered = {"outcome": "not-applicable", "reason": "no --bundle was given"}
    blocked = {"outcome": "blocked", "reason": "kit missing: zlib.compressFile"}
    project.script(
        BK104={"outcome": "warned", "findings": [{"log": [], "seen": "at 1.000 s: {}"}]},
        **{f"BK7{n:02}": unregistered for n in range(1, 13)},
        BK501=blocked,
        BK507=blocked,
    )
    result = project.check(*workers)
    assert result.between("= conformance =", " in ").rstrip() == (
        """\
BK104 return-unknown-type: finding 1
  --> app.py:12
  seen      at 1.000 s: {}
  device    Hands it on; a caller that looks for the types it knows passes over the entry.
  mend      Use the type "ErrorInfo" for the outcome.
  clauses   clauses 2.3
  replay    pytest --extension=app.Ext conformance/return::BK104-return-unknown-type
  waive by  BK104-1

not applicable: BK701..BK712 (no --bundle was given)
blocked: BK501 BK507 (kit missing: zlib.compressFile)
compliant: not proven - 53 passed, 0 failed, 1 warned, 12 not applicable, 2 blocked, 0 waived"""
    )
    assert set(result.counts.split(", ")) == {"53 passed", "1 warned", "2 blocked", "12 not applicable"}, "in any order"
    assert result.code == 0


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["one process", "xdist"])
def test_what_the_device_lacks_and_the_app_copes_with_is_told(project: Project, workers: list[str]) -> None:
    missing = ["kit missing: zlib.compressFile", "not available on the emulated device: socket"]
    project.script(BK104={"missed": missing[:1]}, BK401={"missed": missing})
    result = project.check("-q", "--conformance-json=report.json", *workers)
    assert project.report()["missed"] == missing
    assert result.between("= conformance =", " in ").splitlines() == [
        f"{missing[0]}: the app copes with that, and what it does where there is one was not judged",
        f"{missing[1]}: the app copes with that, and what it does where there is one was not judged",
        "compliant: yes, as far as judged - 68 passed, 0 failed, 0 warned, 0 not applicable, 0 blocked, 0 waived",
    ]


def test_quiet(project: Project) -> None:
    project.script(
        BK104={"outcome": "warned", "findings": [{}]},
        BK701={"outcome": "not-applicable", "reason": "no --bundle was given"},
        BK501={"outcome": "blocked", "reason": "kit missing: zlib.compressFile"},
    )
    assert project.check("-q").lines[:-1] == [
        "-....................b..................w...........................     [100%]",
        "================================= conformance ==================================",
        "warned: BK104 (finding 1)",
        "blocked: BK501 (kit missing: zlib.compressFile)",
        "compliant: not proven - 65 passed, 0 failed, 1 warned, 1 not applicable, 1 blocked, 0 waived",
    ]


def test_verbose(project: Project) -> None:
    project.script(
        BK101={"outcome": "failed", "findings": [{}]},
        BK104={"outcome": "warned", "findings": [{}]},
        BK105={"outcome": "blocked", "reason": "kit missing: zlib"},
        BK106={"outcome": "not-applicable", "reason": "not overridden"},
        BK107={"outcome": "error", "reason": "lost"},
    )
    words = re.findall(r"^conformance/return::(BK\d+)-\S+ ([A-Z]+(?: [A-Z]+)*)", project.check("-v").out, re.MULTILINE)
    assert words == [
        ("BK101", "FAILED"),
        ("BK102", "PASSED"),
        ("BK103", "PASSED"),
        ("BK104", "WARNED"),
        ("BK105", "BLOCKED"),
        ("BK106", "NOT APPLICABLE"),
        ("BK107", "FAILED"),
    ]


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({}, "yes - 68 passed, 0 failed, 0 warned, 0 not applicable, 0 blocked, 0 waived"),
        ({"outcome": "warned"}, "yes - 67 passed, 0 failed, 1 warned, 0 not applicable, 0 blocked, 0 waived"),
        ({"outcome": "failed"}, "no - 67 passed, 1 failed, 0 warned, 0 not applicable, 0 blocked, 0 waived"),
        (
            {"outcome": "error", "reason": "lost"},
            "not proven - 67 passed, 0 failed, 0 warned, 0 not applicable, 0 blocked, 0 waived, 1 error",
        ),
    ],
)
def test_answer(project: Project, told: dict[str, object], answer: str) -> None:
    project.script(BK104={"findings": [{}] if told.get("outcome") in ("warned", "failed") else [], **told})
    assert f"compliant: {answer}" in project.check().lines


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        ({}, "yes, as far as judged - 66 passed, 0 failed"),
        ({"outcome": "failed"}, "no - 65 passed, 1 failed"),
        ({"outcome": "blocked", "reason": "kit missing: zlib"}, "not proven - 65 passed, 0 failed"),
    ],
)
def test_the_answer_goes_as_far_as_the_judgement(project: Project, told: dict[str, object], answer: str) -> None:
    """Rules that this version cannot judge are no part of a yes; that they are missing changes no exit code."""
    project.script(
        BK104={"findings": [{}] if told.get("outcome") == "failed" else [], **told},
        BK701={"outcome": "not-applicable", "reason": "no --bundle was given"},
        BK801={"outcome": "not-applicable", "reason": NOT_JUDGED},
    )
    result = project.check()
    assert result.code == (1 if told.get("outcome") == "failed" else 0)
    assert f"compliant: {answer}, 0 warned, 2 not applicable (1 not judged by this version), " in result.out


def test_a_rule_without_a_predicate_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.run.PREDICATES", {})
    run = ConformanceRun(load_subject(Control), RunSettings())
    assert run.outcome("BK101").reason == NOT_JUDGED


def test_strict_answer(project: Project) -> None:
    project.script(BK104={"outcome": "warned", "findings": [{}]})
    result = project.check("--conformance-strict")
    assert "compliant: no - 67 passed, 0 failed, 1 warned, 0 not applicable, 0 blocked, 0 waived" in result.lines
    assert result.between("__ BK104-return-unknown-type __", "= conformance =").startswith(
        "BK104 return-unknown-type: finding 1\n"
    )
    assert result.out.count("BK104 return-unknown-type: finding 1") == 1


def test_blocked_under_strict(project: Project) -> None:
    project.script(BK501={"outcome": "blocked", "reason": "kit missing: zlib.compressFile"})
    result = project.check("--conformance-strict")
    assert result.between("__ BK501-callback-throws __", "= conformance =") == (
        "BK501 callback-throws: blocked: kit missing: zlib.compressFile\n"
        "  run again pytest --extension=app.Ext conformance/lifecycle::BK501-callback-throws"
    )


def test_many_findings(project: Project) -> None:
    project.script(BK401={"outcome": "failed", "findings": [{}] * 7})
    text = project.check().between("__ BK401-progress-late __", "= conformance =")
    assert text.count("BK401 progress-late: finding") == 5
    assert text.endswith("\n\n... and 2 more; --conformance-json FILE lists them all")


def test_fault_of_the_harness(project: Project) -> None:
    project.script(BK401={"raise": "the kernel lost its way"})
    result = project.check()
    text = result.between("__ BK401-progress-late __", "= conformance =").splitlines()
    assert text[0] == "judging BK401-progress-late failed, which says nothing about the extension under test:"
    assert text[1] == "Traceback (most recent call last):"
    assert text[-1] == "RuntimeError: the kernel lost its way"
    assert len(text) < 12
    assert "error: BK401 (RuntimeError: the kernel lost its way)" in result.lines


def test_header(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nconformance_ignore = BK101")
    result = project.check("--condition=SlowCpu:factor=8", "--conformance-seed=7", "--conformance-profile=quick")
    start = result.lines.index("conformance: app.Ext (python in app.py)")
    ticks = "sys.monitoring" if platform.python_version_tuple() >= ("3", "12") else "sys.settrace"
    assert result.lines[start : start + 5] == [
        "conformance: app.Ext (python in app.py)",
        "device: latest (API level 26), also under SlowCpu:factor=8",
        "profile: quick, seed 7, 20 drawn sessions (whatever the hypothesis profile is)",
        f"ticks: {ticks}; hang limit 5 s",
        "not run: BK101 (conformance_ignore)",
    ]


def test_header_of_the_fuzzer(project: Project) -> None:
    result = project.check("--conformance-profile=fuzz", "--conformance-budget=10m", "conformance/return::BK101")
    line = "profile: fuzz, seed 0, sessions drawn for 600 s, 100 at a time (whatever the hypothesis profile is)"
    assert line in result.lines


def test_explain(project: Project) -> None:
    result = project.pytest("--conformance-explain=BK401")
    assert result.code == 0
    assert result.out == (
        """\
BK401 progress-late
  fires when  an onProcess call made while the work ran was not answered within 1 s (15 s for the
              first call)
  device      Drops the late answer and counts a timeout; the fourth in a row ends the task with
              13500003.
  mend        Keep the main thread free: make the callback async and move the work to a taskpool
              LongTask or a worker; onProcess only reads a counter.
  severity    error: fails the run
  clauses     C-040, C-042, control-plane 3.1, control-plane 3.2 (reference page (1 s); service code
              (15 s))
  run it      pytest --extension=SPEC conformance/progress::BK401-progress-late
"""
    )


@pytest.mark.parametrize("name", ["bk401", "progress-late", "Progress-Late"])
def test_explain_takes_names_too(project: Project, name: str) -> None:
    assert project.pytest(f"--conformance-explain={name}").out.startswith("BK401 progress-late\n")


def test_a_user_path_alone_has_no_answer(project: Project) -> None:
    project.write("test_users.py", "def test_one(): pass")
    result = project.check("test_users.py")
    assert result.code == 0
    assert "compliant" not in result.out

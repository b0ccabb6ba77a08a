"""Beside other plugins and options of pytest."""

from __future__ import annotations

import pytest

from tests.conformance.plugin.project import Project

SCRIPT = {
    "BK101": {"outcome": "failed", "findings": [{}]},
    "BK102": {"print": "printed by the app", "warn": "told by the app"},
    "BK104": {"outcome": "warned", "findings": [{}]},
    "BK701": {"outcome": "not-applicable", "reason": "no --bundle"},
}
ANSWER = "compliant: no - 65 passed, 1 failed, 1 warned, 1 not applicable, 0 blocked, 0 waived"


@pytest.mark.parametrize(
    "options",
    [
        ["-p", "no:cacheprovider"],
        ["-p", "no:xdist"],
        ["-p", "no:timeout"],
        ["-p", "no:hypothesispytest"],
        ["-W", "error"],
        ["-W", "error", "-n", "2"],
        ["-s"],
        ["-q"],
        ["-vv"],
        ["--pdb"],
        ["-n", "2"],
        ["-n", "2", "--dist", "loadfile"],
        ["--tb=line"],
        ["--tb=no"],
        ["--no-header"],
        ["--color=yes"],
        ["-rA"],
        ["--import-mode=importlib"],
        ["--strict-markers", "--strict-config"],
        ["--durations=3"],
        ["-o", "console_output_style=times"],
    ],
    ids=" ".join,
)
def test_the_same_verdict(project: Project, options: list[str]) -> None:
    project.script(**SCRIPT)
    result = project.check(*options)
    assert result.code == 1, result.out
    assert ANSWER in result.out
    assert "INTERNALERROR" not in result.out + result.err
    assert "Traceback" not in result.out + result.err


def test_without_a_terminal(project: Project) -> None:
    project.script(**SCRIPT)
    result = project.check("-p", "no:terminal", "--conformance-json=report.json")
    assert result.code == 1
    assert project.report()["compliant"] == "no"


def test_a_warning_of_the_app_is_no_exception(project: Project) -> None:
    project.script(**SCRIPT)
    result = project.check("-W", "error", "conformance/return::BK102")
    assert result.code == 0
    assert "UserWarning: told by the app" in result.out


def test_a_warning_can_be_ignored(project: Project) -> None:
    project.script(**SCRIPT)
    result = project.check("-W", "ignore", "conformance/return::BK102")
    assert "told by the app" not in result.out


def test_one_line_tracebacks(project: Project) -> None:
    project.script(**SCRIPT)
    assert "FAILED conformance/return::BK101-return-not-a-string - finding 1" in project.check("--tb=no").lines


def test_the_debugger_is_not_entered_for_a_verdict(project: Project) -> None:
    project.script(**SCRIPT)
    assert "(Pdb)" not in project.check("--pdb").out


def test_a_limit_of_the_users_counts(project: Project) -> None:
    project.script(BK103={"run out": 1})
    assert project.check("--timeout=600", "--timeout-method=signal").code == 3


def test_fuzzing_has_its_budget_before_the_limit(project: Project) -> None:
    project.script(BK103={"limit": 1})
    options = ("--timeout=600", "--timeout-method=thread", "--conformance-profile=fuzz", "--conformance-budget=100s")
    assert "not applicable: BK103 (700 s)" in project.check(*options, "conformance/return").lines


def test_nothing_is_left_behind(project: Project) -> None:
    project.check("-p", "no:cacheprovider")
    left = sorted(path.name for path in project.directory.iterdir())
    assert [name for name in left if name != ".hypothesis"] == ["app.py", "script.json"]

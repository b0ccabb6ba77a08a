"""Every option, on the command line and in ini files, as it reaches the run."""

from __future__ import annotations

import pytest

from conformance._options import OPTIONS
from tests.conformance.plugin.project import APP, Project

VALUES = {
    "--conformance-profile": ("quick", "profile='quick'"),
    "--conformance-seed": ("7", "seed=7"),
    "--conformance-examples": ("12", "examples=12"),
    "--conformance-budget": ("10m", "budget_s=600.0"),
    "--hang-limit": ("2.5", "hang_limit_s=2.5"),
    "--device": ("api-12", "name='api-12', api_level=12"),
    "--condition": ("SlowCpu:factor=8", "conditions=(SlowCpu(factor=8),)"),
    "--sandbox": ("data", "sandbox=PosixPath('{dir}/data')"),
}
ELSEWHERE = {
    "--extension": "every test",
    "--bundle": "test_bundle",
    "--kit-shim": "test_kit_shims",
    "--conformance-strict": "test_exit_codes",
    "--conformance-waivers": "test_waivers",
    "--conformance-json": "test_report",
    "--conformance-files": "test_files",
    "--conformance-explain": "test_text",
    "--replay": "test_replay",
    "--conformance-ignore": "test_collection",
}


def settings(project: Project, *arguments: str) -> str:
    """What the run was made with, as the script tells it."""
    project.script(BK101={"settings": True})
    (project.directory / "data").mkdir(exist_ok=True)
    result = project.check("--conformance-json=report.json", "conformance/return::BK101", *arguments)
    assert result.code == 0, result.out + result.err
    return str(project.report()["rules"][0]["reason"])


def test_no_option_is_forgotten() -> None:
    assert {option.flag for option in OPTIONS} == VALUES.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("flag", list(VALUES))
def test_on_the_command_line(project: Project, flag: str) -> None:
    value, seen = VALUES[flag]
    assert seen.replace("{dir}", str(project.directory)) in settings(project, f"{flag}={value}")


@pytest.mark.parametrize("flag", list(VALUES))
def test_in_an_ini_file(project: Project, flag: str) -> None:
    value, seen = VALUES[flag]
    project.write("pytest.ini", f"[pytest]\n{flag.removeprefix('--').replace('-', '_')} = {value}")
    assert seen.replace("{dir}", str(project.directory)) in settings(project)


def test_in_a_toml_file(project: Project) -> None:
    project.write(
        "pytest.toml",
        """
        [pytest]
        extension = "app.Ext"
        conformance_seed = 7
        conformance_strict = true
        hang_limit = 2.5
        condition = ["SlowCpu:factor=8", "Kill:event=3"]
        conformance_ignore = ["BK102"]
        """,
    )
    project.script(BK101={"settings": True})
    assert project.pytest("--conformance-json=report.json").code == 0
    report = project.report()
    assert "seed=7" in report["rules"][0]["reason"]
    assert "hang_limit_s=2.5" in report["rules"][0]["reason"]
    assert report["strict"] is True
    assert [condition["name"] for condition in report["conditions"]] == ["SlowCpu", "Kill"]
    assert report["rules"][1]["outcome"] == "not-run"


def test_the_command_line_wins(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nconformance_seed = 1\ncondition = SlowCpu:factor=2")
    seen = settings(project, "--conformance-seed=2", "--condition=SlowCpu:factor=8", "--condition=Kill:event=0")
    assert "seed=2" in seen
    assert "conditions=(SlowCpu(factor=8), Kill(at_ns=None, event=0))" in seen


def test_defaults(project: Project) -> None:
    seen = settings(project)
    for expected in (
        "profile='gate', seed=0, examples=None, budget_s=None, device=DeviceProfile(name='latest'",
        "conditions=(), hang_limit_s=5.0",
        "sandbox=None",
    ):
        assert expected in seen


@pytest.mark.parametrize(("text", "seconds"), [("600", 600), ("600s", 600), ("1.5m", 90), ("8h", 28800)])
def test_budget(project: Project, text: str, seconds: float) -> None:
    assert f"budget_s={float(seconds)}" in settings(project, f"--conformance-budget={text}")


def test_nets_are_off_under_a_debugger(project: Project) -> None:
    assert "hang_limit_s=1000000000.0" in settings(project, "--pdb")


def test_files_named_in_an_ini_file_lie_beside_it(project: Project) -> None:
    project.write(
        "pytest.ini",
        "[pytest]\nextension = src/other.py:Other\ndevice = phone.json\nsandbox = data\nconformance_json = report.json",
    )
    project.write("src/other.py", "class Other:\n    def onBackup(self): pass")
    project.write("phone.json", '{"base": "api-20"}')
    (project.directory / "data").mkdir()
    (project.directory / "below").mkdir()
    result = project.pytest("conformance/return::BK101", cwd=project.directory / "below")
    assert result.code == 0, result.err
    assert project.report()["device"]["name"] == "phone"
    assert project.report()["subject"]["callbacks"] == ["onBackup"]


def test_a_module_named_in_an_ini_file_is_found_from_below(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nextension = app.Ext")
    (project.directory / "below").mkdir()
    assert project.pytest("conformance/return", cwd=project.directory / "below").code == 0


def test_a_file_as_extension(project: Project) -> None:
    project.write("src/other.py", "class Other:\n    def onBackup(self): pass")
    result = project.pytest("--extension=src/other.py:Other", "conformance/return")
    assert result.code == 0
    assert "conformance: src/other.py:Other (python in src/other.py)" in result.lines


@pytest.mark.parametrize("imports", ["from .report import OK", "from diary.ability.report import OK", "from report import OK"])
def test_a_file_of_a_package_as_extension(project: Project, imports: str) -> None:
    for package in ("lib/diary", "lib/diary/ability"):
        project.write(f"{package}/__init__.py", "")
    project.write("lib/diary/ability/report.py", "OK = 1")
    project.write("lib/diary/ability/ext.py", f"{imports}\n{APP}")
    assert project.pytest("--extension=lib/diary/ability/ext.py:Ext", "--collect-only").code == 0


def test_bundle(project: Project) -> None:
    project.write("entry/module.json5", "{")
    result = project.check("--bundle=entry")
    assert result.code == 4
    assert result.err.startswith(f"ERROR: --bundle={project.directory}/entry: ")
    project.write("entry/module.json5", '{"module": {"name": "entry"}}')
    assert project.check("--bundle=entry").code == 0


@pytest.mark.parametrize(
    ("verdict", "code", "counts"), [("fixed", 0, "1 passed"), ("failed", 1, "1 failed"), ("diverged", 1, "1 failed")]
)
def test_replay(project: Project, verdict: str, code: int, counts: str) -> None:
    project.write(
        ".conformance/0af1.json",
        """
        {"scenarioVersion": 1, "subject": {"spec": "app.Ext"}, "pins": "", "why": "", "profile": {"base": "latest"},
         "plan": {"kind": "full-backup"}, "conditions": [], "seed": 0}
        """,
    )
    rules = ["BK101"] if verdict == "failed" else []
    project.script(replay={"verdict": verdict, "message": "poll 2 was late", "rules": rules})
    result = project.check("--replay=.conformance/0af1.json", "--conformance-json=report.json")
    assert (result.code, result.counts) == (code, counts)
    assert project.report()["replay"] == {
        "file": ".conformance/0af1.json",
        "verdict": verdict.upper(),
        "message": "poll 2 was late",
    }
    if verdict != "fixed":
        assert result.between("_ 0af1 _", "= short test").startswith(f"{verdict.upper()}: poll 2 was late")
    assert ("BK101 return-not-a-string: finding 1" in result.lines) == (verdict == "failed")


def test_reruns_repeat_what_they_need(project: Project) -> None:
    (project.directory / "some data").mkdir()
    project.script(BK101={"outcome": "failed", "findings": [{"replay": "0af1.json"}]})
    result = project.check("--sandbox=some data", "--device=api-20", "--conformance-seed=3")
    assert "  replay    pytest --extension=app.Ext '--sandbox=some data' --device=api-20 --replay=0af1.json" in result.lines

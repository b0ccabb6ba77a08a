"""The whole thing, nothing scripted: real sessions of real subjects."""

from __future__ import annotations

import json

from tests.conformance.plugin.project import CHECKOUT, Project

BROKEN = f"--extension={CHECKOUT / 'fixtures/breaking/bk401.py'}:Ext"
QUICK = ("--conformance-profile=quick", "-p", "no:cacheprovider")


def test_a_broken_subject(project: Project) -> None:
    result = project.pytest(BROKEN, *QUICK, "--conformance-json=report.json", scripted=False)
    assert result.code == 1
    assert result.err == ""
    failed = [rule for rule in project.report()["rules"] if rule["outcome"] == "failed"]
    assert [rule["id"] for rule in failed] == ["BK401"]
    finding = failed[0]["findings"][0]
    replayed = project.pytest(BROKEN, f"--replay={finding['replay']}", scripted=False)
    assert replayed.code == 1
    assert any(line.startswith("FAILED: ") for line in replayed.lines)
    assert f"{finding['replay']}" in result.out
    assert "Traceback" not in result.out


def test_a_good_subject_replays_as_fixed(project: Project) -> None:
    project.pytest(BROKEN, *QUICK, "-k", "BK401", scripted=False)
    (scenario,) = (project.directory / ".conformance").glob("*.json")
    repaired = f"--extension={CHECKOUT / 'fixtures/breaking/repaired/bk401.py'}:Ext"
    result = project.pytest(repaired, f"--replay={scenario}", scripted=False)
    assert result.code == 0, result.out
    assert result.counts == "1 passed"


EMPTY_IN_FEATURE = """
    class Ext:
        def onBackupEx(self, info):
            in_feature = "/haps/feature/" in self.context.filesDir
            return "" if in_feature else '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'

        def onBackup(self):
            pass
"""


def test_a_replay_sees_the_module_that_the_bundle_names(project: Project) -> None:
    project.write("app.py", EMPTY_IN_FEATURE)
    ability = {
        "name": "Ext",
        "type": "backup",
        "srcEntry": "./Ext.ets",
        "metadata": [{"name": "ohos.extension.backup", "resource": "$profile:backup_config"}],
    }
    project.write("feature/module.json5", json.dumps({"module": {"name": "feature", "extensionAbilities": [ability]}}))
    project.write("feature/backup_config.json", '{"allowToBackupRestore": true}')
    scenario = {"scenarioVersion": 1, "subject": {"spec": "app.Ext"}, "plan": {"kind": "full-backup"}}
    file = project.write("saved.json", json.dumps({**scenario, "expect": {"rule": "BK201"}}))
    result = project.pytest("--extension=app.Ext", "--bundle=feature", f"--replay={file}", scripted=False)
    assert any(line.startswith("FAILED: BK201 fires again") for line in result.lines), result.out


def test_the_same_report_from_several_processes(project: Project) -> None:
    one = project.pytest(BROKEN, *QUICK, "--conformance-json=one.json", "-W", "error", scripted=False)
    two = project.pytest(BROKEN, *QUICK, "--conformance-json=two.json", "-n", "2", scripted=False)
    assert one.code == two.code, two.out
    first, second = project.report("one.json"), project.report("two.json")
    del first["durations"], second["durations"]
    assert json.dumps(first, indent=1) == json.dumps(second, indent=1)


INTERRUPTED = """
    import _thread
    from pathlib import Path

    class Ext:
        calls = 0

        def onBackupEx(self, info):
            Ext.calls += 1
            if Ext.calls == 40:
                Path("seen.txt").write_text(self.context.filesDir)
                _thread.interrupt_main()
            return '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
"""
"""Ctrl-C comes while the app's code runs, in the middle of the sessions."""


def test_interrupt_in_the_middle_of_sessions(project: Project) -> None:
    """What was found is told, and neither a thread nor a temporary directory stays."""
    temporary = project.directory / "tmp"
    temporary.mkdir()
    project.write("app.py", INTERRUPTED)
    options = ("--conformance-profile=fuzz", "--conformance-budget=60s", "--conformance-json=r.json")
    process = project.start("--extension=app.Ext", *options, TMPDIR=str(temporary))
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 2, out
    assert "KeyboardInterrupt" in out
    assert "compliant" not in out or "not run" in out
    assert (project.directory / "seen.txt").read_text(encoding="utf-8").startswith(f"{temporary}/backup-devices-")
    assert [path.name for path in temporary.iterdir() if path.name.startswith("backup-devices-")] == []
    about_all_sessions = [rule for rule in project.report("r.json")["rules"] if rule["id"] < "BK5"]
    assert {rule["outcome"] for rule in about_all_sessions} == {"not-run"}

"""Exit codes, and the one message of everything that cannot be run at all."""

from __future__ import annotations

import pytest

from tests.conformance.plugin.project import Project

FINDING = {"findings": [{}]}

UNUSABLE = {
    "no such module": (
        "nowhere.Ext",
        "there is no module 'nowhere'; looked in ",
    ),
    "no such class": ("app.Extension", "--extension=app.Extension: app has no 'Extension'; did you mean Ext?"),
    "no spec": ("app", "--extension=app: expected pkg.module.Class, path/to/file.py:Class, path/to/file.ets or the directory"),
    "no such directory": ("lib/app", "--extension=lib/app: lib/app: there is no such directory"),
    "no project": ("empty", "--extension=empty: empty: no HarmonyOS project: looked for build-profile.json5, "),
    "a document of a project": ("torn", "--extension=torn: torn/module.json5: not JSON5 ("),
    "no such ArkTS file": ("lib/App.ets", "--extension=lib/App.ets: there is no file lib/App.ets"),
    "no such file": ("lib/app.py:Ext", "--extension=lib/app.py:Ext: there is no file lib/app.py"),
    "import fails": (
        "broken.Ext",
        "--extension=broken.Ext: importing broken failed: ZeroDivisionError: division by zero ({dir}/broken.py:1)",
    ),
    "exits at import": ("leaves.Ext", "--extension=leaves.Ext: importing leaves failed: SystemExit: 3 ({dir}/leaves.py:1)"),
    "starts a thread at import": (
        "serving.Ext",
        "--extension=serving.Ext: importing serving starts a thread (serving.py:2), of which each process of the device would ",
    ),
    "syntax": ("typo.Ext", "--extension=typo.Ext: importing typo failed: {dir}/typo.py:1: invalid syntax"),
    "no callback": (
        "bare.Ext",
        "--extension=bare.Ext: Ext defines none of the callbacks (onBackup, onBackupEx, onRestore, onRestoreEx, onProcess, "
        "onRelease, ...); did you mean onBackup?",
    ),
    "abstract": ("abstract.Ext", "--extension=abstract.Ext: Ext is abstract: helper not implemented"),
    "cannot be made": (
        "needy.Ext",
        "--extension=needy.Ext: Ext() failed: TypeError: Ext.__init__() missing 1 required positional argument: 'app' "
        "({checkout}/emulator/runtime/python/loading.py:",
    ),
}

MODULES = {
    "broken.py": "1 / 0",
    "empty/readme.txt": "",
    "torn/module.json5": "{'module': ",
    "leaves.py": "raise SystemExit(3)",
    "serving.py": "import threading\nthreading.Thread(target=input, daemon=True).start()",
    "typo.py": "class class",
    "bare.py": "class Ext:\n    def onbackup(self): pass",
    "abstract.py": """
        import abc
        class Ext(abc.ABC):
            def onBackup(self): pass
            @abc.abstractmethod
            def helper(self): ...
    """,
    "needy.py": "class Ext:\n    def __init__(self, app): pass\n    def onBackup(self): pass",
}


@pytest.mark.parametrize(
    ("case", "workers"), [*((case, []) for case in UNUSABLE), ("no such class", ["-n", "2"]), ("import fails", ["-n", "2"])]
)
def test_unusable_extension(project: Project, case: str, workers: list[str]) -> None:
    for name, text in MODULES.items():
        project.write(name, text)
    spec, message = UNUSABLE[case]
    result = project.pytest(f"--extension={spec}", "--conformance-json=report.json", *workers)
    wanted = message.partition("({checkout}")[0].replace("{dir}", str(project.directory))
    assert result.code == 4
    assert wanted in result.err
    assert result.err.startswith("ERROR: ")
    assert result.err.count("\n") == 2
    assert "Traceback" not in result.out + result.err
    assert not (project.directory / "report.json").exists()


UNREADABLE = {
    "--conformance-profile=slow": "--conformance-profile: 'slow' is none of quick, gate, fuzz",
    "--conformance-seed=x": "--conformance-seed: 'x' is no whole number",
    "--conformance-seed=-1": "--conformance-seed: '-1' is no whole number",
    "--conformance-examples=0": "--conformance-examples: at least 1 is needed",
    "--conformance-budget=soon": "--conformance-budget: 'soon' is no time above 0, like 600s, 10m or 8h",
    "--hang-limit=0": "--hang-limit: '0' is no number of seconds above 0",
    "--device=api-99": "device 'api-99' is no preset (api-12, api-18, api-20, latest) and no .json file",
    "--device=no.json": "device file no.json: cannot be read (No such file or directory)",
    "--condition=Fire": "unknown condition 'Fire'; known are ",
    "--condition=SlowCpu:factor": "condition 'SlowCpu:factor': 'factor' is not key=value",
    "--sandbox=nowhere": "--sandbox={dir}/nowhere: does not exist",
    "--sandbox=app.py": "--sandbox={dir}/app.py: is no directory",
    "--bundle=nowhere": "--bundle={dir}/nowhere: does not exist",
    "--replay=no.json": "--replay={dir}/no.json: does not exist",
    "--replay=script.json": "script.json",
    "--conformance-waivers=no.toml": "{dir}/no.toml: cannot be read (No such file or directory)",
    "--conformance-json=app.py/report.json": "--conformance-json={dir}/app.py/report.json: ",
    "--conformance-explain=BK4O1": "--conformance-explain=BK4O1: there is no such rule; did you mean BK411, BK410, BK401?",
}


@pytest.mark.parametrize("option", UNREADABLE)
def test_unreadable_option(project: Project, option: str) -> None:
    result = project.check(option)
    assert result.code == 4, result.out
    assert UNREADABLE[option].replace("{dir}", str(project.directory)) in result.err
    assert result.err.startswith("ERROR: ")
    assert result.err.count("\n") == 2
    assert result.out == ""


@pytest.mark.parametrize("setting", ["conformance_seed = x", "conformance_profile = slow", "hang_limit = ages"])
def test_unreadable_ini(project: Project, setting: str) -> None:
    project.write("pytest.ini", f"[pytest]\n{setting}")
    result = project.check()
    assert result.code == 4
    assert result.err.startswith(f"ERROR: ini option {setting.split()[0]}: ")
    assert "Traceback" not in result.err


def test_missing_path(project: Project) -> None:
    result = project.check("tests/test_nothing.py")
    assert result.code == 4
    assert result.err == "ERROR: file or directory not found: tests/test_nothing.py\n\n"


@pytest.mark.parametrize(
    ("rule", "told", "usual", "strict"),
    [
        ("BK101", {"outcome": "passed"}, 0, 0),
        ("BK101", {"outcome": "failed", **FINDING}, 1, 1),
        ("BK104", {"outcome": "warned", **FINDING}, 0, 1),
        ("BK101", {"outcome": "blocked", "reason": "kit missing: a.b"}, 0, 1),
        ("BK101", {"outcome": "not-applicable", "reason": "not overridden"}, 0, 0),
        ("BK101", {"outcome": "error", "reason": "the kernel lost its way"}, 3, 3),
        ("BK101", {"raise": "the kernel lost its way"}, 3, 3),
    ],
    ids=["passed", "failed", "warned", "blocked", "not applicable", "error", "raises"],
)
def test_outcome(project: Project, rule: str, told: dict[str, object], usual: int, strict: int) -> None:
    project.script(**{rule: told})
    assert project.check().code == usual
    assert project.check("--conformance-strict").code == strict


def test_an_error_of_ours_outweighs_a_failure(project: Project) -> None:
    project.script(BK101={"outcome": "failed", **FINDING}, BK102={"outcome": "error", "reason": "lost"})
    assert project.check("-n", "2").code == 3


def test_nothing_selected(project: Project) -> None:
    assert project.check("-k", "nosuchrule").code == 5


def test_another_emulator(project: Project) -> None:
    project.write("emulator/__init__.py", "")
    result = project.check(first_on_path=True, scripted=False)
    assert result.code == 4
    assert result.err.startswith("ERROR: another package called 'emulator' is imported in place of the one beside ")
    assert f"{project.directory}/emulator/__init__.py; rename it" in result.err
    assert result.err.count("\n") == 2

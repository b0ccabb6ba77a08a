"""An ArkTS project as a user sees it: found by its directory, judged by its own files, and told where it does not load."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from tests.conformance.plugin.project import Project

MODULE = """
    {
      // the entry module
      'module': {
        'name': 'entry', 'type': 'entry',
        'extensionAbilities': [{
          'name': 'Backup', 'type': 'backup', 'srcEntry': './ets/Backup.ets', 'exported': false,
          'metadata': [{'name': 'ohos.extension.backup', 'resource': '$profile:backup_config'}],
        }],
      },
    }
"""
BACKUP = """
    import { BackupExtensionAbility } from '@kit.CoreFileKit';
    import { OK } from '@app/core';

    export default class Backup extends BackupExtensionAbility {
      onBackupEx(backupInfo: string): string {
        return OK;
      }
    }
"""
SOURCES = "src/main/ets/Backup.ets"


@pytest.fixture(autouse=True)
def _toolchain() -> None:
    try:
        find_toolchain()
    except ToolchainMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def app(project: Project) -> Project:
    """A project in DevEco's layout, in the directory "notes"."""
    project.write("notes/build-profile.json5", "{'modules': [{'srcPath': './core'}, {'srcPath': './entry'}]}")
    project.write("notes/entry/src/main/module.json5", MODULE)
    project.write("notes/entry/src/main/resources/base/profile/backup_config.json", '{"allowToBackupRestore": true}')
    project.write("notes/entry/oh-package.json5", "{'dependencies': {'@app/core': 'file:../core'}}")
    project.write(f"notes/entry/{SOURCES}", BACKUP)
    project.write("notes/core/src/main/module.json5", "{'module': {'name': 'core', 'type': 'har'}}")
    ok = '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
    project.write("notes/core/Index.ets", f"export const OK: string = '{ok}';\n")
    return project


def outcomes(project: Project) -> dict[str, str]:
    return {rule["id"]: rule["outcome"] for rule in project.report()["rules"]}


def judge(project: Project, *arguments: str, spec: str = "notes", code: int = 0) -> dict[str, str]:
    """Run the rules about files and one about sessions, that with the fewest; the outcome of each."""
    areas = ("conformance/source", "conformance/package", "conformance/lifecycle::BK511")
    given = (f"--extension={spec}", "--conformance-json=report.json", "--conformance-profile=quick")
    result = project.pytest(*given, *areas, *arguments, scripted=False)
    assert result.code == code, result.out + result.err
    return outcomes(project)


def test_a_good_project(app: Project) -> None:
    found = judge(app)
    assert {found[f"BK80{number}"] for number in range(1, 7)} == {"passed"}
    assert {found[rule] for rule in ("BK511", "BK701", "BK703", "BK711")} == {"passed"}


def test_the_header_says_what_was_chosen(app: Project) -> None:
    result = app.pytest("--extension=notes", "conformance/package", scripted=False)
    assert "conformance: notes (arkts in notes/entry/src/main/ets/Backup.ets)" in result.lines
    assert "project: module entry of 2; the others are core (har)" in result.lines


@pytest.mark.parametrize("spec", ["notes/entry", f"notes/entry/{SOURCES}", f"notes/entry/{SOURCES}:Backup"])
def test_other_ways_to_name_it(app: Project, spec: str) -> None:
    assert judge(app, spec=spec)["BK801"] == "passed"


def test_in_an_ini_file_it_lies_beside_it(app: Project) -> None:
    app.write("pytest.ini", "[pytest]\nextension = notes")
    (app.directory / "below").mkdir()
    result = app.pytest("conformance/source", cwd=app.directory / "below", scripted=False)
    assert result.counts == "6 passed"


def test_the_package_comes_with_it(app: Project) -> None:
    app.write("notes/entry/src/main/resources/base/profile/backup_config.json", '{"allowToBackupRestore": false}')
    found = judge(app, code=1)
    assert (found["BK703"], found["BK511"], found["BK801"]) == ("failed", "blocked", "passed")


def test_another_package_may_be_named(app: Project) -> None:
    app.write("other/backup_config.json", '{"allowToBackupRestore": true, "host": 1}')
    assert judge(app, "--bundle=other")["BK704"] == "warned"


@pytest.mark.parametrize(
    ("file", "text", "where", "message"),
    [
        (
            f"entry/{SOURCES}",
            BACKUP.replace("'@app/core'", "'@app/cor'"),
            f"entry/{SOURCES}:2:1",
            "@app/cor is no dependency in notes/entry/oh-package.json5, and no oh_modules has it; did you mean @app/core?",
        ),
        (
            "core/Index.ets",
            "export default class OK { }",
            f"entry/{SOURCES}:2:1",
            "@app/core does not export OK; it exports default",
        ),
        ("core/Index.ets", "export const = 1;", "core/Index.ets:1:", "Index.ets does not compile: "),
        ("core/Index.ets", "export { OK } from './Texts';", "core/Index.ets:1:1", "there is no Texts in notes/core"),
    ],
    ids=["resolve", "bind", "compile", "resolve-further-in"],
)
def test_a_module_that_does_not_load(app: Project, file: str, text: str, where: str, message: str) -> None:
    app.write(f"notes/{file}", text)
    result = app.pytest("--extension=notes", "--conformance-json=report.json", scripted=False)
    assert result.code == 1
    assert f"  --> notes/{where}" in result.out
    assert message in result.out
    found = outcomes(app)
    assert (found["BK801"], found["BK511"], found["BK503"], found["BK902"]) == ("failed", "blocked", "blocked", "blocked")
    assert (found["BK701"], found["BK703"]) == ("passed", "passed")
    assert "Traceback" not in result.out


def test_a_project_that_registers_nothing(app: Project) -> None:
    app.write("notes/entry/src/main/module.json5", "{'module': {'name': 'entry', 'type': 'entry'}}")
    found = judge(app, code=1)
    assert (found["BK701"], found["BK801"], found["BK511"]) == ("failed", "blocked", "blocked")


def test_a_class_that_is_not_there(app: Project) -> None:
    result = app.pytest(f"--extension=notes/entry/{SOURCES}:Backups", scripted=False)
    assert result.code == 4
    assert result.err.strip().endswith("Backup.ets has no class 'Backups'; did you mean Backup?")


def test_python_subjects_have_no_source(project: Project) -> None:
    result = project.check("conformance/source", "-rs", scripted=False)
    assert result.code == 0
    assert result.out.count("only the sources of an ArkTS extension are judged")
    assert Path(project.directory, "app.py").is_file()


def test_a_module_that_fails_while_it_is_evaluated(app: Project) -> None:
    app.write(
        "notes/core/Index.ets",
        "const names: Map<string, string> | undefined = undefined;\n\nexport const OK: string = names!.get('ok')!;\n",
    )
    found = judge(app, code=1)
    assert (found["BK801"], found["BK511"]) == ("failed", "blocked")
    [finding] = next(rule for rule in app.report()["rules"] if rule["id"] == "BK801")["findings"]
    assert finding["message"].startswith("Index.ets fails while it is evaluated: TypeError")
    assert finding["where"].endswith("core/Index.ets:3:34")


def test_a_module_that_a_missing_kit_keeps_from_loading_is_not_at_fault(app: Project) -> None:
    app.write(
        "notes/core/Index.ets", "import { wifi } from '@kit.Nowhere';\n\nexport const OK: string = wifi.enable().toJSON().name;\n"
    )
    found = judge(app)
    assert (found["BK801"], found["BK511"]) == ("passed", "blocked")

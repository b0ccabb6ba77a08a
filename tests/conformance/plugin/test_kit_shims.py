"""--kit-shim as a user sees it, and what it looks like without one."""

from __future__ import annotations

import pytest

from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from tests.conformance.plugin.project import Project

EXT = """
    import { BackupExtensionAbility } from '@kit.CoreFileKit';
    import entry from 'libentry.so';

    export default class Ext extends BackupExtensionAbility {
      onBackupEx(backupInfo: string): string {
        return JSON.stringify({ type: 'ErrorInfo', errorCode: entry.pack(), errorInfo: '' });
      }
      onRestoreEx(version: Object, restoreInfo: string): string {
        return JSON.stringify({ type: 'ErrorInfo', errorCode: 0, errorInfo: '' });
      }
    }
"""
RULES = (
    "--conformance-json=report.json",
    "--conformance-profile=quick",
    "conformance/lifecycle::BK506",
    "conformance/lifecycle::BK511",
)


@pytest.fixture(autouse=True)
def _app(project: Project) -> None:
    try:
        find_toolchain()
    except ToolchainMissing as error:
        pytest.skip(str(error))
    project.write("app/Ext.ets", EXT)
    project.write("fakes/entry.ets", "export const pack = (): number => 0;")
    project.write("fakes/entry.py", "def pack():\n    return 0\n")


def outcome(project: Project, rule: str = "BK511") -> tuple[str, str]:
    found = next(found for found in project.report()["rules"] if found["id"] == rule)
    return found["outcome"], found.get("reason") or ""


@pytest.mark.parametrize("file", ["fakes/entry.ets", "fakes/entry.py"])
def test_on_the_command_line(project: Project, file: str) -> None:
    result = project.pytest("--extension=app/Ext.ets", f"--kit-shim=libentry.so={file}", *RULES, scripted=False)
    assert result.code == 0, result.out + result.err
    assert outcome(project)[0] == "passed"


def test_in_an_ini_file_it_lies_beside_it(project: Project) -> None:
    project.write(
        "pytest.ini", "[pytest]\nextension = app/Ext.ets\nkit_shim =\n  libentry.so = fakes/entry.ets\n  @ohos:x=fakes/entry.py"
    )
    (project.directory / "below").mkdir()
    result = project.pytest(*RULES, cwd=project.directory / "below", scripted=False)
    assert result.code == 0, result.out + result.err
    assert "project: nothing imports @ohos.x, for which there is a kit shim" in result.lines


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--conformance-strict",), 1)], ids=["as-it-is", "strict"])
def test_without_one_the_rules_of_the_session_are_blocked(project: Project, more: tuple[str, ...], code: int) -> None:
    result = project.pytest("--extension=app/Ext.ets", *RULES, *more, scripted=False)
    assert result.code == code, result.out + result.err
    why = "nominal/full-backup: not available on the emulated device: kit missing: libentry.so.pack"
    assert outcome(project) == ("blocked", why)
    assert (f"blocked: BK506 BK511 ({why})" in result.out) is not more


def test_the_replay_has_it_too(project: Project) -> None:
    project.write("fakes/entry.ets", "export const pack = (): number => { throw new Error('no'); };")
    throws = "conformance/lifecycle::BK501"
    result = project.pytest("--extension=app/Ext.ets", "--kit-shim=libentry.so=fakes/entry.ets", throws, scripted=False)
    assert result.code == 1, result.out
    [command] = [line.split("replay", 1)[1].split() for line in result.lines if line.startswith("  replay ")][:1]
    assert "--kit-shim=libentry.so=fakes/entry.ets" in command
    again = project.pytest(*command[1:], scripted=False)
    assert "FAILED" in again.out


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("libentry.so", "--kit-shim=libentry.so: expected MODULE=FILE, like libentry.so=fakes/entry.ets"),
        ("=x.ets", "--kit-shim==x.ets: expected MODULE=FILE, like libentry.so=fakes/entry.ets"),
        ("./a=x.ets", "--kit-shim=./a=x.ets: a file of the app's own is no module that a shim could play"),
        ("liba.so=x.txt", "--kit-shim=liba.so=x.txt: a shim is a file of .js, .ts, .ets, .py"),
        ("liba.so=x.ets", "--kit-shim=liba.so=x.ets: there is no such file"),
        ("liba.so=fakes", "--kit-shim=liba.so=fakes: a shim is a file of .js, .ts, .ets, .py"),
        ("liba.so=bad.py", "--kit-shim=liba.so=bad.py: it defines no function"),
        (
            "liba.so=bad.ets",
            "--kit-shim=liba.so=bad.ets: bad.ets does not compile: Declaration or statement expected. (bad.ets:1:1)",
        ),
    ],
)
def test_wrong_values(project: Project, value: str, message: str) -> None:
    project.write("bad.py", "")
    project.write("bad.ets", "}")
    result = project.pytest("--extension=app/Ext.ets", f"--kit-shim={value}", scripted=False)
    assert result.code == 4
    assert result.err.strip() == f"ERROR: {message}"


def test_two_for_one_module(project: Project) -> None:
    shims = ("--kit-shim=@ohos:x=fakes/entry.ets", "--kit-shim=@ohos.x=fakes/entry.py")
    result = project.pytest("--extension=app/Ext.ets", *shims, scripted=False)
    assert result.code == 4
    assert result.err.strip() == "ERROR: --kit-shim=@ohos.x=fakes/entry.py: @ohos.x has a shim already, entry.ets"


def test_python_subjects_have_none(project: Project) -> None:
    result = project.check("--kit-shim=libentry.so=fakes/entry.ets", scripted=False)
    assert result.code == 4
    assert result.err.strip() == "ERROR: --kit-shim=libentry.so=...: app.Ext is Python; kit shims are for ArkTS extensions"

"""The option --conformance-files."""

from __future__ import annotations

import json
import os
import pty
import re
import threading
from pathlib import Path

import jsonschema
import pytest

from conformance.schemas import load_schema
from tests.conformance.plugin.project import Project, Result

F = "/data/storage/el2/base/files"
VALIDATOR = jsonschema.Draft202012Validator(load_schema("conformance-report"))
SECTION = """\
the sandbox after onBackupEx, as the device finds it in a full backup on latest (API level 26)

      size  in          file
                        data/
                          storage/
                            el2/
                              base/
                                cache/
       1 B  stays                 page.html  (in no include)
                                files/
       5 B  part.0.tar            a.txt  (include data/storage/el2/base/files/)
leaves: 1 file, 5 B (5 bytes) in 1 tar
left behind: 1 file, 1 B (1 byte)"""
RULE = "conformance/return::BK101"


@pytest.fixture
def sandbox(project: Project) -> Project:
    """The project with data of the app."""
    project.write(f"data{F}/a.txt", "hello")
    project.write("data/data/storage/el2/base/cache/page.html", "x")
    return project


def files(project: Project, *arguments: str) -> Result:
    return project.check("--conformance-files", "--sandbox=data", "--conformance-json=report.json", *arguments)


@pytest.mark.parametrize("options", [[], ["-q"], ["-qq"], ["-v"], ["-n", "2"], ["-W", "error"]], ids=" ".join)
def test_the_list(sandbox: Project, options: list[str]) -> None:
    result = files(sandbox, *options, RULE)
    assert result.code == 0, result.out + result.err
    assert result.between("= files of com.example.app =", "= conformance =") == SECTION
    report = sandbox.report()
    VALIDATOR.validate(report)
    assert report["files"]["leaves"] == {"files": 1, "directories": 0, "bytes": 5}
    assert [(entry["path"], entry["leaves"]) for entry in report["files"]["entries"]] == [
        ("/data/storage/el2/base/cache/page.html", False),
        (f"{F}/a.txt", True),
    ]


def test_the_same_report_from_several_processes(sandbox: Project) -> None:
    files(sandbox)
    one = sandbox.report()
    files(sandbox, "-n", "2")
    two = sandbox.report()
    del one["durations"], two["durations"]
    assert json.dumps(one) == json.dumps(two)


def test_it_is_off_unless_asked_for(sandbox: Project) -> None:
    result = sandbox.check("--sandbox=data", "--conformance-json=report.json", RULE)
    assert "files of" not in result.out
    assert "files" not in sandbox.report()


def test_nothing_needs_to_be_judged(sandbox: Project) -> None:
    result = files(sandbox, "--collect-only")
    assert result.code == 0
    assert SECTION in "\n".join(result.lines)
    assert sandbox.report()["files"]["tars"] == ["part.0.tar"]


def test_an_ini_option(sandbox: Project) -> None:
    sandbox.write("pytest.ini", "[pytest]\nextension = app.Ext\nconformance_files = true\nsandbox = data")
    assert SECTION in "\n".join(sandbox.pytest(RULE).lines)


def test_with_tests_of_ones_own(sandbox: Project) -> None:
    sandbox.write("test_own.py", "def test_own(session):\n    assert session().end_code('com.example.app') == 0")
    result = files(sandbox, "test_own.py")
    assert result.code == 0
    assert SECTION in "\n".join(result.lines)


def test_the_list_comes_before_any_verdict(sandbox: Project) -> None:
    sandbox.script(BK101={"interrupt": 1})
    result = files(sandbox)
    assert result.code == 2
    assert SECTION in "\n".join(result.lines)
    assert sandbox.report()["files"]["tars"] == ["part.0.tar"]


def test_a_subject_that_is_not_there(sandbox: Project) -> None:
    result = sandbox.pytest("--extension=app.Nobody", "--conformance-files", "--conformance-json=report.json")
    assert result.code == 4
    assert "app.Nobody" in result.err
    assert "files of" not in result.out
    assert not (sandbox.directory / "report.json").exists()


def test_the_option_needs_an_extension(sandbox: Project) -> None:
    result = sandbox.pytest("--conformance-files")
    assert result.code == 4
    assert "--conformance-files: name what is under test too" in result.err


def test_a_package_decides(sandbox: Project) -> None:
    config = {"allowToBackupRestore": True, "includes": ["data/storage/el2/base/"], "excludes": ["*.txt"]}
    sandbox.write("module/backup_config.json", json.dumps(config))
    result = files(sandbox, "--bundle=module", RULE)
    assert "       5 B  stays                 a.txt  (excluded by *.txt)" in result.lines
    assert "       1 B  part.0.tar            page.html  (include data/storage/el2/base/)" in result.lines


def test_a_callback_that_fails(sandbox: Project) -> None:
    sandbox.write("app.py", "class Ext:\n    def onBackup(self):\n        raise RuntimeError('no')")
    result = files(sandbox, RULE)
    assert "the backup fails with 13500004: nothing leaves" in result.lines
    assert "leaves: 0 files, 0 B (0 bytes)" in result.lines
    assert sandbox.report()["files"]["state"] == "at-end"


def test_names_that_no_terminal_can_show(sandbox: Project) -> None:
    directory = os.fsencode(sandbox.directory / f"data{F}")
    for name in (b"\xff", b"a\nb", b"\x1b]0;title\x07", "\u202etxt.exe".encode(), b"back\\slash"):
        with open(directory + b"/" + name, "wb"):
            pass
    result = files(sandbox, RULE)
    assert result.code == 0, result.out + result.err
    names = re.findall(r"part\.0\.tar +(.*)  \(include", result.out)
    assert names == ["\\x1b]0;title\\x07", "a\\x0ab", "a.txt", "back\\\\slash", "\\u202etxt.exe", "\\xff"]
    VALIDATOR.validate(sandbox.report())
    text = (sandbox.directory / "report.json").read_text(encoding="utf-8")
    text.encode("utf-8")
    assert "\\ud" not in text


# progress ---------------------------------------------------------------------------------------------------------------------


def on_a_terminal(project: Project, *arguments: str, **environment: str) -> str:
    """What a terminal gets from a run."""
    shown, terminal = pty.openpty()
    process = project.start("--extension=app.Ext", *arguments, terminal=terminal, **environment)
    os.close(terminal)
    pieces: list[bytes] = []

    def read() -> None:
        try:
            while piece := os.read(shown, 65536):
                pieces.append(piece)
        except OSError:
            return

    reader = threading.Thread(target=read)
    reader.start()
    assert process.wait(timeout=120) == 0
    reader.join(timeout=20)
    os.close(shown)
    return b"".join(pieces).decode()


def many(project: Project, count: int = 1200) -> None:
    directory = project.directory / f"data{F}"
    for number in range(count):
        Path(directory, f"{number:04}").touch()


def test_long_work_shows_that_it_goes_on(sandbox: Project) -> None:
    many(sandbox)
    shown = on_a_terminal(sandbox, "--conformance-files", "--sandbox=data", "--collect-only", "-q", CI="")
    said = re.findall(r"\rfiles: ([^\r]*?) *(?=\r)", shown)
    assert said == [
        "running a full backup",
        "looking at file 500",
        "looking at file 1000",
        "packing what leaves of 1202 files",
    ]


@pytest.mark.parametrize("environment", [{"CI": "true"}, {"BUILD_NUMBER": "7"}], ids=["CI", "BUILD_NUMBER"])
def test_no_progress_in_ci(sandbox: Project, environment: dict[str, str]) -> None:
    shown = on_a_terminal(sandbox, "--conformance-files", "--sandbox=data", "--collect-only", "-q", **environment)
    assert "files: " not in shown
    assert "leaves: 1 file" in shown


def test_no_progress_in_a_file(sandbox: Project) -> None:
    many(sandbox)
    result = files(sandbox, "--collect-only", "-q")
    assert "files: " not in result.out + result.err
    assert "\r" not in result.out

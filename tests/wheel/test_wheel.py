"""The wheel alone: run by ``tox -e wheel`` in an environment that holds nothing but it and what it depends on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NAME = "pytest-backup-extension"
WHEEL = metadata.distribution(NAME)
SITE = Path(str(WHEEL.locate_file("")))

EXTENSION = """
import asyncio


class Ext:
    async def onBackupEx(self, info):
        await asyncio.sleep(2)
        return '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'

    async def onRestoreEx(self, version, info):
        return '{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'
"""
BROKEN = EXTENSION.replace("""'{"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""}'""", "''")


def isolated(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run this Python from another directory, with nothing of the checkout in sight."""
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "PYTHON"))},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_it_is_a_wheel() -> None:
    assert SITE != CHECKOUT
    assert "editable" not in (WHEEL.read_text("direct_url.json") or "")


def test_top_level_names() -> None:
    tops = {file.parts[0] for file in WHEEL.files or () if not file.parts[0].endswith(".dist-info")}
    assert tops == {"emulator", "conformance"}


def test_nothing_but_the_packages_is_inside() -> None:
    strays = [
        str(file)
        for file in WHEEL.files or ()
        if file.suffix not in (".py", ".pyc", ".toml", ".json", ".js", ".typed") and not file.parts[0].endswith(".dist-info")
    ]
    assert not strays


def test_licence_and_entry_point() -> None:
    assert WHEEL.metadata["License-Expression"] == "Apache-2.0"
    assert any(file.name == "LICENSE" for file in WHEEL.files or ())
    assert [(e.name, e.value) for e in WHEEL.entry_points] == [("backup_conformance", "conformance.plugin")]


def test_the_javascript_is_inside() -> None:
    sources = {path.relative_to(CHECKOUT).as_posix() for path in (CHECKOUT / "emulator").rglob("js/**/*.js*")}
    assert len(sources) > 5
    assert sources == {file.as_posix() for file in WHEEL.files or () if "js" in file.parts}


def test_arkts_without_its_extra(tmp_path: Path) -> None:
    """Nobody who tests Python has to install Node; who names a .ets file is told what to do, in one line."""
    (tmp_path / "Ext.ets").write_text("export default class Ext {}", encoding="utf-8")
    code = "import os; os.environ['PATH'] = ''; from emulator import load_subject; load_subject('Ext.ets')"
    done = isolated("-c", code, cwd=tmp_path)
    said = done.stderr.splitlines()[-1]
    assert said.endswith("python -m pip install 'pytest-backup-extension[arkts]'")


@pytest.mark.parametrize("schema", sorted(path.name for path in (CHECKOUT / "schemas").glob("*.schema.json")))
def test_every_schema_is_found(schema: str, tmp_path: Path) -> None:
    name = schema.removesuffix(".schema.json")
    code = f"import json, conformance.schemas as s; print(s.__file__); print(json.dumps(s.load_schema({name!r})))"
    done = isolated("-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    where, loaded = done.stdout.splitlines()
    assert Path(where).is_relative_to(SITE)
    assert json.loads(loaded) == json.loads((CHECKOUT / "schemas" / schema).read_text(encoding="utf-8"))


def test_types_are_published() -> None:
    assert {"emulator/py.typed", "conformance/py.typed"} <= {file.as_posix() for file in WHEEL.files or ()}


@pytest.mark.parametrize(("source", "code"), [(EXTENSION, 0), (BROKEN, 1)])
def test_a_project_of_a_users(source: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "myapp.py").write_text(source, encoding="utf-8")
    done = isolated("-m", "pytest", "--extension=myapp.Ext", "--conformance-json=report.json", cwd=tmp_path)
    assert done.returncode == code, done.stdout + done.stderr
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))


def test_without_an_extension_the_plugin_is_silent(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n", encoding="utf-8")
    done = isolated("-m", "pytest", "-q", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "conformance" not in done.stdout.partition("\n")[2]
    assert done.stdout.splitlines()[-1].startswith("1 passed")

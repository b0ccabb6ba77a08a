"""context.resourceManager: raw files and texts of the project that an extension comes from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, nominal_plan
from emulator.package import Package
from tests.emulator.runtime.arkts.stand_in import extension, subject

FILES: Mapping[str, str] = {
    "AppScope/app.json5": "{app: {}}",
    "AppScope/resources/base/element/string.json": '{"string": [{"name": "both", "value": "of the app"}]}',
    "entry/src/main/resources/base/element/string.json": json.dumps(
        {
            "string": [
                {"name": "title", "value": "Notes"},
                {"name": "both", "value": "of the module"},
                {"name": "hello", "value": "Hello"},
                {"name": "link", "value": "$string:title"},
                {"name": "loop", "value": "$string:loop"},
                {"name": "lost", "value": "$string:nowhere"},
            ]
        }
    ),
    "entry/src/main/resources/zh_CN/element/string.json": '{"string": [{"name": "hello", "value": "\u4f60\u597d"}]}',
    "entry/src/main/resources/rawfile/a.json": '{"a": 1}',
    "entry/src/main/resources/rawfile/empty.txt": "",
    "entry/src/main/resources/rawfile/sub/b.txt": "b",
    "entry/src/main/resources/secret.txt": "secret",
}
HEAD = """const r = this.context.resourceManager; const text = (bytes) => String.fromCharCode(...bytes);
const code = (work) => { try { return work(); } catch (e) { return e.code; } };
const late = (promise) => promise.then((value) => value, (e) => e.code);
const back = (work) => new Promise((done) => work((e, value) => done(e ? e.code : value)));
"""


def answer(body: str, directory: Path | None) -> Any:
    """What the body gives, through JSON, in an extension of the project's module."""
    called = f"async onBackupEx(i) {{ return JSON.stringify(await (async () => {{ {HEAD} {body} }})()); }}"
    with Device() as device:
        device.install(subject(extension(called)), package=Package(directory=directory))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    [text] = [message.args[1] for message in record.client if message.callback == "onResultReport"]
    return json.loads(text)


@pytest.fixture
def module(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (tmp_path / "entry/src/main/resources/rawfile/out").symlink_to(tmp_path / "AppScope")
    (tmp_path / "entry/src/main/resources/rawfile/hollow").mkdir()
    return tmp_path / "entry"


CASES: dict[str, tuple[str, Any]] = {
    "a raw file in every form": (
        "return [r.getRawFileContentSync('a.json'), await r.getRawFileContent('a.json'), await back((f) => r.getRawFileContent('a.json', f)),"
        "await r.getRawFile('sub/b.txt')].map(text)",
        ['{"a": 1}'] * 3 + ["b"],
    ),
    "an empty raw file": ("const b = r.getRawFileContentSync('empty.txt'); return [b instanceof Uint8Array, b.length]", [True, 0]),
    "no raw file": (
        "return ['no', 'sub', '', '/a.json', 'sub/../a.json', '../secret.txt', 'out/app.json5', 'a\\0', 'x'.repeat(5000), '\\ud800', 5]"
        ".map((p) => code(() => r.getRawFileContentSync(p)))",
        [9001005] * 10 + [401],
    ),
    "no raw file, later": ("return [await late(r.getRawFileContent('no')), await back((f) => r.getRawFileContent('no', f))]", [9001005] * 2),
    "names of raw files": (
        "return [r.getRawFileListSync(''), await r.getRawFileList('sub'), code(() => r.getRawFileListSync('no')),"
        "code(() => r.getRawFileListSync('a.json')), code(() => r.getRawFileListSync('hollow')), code(() => r.getRawFileListSync('..'))]",
        [["a.json", "empty.txt", "hollow", "out", "sub"], ["b.txt"], 9001005, 9001005, 9001005, 9001005],
    ),
    "texts by name": (
        "return [r.getStringByNameSync('title'), await r.getStringByName('title'), await back((f) => r.getStringByName('title', f)),"
        "r.getStringByNameSync('both'), r.getStringByNameSync('hello'), r.getStringByNameSync('link')]",
        ["Notes", "Notes", "Notes", "of the app", "\u4f60\u597d", "Notes"],
    ),
    "no text": ("return ['no', 'lost', 'loop', 5].map((n) => code(() => r.getStringByNameSync(n)))", [9001003, 9001003, 9001006, 401]),
    "texts by reference": (
        "return [r.getStringSync($r('app.string.title')), await r.getString($r('app.string.title')), await r.getStringValue($r('app.string.title')),"
        "code(() => r.getStringSync($r('app.string.no'))), code(() => r.getStringSync($r('app.color.title'))), code(() => r.getStringSync())]",
        ["Notes", "Notes", "Notes", 9001001, 401, 401],
    ),
    "what is missing": (
        "return [() => r.getStringSync(16777216), () => r.getStringByNameSync('title', 5), () => r.getColorSync(1),"
        "() => r.getStringSync($r('app.string.title', 5))].map(code)",
        [801, 801, 801, 801],
    ),
    "every context has it": (
        "const app = this.context.getApplicationContext(); return [app.resourceManager.getStringByNameSync('title'), r === this.context.resourceManager]",
        ["Notes", True],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_resources(module: Path, name: str) -> None:
    body, expected = CASES[name]
    assert answer(body, module) == expected


def test_a_module_without_a_project_around_it(module: Path) -> None:
    assert answer("return [r.getStringByNameSync('both'), r.getRawFileListSync('sub')]", module / "src/main") == [
        "of the app",
        ["b.txt"],
    ]
    (module.parent / "AppScope/app.json5").unlink()
    assert answer("return r.getStringByNameSync('both')", module / "src/main") == "of the module"


def test_a_path_of_the_host_leads_nowhere(module: Path) -> None:
    path = module / "src/main/resources/rawfile/a.json"
    assert answer(f"return code(() => r.getRawFileContentSync('{path}'))", module) == 9001005


def test_resources_of_an_unknown_project_are_missing() -> None:
    body = "return [code(() => r.getStringByNameSync('title')), await late(r.getRawFileContent('a')), code(() => r.getRawFileListSync(''))]"
    assert answer(body, None) == [801, 801, 801]

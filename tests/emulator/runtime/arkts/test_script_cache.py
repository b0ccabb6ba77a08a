"""Transpiled scripts are kept by content: a hit asks nobody, and what the disk does is no error."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.runtime.arkts import cache as cache_module
from emulator.runtime.arkts import transpiler as transpiler_module
from emulator.runtime.arkts.cache import ScriptCache
from emulator.runtime.arkts.script import Script
from emulator.runtime.arkts.toolchain import Toolchain
from emulator.runtime.arkts.transpiler import Transpiler, TranspilerError

SOURCE = "import lazy fs from '@ohos.file.fs'\nexport default class A extends B { onBackup() { fs.open('a') } }\nlet b = = 1\n"
PATH = Path("Notes.ets")


@pytest.fixture
def fill(toolchain: Toolchain, tmp_path: Path) -> Callable[[str], Script]:
    """Transpile a source with the cache under tmp_path, and close."""

    def transpile(source: str) -> Script:
        transpiler = Transpiler(toolchain, tmp_path)
        script = transpiler.transpile(PATH, source)
        transpiler.close()
        return script

    return transpile


def cached_only(toolchain: Toolchain, directory: Path) -> Transpiler:
    """A transpiler that has no compiler to ask."""
    return Transpiler(
        Toolchain(Path("/no/node"), toolchain.node_version, toolchain.typescript, toolchain.typescript_version), directory
    )


def entries(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*.json") if path.parent.name != "compiler" and "compiler" not in path.parts)


def test_a_hit_is_the_same_script_and_starts_no_compiler(
    toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script]
) -> None:
    script = fill(SOURCE)
    assert script.diagnostics and script.imports[0].lazy and script.classes[0].methods == (("onBackup", 2, 36),)
    transpiler = cached_only(toolchain, tmp_path)
    assert transpiler.transpile(PATH, SOURCE) == script
    assert transpiler._compiler is None


def test_a_hit_is_by_content_and_not_by_name(toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script]) -> None:
    script = fill(SOURCE)
    found = cached_only(toolchain, tmp_path).transpile(Path("other/Other.ts"), SOURCE)
    assert (found.file, found.code) == ("other/Other.ts", script.code)


def test_another_text_misses(toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script]) -> None:
    fill(SOURCE)
    with pytest.raises(TranspilerError, match="/no/node"):
        cached_only(toolchain, tmp_path).transpile(PATH, SOURCE + " ")


def test_javascript_of_the_same_text_misses(toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script]) -> None:
    fill("export const a = 1")
    with pytest.raises(TranspilerError, match="/no/node"):
        cached_only(toolchain, tmp_path).transpile(Path("notes.js"), "export const a = 1")


def test_another_compiler_misses(toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script]) -> None:
    fill(SOURCE)
    newer = Toolchain(Path("/no/node"), toolchain.node_version, toolchain.typescript, (6, 9, 9))
    with pytest.raises(TranspilerError, match="/no/node"):
        Transpiler(newer, tmp_path).transpile(PATH, SOURCE)


def test_another_transform_misses(
    toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(SOURCE)
    changed = tmp_path / "program"
    changed.mkdir()
    for part in transpiler_module.PROGRAM.glob("*.js"):
        (changed / part.name).write_bytes(part.read_bytes())
    monkeypatch.setattr(transpiler_module, "PROGRAM", changed)
    transpiler_module._our_version.cache_clear()
    cached_only(toolchain, tmp_path).transpile(PATH, SOURCE)
    (changed / "marks.js").write_text((changed / "marks.js").read_text() + "// changed\n")
    transpiler_module._our_version.cache_clear()
    with pytest.raises(TranspilerError, match="/no/node"):
        cached_only(toolchain, tmp_path).transpile(PATH, SOURCE)
    monkeypatch.undo()
    transpiler_module._our_version.cache_clear()


def _cut(text: str) -> str:
    return text[: len(text) // 2]


def _without(key: str) -> Callable[[str], str]:
    return lambda text: json.dumps({name: value for name, value in json.loads(text).items() if name != key})


def _odder(text: str) -> str:
    return json.dumps({**json.loads(text), "imports": [{"specifier": "./a"}]})


def _older(text: str) -> str:
    document = json.loads(text)
    imports = [{key: value for key, value in found.items() if key != "used"} for found in document["imports"]]
    return json.dumps({**document, "imports": imports})


SPOILS: dict[str, Callable[[str], str]] = {
    "empty": lambda _: "",
    "cut": _cut,
    "a list": lambda _: "[]",
    "null": lambda _: "null",
    **{f"without {key}": _without(key) for key in ("mappings", "exports", "open")},
    "with another import": _odder,
    "with an import of before": _older,
    "longer": lambda text: text + "x",
}


@pytest.mark.parametrize("spoil", [pytest.param(spoil, id=name) for name, spoil in SPOILS.items()])
def test_a_spoilt_entry_is_done_again(
    toolchain: Toolchain, tmp_path: Path, fill: Callable[[str], Script], spoil: Callable[[str], str]
) -> None:
    script = fill(SOURCE)
    [entry] = entries(tmp_path)
    whole = entry.read_text()
    entry.write_text(spoil(whole))
    assert fill(SOURCE) == script
    assert entry.read_text() == whole


def test_an_entry_that_is_no_text_is_done_again(tmp_path: Path, fill: Callable[[str], Script]) -> None:
    script = fill(SOURCE)
    [entry] = entries(tmp_path)
    entry.write_bytes(b"\xff\xfe{}")
    assert fill(SOURCE) == script


def test_a_failure_of_the_compiler_is_not_kept(toolchain: Toolchain, tmp_path: Path) -> None:
    with pytest.raises(TranspilerError):
        cached_only(toolchain, tmp_path).transpile(PATH, SOURCE)
    assert entries(tmp_path) == []


def test_a_place_where_nothing_can_be_written_is_none(toolchain: Toolchain, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    transpiler = Transpiler(toolchain, blocked)
    assert transpiler.transpile(PATH, SOURCE) == transpiler.transpile(PATH, SOURCE)
    transpiler.close()
    assert ScriptCache(blocked).directory("compiler") == ""


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this user may write everywhere"
)
def test_a_directory_that_may_not_be_written_is_none(toolchain: Toolchain, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    transpiler = Transpiler(toolchain, tmp_path)
    assert transpiler.transpile(PATH, "export const a = 1").diagnostics == ()
    transpiler.close()
    tmp_path.chmod(0o700)
    assert entries(tmp_path) == []


def test_switched_off_it_keeps_nothing() -> None:
    cache = ScriptCache(None)
    cache.put("ab12", {"a": 1})
    assert cache.get("ab12") is None
    assert cache.directory("compiler") == ""


def test_what_is_kept_is_found_by_another(tmp_path: Path) -> None:
    ScriptCache(tmp_path / "deep" / "place").put("ab12", {"text": "\ud800é"})
    assert ScriptCache(tmp_path / "deep" / "place").get("ab12") == {"text": "\ud800é"}
    assert ScriptCache(tmp_path / "deep" / "place").get("ab13") is None


def test_an_entry_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ScriptCache(tmp_path)
    seen: list[tuple[bool, str]] = []

    def replace(source: Path, target: Path) -> None:
        seen.append((target.exists(), source.read_text()))
        raise OSError("the power is gone")

    monkeypatch.setattr(cache_module.os, "replace", replace)
    cache.put("ab12", {"a": 1})
    assert seen == [(False, '{"a": 1}')]
    assert cache.get("ab12") is None
    monkeypatch.undo()
    cache.put("ab12", {"a": 2})
    assert cache.get("ab12") == {"a": 2}


def test_nothing_is_left_beside_an_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = ScriptCache(tmp_path)
    cache.put("ab12", {"a": 1})
    monkeypatch.setattr(cache_module.os, "replace", _no_replace)
    cache.put("ab13", {"a": 1})
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["12.json"]


def _no_replace(source: Path, target: Path) -> None:
    raise OSError("no")

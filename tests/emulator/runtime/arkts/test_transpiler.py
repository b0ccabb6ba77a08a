"""ArkTS becomes JavaScript: golden code, which runs, and the process that makes it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from emulator.runtime.arkts.script import Diagnostic, Script
from emulator.runtime.arkts.toolchain import Toolchain
from emulator.runtime.arkts.transpiler import Transpiler, TranspilerError
from tests.emulator.runtime.arkts.goldens import GOLDENS, Golden, core, goldens, run, transpiled

ALL = [pytest.param(case, id=f"{path.stem}: {case.title}") for path in sorted(GOLDENS.glob("*.golden")) for case in goldens(path)]


@pytest.fixture(scope="module")
def runs(toolchain: Toolchain) -> Mapping[str, dict[str, Any]]:
    """What comes of the golden code, by title."""
    cases: list[Golden] = [param.values[0] for param in ALL]  # type: ignore[misc]
    transpiler = Transpiler(toolchain, None)
    codes = [transpiled(transpiler, case.source).code for case in cases]
    transpiler.close()
    return {case.title: note for case, note in zip(cases, run(toolchain, codes), strict=True)}


# golden code -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ALL)
def test_a_construct_becomes_its_golden_code(transpiler: Transpiler, case: Golden) -> None:
    script = transpiled(transpiler, case.source)
    assert script.diagnostics == ()
    assert core(script.code) == case.code


@pytest.mark.parametrize("case", ALL)
def test_golden_code_runs(runs: Mapping[str, dict[str, Any]], case: Golden) -> None:
    assert runs[case.title]["error"] == ""


def test_every_title_is_its_own() -> None:
    titles = [param.values[0].title for param in ALL]  # type: ignore[union-attr]
    assert len(set(titles)) == len(titles) > 50


@pytest.mark.parametrize(
    ("title", "calls"),
    [
        ("a concurrent function before the imports", ["concurrent count"]),
        ("a sendable class", ["sendable Point", "tick"]),
        ("a class that extends and is not exported", ["ext Backup"]),
        ("a default class with a name", []),
        ("a function that is declared is not marked", ["concurrent inside"]),
    ],
)
def test_marks_are_called_in_their_place(runs: Mapping[str, dict[str, Any]], title: str, calls: list[str]) -> None:
    assert runs[title]["calls"] == calls


@pytest.mark.parametrize(
    ("title", "exports"),
    [
        ("types vanish", ["assert", "b", "is", "x", "y", "z"]),
        ("a default class with a name", ["default"]),
        ("a class exported by a list", ["Backup", "default"]),
        ("declarations leave nothing", []),
        ("builder functions", ["Row$", "after"]),
    ],
)
def test_code_exports_what_the_source_does(runs: Mapping[str, dict[str, Any]], title: str, exports: list[str]) -> None:
    assert runs[title]["exports"] == exports


# what code does ----------------------------------------------------------------------------------------------------------

BEHAVIOUR = {
    "labels": (
        "const seen: number[] = []\n"
        "outer: for (let i = 0; i < 3; i++) {\n"
        "  for (const j of [0, 1, 2]) { if (j === i) continue outer; seen.push(i * 10 + j) }\n}\n"
        "export const main = () => seen",
        [10, 20, 21],
    ),
    "a pattern that is caught": (
        "export function main() {\n"
        "  try { throw { code: 7, rest: 1 } } catch ({ code, message = 'none' }) { return [code, message] }\n}",
        [7, "none"],
    ),
    "an import below its use": ("export const main = () => typeof late\nimport { late } from './late'", "function"),
    "an annotation used as a factory and alone": (
        "@interface A { x: number }\n@interface B {}\n@A({ x: 1 }) @B class C { @B save() { return 3 } }\n"
        "export const main = () => new C().save()",
        3,
    ),
    "a field without a value is none": ("class A { x?: number; y = 1 }\nexport const main = () => Object.keys(new A())", ["y"]),
    "an enum counts both ways": ("enum M { A = 1, B }\nexport const main = () => [M.B, M[1]]", [2, "A"]),
    "parameters become properties": (
        "class A { constructor(private x: number, readonly y = 2) {} }\nexport const main = () => ({ ...new A(1) })",
        {"x": 1, "y": 2},
    ),
    "a namespace's variable changes": (
        "namespace N { export let count = 0; export function add() { count++ } }\n"
        "export function main() { N.add(); return N.count }",
        1,
    ),
    "strings keep what they hold": (
        "export const main = () => ['\\u2028', '\u2028', '\\'{', `\\`${'}'}`, '\U0001f600'.length]",
        ["\u2028", "\u2028", "'{", "`}", 2],
    ),
    "what iterates by itself": (
        "async function* parts() { yield 1; yield 2 }\n"
        "export async function main() { const all: number[] = []; for await (const p of parts()) all.push(p); return all }",
        [1, 2],
    ),
    "a sloppy this is none": (
        "function who(this: object | undefined) { return this === undefined }\nexport const main = () => who()",
        True,
    ),
}


def test_behaviour_is_that_of_the_source(toolchain: Toolchain, transpiler: Transpiler) -> None:
    codes = [transpiled(transpiler, source).code for source, _ in BEHAVIOUR.values()]
    notes = dict(zip(BEHAVIOUR, run(toolchain, codes), strict=True))
    assert {name: note["error"] for name, note in notes.items() if note["error"]} == {}
    assert {name: note["result"] for name, note in notes.items()} == {name: result for name, (_, result) in BEHAVIOUR.items()}


# kinds of files ----------------------------------------------------------------------------------------------------------


def test_javascript_without_imports_is_commonjs(toolchain: Toolchain, transpiler: Transpiler) -> None:
    script = transpiled(transpiler, "const a = require('./a')\nmodule.exports = { main: () => typeof a }\n", "index.js")
    assert script.diagnostics == ()
    assert [found.specifier for found in script.imports] == ["./a"]
    assert core(script.code) == "const a = require('./a');\nmodule.exports = { main: () => typeof a };\n"
    assert run(toolchain, [script.code])[0]["result"] == "function"


def test_javascript_keeps_imports_that_nothing_uses(transpiler: Transpiler) -> None:
    source = "import { a } from './a'\nexport const b = 1\n"
    assert 'require("./a")' in transpiled(transpiler, source, "index.js").code
    assert 'require("./a")' in transpiled(transpiler, source, "index.mjs").code
    assert 'require("./a")' not in transpiled(transpiler, source, "index.ts").code


def test_javascript_has_no_types(transpiler: Transpiler) -> None:
    [found] = transpiled(transpiler, "\nlet a: number = 1", "index.js").diagnostics
    assert (found.line, found.message) == (2, "Type annotations can only be used in TypeScript files.")


def test_javascript_has_ticks(transpiler: Transpiler) -> None:
    assert "while (true) {\n    __tick();" in transpiled(transpiler, "while (true) {}", "index.js").code


# sizes and texts ---------------------------------------------------------------------------------------------------------


def test_an_empty_file_is_a_module(toolchain: Toolchain, transpiler: Transpiler) -> None:
    for source in ("", "\ufeff", "\n", "// nothing\n"):
        script = transpiled(transpiler, source)
        assert (script.imports, script.classes, script.default_export, script.diagnostics) == ((), (), "", ())
        assert run(toolchain, [script.code])[0]["error"] == ""


def test_a_very_long_file(toolchain: Toolchain, transpiler: Transpiler) -> None:
    lines = [f"export function f{n}(x: number): number {{ return x / {n + 1} }} // {{ '" for n in range(20_000)]
    script = transpiled(transpiler, "\n".join([*lines, "export const main = () => f19999(20000)", "let b = = 1"]))
    assert script.diagnostics == (Diagnostic(20_002, 9, "Expression expected."),)
    assert script.code.count("__tick();") == 20_000


def test_a_very_long_line(transpiler: Transpiler) -> None:
    assert transpiled(transpiler, f"export const a = [{'1, ' * 100_000}]").diagnostics == ()


@pytest.mark.parametrize("text", ["\ud800", "\udc00\ud800", "\x00", "\x7f\x1b", '"\\\\"', "\u2028\u2029"])
def test_a_text_passes_as_it_is(transpiler: Transpiler, text: str) -> None:
    script = transpiled(transpiler, f"const a = `{text}`")
    assert f"`{text}`" in script.code
    assert len(script.digest) == 64


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028"])
def test_ends_of_lines_make_no_difference(transpiler: Transpiler, end: str) -> None:
    source = "import lazy { a } from './a' // {\nstruct X {\n  build() { a() }\n}\n"
    source += "export const b = `x` // }\n@Builder function f() {\n}\n"
    assert core(transpiled(transpiler, source.replace("\n", end)).code) == core(transpiled(transpiler, source).code)


# the compiler's process --------------------------------------------------------------------------------------------------


def test_equal_sources_have_equal_scripts(transpiler: Transpiler) -> None:
    first, second = (transpiled(transpiler, "export const a = 1", name) for name in ("a.ets", "b.ts"))
    assert (first.file, second.file) == ("a.ets", "b.ts")
    assert first.digest == second.digest != transpiled(transpiler, "export const a = 2").digest


def test_a_compiler_that_dies_is_our_fault_and_the_next_call_starts_another(toolchain: Toolchain) -> None:
    transpiler = Transpiler(toolchain, None)
    for _ in range(2):
        _export_one(transpiler)
        assert transpiler._compiler is not None
        os.kill(transpiler._compiler.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        transpiler._compiler.wait()
        with pytest.raises(TranspilerError, match=r"^Notes\.ets: the TypeScript compiler ended with exit code -?\d+$"):
            _export_one(transpiler)
    _export_one(transpiler)
    transpiler.close()


def test_a_compiler_that_cannot_be_written_to_is_ended(toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch) -> None:
    transpiler = Transpiler(toolchain, None)
    _export_one(transpiler)
    process = transpiler._compiler

    def write(line: str) -> str:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(transpiler, "_exchange", write)
    with pytest.raises(TranspilerError) as failed:
        _export_one(transpiler)
    monkeypatch.undo()
    assert str(failed.value) == "Notes.ets: the TypeScript compiler failed ([Errno 22] Invalid argument)"
    assert process is not None and process.returncode == 0
    _export_one(transpiler)
    transpiler.close()


def test_a_compiler_that_cannot_start_is_our_fault(toolchain: Toolchain, tmp_path: Path) -> None:
    gone = Toolchain(tmp_path / "node", (24, 0, 0), toolchain.typescript, toolchain.typescript_version)
    with pytest.raises(TranspilerError, match=r"^Notes\.ets: the TypeScript compiler failed \(.*No such file"):
        _export_one(Transpiler(gone, None))


def test_a_compiler_that_fails_on_a_file_goes_on_with_the_next(toolchain: Toolchain, tmp_path: Path) -> None:
    broken = tmp_path / "typescript.js"
    broken.write_text(
        f"const ts = require({str(toolchain.typescript)!r})\n"
        "module.exports = { ...ts, transpileModule: (text, ...rest) => {\n"
        "  if (text.includes('bad')) throw new Error('Debug Failure.')\n"
        "  return ts.transpileModule(text, ...rest)\n} }\n"
    )
    transpiler = Transpiler(Toolchain(toolchain.node, toolchain.node_version, broken, (5, 7, 3)), None)
    with pytest.raises(TranspilerError) as failed:
        transpiled(transpiler, "bad()")
    assert str(failed.value) == "Notes.ets: the TypeScript compiler failed (Error: Debug Failure.)"
    _export_one(transpiler)
    transpiler.close()


def test_closing_ends_the_process_and_may_be_done_twice(toolchain: Toolchain) -> None:
    transpiler = Transpiler(toolchain, None)
    transpiler.close()
    _export_one(transpiler)
    process = transpiler._compiler
    assert process is not None
    transpiler.close()
    transpiler.close()
    assert process.returncode == 0


def _export_one(transpiler: Transpiler) -> Script:
    script = transpiled(transpiler, "export const a = 1")
    assert core(script.code) == "exports.a = void 0;\nexports.a = 1;\n"
    return script

"""ArkTS becomes JavaScript: golden code, which runs; what can be read off a source; what is wrong with one."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from emulator.runtime.arkts.script import Diagnostic, Script
from emulator.runtime.arkts.toolchain import Toolchain, ToolchainMissing, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler, TranspilerError
from tests.emulator.runtime.arkts.goldens import GOLDENS, Golden, core, goldens, run, transpiled

ALL = [pytest.param(case, id=f"{path.stem}: {case.title}") for path in sorted(GOLDENS.glob("*.golden")) for case in goldens(path)]


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    try:
        return find_toolchain()
    except ToolchainMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def transpiler(toolchain: Toolchain) -> Iterator[Transpiler]:
    made = Transpiler(toolchain, None)
    yield made
    made.close()


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


# what can be read off ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a from './a'", ("./a", ["default"], "1:1", "gone")),
        ("import lazy a from './a'", ("./a", ["default"], "1:1", "lazy gone")),
        ("  import lazy a from './a'", ("./a", ["default"], "1:3", "lazy gone")),
        ("import lazy from './a'; struct X { }", ("./a", ["default"], "1:1", "gone")),
        ("import lazy from from './a'", ("./a", ["default"], "1:1", "lazy gone")),
        ("import a, { b, c as d } from './a'", ("./a", ["default", "b", "c"], "1:1", "gone")),
        ("import { default as a } from './a'", ("./a", ["default"], "1:1", "gone")),
        ("import * as a from './a'", ("./a", ["*"], "1:1", "gone")),
        ("import { A, b } from './a'; b()", ("./a", ["A", "b"], "1:1", "")),
        ("import './a'", ("./a", [], "1:1", "")),
        ("import type { A } from './a'", ("./a", ["A"], "1:1", "gone")),
        ("import type A from './a'", ("./a", ["default"], "1:1", "gone")),
        ("import { type A, type B } from './a'", ("./a", ["A", "B"], "1:1", "gone")),
        ("import { type A, b } from './a'", ("./a", ["A", "b"], "1:1", "gone")),
        ("import a = require('./a')", ("./a", ["*"], "1:1", "gone")),
        ("import type a = require('./a')", ("./a", ["*"], "1:1", "gone")),
        ("export { a, b as c } from './a'", ("./a", ["a", "b"], "1:1", "")),
        ("export * from './a'", ("./a", ["*"], "1:1", "")),
        ("export * as a from './a'", ("./a", ["*"], "1:1", "")),
        ("export type { A } from './a'", ("./a", ["A"], "1:1", "gone")),
        ("export { type A } from './a'", ("./a", ["A"], "1:1", "gone")),
        ("\nlet a = () => import('./a')", ("./a", [], "2:15", "dynamic")),
        ("let a = () => import(`./a`)", ("./a", [], "1:15", "dynamic")),
        ("function f() { return require('./a') }", ("./a", [], "1:23", "")),
    ],
)
def test_an_import_is_told(transpiler: Transpiler, source: str, expected: tuple[str, list[str], str, str]) -> None:
    [found] = transpiled(transpiler, source).imports
    kinds = {"lazy": found.lazy, "gone": found.type_only, "dynamic": found.dynamic}
    told = " ".join(kind for kind, given in kinds.items() if given)
    assert (found.specifier, list(found.names), f"{found.line}:{found.column}", told) == expected


@pytest.mark.parametrize(
    "source", ["let a: import('./a').A", "import(name)", "let a = b.require('./a')", "// import './a'", "import a = N.a"]
)
def test_what_only_looks_like_an_import_is_none(transpiler: Transpiler, source: str) -> None:
    assert transpiled(transpiler, source).imports == ()


BASE = {"base": "", "methods": (), "exported": False, "default": False, "abstract": False, "line": 1}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class A {}", {"name": "A"}),
        ("\n\nexport class A {}", {"name": "A", "exported": True, "line": 3}),
        ("class A {}\nexport { A }", {"name": "A", "exported": True}),
        ("class A {}\nexport { A as B }", {"name": "A", "exported": True}),
        ("class A {}\nexport { A as default }", {"name": "A", "exported": True, "default": True}),
        ("class A {}\nexport default A", {"name": "A", "exported": True, "default": True}),
        ("class A {}\nexport = A", {"name": "A", "exported": True}),
        ("export default class A {}", {"name": "A", "exported": True, "default": True}),
        ("export default class {}", {"name": "default", "exported": True, "default": True}),
        ("export default (class {})", {"name": "default", "exported": True, "default": True}),
        ("export default abstract class A {}", {"name": "A", "exported": True, "default": True, "abstract": True}),
        ("@mark\nexport class A extends B {}", {"name": "A", "base": "B", "exported": True, "line": 2}),
        ("class A extends ns.B<number> implements C {}", {"name": "A", "base": "ns.B"}),
        ("class A extends mixed(B) {}", {"name": "A", "base": "mixed(B)"}),
        ("const A = class extends B {}", {"name": "A", "base": "B"}),
        ("export const A = class {}", {"name": "A", "exported": True}),
        ("@Component export struct A { build() { } }", {"name": "A", "exported": True}),
        (
            "class A {\n onBackup() {}\n async onRestore(): Promise<void> {}\n}",
            {"name": "A", "methods": (("onBackup", 2), ("onRestore", 3))},
        ),
        (
            "class A { onBackup = () => {}; 'onRestore'() {}; ['x']() {}; y = function () {} }",
            {"name": "A", "methods": (("onBackup", 1), ("onRestore", 1), ("x", 1), ("y", 1))},
        ),
        ("class A { static a() {}; get b() { return 1 }; c: number = 1; [d]() {}; e(): void; f?: () => void }", {"name": "A"}),
        (
            "abstract class A { abstract a(): void; b(x: number): void; b(x: string): void; b(x: unknown) {} }",
            {"name": "A", "abstract": True, "methods": (("b", 1),)},
        ),
        ("class A {}\nexport { A as default } from './b'", {"name": "A"}),
    ],
)
def test_a_class_is_told(transpiler: Transpiler, source: str, expected: dict[str, Any]) -> None:
    [found] = transpiled(transpiler, source).classes
    assert asdict(found) == {**BASE, **expected}


@pytest.mark.parametrize(
    "source", ["declare class A extends B {}", "@interface A {}", "function f() { class A {} }", "interface A {}"]
)
def test_what_only_looks_like_a_class_is_none(transpiler: Transpiler, source: str) -> None:
    assert transpiled(transpiler, source).classes == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export class A {}", ""),
        ("export default class A {}", "A"),
        ("export default class {}", "default"),
        ("class A {}\nexport default A", "A"),
        ("class A {}\nexport { A as default }", "A"),
        ("const A = class {}\nexport default A", "A"),
        ("import A from './a'\nexport default A", "A"),
        ("import { A as B } from './a'\nexport default B", "B"),
        ("import { A } from './a'\nexport { A as default }", "A"),
        ("export { default } from './a'", "default"),
        ("export { A as default } from './a'", "default"),
        ("class A {}\nexport { B as default } from './a'", "default"),
        ("import * as a from './a'\nexport default a", "a"),
        ("const a = 1\nexport default a", "(expression)"),
        ("export default function () {}", "(expression)"),
        ("export default () => 1", "(expression)"),
        ("export default { a: 1 }", "(expression)"),
        ("class A {}\nexport default new A()", "(expression)"),
        ("export default interface A {}", ""),
        ("class A {}\nexport = A", ""),
    ],
)
def test_the_default_export_is_told(transpiler: Transpiler, source: str, expected: str) -> None:
    assert transpiled(transpiler, source).default_export == expected


def test_concurrent_functions_are_told(transpiler: Transpiler) -> None:
    source = "@Concurrent function a() {}\nexport function b() { 'use concurrent' }\nfunction c() { c(); 'use concurrent' }\n"
    assert transpiled(transpiler, source).concurrent == ("a", "b")


# what is wrong -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("let a = \n", ["1:8"]),
        ("let a = 1\r\nlet b = = 2\r\n", ["2:9"]),
        ("\r\n\r\nclass A {\r\n  f( {\r\n}\r\n", ["6:1"]),
        ("struct X {\r\n  build() { Row() { } }\r\n}\r\nlet b = = 2", ["4:9"]),
        ("@Builder function f() {\n  Row() { }\n}\nlet b = = 2", ["4:9"]),
        ("@interface A {\n  b: string = '}'\n}\nlet b = = 2", ["4:9"]),
        ("import lazy { a } from './a'; let b = = 2", ["1:39"]),
        ("\ufefflet a = = 1", ["1:9"]),
        ("\ufefflet a = 1\r\n  let b = = 1", ["2:11"]),
        ("let a = '\u2028' + = 1", ["2:5", "2:7"]),
        ("'\U0001f600'; let b = = 2", ["1:15"]),
        ("import from './a'", ["1:13"]),
        ("struct X { build() {", ["1:21"]),
        ("class A { constructor() {} constructor() {} ", ["1:45"]),
    ],
)
def test_a_mistake_has_its_place(transpiler: Transpiler, source: str, places: list[str]) -> None:
    found = transpiled(transpiler, source).diagnostics
    assert [f"{d.line}:{d.column}" for d in found] == places


def test_a_mistake_is_told_in_the_compiler_s_words(transpiler: Transpiler) -> None:
    assert transpiled(transpiler, "let a = = 1").diagnostics == (Diagnostic(1, 9, "Expression expected."),)


def test_static_arkts_is_refused(transpiler: Transpiler) -> None:
    found = transpiled(transpiler, "// a licence\n'use static'\nexport const a = 1\n")
    message = "static ArkTS ('use static') is another language, which only the device's own compiler knows"
    assert found.diagnostics == (Diagnostic(2, 1, message),)


@pytest.mark.parametrize(
    "source", ["\n  await 0", "\n  if (true) { await 0 }", "\n  for await (const a of []) {}", "\n  const a = [await 0]"]
)
def test_await_outside_of_a_function_is_refused(transpiler: Transpiler, source: str) -> None:
    [found] = transpiled(transpiler, source).diagnostics
    assert found.line == 2
    assert found.message == "await outside of a function is not emulated: move it into an async function"


@pytest.mark.parametrize("source", ["const module = 1", "let a = 1, exports = 2", "let require: number"])
def test_a_name_of_the_module_function_is_refused(transpiler: Transpiler, source: str) -> None:
    [found] = transpiled(transpiler, source).diagnostics
    assert found.message == "a variable of the module with this name is not emulated: give it another"


def test_such_a_name_may_be_imported_exported_and_used_inside(toolchain: Toolchain, transpiler: Transpiler) -> None:
    source = "import module from './m'\nexport const exports = 1\nexport function f() { const require = module; return require }"
    script = transpiled(transpiler, source)
    assert script.diagnostics == ()
    assert run(toolchain, [script.code])[0]["error"] == ""


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

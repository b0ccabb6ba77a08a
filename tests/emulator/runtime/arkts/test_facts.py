"""What can be read off a source without running it: imports, classes, the default export, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from emulator.runtime.arkts.script import Diagnostic
from emulator.runtime.arkts.toolchain import Toolchain
from emulator.runtime.arkts.transpiler import Transpiler
from tests.emulator.runtime.arkts.goldens import run, transpiled


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


BASE = {"base": "", "methods": (), "exported": False, "default": False, "abstract": False, "line": 1, "column": 7}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("class A {}", {"name": "A"}),
        ("\n\nexport class A {}", {"name": "A", "exported": True, "line": 3, "column": 14}),
        ("class A {}\nexport { A }", {"name": "A", "exported": True}),
        ("class A {}\nexport { A as B }", {"name": "A", "exported": True}),
        ("class A {}\nexport { A as default }", {"name": "A", "exported": True, "default": True}),
        ("class A {}\nexport default A", {"name": "A", "exported": True, "default": True}),
        ("class A {}\nexport = A", {"name": "A", "exported": True}),
        ("export default class A {}", {"name": "A", "exported": True, "default": True, "column": 22}),
        ("export default class {}", {"name": "default", "exported": True, "default": True, "column": 1}),
        ("export default (class {})", {"name": "default", "exported": True, "default": True, "column": 17}),
        (
            "export default abstract class A {}",
            {"name": "A", "exported": True, "default": True, "abstract": True, "column": 31},
        ),
        ("@mark\nexport class A extends B {}", {"name": "A", "base": "B", "exported": True, "line": 2, "column": 14}),
        ("class A extends ns.B<number> implements C {}", {"name": "A", "base": "ns.B"}),
        ("class A extends mixed(B) {}", {"name": "A", "base": "mixed(B)"}),
        ("const A = class extends B {}", {"name": "A", "base": "B", "column": 11}),
        ("export const A = class {}", {"name": "A", "exported": True, "column": 18}),
        ("@Component export struct A { build() { } }", {"name": "A", "exported": True, "column": 26}),
        (
            "class A {\n onBackup() {}\n async onRestore(): Promise<void> {}\n}",
            {"name": "A", "methods": (("onBackup", 2, 2), ("onRestore", 3, 8))},
        ),
        (
            "class A { onBackup = () => {}; 'onRestore'() {}; ['x']() {}; y = function () {} }",
            {"name": "A", "methods": (("onBackup", 1, 11), ("onRestore", 1, 32), ("x", 1, 50), ("y", 1, 62))},
        ),
        ("class A { static a() {}; get b() { return 1 }; c: number = 1; [d]() {}; e(): void; f?: () => void }", {"name": "A"}),
        (
            "abstract class A { abstract a(): void; b(x: number): void; b(x: string): void; b(x: unknown) {} }",
            {"name": "A", "abstract": True, "methods": (("b", 1, 80),), "column": 16},
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
def test_await_outside_of_a_function_is_no_mistake(transpiler: Transpiler, source: str) -> None:
    script = transpiled(transpiler, source)
    [found] = script.unsupported
    assert script.diagnostics == ()
    assert (found.line, found.message) == (2, "await outside of a function")


@pytest.mark.parametrize(
    ("source", "result", "value"),
    [
        ("const module = 1", "module + 1", 2),
        ("let a = 1, exports = 2", "a + exports", 3),
        ("const __tick = (require: number): number => require + 1\nfor (const a of [1]) {}", "__tick(1)", 2),
        ("const { module, exports: b = module } = { module: 2 }", "[{ module }.module, b].length", 2),
        ("const [module = 1, ...exports] = [3, 4]", "exports.length + module", 4),
        ("let module: number, exports: number", "({ module = 1, exports } = { exports: 2 }, module + exports)", 3),
        ("class exports { static module = 3 }", "exports.module", 3),
        ("function f(exports: number): number { return g(exports) }\nexport const g = (a: number) => a + 1", "f(1)", 2),
        ("function require(module: number) { return { module } }", "require(7).module", 7),
        ("class A { module = 1; exports() { const module = 2; return this.module + module } }", "new A().exports()", 3),
    ],
)
def test_a_variable_may_be_called_like_a_part_of_the_module(
    toolchain: Toolchain, transpiler: Transpiler, source: str, result: str, value: int
) -> None:
    script = transpiled(transpiler, f"{source}\nexport const main = () => {result}")
    assert script.diagnostics == ()
    [found] = run(toolchain, [script.code])
    assert (found["error"], found["result"]) == ("", value)


def test_a_part_of_the_module_may_be_declared(toolchain: Toolchain, transpiler: Transpiler) -> None:
    script = transpiled(transpiler, "declare const module: any\nexport const main = () => typeof module.exports")
    assert run(toolchain, [script.code])[0]["result"] == "object"


def test_such_a_variable_is_exported_where_it_is_declared(transpiler: Transpiler) -> None:
    script = transpiled(transpiler, "const module = 1\nexport { module }")
    assert script.diagnostics == ()
    assert script.unsupported == (Diagnostic(2, 10, "a name of the module that is exported apart from its declaration"),)


def test_such_a_name_may_be_imported_exported_and_used_inside(toolchain: Toolchain, transpiler: Transpiler) -> None:
    source = "import module from './m'\nexport const exports = 1\nexport function f() { const require = module; return require }"
    script = transpiled(transpiler, source)
    assert script.diagnostics == ()
    assert run(toolchain, [script.code])[0]["error"] == ""


@pytest.mark.parametrize(
    ("source", "line", "column", "message"),
    [
        ("import { a } from './a'\n\nconst b: number = 1\n\tlet b = a", 4, 6, "Identifier 'b' has already been declared"),
        ("export class A {\n  f() {\n    break\n  }\n}", 3, 5, "Illegal break statement"),
        ("export const a = (b: number, b: number) => b", 1, 30, "Duplicate parameter name not allowed in this context"),
    ],
)
def test_what_only_the_engine_refuses_is_told_at_its_place(
    transpiler: Transpiler, source: str, line: int, column: int, message: str
) -> None:
    assert transpiled(transpiler, source).diagnostics == (Diagnostic(line, column, message),)

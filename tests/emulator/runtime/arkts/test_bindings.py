"""Names that a module imports, and the other does not export: what is told, and that nothing else is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance import judge
from emulator import Device, SessionKind, nominal_plan
from emulator.package.resolution import ModuleGraph
from emulator.runtime.arkts.loading import load_arkts_subject
from emulator.runtime.arkts.program import Program, link
from emulator.runtime.arkts.sources import Stage
from emulator.runtime.arkts.transpiler import Transpiler
from tests.emulator.runtime.arkts.goldens import transpiled
from tests.emulator.runtime.arkts.stand_in import logged
from tests.emulator.test_package import write

# what a file says ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("const a = 1; class B {}", ""),
        ("export const a = 1, b = 2; export let c: number; export var d = 1", "a b c d"),
        ("export const { a, b: { c, ...d }, ['e']: f = 1 } = x, [, g, [h] = [1], ...i] = y", "a c d f g h i"),
        ("export function a() {}; export async function b() {}; export function* c() {}", "a b c"),
        ("export class A {}; export abstract class B {}", "A B"),
        ("@Component export struct A { build() { } }; @Builder export function b() { Row() { } }", "A b"),
        ("export @interface A { }", "A"),
        ("export enum A { X }; export const enum B { X }; export declare enum C { X }", "A B C"),
        ("export interface A {}; export type B = A; export namespace N { export const n = 1 }", "A B N"),
        ("export declare const a: number; export declare function b(): void; export declare class C {}", "a b C"),
        ("export import a = N.b; export import c = require('./c')", "a c"),
        ("const a = 1; export { a, a as b, a as default }", "a b default"),
        ("import { a } from './a'; export { a }; export type { T } from './t'; export { type U } from './t'", "a T U"),
        ("export { a, b as c, default as d } from './a'; export { default } from './b'", "a c d default"),
        ("export * from './a'", ""),
        ("export * as a from './a'", "a"),
        ("export default class A {}", "default"),
        ("export default class {}", "default"),
        ("@Component export default struct A { build() { } }", "default"),
        ("export default function a() {}", "default"),
        ("export default interface A {}", "default"),
        ("export default () => 1", "default"),
        ("const a = 1; export default a", "default"),
    ],
)
def test_exports(transpiler: Transpiler, source: str, exports: str) -> None:
    script = transpiled(transpiler, source)
    assert (" ".join(script.exports), script.open) == (exports, False)


@pytest.mark.parametrize(
    ("name", "source", "is_open"),
    [
        ("a.ets", "const a = 1", False),
        ("a.ets", "class A {}; export = A", True),
        ("a.ets", "export const a = 1; declare const exports: object; Object.assign(exports, { b: 1 })", True),
        ("a.js", "export const a = 1", False),
        ("a.js", "import './b'", False),
        ("a.js", "globalThis.a = 1", True),
        ("a.js", "exports.a = 1", True),
        ("a.js", "module.exports = { a: 1 }", True),
        ("a.mjs", "export const a = 1; module['exports'].b = 1", True),
        ("a.mjs", "export const a = 1", False),
    ],
)
def test_where_nobody_can_tell_what_is_exported(transpiler: Transpiler, name: str, source: str, is_open: bool) -> None:
    assert transpiled(transpiler, source, name).open == is_open


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("import { a, T } from './x'; const b: T = a", "a"),
        ("import { a as b, c } from './x'; b(); c`t`", "a c"),
        ("import { type T, a } from './x'; a.b", "a"),
        ("import type { T } from './x'; let a: T", ""),
        ("import { T } from './x'; let a: T", ""),
        ("import { a } from './x'", ""),
        ("import a from './x'; a()", "default"),
        ("import { default as a } from './x'; a()", "default"),
        ("import a, { b, T } from './x'; a(b)", "default b"),
        ("import a, * as x from './x'; x.b(a)", "default"),
        ("import * as x from './x'; x.a", ""),
        ("import x = require('./x'); x.a", ""),
        ("import './x'", ""),
        ("import { A } from './x'; class B extends A {}", "A"),
        ("import { a } from './x'; @a class B {}", "a"),
        ("import { E } from './x'; E.One", "E"),
        ("import { a } from './x'; const b = { a }", "a"),
        ("import { a } from './x'; export { a }", "a"),
        ("import { a } from './x'; export default a", "a"),
        ("import { 'a-b' as a } from './x'; a()", "a-b"),
        ("export { a, type T, b as c } from './x'", "a b"),
        ("export { default, a } from './x'", "default a"),
        ("export { default as b } from './x'", "default"),
        ("export type { T } from './x'", ""),
        ("export * from './x'", ""),
        ("export * as x from './x'", ""),
        ("import lazy { a, b } from './x'; a()", "a"),
        ("const y = import('./x'); y.a", ""),
        ("const x_1 = 1; import { a } from './x'; a(x_1)", "a"),
        ("const x_1 = { b: 1 }; import { a, b } from './x'; a(x_1.b)", "a"),
    ],
)
def test_names_that_are_used_as_values(transpiler: Transpiler, source: str, used: str) -> None:
    [found] = transpiled(transpiler, source).imports
    assert " ".join(found.used) == used


def test_what_the_source_itself_requires_is_no_use_of_an_import(transpiler: Transpiler) -> None:
    source = "import { T, a } from './x'; import * as y from './x'; const x = require('./x'); a(x.T, y.T)"
    assert [found.used for found in transpiled(transpiler, source).imports] == [("a",), (), ()]


# what does not fit ---------------------------------------------------------------------------------------------------------


def linked(transpiler: Transpiler, directory: Path, files: Mapping[str, str], **given: set[str]) -> Program:
    """The program of main.ets and of what lies beside it; a name without a dot is that of an .ets file."""
    write(directory, {name if "." in name else f"{name}.ets": text for name, text in files.items()})
    return link(directory / "main.ets", transpiler, ModuleGraph(directory), **given)


def unbound(program: Program) -> list[str]:
    return [
        f"{Path(file).name}:{found.line}:{found.column} {found.message}"
        for file, module in program.modules.items()
        for found in module.unbound
    ]


MISSING: dict[str, tuple[dict[str, str], str]] = {
    "a named one": (
        {"main": "\n  import { loads, save } from './x'; loads(save)", "x": "export const load = 1, save = 2"},
        "main.ets:2:3 ./x does not export loads; did you mean load?",
    ),
    "nothing is close": (
        {"main": "import { zoom } from './x'; zoom()", "x": "export const a = 1, b = 2\nexport default 1"},
        "main.ets:1:1 ./x does not export zoom; it exports a, b, default",
    ),
    "many": (
        {"main": "import { zoom } from './x'; zoom()", "x": "export const a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7"},
        "main.ets:1:1 ./x does not export zoom; it exports a, b, c, d, e and 2 more",
    ),
    "nothing": (
        {"main": "import { zoom } from './x'; zoom()", "x": "const zoom = 1"},
        "main.ets:1:1 ./x does not export zoom; it exports nothing",
    ),
    "the default": (
        {"main": "import Store from './x'; new Store()", "x": "export class Store {}"},
        "main.ets:1:1 ./x has no default export; did you mean { Store }?",
    ),
    "the default, by name": (
        {"main": "import { default as It } from './x'; new It()", "x": "export const a = 1"},
        "main.ets:1:1 ./x has no default export; it exports a",
    ),
    "a default for a name": (
        {"main": "import { Store } from './x'; new Store()", "x": "export default class Store {}"},
        "main.ets:1:1 ./x does not export Store; it exports default",
    ),
    "through everything": (
        {"main": "import { c } from './x'; c()", "x": "export * from './y'", "y": "export const a = 1, b = 2"},
        "main.ets:1:1 ./x does not export c; it exports a, b",
    ),
    "everything has no default": (
        {"main": "import a from './x'; a()", "x": "export * from './y'", "y": "export default 1"},
        "main.ets:1:1 ./x has no default export; it exports nothing",
    ),
    "in a circle": (
        {
            "main": "import { c } from './x'; c()",
            "x": "export * from './y'; export const a = 1",
            "y": "export * from './x'; export const b = 1",
        },
        "main.ets:1:1 ./x does not export c; it exports a, b",
    ),
    "of itself": ({"main": "import { a } from './main'; a()"}, "main.ets:1:1 ./main does not export a; it exports nothing"),
    "passed on": (
        {"main": "import { b } from './x'; b()", "x": "export { a as b } from './y'", "y": "export const c = 1"},
        "x.ets:1:1 ./y does not export a; it exports c",
    ),
    "passed on as the default": (
        {"main": "import b from './x'; b()", "x": "export { default } from './y'", "y": "export const c = 1"},
        "x.ets:1:1 ./y has no default export; it exports c",
    ),
    "an own export is none of the other's": (
        {"main": "import { a } from './x'; export const b = a", "x": "export const b = 1"},
        "main.ets:1:1 ./x does not export a; it exports b",
    ),
    "of a module that is imported only when it is wanted": (
        {"main": "import('./x')", "x": "import { a } from './y'; a()", "y": "export const b = 1"},
        "x.ets:1:1 ./y does not export a; it exports b",
    ),
    "of JavaScript": (
        {"main": "import { a } from './x'; a()", "x.js": "export const b = 1"},
        "main.ets:1:1 ./x does not export a; it exports b",
    ),
}


@pytest.mark.parametrize("case", MISSING)
def test_a_name_that_is_not_there(transpiler: Transpiler, tmp_path: Path, case: str) -> None:
    files, expected = MISSING[case]
    program = linked(transpiler, tmp_path, files)
    assert unbound(program) == [expected]
    [fault] = [module.fault for module in program.modules.values() if module.fault]
    assert fault.startswith(expected.partition(" ")[2])


def test_each_name_is_told(transpiler: Transpiler, tmp_path: Path) -> None:
    program = linked(transpiler, tmp_path, {"main": "import a, { b, c } from './x'; a(b, c)", "x": "export const c = 1"})
    assert [line.partition(";")[0] for line in unbound(program)] == [
        "main.ets:1:1 ./x has no default export",
        "main.ets:1:1 ./x does not export b",
    ]


BOUND: dict[str, dict[str, str]] = {
    "named and default": {"main": "import a, { b } from './x'; a(b)", "x": "export const b = 1\nexport default 1"},
    "a struct as the default": {"main": "import A from './x'; A", "x": "@Component export default struct A { build() { } }"},
    "a pattern": {"main": "import { b } from './x'; b()", "x": "export const { a: [b] } = { a: [() => 1] }"},
    "an enumeration": {"main": "import { E, F } from './x'; E.A + F.A", "x": "export enum E { A }; export const enum F { A }"},
    "an annotation": {"main": "import { A } from './x'; @A class B {}", "x": "export @interface A { }"},
    "types that are passed on": {"main": "export { T, I } from './x'", "x": "export type T = 1; export interface I {}"},
    "through everything": {
        "main": "import { a, b } from './x'; a(b)",
        "x": "export * from './y'; export * from './z'",
        "y": "export * from './z'; export const b = 1",
        "z": "export * from './x'; export const a = 1",
    },
    "everything of a kit": {"main": "import { a } from './x'; a()", "x": "export * from '@kit.ArkTS'"},
    "everything of nothing": {"main": "import { a } from './x'; a()", "x": "export * from './Gone'"},
    "everything of an open one": {"main": "import { a } from './x'; a()", "x": "export * from './y'", "y.js": "exports.a = 1"},
    "assigned": {"main": "import a, { b } from './x'; a(b)", "x.js": "module.exports = { b: 1 }"},
    "export =": {"main": "import { a } from './x'; a()", "x": "const a = { a: 1 }; export = a"},
    "does not compile": {"main": "import { a } from './x'; a()", "x": "export const = 1"},
    "passed on from what does not compile": {
        "main": "import { a } from './x'; a()",
        "x": "export * from './y'",
        "y": "export const = 1",
    },
    "only types": {"main": "import { T, U } from './x'; import type { V } from './x'; let a: T | U | V", "x": "export {}"},
    "lazy": {"main": "import lazy { a } from './x'; export const f = () => a()", "x": "export {}"},
    "dynamic": {"main": "import('./x').then((x) => x.a())", "x": "export {}"},
    "all of it": {"main": "import * as x from './x'; x.a", "x": "export {}"},
    "all of it, required": {"main": "import x = require('./x'); x.a", "x": "export {}"},
    "for what it does": {"main": "import './x'", "x": "globalThis.a = 1"},
    "declared": {"main": "import { a } from './x'; a()", "x.d.ets": "export declare const b: number"},
    "data": {"main": "import a from './x.json'; a", "x.json": "{}"},
}


@pytest.mark.parametrize("case", BOUND)
def test_a_name_that_is_there_or_may_be(transpiler: Transpiler, tmp_path: Path, case: str) -> None:
    program = linked(transpiler, tmp_path, BOUND[case])
    assert unbound(program) == []
    assert all(not module.fault or module.script.diagnostics for module in program.modules.values())


def test_a_file_that_does_not_compile_is_told_of_that_alone(transpiler: Transpiler, tmp_path: Path) -> None:
    program = linked(transpiler, tmp_path, {"main": "import { a } from './x'; a(); let b = = 1", "x": "export {}"})
    assert unbound(program) == []
    assert [module.fault.partition(" (")[0] for module in program.modules.values()] == ["Expression expected.", ""]


@pytest.mark.parametrize("how", ["shimmed", "layered"])
def test_what_a_shim_plays_may_have_more(transpiler: Transpiler, tmp_path: Path, how: str) -> None:
    files = {"main": "import { a } from './x'; import { b } from './y'; a(b)", "x": "export {}", "y": "export * from './x'"}
    assert unbound(linked(transpiler, tmp_path, files, **{how: {"./x"}})) == []
    assert len(unbound(linked(transpiler, tmp_path, files))) == 2


def test_what_a_build_writes_may_have_more(transpiler: Transpiler, tmp_path: Path) -> None:
    module = {"src/main/module.json5": "{module: {name: 'log', type: 'har'}}", "oh-package.json5": "{name: 'log'}"}
    files = {**module, "main": "import Profile, { MORE } from './BuildProfile'; Profile.DEBUG + MORE"}
    assert unbound(linked(transpiler, tmp_path, files)) == []
    files["BuildProfile.ets"] = "export default class BuildProfile { }"
    assert len(unbound(linked(transpiler, tmp_path, files))) == 1


# a whole run ---------------------------------------------------------------------------------------------------------------

EXT = """import { BackupExtensionAbility } from '@kit.CoreFileKit';
import { titles } from './Titles';
export default class Ext extends BackupExtensionAbility {
  onBackup(): void { console.info(`${titles().length} titles`); }
}
console.info('evaluated');
"""


MESSAGE = "./Titles does not export titles; did you mean title?"


@pytest.mark.parametrize(
    ("titles", "fired", "said"),
    [
        ("export function titles(): string[] { return ['Ideas']; }", [], {"evaluated", "1 titles"}),
        ("export function title(): string { return 'Ideas'; }", ["BK801"], {f"SyntaxError: {MESSAGE} (Ext.ets:2:1)"}),
    ],
    ids=["good", "renamed"],
)
def test_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, titles: str, fired: list[str], said: set[str]) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path(), {"Ext.ets": EXT, "Titles.ets": titles})
    subject = load_arkts_subject("Ext.ets", Path("Ext.ets"))
    with Device() as device:
        device.install(subject)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert set(logged(record)) == said
    assert [finding.rule for finding in judge(sources=subject.sources)] == fired
    assert subject.sources is not None
    told = [(fault.stage, fault.file, fault.line, fault.column, fault.message) for fault in subject.sources.faults]
    assert told == ([(Stage.RESOLVE, "Ext.ets", 2, 1, MESSAGE)] if fired else [])

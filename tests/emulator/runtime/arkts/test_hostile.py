"""Extensions that do their worst: each has an outcome that the user sees, and none is a fault of the harness."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, nominal_plan
from emulator.ability import CALLBACKS
from emulator.runtime.arkts.program import Module, Program
from emulator.runtime.arkts.subject import ArkTsSubject
from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from emulator.runtime.arkts.transpiler import Transpiler
from tests.emulator.harness import OK_JSON, seen
from tests.emulator.runtime.arkts.stand_in import logged

HEAD = """
import { BackupExtensionAbility, fileIo as fs } from '@kit.CoreFileKit';
import { taskpool, util, HashMap } from '@kit.ArkTS';
declare const require: any; declare const exports: any; declare const module: any;
"""
WAIT = "await new Promise<void>((f) => setTimeout(f, 100));"


@pytest.fixture(scope="module")
def transpiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transpiler]:
    try:
        made = Transpiler(find_toolchain(), tmp_path_factory.mktemp("cache"))
    except ToolchainMissing as error:
        pytest.skip(str(error))
    yield made
    made.close()


class Bench:
    """Runs extensions whose sources are these methods."""

    def __init__(self, transpiler: Transpiler) -> None:
        self._transpiler = transpiler

    def run(self, methods: str, before: str = "", **device: Any) -> Record:
        """A full backup, and after it one of a good extension: nothing may be left for that."""
        record = self._session(methods, before, **device)
        record.dumps()
        assert answer(self._session("onBackupEx(i: string): string { return 'fine'; }")) == "fine"
        return record

    def sync(self, body: str, before: str = "", **device: Any) -> Record:
        """``body`` in an ordinary onBackupEx."""
        return self.run(f"onBackupEx(info: string): any {{ {body} }}", before, **device)

    def later(self, body: str, before: str = "", **device: Any) -> Record:
        """``body`` in an asynchronous onBackupEx."""
        return self.run(f"async onBackupEx(info: string): Promise<any> {{ {body} }}", before, **device)

    def _session(self, methods: str, before: str = "", **device: Any) -> Record:
        text = f"{HEAD}{before}\nexport default class Ext extends BackupExtensionAbility {{ {methods} }}"
        script = self._transpiler.transpile(Path("Ext.ets"), text)
        assert script.diagnostics == ()
        callbacks = tuple(name for name in CALLBACKS if re.search(rf"\b{name}\(", methods))
        program = Program("Ext.ets", {"Ext.ets": Module(script, {})})
        with Device(**device) as made:
            made.install(ArkTsSubject("Ext.ets", callbacks, "Ext.ets", program, find_toolchain().node))
            return made.run(nominal_plan(SessionKind.FULL_BACKUP))


@pytest.fixture
def bench(transpiler: Transpiler) -> Bench:
    return Bench(transpiler)


def answer(record: Record) -> str:
    """What onBackupEx returned in a session that is judged."""
    assert (record.complete, record.blocked) == (True, "")
    [text] = [message.args[1] for message in record.client if message.callback == "onResultReport"]
    return str(text)


def outcome(record: Record) -> tuple[str, str, str]:
    """How onBackupEx ended, and the kind and text of its value."""
    [call] = [call for call in record.calls if call.callback == "onBackupEx"]
    return call.outcome, call.value.kind if call.value else "", call.value.text if call.value else ""


def crash(record: Record) -> str:
    """Why the app's process ended by itself, to the device and to the user."""
    assert (record.complete, record.blocked) == (True, "")
    assert ("onBundleEnd", 13500004) in seen(record)
    return logged(record, "crash")[0]


# the built-in objects --------------------------------------------------------------------------------------------------------

POISON = {
    "Object.prototype.toJSON": "(Object.prototype as any).toJSON = () => 7;",
    "Object.prototype-setters": "for (const n of ['kind', 'text', 'code', '0', 'file', 'id']) { Object.defineProperty("
    "Object.prototype, n, { get() { return 5; }, set() { throw new Error(n); } }); }",
    "Array.prototype": "for (const n of Object.getOwnPropertyNames(Array.prototype)) { if (n !== 'length') {"
    " (Array.prototype as any)[n] = () => { throw new Error('a'); }; } }"
    " (Array.prototype as any)[Symbol.iterator] = () => { throw new Error('i'); };",
    "String.prototype": "for (const n of Object.getOwnPropertyNames(String.prototype)) { if (n !== 'length') {"
    " (String.prototype as any)[n] = () => 'garbage'; } }",
    "Promise.prototype.then": "Promise.prototype.then = () => { throw new Error('then'); };",
    "Promise-hasInstance": "Object.defineProperty(Promise, Symbol.hasInstance, { value: () => { throw new Error('p'); } });"
    " Promise.reject(new Error('lost'));",
    "Error-hasInstance": "Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw new Error('e'); } });",
    "Error.prototype": "for (const n of ['name', 'message']) { Object.defineProperty(Error.prototype, n,"
    " { get() { throw new Error('e'); } }); } Promise.reject(new Error()); console.log(new Error());",
    "JSON": "JSON.parse = (() => { throw new Error('j'); }) as any; JSON.stringify = (() => 'broken') as any;",
    "Math": "for (const n of ['floor', 'max', 'trunc', 'imul']) { (Math as any)[n] = () => NaN; }",
    "Reflect": "for (const n of Object.getOwnPropertyNames(Reflect)) { (Reflect as any)[n] = () => { throw new Error('r'); }; }",
    "Object": "for (const n of ['keys', 'entries', 'assign', 'defineProperty', 'getOwnPropertyDescriptor', 'hasOwn', 'create'])"
    " { (Object as any)[n] = () => { throw new Error('o'); }; }",
    "Map.prototype": "for (const n of ['get', 'set', 'has', 'delete']) { (Map.prototype as any)[n] ="
    " (WeakMap.prototype as any)[n] = () => { throw new Error('m'); }; }",
    "Function.prototype": "Function.prototype.call = Function.prototype.apply = (() => { throw new Error('f'); }) as any;",
    "globals": "for (const n of ['Number', 'String', 'Map', 'Array', 'Object', 'Error', 'Symbol', 'JSON', 'Math'])"
    " { (globalThis as any)[n] = undefined; }",
}
USES = "console.log('%s', 1, { b: 2 }); setTimeout(() => {}, 5); try { fs.accessSync('/data/storage/el2/base/x'); } catch (e) {}"


@pytest.mark.parametrize("poison", POISON.values(), ids=list(POISON))
def test_poisoned_built_in_objects(bench: Bench, poison: str) -> None:
    assert answer(bench.sync(f"{poison} {USES} return '{OK_JSON}';")) == OK_JSON
    assert answer(bench.later(f"{poison} {USES} {WAIT} return '{OK_JSON}';")) == OK_JSON


@pytest.mark.parametrize(
    "poison",
    [
        "Object.defineProperty(Promise.prototype, 'constructor', { get() { throw new Error('species'); } });",
        "Object.defineProperty(Promise, Symbol.species, { get() { throw new Error('species'); } });",
    ],
    ids=["constructor", "species"],
)
def test_a_promise_that_cannot_be_asked_is_a_rejection(bench: Bench, poison: str) -> None:
    assert answer(bench.sync(f"{poison} return '{OK_JSON}';")) == OK_JSON
    assert crash(bench.later(f"{poison} return '{OK_JSON}';")).startswith("Error: species")


def test_a_kit_that_the_app_has_broken_is_the_apps_own_error(bench: Bench) -> None:
    poison = "(Array.prototype as any).map = Object.assign = Object.entries = (() => { throw new Error('mine'); }) as any;"
    text = answer(
        bench.sync(
            f"{poison} try {{ return typeof require('@ohos.xml').default.XmlSerializer + util.format('x'); }}"
            " catch (e) { return 'threw ' + e.message; }"
        )
    )
    assert text in ("functionx", "threw mine")


# ways out --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("['process', 'Buffer', 'fetch', 'WebAssembly', 'setImmediate'].filter((n) => n in globalThis).length", "0"),
        ("require('fs')", "cannot find module 'fs', imported by Ext.ets"),
        ("require('node:child_process')", "cannot find module 'node:child_process', imported by Ext.ets"),
        ("require('constructor')", "cannot find module 'constructor', imported by Ext.ets"),
        ("require('__proto__')", "cannot find module '__proto__', imported by Ext.ets"),
        ("await import('fs')", "cannot find module 'fs', imported by Ext.ets"),
        ("await import('node:' + 'fs')", "cannot find module 'node:fs', imported by Ext.ets"),
        ("eval('1')", "Code generation from strings disallowed for this context"),
        ("new Function('return 1')()", "Code generation from strings disallowed for this context"),
        ("(async () => {}).constructor('return 1')()", "Code generation from strings disallowed for this context"),
    ],
)
def test_ways_out(bench: Bench, expression: str, value: str) -> None:
    assert answer(bench.later(f"try {{ return String({expression}); }} catch (e) {{ return e.message; }}")) == value


def test_nothing_that_is_handed_out_is_of_another_realm(bench: Bench) -> None:
    walk = """
        const root = Object.prototype; const seen = new Set<any>(); const foreign: string[] = []; let many = 0;
        const visit = (value: any, place: string, depth: number): void => {
          if ((typeof value !== 'object' && typeof value !== 'function') || value === null) { return; }
          if (seen.has(value) || depth > 4) { return; }
          seen.add(value); many++;
          let top = value;
          for (let n = 0; n < 20 && Object.getPrototypeOf(top) !== null; n++) { top = Object.getPrototypeOf(top); }
          if (top !== root && !(Object.getPrototypeOf(value) === null)) { foreign.push(place); return; }
          for (const key of Reflect.ownKeys(value)) {
            const found = Object.getOwnPropertyDescriptor(value, key)!;
            for (const part of [found.value, found.get, found.set]) { visit(part, place + '.' + String(key), depth + 1); }
          }
          visit(Object.getPrototypeOf(value), place + '^', depth + 1);
        };
        for (const name of ['@ohos.file.fs', '@ohos.util', '@ohos.taskpool', '@ohos.hilog', '@ohos.zlib', '@ohos.buffer',
          '@ohos.xml', '@ohos.data.preferences', '@ohos.data.relationalStore', '@ohos.bundle.bundleManager',
          '@ohos.deviceInfo']) {
          const kit = require(name); visit(kit, name, 0); visit(kit.default, name + '.default', 0);
        }
        visit(globalThis, 'globalThis', 0); visit(this.context, 'context', 0); visit(fs.openSync, 'open', 0);
        try { fs.openSync('/none'); } catch (e) { visit(e, 'error', 0); }
        try { fs.openSync(Symbol() as any); } catch (e) { visit(e, 'error', 0); }
        visit(fs.listFileSync(this.context.filesDir), 'list', 0);
        return [many > 500, ...foreign].join();
    """
    assert answer(bench.sync(walk)) == "true"


def test_stack_frames_give_nothing_away(bench: Bench) -> None:
    body = """
        const got: string[] = [];
        (Error as any).prepareStackTrace = (e: any, sites: any) => {
          for (const site of sites) { got.push(typeof site.getThis() + typeof site.getFunction()); }
          return sites instanceof Array;
        };
        const own = new Error('x').stack;
        return [own, ...new Set(got)].join();
    """
    assert answer(bench.sync(body)) == "true,undefinedundefined"


def test_an_overflow_inside_the_engine_is_an_error_of_the_realm(bench: Bench) -> None:
    body = """
        const seen = new Set<string>();
        const check = (e: any): void => { seen.add(e.name + (e instanceof RangeError)); };
        const kinds = [() => console.log('x'), () => { setTimeout(() => {}, 1); }, () => { Date.now(); },
          () => { fs.accessSync('/x'); }, () => { taskpool.execute(work, 1).catch(() => {}); }, () => { getContext(); }];
        for (const kind of kinds) {
          const deep = (): void => { try { kind(); } catch (e) { if (e.name !== 'BusinessError') { check(e); } } deep(); };
          try { deep(); } catch (e) { check(e); }
        }
        return [...seen].join();
    """
    before = "declare const getContext: any;\n@Concurrent\nfunction work(n: number): number { return n; }"
    assert answer(bench.sync(body, before)) == "RangeErrortrue"


def test_a_kit_that_is_first_used_where_the_stack_ends(bench: Bench) -> None:
    body = """
        const deep = (): void => { try { deep(); } catch (e) { try { require('@ohos.xml'); } catch (e2) {} throw e; } };
        try { deep(); } catch (e) {}
        return typeof require('@ohos.xml').default.XmlSerializer;
    """
    assert answer(bench.sync(body)) == "function"


def test_paths_end_inside_the_sandbox(bench: Bench) -> None:
    body = r"""
        fs.symlinkSync('/etc', this.context.filesDir + '/out');
        const paths = [this.context.filesDir + '/out/passwd', this.context.filesDir + '/../../../../../../../etc/passwd',
          '/etc/passwd', '../../etc/passwd', 'file:///etc/passwd', '/proc/self/environ', '/etc/passwd\u0000.txt', '/\ud800'];
        return paths.map((path) => { try { return fs.readTextSync(path); } catch (e) { return e.code; } }).join();
    """
    assert set(answer(bench.sync(body)).split(",")) == {"13900002"}


ODD = r"""[null, undefined, {}, [], 1e400, -1, '\ud800', 'a\u0000b', 'x'.repeat(5000), () => 1, Symbol('x'), 5n,
    new Proxy({}, {}), { toString() { throw new Error('t'); } }, NaN, new Date(), { a: '\ud800' }, ['\ud800']]"""


@pytest.mark.parametrize(
    ("module", "make"),
    [
        ("@ohos.file.fs", "kit"),
        ("@ohos.fileio", "kit"),
        ("@ohos.data.preferences", "kit.getPreferencesSync(this.context, { name: 'odd' })"),
        ("@ohos.data.relationalStore", "await kit.getRdbStore(this.context, { name: 'odd.db', securityLevel: 1 })"),
        ("@ohos.zlib", "kit"),
        ("@ohos.settings", "kit"),
        ("@ohos.file.hash", "kit"),
        ("@ohos.file.fileuri", "kit"),
        ("@ohos.commonEventManager", "kit"),
    ],
)
def test_odd_arguments_never_reach_the_harness(bench: Bench, module: str, make: str) -> None:
    body = f"""
        const kit = require('{module}').default; const target: any = {make}; let tried = 0; const foreign: string[] = [];
        const names = new Set<string>();
        for (let at = target; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {{
          Object.getOwnPropertyNames(at).forEach((name) => names.add(name));
        }}
        for (const name of names) {{
          if (typeof target[name] !== 'function' || /constructor|close|watch|on$/i.test(name)) {{ continue; }}
          for (const odd of {ODD} as any[]) {{
            for (const values of [[odd], [odd, odd], [odd, odd, odd]]) {{
              tried++;
              try {{ const made = target[name](...values); if (made instanceof Promise) {{ await made; }} }}
              catch (e) {{ if (!(e instanceof Error)) {{ foreign.push(name); }} }}
            }}
          }}
        }}
        return [tried > 50, ...foreign].join();
    """
    assert answer(bench.later(body)) == "true"


# memory, output --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("const all: any[] = []; for (;;) { all.push(new Array(100000).fill(1.1)); }", "the process crashed: out of memory"),
        ("return String(new ArrayBuffer(2 ** 30).byteLength);", "RangeError: Array buffer allocation failed (Ext.ets:6:105)"),
        ("let s = 'x'; for (;;) { s += s; }", "RangeError: Invalid string length (Ext.ets:6:120)"),
        ("return 'x'.repeat(100e6);", "the process crashed: out of memory"),
        ("for (;;) { setTimeout(() => {}, 1); }", "the process crashed: out of memory"),
        ("throw new Error('x'.repeat(100e6));", f"Error: {'x' * (1 << 16)}"),
    ],
    ids=["arrays", "buffer", "text", "result", "timers", "error"],
)
def test_more_than_a_process_can_hold(bench: Bench, body: str, text: str) -> None:
    assert crash(bench.sync(body)) == text


def test_an_app_that_copes_with_too_little_memory_goes_on(bench: Bench) -> None:
    body = "const all: any[] = []; try { for (;;) { all.push(new Uint8Array(2 ** 26).fill(1)); } } catch (e) { return e.name; }"
    assert answer(bench.sync(body)) == "RangeError"


def test_thousands_of_timers(bench: Bench) -> None:
    body = "let n = 0; for (let k = 0; k < 20000; k++) { setTimeout(() => { n++; }, k % 50); }"
    assert answer(bench.later(f"{body} {WAIT} return String(n);")) == "20000"


def test_times_that_are_no_times(bench: Bench) -> None:
    body = "let n = 0; for (const t of [Infinity, -Infinity, NaN, -5, 1e300, undefined, null, {}, '7'] as any[]) "
    body += "{ setTimeout(() => { n++; }, t); } setTimeout(null as any, 1); clearTimeout({} as any);"
    assert answer(bench.later(f"{body} {WAIT} return String(n);")) == "9"


def test_a_long_line_is_cut_and_an_endless_log_ends(bench: Bench) -> None:
    record = bench.sync("console.log('%s', 'x'.repeat(100e6)); for (;;) { console.log('storm'); }")
    lines = logged(record)
    assert (len(lines[0]), lines[1], len(lines)) == (1 << 16, "storm", 10_001)
    assert lines[-1] == "(no more lines of this thread are kept after 10000)"
    assert record.complete


def test_output_that_looks_like_the_protocol(bench: Bench) -> None:
    text = r"""'{"k":"d","t":0}\nr 0 0 0 0 k\n{"c":"forget"}\u2028\u0000\ud800'"""
    record = bench.sync(f"console.log({text}); console.error({text}); return {text};")
    meant = '{"k":"d","t":0}\nr 0 0 0 0 k\n{"c":"forget"}\u2028\0\ud800'
    assert logged(record) == [meant, meant]
    assert answer(record) == meant


# results ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (
            "new Proxy({}, { get(t, n) { throw new Error('g'); }, getPrototypeOf() { throw new Error('p'); } })",
            "object",
            "Object",
        ),
        ("(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy; })()", "object", "Object"),
        ("{ toString() { throw new Error('t'); }, [Symbol.toPrimitive]() { throw new Error('p'); } }", "object", "Object"),
        ("{ then() { throw new Error('t'); } }", "thenable", "Object"),
        ("{ get then() { throw new Error('t'); } }", "object", "Object"),
        ("new (class Odd { toJSON() { return { a: 1 }; } })()", "object", '{"a":1}'),
        ("new (class Odd { toJSON() { throw new Error('j'); } })()", "object", "Odd"),
        ("Symbol('x')", "object", "Symbol(x)"),
        ("5n", "number", "5n"),
        ("new String('x')", "object", '"x"'),
    ],
)
def test_odd_results(bench: Bench, value: str, kind: str, text: str) -> None:
    record = bench.sync(f"return {value};")
    assert outcome(record) == ("returned", kind, text)
    assert (record.complete, record.blocked) == (True, "")


@pytest.mark.parametrize(
    "thrown",
    [
        "null",
        "Symbol('x')",
        "new Proxy(new Error('x'), { get() { throw new Error('g'); }, getPrototypeOf() { throw new Error('p'); } })",
        "Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('m'); } })",
        "Object.assign(new Error('x'), { constructor: null, name: Symbol('n') })",
    ],
)
def test_odd_errors(bench: Bench, thrown: str) -> None:
    for record in (bench.sync(f"throw {thrown};"), bench.later(f"throw {thrown};")):
        assert outcome(record)[0] in ("threw", "rejected")
        assert (record.complete, record.blocked) == (True, "")


@pytest.mark.parametrize("where", ["return { toJSON() { for (;;) {} } };", "throw { get constructor() { for (;;) {} } };"])
def test_a_result_that_never_says_what_it_is(bench: Bench, where: str) -> None:
    record = bench.sync(where)
    assert record.complete
    assert ("onBundleEnd", 0) not in seen(record)


# not ending ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "try { for (;;) {} } catch (e) { console.log('caught'); for (;;) {} } finally { console.log('finally'); for (;;) {} }",
        "const again = (): any => { try { for (;;) {} } finally { again(); } }; again();",
        "const f = async (): Promise<any> => { try { for (;;) { await null; } } finally { return f(); } };"
        " for (;;) { await f().catch(() => f()).finally(() => f()); }",
        "const storm = (): void => { queueMicrotask(storm); }; storm(); await new Promise<void>(() => {});",
        "(globalThis as any).__tick = () => {}; (globalThis as any).__chk = () => {}; for (;;) {}",
        "((__tick: any) => { for (;;) {} })(() => {});",
    ],
    ids=["finally", "nested", "promises", "microtasks", "global-names", "shadowed-names"],
)
def test_code_that_does_not_end_meets_the_time_limits(bench: Bench, body: str) -> None:
    record = bench.later(body)
    assert (record.complete, record.blocked) == (True, "")
    assert logged(record) == []
    assert ("onBundleEnd", 0) not in seen(record)


@pytest.mark.parametrize(
    "body",
    [
        "return String(/^(a+)+$/.test('a'.repeat(64) + 'b'));",
        "try { /^(a+)+$/.test('a'.repeat(64) + 'b'); } catch (e) {} finally { return 'x'; }",
        "Array.prototype.forEach.call(new Proxy([], { get: (t, n) => n === 'length' ? 2 ** 32 : 0, has: () => true }), () => 1);",
    ],
    ids=["regex", "regex-in-try", "native-loop"],
)
def test_what_no_tick_sees_is_stopped_by_the_hang_limit(bench: Bench, body: str) -> None:
    record = bench.sync(body, hang_limit_s=0.2)
    assert record.blocked == "the call of onBackupEx was stopped after 0.2 s of CPU time"


@pytest.mark.parametrize(
    "replace",
    [
        "this.onProcess = () => { throw new Error('late'); };",
        "(this as any).onProcess = 5;",
        "(this as any).onProcess = new Proxy(() => '', { apply() { throw new Error('trap'); } });",
        "Object.defineProperty(this, 'onProcess', { get() { throw new Error('get'); } });",
    ],
    ids=["throws", "number", "proxy", "getter"],
)
def test_a_callback_that_is_replaced_while_it_is_needed(bench: Bench, replace: str) -> None:
    methods = f"""onProcess(): string {{ return '{{}}'; }}
      async onBackupEx(i: string): Promise<any> {{
        {replace} await new Promise<void>((f) => setTimeout(f, 12000)); return 'ok'; }}"""
    record = bench.run(methods)
    assert (record.complete, record.blocked) == (True, "")
    assert len(record.polls) >= 1


@pytest.mark.parametrize(
    ("methods", "before", "why"),
    [
        ("constructor() { super(); return Object.freeze(this); }", "", "TypeError: Cannot add property context"),
        ("set context(v: any) { throw new Error('ctx'); } get context(): any { return null; }", "", "Error: ctx"),
        ("x = 1;", "module.exports = null;", "TypeError: Cannot read properties of null"),
        ("x = 1;", "Object.preventExtensions(exports);", "TypeError: Cannot add property default"),
        ("x = 1;", "throw new Proxy({}, { get() { throw new Error('g'); } });", "Object: "),
    ],
    ids=["frozen", "context", "no-exports", "closed-exports", "throws-a-proxy"],
)
def test_an_instance_that_cannot_be_made(bench: Bench, methods: str, before: str, why: str) -> None:
    record = bench.run(f"{methods} onBackupEx(i: string): string {{ return ''; }}", before)
    [first, *_] = [event.data["text"] for event in record.of_kind("process.end") if event.data["why"] == "module-not-loadable"]
    assert first.startswith(why)
    assert (record.complete, record.blocked) == (True, "")

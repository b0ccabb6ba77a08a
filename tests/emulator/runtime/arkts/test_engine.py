"""The engine process: what the app can do to it, and that it never outlives or disturbs a run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from emulator import Device, Record, nominal_plan
from emulator.plan import SessionKind
from emulator.runtime.arkts import host
from emulator.runtime.arkts.host import Engine, EngineDied, EngineFault, EngineHung
from emulator.runtime.arkts.watch import hang_limit
from tests.emulator.harness import OK_JSON, seen
from tests.emulator.runtime.arkts.stand_in import NODE, extension, logged, result, run, subject

CRASHED = [("onBundleBegin", 0), ("onAllBundlesEnd", 0), ("onBundleEnd", 13500004), ("onAllBundlesEnd", 0)]


def ends(record: Record) -> list[str]:
    return [event.data["why"] for event in record.of_kind("process.end")]


def test_one_engine_serves_session_after_session() -> None:
    body = f"onBackupEx(i) {{ return '{OK_JSON}'; }}"
    run(body)
    pids = {engine.pid for engine in host._idle}
    for _ in range(3):
        run(body)
    assert {engine.pid for engine in host._idle} == pids


def test_nothing_of_a_session_is_left_for_the_next() -> None:
    body = """onBackupEx(i) {
        const seen = [count++, globalThis.mine ?? 0, [].mine ?? 0, JSON.stringify({ a: [1] })];
        globalThis.mine = 1; Array.prototype.mine = 1; JSON.stringify = () => 'broken'; Object.prototype.toJSON = () => 7;
        return seen.join(' ');
    }"""
    texts = set()
    for _ in range(3):
        record = run(body, before="let count = 0;")
        texts |= {message.args[1] for message in record.client if message.callback == "onResultReport"}
    assert texts == {'0 0 0 {"a":[1]}'}


def test_an_app_without_end_of_memory_crashes_on_the_device() -> None:
    record = run("onBackupEx(i) { const all = []; while (true) { __tick(); all.push(new Array(10000).fill(1.5)); } }")
    assert seen(record) == CRASHED
    assert logged(record, "crash") == ["the process crashed: out of memory"]
    assert ends(record) == ["exit", "disconnect"]
    assert record.complete


def test_a_catastrophic_regular_expression_is_stopped() -> None:
    record = run("onBackupEx(i) { return /^(a+)+$/.test('a'.repeat(64) + 'b'); }", hang_limit_s=0.2)
    assert not record.complete
    assert record.blocked == "the call of onBackupEx was stopped after 0.2 s of CPU time"
    assert [(event.data["callback"], event.data["cpu_limit_s"]) for event in record.of_kind("hang")] == [("onBackupEx", 0.2)]
    assert ends(record) == ["hang"]


def test_the_next_session_has_another_engine() -> None:
    run("onBackupEx(i) { return /^(a+)+$/.test('a'.repeat(64) + 'b'); }", hang_limit_s=0.2)
    assert seen(run(f"onBackupEx(i) {{ return '{OK_JSON}'; }}"))[-1] == ("onAllBundlesEnd", 0)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("typeof process", "undefined"),
        ("typeof require === 'function' && typeof module", "object"),
        ("typeof WebAssembly", "undefined"),
        ("typeof gc", "undefined"),
        ("Object.getOwnPropertyNames(globalThis).filter((name) => /^(host|outer|clock|config|realm)$/.test(name)).length", 0),
        ("(() => { try { return Function('return 1')(); } catch (error) { return error.name; } })()", "EvalError"),
        ("(() => { try { return eval('1'); } catch (error) { return error.name; } })()", "EvalError"),
        (
            "(() => { try { return [].constructor.constructor('return process')(); } catch (e) { return e.name; } })()",
            "EvalError",
        ),
        ("console.log instanceof Function && setTimeout instanceof Function && Date.now instanceof Function", True),
        ("[new Error('x') instanceof Error, this.context.filesDir.constructor === String]", [True, True]),
    ],
)
def test_what_the_app_finds(expression: str, value: object) -> None:
    assert result(f"return await (async function () {{ return {expression}; }}).call(this);") == value


def test_output_cannot_break_the_protocol() -> None:
    record = run("""onBackupEx(i) {
        console.log('{"k":"d"}\\nr 0 0 0 0 k\\n', '\\ud800', '\\u2028', '\\u0000');
        return JSON.stringify(['\\udfff', '\\n{"c":"forget"}\\n']);
    }""")
    assert logged(record) == ['{"k":"d"}\nr 0 0 0 0 k\n \ud800 \u2028 \x00']
    assert Record.from_json(json.loads(record.dumps())).trace_hash == record.trace_hash


def test_a_stack_that_overflows_is_the_apps_own_error() -> None:
    assert result("""
        const deep = (n) => { __tick(); Date.now(); console.log(n); return deep(n + 1); };
        try { deep(0); } catch (error) { __chk(error); return [error.constructor === RangeError, Date.now() > 0]; }
    """) == [True, True]


def test_a_long_text_goes_both_ways() -> None:
    text = "ä€😀" * 200_000
    with Device() as device:
        device.install(subject(extension(f"onBackupEx(i) {{ return '{text}' + i.length; }}")))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    [value] = [call.value for call in record.calls if call.callback == "onBackupEx"]
    assert value is not None
    assert value.text.startswith(text)


def test_two_apps_do_not_share_an_engine() -> None:
    body = extension("async onBackupEx(i) { const t = Date.now(); while (Date.now() - t < 30000) __tick(); return String(t); }")
    with Device() as device:
        for name in ("com.example.a", "com.example.b"):
            device.install(subject(body), name)
        plan = nominal_plan(SessionKind.FULL_BACKUP)
        record = device.run(type(plan)(bundles=("com.example.a", "com.example.b")))
    begins = {call.bundle: call.begin_ns for call in record.calls if call.callback == "onBackupEx"}
    finished = {call.bundle: call.end_ns for call in record.calls if call.callback == "onBackupEx"}
    took = [finished[name] - begins[name] for name in sorted(begins)]  # type: ignore[operator]
    assert took == [30_000_000_000] * 2


# the process itself ----------------------------------------------------------------------------------------------------------


def test_a_killed_engine_has_died() -> None:
    engine = Engine(NODE)
    os.kill(engine.pid, signal.SIGKILL)
    with pytest.raises(EngineDied, match="signal 9"):
        engine.command("scripts", scripts=[])
    assert not engine.alive


def test_a_broken_command_is_our_own_fault() -> None:
    with pytest.raises(EngineFault, match="TypeError"):
        Engine(NODE).command("no such command", r=1)


def test_a_hanging_engine_is_killed() -> None:
    engine = Engine(NODE)
    engine.command("scripts", scripts=[{"digest": "d", "file": "a.js", "code": "for (;;) ;"}])
    engine.command("program", program="p", modules={"a.js": {"digest": "d", "dependencies": {}, "fault": ""}})
    config = {"kind": "main", "entry": "a.js", "className": "", "callbacks": [], "seed": 0, "epochMs": 0, "cpuFactor": 1}
    config |= {"batchTicks": 1, "firstPriceNs": 1, "doublingTicks": 1, "clockPriceNs": 1}
    realm = {"first": True, "program": "p", "config": config}
    with hang_limit(0.1), pytest.raises(EngineHung, match=r"0.1 s"):
        engine.exchange(json.dumps({"c": "load", "r": 1, "realm": realm, "tag": None, "clock": [0, 10**9, 10**6, 0]}))
    assert not engine.alive


def test_engines_end_with_the_run(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        textwrap.dedent("""
        from emulator.runtime.arkts import host
        from tests.emulator.runtime.arkts.stand_in import run
        run("onBackupEx(i) { return 'x'; }")
        print(*[engine.pid for engine in host._all])
        """)
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."})
    assert done.returncode == 0, done.stderr
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) >= 1
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="unshare is Linux's")
def test_there_is_no_network_around_an_engine() -> None:
    if not host._isolation():
        pytest.skip("this system does not let us make a network namespace")
    engine = host.lease(NODE)
    try:
        assert os.readlink(f"/proc/{engine.pid}/ns/net") != os.readlink("/proc/self/ns/net")
    finally:
        host.give_back(engine)


@pytest.mark.parametrize(
    "attempt",
    [
        "require('fs').readFileSync('/etc/hostname')",
        "require('fs').writeFileSync('x', '')",
        "require('child_process').execFileSync('true')",
        "new (require('worker_threads').Worker)('x', { eval: true })",
    ],
    ids=["read", "write", "child", "worker"],
)
def test_the_permissions_of_an_engine(attempt: str, tmp_path: Path) -> None:
    script = f"try {{ {attempt}; console.log('done'); }} catch (error) {{ console.log(error.code); }}"
    command = [*host._isolation(), str(NODE), *host._flags(NODE), "-e", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.strip() == "ERR_ACCESS_DENIED"


@pytest.mark.parametrize("made", ["new Array(1e6).fill(1.5 + n)", "new ArrayBuffer(8e6)"], ids=["heap", "beside"])
def test_all_memory_of_an_app_is_free_for_the_next_one(made: str) -> None:
    run(f"onBackupEx(i) {{ return '{OK_JSON}'; }}")
    engine = host._idle[-1]
    run(f"onBackupEx(i) {{ globalThis.all = []; for (let n = 0; n < 20; n++) all.push({made}); }}")
    assert engine is host._idle[-1]
    assert engine.is_fit()
    assert engine.command("forget") < 16 << 20


def test_an_engine_that_has_less_memory_than_a_new_one_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run(f"onBackupEx(i) {{ return '{OK_JSON}'; }}")
    engine = host._idle[-1]
    monkeypatch.setattr(host, "WORN_BYTES", 1 << 20)
    run(f"onBackupEx(i) {{ return '{OK_JSON}'; }}")
    assert engine not in host._all
    assert not engine.alive

"""Computing has a price: loops without end reach every timer of the device, and ordinary work costs nothing."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from emulator import SlowCpu
from emulator.kernel.fuel import FREE_TICKS
from emulator.runtime.python import ticks
from tests.emulator.harness import OK_JSON, end_time, run, seen, times
from tests.emulator.runtime.box import run_app


class Looping:
    def onBackupEx(self, backupInfo: str) -> str:
        self.work()
        return OK_JSON

    def work(self) -> None: ...


class WhileTruePass(Looping):
    def work(self) -> None:
        while True:
            pass


class WhileCondition(Looping):
    def work(self) -> None:
        count = 0
        while count >= 0:
            count += 1


class ForCount(Looping):
    def work(self) -> None:
        for _ in itertools.count():
            pass


class OneLineComprehension(Looping):
    def work(self) -> None:
        any(False for _ in itertools.count())


class Recursion(Looping):
    def work(self) -> None:
        while True:
            self.down(200)

    def down(self, depth: int) -> int:
        return self.down(depth - 1) if depth else 0


class Generators(Looping):
    def work(self) -> None:
        for _ in self.numbers():
            pass

    def numbers(self) -> Any:
        number = 0
        while True:
            yield number
            number += 1


class SleepZero(Looping):
    def work(self) -> None:
        while True:
            time.sleep(0)


class AsyncSleepZero:
    async def onBackupEx(self, backupInfo: str) -> str:
        while True:
            await asyncio.sleep(0)


class AsyncLoop:
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        while True:
            pass


class LoopInAWorker:
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.to_thread(WhileTruePass().work)
        return OK_JSON


class SwallowsEverything(Looping):
    def work(self) -> None:
        count = 0
        while True:
            try:
                while True:
                    count += 1
            except Exception:
                continue


traced = pytest.mark.skipif(ticks.source().startswith("none"), reason=f"ticks are not counted: {ticks.source()}")
ENDLESS = [
    WhileTruePass,
    WhileCondition,
    ForCount,
    OneLineComprehension,
    Recursion,
    Generators,
    SleepZero,
    AsyncSleepZero,
    AsyncLoop,
    LoopInAWorker,
    SwallowsEverything,
]


@traced
@pytest.mark.parametrize("cls", ENDLESS)
def test_an_endless_loop_reaches_the_timer(cls: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.kernel.fuel.FREE_TICKS", 20_000)
    monkeypatch.setattr("emulator.kernel.fuel.STEADY_TICKS", 2_000)
    monkeypatch.setattr("emulator.kernel.fuel.DOUBLING_TICKS", 1_000)
    record = run(cls)
    assert record.complete
    assert 900 in times(record, "timer.expired")
    assert end_time(record) == pytest.approx(900, abs=7)
    assert dict(seen(record, "onBundleEnd"))["onBundleEnd"] != 0


@traced
def test_the_real_price_list_stops_an_endless_loop() -> None:
    record = run(WhileTruePass)
    assert record.complete
    assert 900 in times(record, "timer.expired")
    assert end_time(record) == pytest.approx(900, abs=7)


class Computes:
    """Uses the free ticks up, and then some."""

    ticks = 0

    def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(self.ticks):
            pass
        return OK_JSON


def the_call(record: Any) -> Any:
    return next(call for call in record.calls if call.callback == "onBackupEx")


def computing(ticks: int, factor: int = 1) -> float:
    cls = type("Computes", (Computes,), {"ticks": ticks})
    record = run(cls, conditions=[SlowCpu(factor)] if factor > 1 else [])
    call = the_call(record)
    assert call.end_ns is not None
    return (call.end_ns - call.begin_ns) / 1e9


@traced
def test_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    per_loop = 1 if sys.version_info >= (3, 12) else 2
    monkeypatch.setattr("emulator.kernel.fuel.FREE_TICKS", 10_000)
    monkeypatch.setattr("emulator.kernel.fuel.STEADY_TICKS", 10_000)
    monkeypatch.setattr("emulator.kernel.fuel.DOUBLING_TICKS", 10_000)
    monkeypatch.setattr("emulator.kernel.fuel.PRICE_NS", 1_000)
    assert computing(9_000 // per_loop) == 0
    # 20 batches of 1,000 at 1 us each, then 10 at 2 us: steady for 10,000, doubling after every 10,000 more.
    assert computing(30_000 // per_loop) == pytest.approx(0.020, abs=0.002)
    assert computing(40_000 // per_loop) == pytest.approx(0.040, abs=0.003)
    assert computing(40_000 // per_loop, factor=4) == pytest.approx(4 * computing(40_000 // per_loop), abs=0.008)
    assert FREE_TICKS == 5_000_000


class SleepsUnderSlowCpu:
    def onBackupEx(self, backupInfo: str) -> str:
        time.sleep(3)
        return OK_JSON


def test_slow_cpu_multiplies_no_sleep() -> None:
    record = run(SleepsUnderSlowCpu, conditions=[SlowCpu(8)])
    call = the_call(record)
    assert call.end_ns == call.begin_ns + 3_000_000_000


def test_reading_a_clock_costs_more_on_a_slow_cpu() -> None:
    assert run_app(time.monotonic, cpu_factor=4) == 0.00008


class OrdinaryWork:
    def onBackupEx(self, backupInfo: str) -> str:
        data = {str(n): sum(range(n % 10)) for n in range(50_000)}
        return OK_JSON if data else ""


def test_ordinary_work_takes_no_time() -> None:
    record = run(OrdinaryWork)
    assert times(record, "call.sync-end")[0] == times(record, "call")[0]


def test_what_counts_here() -> None:
    run(OrdinaryWork)
    wanted = "sys.monitoring" if sys.version_info >= (3, 12) else "sys.settrace"
    if not ticks.source().startswith("none"):
        assert ticks.source() == wanted


ANOTHER_TRACER = """
    import sys
    from emulator import load_subject, Device
    from emulator.runtime.python import ticks
    if sys.version_info >= (3, 12):
        for number in range(6):
            sys.monitoring.use_tool_id(number, f"tool {number}")
    else:
        def tracer(frame, event, argument):
            return None
        tracer.__module__ = "coverage.tracer"
        sys.settrace(tracer)
    class Ext:
        def onBackupEx(self, info):
            return '{"type":"ErrorInfo","errorCode":0,"errorInfo":""}'
    from tests.emulator.harness import run
    assert run(Ext).end_code("com.example.app") == 0
    if sys.version_info < (3, 12):
        assert sys.gettrace() is tracer
    print(ticks.source())
"""


def test_another_tracer_is_left_alone_and_named(tmp_path: Path) -> None:
    path = [p for p in sys.path if p]
    script = tmp_path / "traced.py"
    script.write_text(f"import sys; sys.path[:] = {path!r}\n" + textwrap.dedent(ANOTHER_TRACER), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    told = "none: every sys.monitoring tool id is taken" if sys.version_info >= (3, 12) else "none: coverage.tracer traces"
    assert done.stdout.strip() == told, done.stderr

"""Virtual time in JavaScript: timers, clocks, polls while the app is busy, and code that never ends."""

from __future__ import annotations

import functools

import pytest

from emulator import Device, Kill, Record, SessionKind, SlowCpu, nominal_plan
from emulator.kernel.fuel import CAUGHT_TICKS, CLOCK_PRICE_NS, DOUBLING_TICKS, FREE_TICKS, PRICE_NS, STEADY_TICKS_ARKTS
from tests.emulator import harness
from tests.emulator.harness import OK_JSON, S, called, seen
from tests.emulator.runtime.arkts.stand_in import extension, logged, result, run, subject

BUSY = 'onProcess() { return "{}"; }\n'
SPIN = "const spin = (ms) => { const t = Date.now(); while (Date.now() - t < ms) __tick(); };\n"


def verdicts(record: Record) -> list[str]:
    return [poll.verdict for poll in record.polls]


def ends(record: Record) -> list[tuple[str, float]]:
    return [(event.data["why"], event.at_ns / S) for event in record.of_kind("process.end")]


def test_timers_fire_in_order_of_their_times() -> None:
    assert result("""
        const seen = [];
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        setTimeout((a, b) => seen.push(a + b), 20, 'c', '');
        setTimeout(() => seen.push('a'), 10);
        setTimeout(() => seen.push('b'), 10);
        const gone = setTimeout(() => seen.push('never'), 15);
        clearTimeout(gone);
        const often = setInterval(() => { seen.push('i'); if (seen.length > 6) clearInterval(often); }, 30);
        await wait(500);
        return seen;
    """) == ["a", "b", "c", "i", "i", "i", "i"]


def test_microtasks_run_before_the_next_timer() -> None:
    assert result("""
        const seen = [];
        setTimeout(() => { seen.push(1); queueMicrotask(() => seen.push(2)); Promise.resolve().then(() => seen.push(3)); }, 1);
        setTimeout(() => seen.push(4), 1);
        await new Promise((done) => setTimeout(done, 2));
        return seen;
    """) == [1, 2, 3, 4]


def test_a_loop_that_waits_for_a_time_gets_there_in_time() -> None:
    looks, woke, price = result("""
        let looks = 0;
        const begin = performance.now();
        while (performance.now() < begin + 40000) looks++;
        const woke = performance.now() - begin;
        await new Promise((done) => setTimeout(done, 1000));
        const rested = performance.now();
        return [looks, woke, performance.now() - rested];
    """)
    assert 1_500_000 < looks < 1_510_000
    assert 40_000 < woke < 40_100
    assert price == pytest.approx(CLOCK_PRICE_NS / 1e6, rel=0.01), "behind a rest the price is the first again"


def test_clocks_show_virtual_time() -> None:
    assert result("""
        const begin = [Date.now(), performance.now(), new Date().toISOString()];
        await new Promise((done) => setTimeout(done, 90000));
        return [begin[0], begin[2], Date.now() - begin[0], Math.round(performance.now() - begin[1]),
                new Date(0).getTime(), new Date() instanceof Date, typeof Date(), Date.UTC(1970, 0)];
    """) == [1782864000000, "2026-07-01T00:00:00.000Z", 90000, 90000, 0, True, "string", 0]


def test_now_is_virtual_for_formats_as_well() -> None:
    assert result("""
        const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC' });
        return [format.format(), format.formatToParts().find((part) => part.type === 'year').value];
    """) == ["01/07/2026", "2026"]


def test_random_numbers_are_those_of_the_seed() -> None:
    draw = "return [Math.random(), Math.random()];"
    first = result(draw)
    assert first == result(draw)
    assert first != result(draw, seed=1)
    assert first[0] != first[1]
    assert all(0 <= number < 1 for number in first)


def test_random_numbers_are_others_in_every_process_and_the_same_in_every_run() -> None:
    body = "onBackupEx(i) { console.log(Math.random()); return '{}'; }"

    def drawn() -> list[str]:
        with Device() as device:
            device.install(subject(extension(body)))
            return [line for _ in range(3) for line in logged(device.run(nominal_plan(SessionKind.FULL_BACKUP)))]

    first = drawn()
    assert len(set(first)) == 3
    assert first == drawn()


class Asleep:
    def onProcess(self) -> str:
        return "{}"

    def onBackupEx(self, backupInfo: str) -> str:
        import time

        time.sleep(20)
        return OK_JSON


def test_a_poll_waits_for_a_blocked_main_thread() -> None:
    record = run(BUSY + f"onBackupEx(i) {{ spin(20000); return '{OK_JSON}'; }}", before=SPIN)
    python = harness.run(Asleep)
    assert verdicts(record) == verdicts(python)
    assert "late" in verdicts(record)
    assert seen(record) == seen(python)


def test_polls_are_answered_while_it_waits() -> None:
    record = run(BUSY + f"async onBackupEx(i) {{ await new Promise((f) => setTimeout(f, 21000)); return '{OK_JSON}'; }}")
    assert verdicts(record) == ["accepted"] * 5


class Endless:
    def onProcess(self) -> str:
        return "{}"

    def onBackupEx(self, backupInfo: str) -> str:
        while True:
            pass


@functools.cache
def endless_in_python() -> Record:
    return harness.run(Endless)


@pytest.mark.parametrize(
    "loop",
    [
        "onBackupEx(i) { while (true) __tick(); }",
        "onBackupEx(i) { for (;;) { __tick(); try { this.fail(); } catch (e) { __chk(e); } } } fail() { __tick(); throw 1; }",
        "onBackupEx(i) { try { while (true) __tick(); } finally { while (true) __tick(); } }",
        "async onBackupEx(i) { while (true) { __tick(); await null; } }",
    ],
    ids=["plain", "swallows", "finally", "await"],
)
def test_a_loop_without_end_reaches_every_time_limit(loop: str) -> None:
    record, python = run(BUSY + loop), endless_in_python()
    assert seen(record) == seen(python)
    assert verdicts(record) == verdicts(python)
    assert record.complete


def test_ticks_cost_what_they_cost_in_python() -> None:
    body = f"async onBackupEx(i) {{ for (let n = 0; n < {FREE_TICKS + 700_000}; n++) __tick(); return ''; }}"
    [call] = [c for c in run(body).calls if c.callback == "onBackupEx"]
    [slow] = [c for c in run(body, conditions=[SlowCpu(3)]).calls if c.callback == "onBackupEx"]
    assert call.end_ns == 700_000 * PRICE_NS
    assert slow.end_ns == 3 * call.end_ns


def test_a_checksum_over_a_big_file_is_honest_work() -> None:
    """The price of a tick begins to grow later than in Python, where a tick takes longer."""
    body = "async onBackupEx(i) {{ for (let n = 0; n < {}; n++) __tick(); return ''; }}"
    ticks = FREE_TICKS + STEADY_TICKS_ARKTS
    [call] = [c for c in run(body.format(ticks)).calls if c.callback == "onBackupEx"]
    assert call.end_ns == pytest.approx(STEADY_TICKS_ARKTS * PRICE_NS, rel=0.002)
    [call] = [c for c in run(body.format(ticks + 2 * DOUBLING_TICKS)).calls if c.callback == "onBackupEx"]
    assert call.end_ns == pytest.approx((STEADY_TICKS_ARKTS + 3 * DOUBLING_TICKS) * PRICE_NS, rel=0.002)


def test_a_caught_error_counts_as_many_ticks() -> None:
    loop = f"for (let n = 0; n < {FREE_TICKS // CAUGHT_TICKS + 1_000}; n++)"
    body = f"async onBackupEx(i) {{ {loop} {{ try {{ throw 1; }} catch (e) {{ __chk(e); __tick(); }} }} }}"
    [call] = [c for c in run(body).calls if c.callback == "onBackupEx"]
    assert call.end_ns is not None and call.end_ns > 0


def test_nothing_is_charged_for_what_is_free() -> None:
    [call] = [
        c
        for c in run(f"onBackupEx(i) {{ for (let n = 0; n < {FREE_TICKS}; n++) __tick(); }}").calls
        if c.callback == "onBackupEx"
    ]
    assert call.end_ns == 0


def test_a_wait_makes_computing_free_again() -> None:
    body = f"""async onBackupEx(i) {{
        for (let turn = 0; turn < 3; turn++) {{
            for (let n = 0; n < {FREE_TICKS - 1_000}; n++) __tick();
            await new Promise((done) => setTimeout(done, 1000));
        }}
    }}"""
    [call] = [c for c in run(body).calls if c.callback == "onBackupEx"]
    assert call.end_ns == 3 * S


def test_a_kill_ends_it_where_it_is() -> None:
    body = """async onBackupEx(i) {
        try { while (true) { __tick(); Date.now(); } } catch (e) { __chk(e); console.log('caught'); }
        finally { console.log('finally'); }
    }"""
    record = run(BUSY + body, conditions=[Kill(at_ns=7 * S)])
    assert ends(record)[0] == ("killed", 7.0)
    assert logged(record) == []
    assert called(record)[0] == "onBackupEx"


def test_what_a_callback_leaves_is_noted() -> None:
    record = run(f"async onBackupEx(i) {{ setTimeout(() => {{}}, 9000); return '{OK_JSON}'; }}")
    assert [event.data["work"] for event in record.of_kind("call.left")] == [["timer due at 9 s"]]


def test_an_error_in_a_timer_ends_the_process() -> None:
    record = run(
        "async onBackupEx(i) { setTimeout(() => {\n throw new TypeError('late'); }, 3000); await new Promise(() => {}); }"
    )
    assert ends(record)[0] == ("exit", 3.0)
    assert logged(record, "crash") == ["TypeError: late (Ext.js:5:8)"]


def test_a_rejection_that_nobody_hears_is_only_logged() -> None:
    record = run(f"async onBackupEx(i) {{ Promise.reject(new Error('nobody')); return '{OK_JSON}'; }}")
    assert seen(record)[-2:] == [("onBundleEnd", 0), ("onAllBundlesEnd", 0)]
    assert logged(record) == ["unhandled rejection: Error: nobody (Ext.js:4:38)"]


def test_two_runs_are_equal_to_the_byte() -> None:
    body = (
        BUSY
        + """async onBackupEx(i) {
        const rows = [];
        for (let n = 0; n < 20; n++) {
            __tick();
            rows.push(taskpool.execute(work, n, Math.random()));
            await new Promise((done) => setTimeout(done, Math.random() * 900));
        }
        console.log(JSON.stringify(await Promise.all(rows)));
        return 'done';
    }"""
    )
    before = (
        SPIN
        + """
        let count = 0;
        async function work(n, r) { __tick(); spin(300 * r); await new Promise((f) => setTimeout(f, 100 * n));
            return [n, count++, Date.now(), Math.random()]; }
        __concurrent(work, 'work');
    """
    )
    first, second = run(body, before=before), run(body, before=before)
    assert first.dumps() == second.dumps()
    assert len(logged(first)) == 1
    other = run(body, before=before, seed=7)
    assert other.trace_hash != first.trace_hash

"""emitter: who hears an event, on which thread and when, and what is passed over."""

from __future__ import annotations

from typing import Any

from tests.emulator.harness import OK_JSON
from tests.emulator.runtime.arkts.stand_in import logged, result, run

WORK = """
const { emitter } = require("@kit.BasicServicesKit");
const turn = () => new Promise((done) => setTimeout(done, 1));
function emits(n) { __tick(); for (let i = 0; i < n; i++) { __tick(); emitter.emit({ eventId: 5 }, { data: { i } }); } return n; }
function listens() { __tick(); emitter.on('there', (e) => { __tick(); emitter.emit('back', { data: e.data + 1 }); }); }
for (const f of [emits, listens]) __concurrent(f, f.name);
"""


def heard(body: str) -> Any:
    return result(f"const seen = []; const hear = (e) => {{ __tick(); seen.push(e.data); }}; {body}", before=WORK)


def test_an_event_is_heard_later_by_all_who_listen() -> None:
    assert heard("""
        emitter.on({ eventId: 1 }, hear);
        emitter.on({ eventId: 1 }, hear);
        emitter.on({ eventId: 1 }, (e) => { __tick(); seen.push(['other', e.data.a]); });
        emitter.emit({ eventId: 1, priority: emitter.EventPriority.HIGH }, { data: { a: 1 } });
        emitter.emit({ eventId: 2 }, { data: { a: 2 } });
        emitter.emit('1', { data: { a: 3 } });
        seen.push('emitted');
        await turn();
        return [seen, emitter.getListenerCount(1), emitter.getListenerCount('1')];
    """) == [["emitted", {"a": 1}, ["other", 1]], 2, 0]


def test_once_is_once() -> None:
    assert heard("""
        emitter.once('e', hear);
        emitter.emit('e', { priority: 0 }, { data: 'first' });
        emitter.emit('e', { data: 'second' });
        await turn();
        return [seen, emitter.getListenerCount('e')];
    """) == [["first"], 0]


def test_who_listens_for_good_is_no_longer_there_once_only() -> None:
    assert heard("""
        emitter.once('e', hear);
        emitter.on('e', hear);
        for (const data of [1, 2]) { __tick(); emitter.emit('e', { data }); }
        await turn();
        return seen;
    """) == [1, 2]


def test_off_takes_away_one_or_all_and_what_is_on_its_way() -> None:
    assert heard("""
        const other = () => { __tick(); seen.push('other'); };
        emitter.on('e', hear);
        emitter.on('e', other);
        emitter.off('e', hear);
        emitter.emit('e', { data: 1 });
        await turn();
        emitter.emit('e', { data: 2 });
        emitter.off('e');
        await turn();
        return [seen, emitter.getListenerCount('e')];
    """) == [["other"], 0]


def test_data_is_a_copy_or_nothing() -> None:
    assert heard("""
        const data = { list: [1], map: new Map([['a', 1]]) };
        emitter.on('e', (e) => { __tick(); seen.push(e.data && [e.data.list, e.data.map.get('a'), e.data.list === data.list]); });
        emitter.emit('e', { data });
        data.list.push(2);
        emitter.emit('e', { data: { f() {} } });
        emitter.emit('e');
        await turn();
        return seen;
    """) == [[[1], 1, False], None, None]


def test_what_is_wrong_is_passed_over() -> None:
    assert heard("""
        emitter.on('', hear);
        emitter.on({}, hear);
        emitter.on('e', 5);
        emitter.emit(5, { data: 1 });
        emitter.off({ eventId: 1 });
        emitter.off('e', 5);
        await turn();
        return [seen, emitter.getListenerCount('e'), emitter.getListenerCount(''), emitter.getListenerCount({})];
    """) == [[], 0, None, None]


def test_it_goes_from_thread_to_thread() -> None:
    assert heard("""
        emitter.on({ eventId: 5 }, hear);
        emitter.on('back', hear);
        await taskpool.execute(emits, 2);
        await taskpool.execute(listens);
        emitter.emit('there', { data: 6 });
        await turn();
        emitter.off('there');
        return [seen, emitter.getListenerCount('there')];
    """) == [[{"i": 0}, {"i": 1}, 7], 0]


def test_what_a_listener_throws_ends_the_process() -> None:
    record = run(
        f"async onBackupEx(i) {{ emitter.on('e', () => {{ __tick(); throw new Error('no'); }}); emitter.emit('e'); await turn();"
        f" return '{OK_JSON}'; }}",
        before=WORK,
    )
    end, *_ = record.of_kind("process.end")
    assert (end.data["why"], end.data["text"]) == ("exit", "Error")
    assert logged(record, "crash")[0].startswith("Error: no")

"""@ohos.data.relationalStore, and @ohos.data.rdb, in JavaScript and Python together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.emulator.runtime.arkts.kits_driver import FakeApp, Kits, app_on

HEAD = """
const r = load("@ohos.data.relationalStore"); const { RdbPredicates } = r;
const s = await r.getRdbStore(context, { name: "n.db", securityLevel: r.SecurityLevel.S1 });
await s.executeSql("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT, v REAL, b BLOB, k INTEGER UNIQUE)");
const all = (q, name = "n") => { const found = []; while (q.goToNextRow()) found.push(q.getValue(q.getColumnIndex(name))); return found; };
const put = (...rows) => s.batchInsertSync("t", rows);
"""

VALUES: dict[str, tuple[str, Any]] = {
    "insert": ("return [await s.insert('t', {n: 'a'}), s.insertSync('t', {n: 'b'})]", [1, 2]),
    "undefined is left out": ("await s.insert('t', {n: undefined, v: 1}); const q = s.querySqlSync('SELECT n, v FROM t');"
                              "q.goToFirstRow(); return q.getRow()", {"n": None, "v": 1}),
    "values": (
        "await s.insert('t', {n: 'ä', v: 2.5, b: new Uint8Array([0, 9]), k: 7});"
        "const q = await s.query(new RdbPredicates('t')); q.goToFirstRow();"
        "return [q.getString(1), q.getDouble(2), q.getBlob(3), q.getLong(4), q.getRow(), q.columnNames, q.columnCount, q.rowCount]",
        ["ä", 2.5, b"\x00\x09", 7, {"id": 1, "n": "ä", "v": 2.5, "b": b"\x00\x09", "k": 7}, ["id", "n", "v", "b", "k"], 5, 1],
    ),
    "null": (
        "await s.insert('t', {n: null, v: 1}); const q = s.querySync(new RdbPredicates('t'), ['n', 'b']); q.goToFirstRow();"
        "return [q.isColumnNull(0), q.getString(0), q.getLong(0), q.getBlob(1), q.getValue(0)]",
        [True, "", 0, b"", None],
    ),
    "a number in a column of text": ("await s.insert('t', {n: 3}); const q = s.querySqlSync('SELECT n FROM t'); q.goToFirstRow(); return q.getString(0)", "3.0"),
    "truths and bigints": ("s.insertSync('t', {k: 9007199254740993n, v: true}); const q = s.querySqlSync('SELECT k = 9007199254740993, v FROM t');"
                           "q.goToFirstRow(); return [q.getLong(0), q.getDouble(1)]", [1, 1]),
    "pointer": (
        "put({n: 'a'}, {n: 'b'}, {n: 'c'}); const q = s.querySync(new RdbPredicates('t'));"
        "const at = () => [q.rowIndex, q.isStarted, q.isEnded, q.isAtFirstRow, q.isAtLastRow];"
        "return [at(), q.goToFirstRow(), at(), q.goTo(1), q.goToLastRow(), at(), q.goToNextRow(), at(), q.goToRow(1), q.goToPreviousRow(),"
        "q.rowIndex, q.getColumnName(1), q.getColumnIndex('v'), q.getColumnIndex('zz')]",
        [
            [-1, False, False, False, False], True, [0, True, False, True, False], True, True, [2, True, False, False, True],
            False, [3, True, True, False, False], True, True, 0, "n", 2, -1,
        ],
    ),
    "rows at once": (
        "put({n: 'a', v: 1}, {n: 'b', v: 2}, {n: 'c', v: 3}); const q = s.querySqlSync('SELECT n, v FROM t');"
        "return [await q.getRows(2), await q.getRowsData(5, 2), q.getColumnNames()]",
        [[{"n": "a", "v": 1}, {"n": "b", "v": 2}], [["c", 3]], ["n", "v"]],
    ),
    "types": (
        "await s.insert('t', {n: 'x', v: 1.5, b: new Uint8Array(1)}); const q = s.querySync(new RdbPredicates('t')); q.goToFirstRow();"
        "return [...[0, 1, 2, 3, 'k'].map((c) => q.getColumnTypeSync(c)), await q.getColumnType('n')]",
        [1, 3, 2, 4, 0, 3],
    ),
    "update": ("put({n: 'a'}, {n: 'b'}); return [await s.update({v: 5}, new RdbPredicates('t').equalTo('n', 'b')),"
               "all(s.querySqlSync('SELECT v FROM t'), 'v')]", [1, [None, 5]]),
    "delete": ("put({n: 'a'}, {n: 'b'}); return [await s.delete(new RdbPredicates('t').equalTo('n', 'b')), s.deleteSync(new RdbPredicates('t'))]", [1, 1]),
    "conflicts": (
        "s.insertSync('t', {n: 'a', k: 1}); return [s.insertSync('t', {n: 'b', k: 1}, r.ConflictResolution.ON_CONFLICT_IGNORE),"
        "await s.insert('t', {n: 'c', k: 1}, r.ConflictResolution.ON_CONFLICT_REPLACE), all(s.querySync(new RdbPredicates('t')))]",
        [-1, 3, ["c"]],
    ),
    "batch is all or none": (
        "const c = await s.batchInsert('t', [{n: 'a', k: 1}, {n: 'b', k: 1}]).catch((e) => e.code);"
        "return [c, all(s.querySync(new RdbPredicates('t'))), await s.batchInsertWithConflictResolution('t', [{k: 1}, {k: 1}], 4)]",
        [14800032, [], 2],
    ),
    "sql": ("await s.executeSql('INSERT INTO t (n, v) VALUES (?, ?)', ['x', 4]); const q = await s.querySql('SELECT v FROM t WHERE n = ?', ['x']);"
            "q.goToFirstRow(); return q.getDouble(0)", 4),
    "execute": ("return [await s.execute(\"INSERT INTO t (n) VALUES ('a')\"), s.executeSync('UPDATE t SET v = ?', [1]), await s.execute('PRAGMA user_version')]",
                [1, 1, 0]),
    "version": ("const v = s.version; s.version = 3; return [v, s.version, code(() => { s.version = 0; }), s.rebuilt]", [0, 3, 401, 0]),
    "transaction": (
        "s.beginTransaction(); s.insertSync('t', {n: 'a'}); s.rollBack(); s.beginTransaction(); s.insertSync('t', {n: 'b'}); s.commit();"
        "return all(s.querySync(new RdbPredicates('t')))",
        ["b"],
    ),
    "transaction by number": ("const id = await s.beginTrans(); await s.execute(\"INSERT INTO t (n) VALUES ('a')\", id); await s.rollback(id);"
                              "return all(s.querySync(new RdbPredicates('t')))", []),
    "transaction of its own": (
        "const t = await s.createTransaction({transactionType: r.TransactionType.IMMEDIATE}); await t.insert('t', {n: 'a'});"
        "const outside = all(s.querySync(new RdbPredicates('t'))); const busy = code(() => s.insertSync('t', {n: 'b'})); await t.commit();"
        "const u = await s.createTransaction(); u.insertSync('t', {n: 'c'}); await u.rollback();"
        "return [outside, busy, all(s.querySync(new RdbPredicates('t'))), code(() => u.insertSync('t', {n: 'd'}))]",
        [[], 14800024, ["a"], 14800014],
    ),
    "backup and restore": (
        "s.insertSync('t', {n: 'a'}); await s.backup('copy.db'); s.deleteSync(new RdbPredicates('t')); await s.restore('copy.db');"
        "return all(s.querySync(new RdbPredicates('t')))",
        ["a"],
    ),
    "close": ("await s.close(); return [code(() => s.insertSync('t', {n: 'a'})), await s.query(new RdbPredicates('t')).catch((e) => e.code)]",
              [14800014, 14800014]),
    "custom directory": (
        "await r.getRdbStore(context, {name: 'c.db', securityLevel: 1, customDir: '../../rdb'});"
        "return load('@ohos.file.fs').accessSync('/data/storage/el2/database/rdb/c.db')",
        True,
    ),
    "root directory is for reading": (
        "s.insertSync('t', {n: 'a'}); await s.close();"
        "const o = await r.getRdbStore(context, {name: 'n.db', securityLevel: 1, rootDir: context.databaseDir, customDir: 'rdb'});"
        "return [all(o.querySync(new RdbPredicates('t'))), code(() => o.insertSync('t', {n: 'b'})), await o.executeSql('DELETE FROM t').catch((e) => e.code)]",
        [["a"], 801, 801],
    ),
    "deleted": (
        "await s.close(); await r.deleteRdbStore(context, 'n.db'); const fs = load('@ohos.file.fs');"
        "return fs.listFileSync(context.databaseDir + '/rdb')",
        [],
    ),
    "callbacks": (
        "return await new Promise((d) => s.insert('t', {n: 'a'}, (e, id) => s.query(new RdbPredicates('t'), ['n'], (f, q) =>"
        "s.executeSql('DELETE FROM t', (g) => d([e, id, f, all(q), g])))))",
        [..., 1, ..., ["a"], ...],
    ),
    "predicates of dataShare": (
        "put({n: 'a'}, {n: 'b'}); const p = new (load('@ohos.data.dataSharePredicates').DataSharePredicates)().equalTo('n', 'b');"
        "return [all(await s.query('t', p, ['n'])), await s.update('t', {v: 1}, p), await s.delete('t', p)]",
        [["b"], 1, 1],
    ),
    "observers are inert": ("s.on('dataChange', 0, () => {}); s.off('dataChange', 0); return s.insertSync('t', {n: 'a'})", 1),
    "sync form": ("return (r.getRdbStoreSync(context, {name: 'n.db', securityLevel: 1})).querySqlSync('SELECT 1').rowCount", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, app: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(app, HEAD + script) == expected


ROWS = "put({n: 'ab', v: 1, k: 1}, {n: 'bc', v: 2, k: 2}, {n: 'cd', v: 3, k: 3}, {n: null, v: 3, k: 4});"
PREDICATES = {
    "equalTo": (".equalTo('v', 2)", [2]),
    "notEqualTo": (".notEqualTo('v', 3)", [1, 2]),
    "greaterThan": (".greaterThan('v', 2)", [3, 4]),
    "lessThan": (".lessThan('v', 2)", [1]),
    "greaterThanOrEqualTo": (".greaterThanOrEqualTo('v', 2)", [2, 3, 4]),
    "lessThanOrEqualTo": (".lessThanOrEqualTo('v', 2)", [1, 2]),
    "between": (".between('k', 2, 3)", [2, 3]),
    "notBetween": (".notBetween('k', 2, 3)", [1, 4]),
    "contains": (".contains('n', 'b')", [1, 2]),
    "notContains": (".notContains('n', 'b')", [3]),
    "beginsWith": (".beginsWith('n', 'b')", [2]),
    "endsWith": (".endsWith('n', 'b')", [1]),
    "like": (".like('n', '_c')", [2]),
    "notLike": (".notLike('n', '_c')", [1, 3]),
    "glob": (".glob('n', '[ac]*')", [1, 3]),
    "isNull": (".isNull('n')", [4]),
    "isNotNull": (".isNotNull('n')", [1, 2, 3]),
    "in": (".in('k', [1, 3])", [1, 3]),
    "inValues": (".inValues('n', ['ab'])", [1]),
    "notIn": (".notIn('k', [1, 3])", [2, 4]),
    "notInValues": (".notInValues('k', [1, 3])", [2, 4]),
    "or and wrap": (".beginWrap().equalTo('k', 1).or().equalTo('k', 4).endWrap().and().isNull('n')", [4]),
    "order": (".orderByDesc('v').orderByAsc('n')", [4, 3, 2, 1]),
    "limit": (".orderByAsc('k').limitAs(2).offsetAs(1)", [2, 3]),
    "group": (".groupBy(['v']).having('count(*) > ?', [1])", [3]),
    "devices": (".inAllDevices().inDevices(['x']).equalTo('k', 1)", [1]),
}


@pytest.mark.parametrize("name", PREDICATES)
def test_predicates(kits: Kits, app: FakeApp, name: str) -> None:
    steps, expected = PREDICATES[name]
    assert kits.run(app, f"{HEAD} {ROWS} return all(s.querySync(new RdbPredicates('t'){steps}, ['k']), 'k')") == expected


def test_distinct(kits: Kits, app: FakeApp) -> None:
    assert kits.run(app, f"{HEAD} {ROWS} return all(s.querySync(new RdbPredicates('t').distinct(), ['v']), 'v')") == [1, 2, 3]


CODES = {
    "no context": ("await r.getRdbStore({}, {name: 'x.db', securityLevel: 1})", 401),
    "no level": ("await r.getRdbStore(context, {name: 'x.db'})", 401),
    "a level that is none": ("await r.getRdbStore(context, {name: 'x.db', securityLevel: 9})", 401),
    "a name with a path": ("await r.getRdbStore(context, {name: 'a/x.db', securityLevel: 1})", 401),
    "an absolute custom directory": ("await r.getRdbStore(context, {name: 'x.db', securityLevel: 1, customDir: '/a'})", 401),
    "a root directory without the file": (
        "await r.getRdbStore(context, {name: 'x.db', securityLevel: 1, rootDir: '/data'})",
        14800010,
    ),
    "a relative root directory": ("await r.getRdbStore(context, {name: 'x.db', securityLevel: 1, rootDir: 'data'})", 14800010),
    "no table": ("s.insertSync('zz', {n: 1})", 14800021),
    "no column": ("s.insertSync('t', {zz: 1})", 14800021),
    "an empty bucket": ("s.insertSync('t', {})", 14800000),
    "a bucket that is none": ("s.insertSync('t', 5)", 401),
    "a value that is none": ("s.insertSync('t', {n: {a: 1}})", 401),
    "twice": ("s.insertSync('t', {k: 1}); s.insertSync('t', {k: 1})", 14800032),
    "a conflict that is none": ("s.insertSync('t', {k: 1}, 9)", 401),
    "no predicates": ("s.querySync({})", 401),
    "predicates without a table": ("new RdbPredicates('')", 401),
    "an empty field": ("new RdbPredicates('t').equalTo('', 1)", 401),
    "a query by executeSql": ("await s.executeSql('SELECT 1')", 14800021),
    "an update by querySql": ("await s.querySql('DELETE FROM t')", 14800019),
    "broken SQL": ("await s.executeSql('CREATE')", 14800021),
    "no row": ("s.querySqlSync('SELECT 1').getLong(0)", 14800012),
    "no such column": ("const q = s.querySqlSync('SELECT 1'); q.goToFirstRow(); q.getLong(3)", 14800013),
    "closed rows": ("const q = s.querySqlSync('SELECT 1'); q.close(); q.goToFirstRow()", 14800014),
    "restore of nothing": ("await s.restore('nope.db')", 14800010),
}


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, app: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(app, HEAD + script) == code


ESCAPES = {
    "attach": "await s.executeSql(`ATTACH '${OUT}' AS e`)",
    "attach by execute": "await s.execute(`ATTACH '${OUT}' AS e`)",
    "vacuum into": "await s.executeSql(`VACUUM INTO '${OUT}'`)",
    "backup": "await s.backup(OUT)",
    "backup with dots": "await s.backup('../'.repeat(40) + OUT)",
    "custom directory": "await r.getRdbStore(context, {name: 'file', securityLevel: 1, customDir: '../'.repeat(40) + DIR.slice(1)})",
    "link": "load('@ohos.file.fs').symlinkSync(OUT, context.databaseDir + '/rdb/l.db');"
    "await r.getRdbStore(context, {name: 'l.db', securityLevel: 1})",
}


@pytest.mark.parametrize("name", ESCAPES)
def test_nothing_is_written_outside_the_sandbox(kits: Kits, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "out"
    outside.mkdir()
    app = app_on(tmp_path / "root")
    kits.run(app, f"{HEAD} const DIR = '{outside}'; const OUT = DIR + '/file'; {ESCAPES[name]}")
    assert list(outside.iterdir()) == []


def test_a_plain_vacuum_is_no_second_file(kits: Kits, app: FakeApp) -> None:
    assert kits.run(app, f"{HEAD} return await s.executeSql('VACUUM')") is ...


def test_what_is_no_database(kits: Kits, app: FakeApp) -> None:
    script = (
        "const fs = load('@ohos.file.fs'); fs.mkdirSync(context.databaseDir + '/rdb', true);"
        "const f = fs.openSync(context.databaseDir + '/rdb/n.db', 0o102); fs.writeSync(f.fd, 'x'.repeat(4096)); fs.closeSync(f);"
        "await load('@ohos.data.relationalStore').getRdbStore(context, {name: 'n.db', securityLevel: 1})"
    )
    assert kits.code(app, script) == 14800011


OLD = """
const r = load("@ohos.data.rdb"); const s = await r.getRdbStore(context, { name: "o.db" }, 2);
await s.executeSql("CREATE TABLE t (a TEXT)");
"""


def test_the_older_face(kits: Kits, app: FakeApp) -> None:
    script = (
        "const id = await new Promise((d) => s.insert('t', {a: 'x'}, (e, id) => d(id)));"
        "const q = await s.query(new r.RdbPredicates('t').equalTo('a', 'x'), ['a']); q.goToFirstRow();"
        "return [id, q.getString(0), s.version, await r.deleteRdbStore(context, 'o.db')]"
    )
    assert kits.run(app, OLD + script) == [1, "x", 2, ...]


def test_the_older_face_wants_a_version(kits: Kits, app: FakeApp) -> None:
    assert kits.code(app, "await load('@ohos.data.rdb').getRdbStore(context, {name: 'o.db'})") == 401

"""relationalStore: statements, predicates, rows, transactions, copies, and a full or broken disk."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from emulator.conditions import Condition, Denied, El2Locked, IoError, ReadOnlyArea, SlowStorage, StorageFull
from emulator.kits import relationalStore
from emulator.kits.errors import BusinessError
from emulator.kits.relational_store import errors
from emulator.storage.databases import PAGE_BYTES
from emulator.storage.faults import FaultyDisk
from tests.emulator.kits.app import in_app, raised

DATABASE = "/data/storage/el2/database/entry/rdb/notes.db"
CONFIG = {"name": "notes.db", "securityLevel": relationalStore.SecurityLevel.S1}
Predicates = relationalStore.RdbPredicates


def notes(context: Any) -> Any:
    store = relationalStore.getRdbStoreSync(context, CONFIG)
    store.executeSync("CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT UNIQUE, size REAL, data BLOB)")
    return store


def filled(context: Any) -> Any:
    store = notes(context)
    rows = [("milk", 1.5, b"\x00"), ("bread", 2, None), ("tea", 30, b"x"), ("beans", None, None)]
    store.batchInsertSync("note", [{"text": t, "size": s, "data": d} for t, s, d in rows])
    return store


def found(store: Any, predicates: Any, column: str = "text") -> list[Any]:
    rows = store.querySync(predicates, [column])
    return [rows.getValue(0) for _ in iter(rows.goToNextRow, False)]


def of(build: Callable[[Any], Any]) -> Any:
    return build(Predicates("note"))


PREDICATES: dict[str, tuple[Callable[[Any], Any], list[str]]] = {
    "all": (lambda p: p, ["milk", "bread", "tea", "beans"]),
    "equalTo": (lambda p: p.equalTo("text", "tea"), ["tea"]),
    "notEqualTo": (lambda p: p.notEqualTo("text", "tea"), ["milk", "bread", "beans"]),
    "greaterThan": (lambda p: p.greaterThan("size", 2), ["tea"]),
    "greaterThanOrEqualTo": (lambda p: p.greaterThanOrEqualTo("size", 2), ["bread", "tea"]),
    "lessThan": (lambda p: p.lessThan("size", 2), ["milk"]),
    "lessThanOrEqualTo": (lambda p: p.lessThanOrEqualTo("size", 2), ["milk", "bread"]),
    "between": (lambda p: p.between("size", 1, 2), ["milk", "bread"]),
    "notBetween": (lambda p: p.notBetween("size", 1, 2), ["tea"]),
    "contains": (lambda p: p.contains("text", "ea"), ["bread", "tea", "beans"]),
    "notContains": (lambda p: p.notContains("text", "ea"), ["milk"]),
    "beginsWith": (lambda p: p.beginsWith("text", "b"), ["bread", "beans"]),
    "endsWith": (lambda p: p.endsWith("text", "s"), ["beans"]),
    "like": (lambda p: p.like("text", "_ea"), ["tea"]),
    "notLike": (lambda p: p.notLike("text", "_ea"), ["milk", "bread", "beans"]),
    "glob": (lambda p: p.glob("text", "[bt]ea*"), ["tea", "beans"]),
    "isNull": (lambda p: p.isNull("size"), ["beans"]),
    "isNotNull": (lambda p: p.isNotNull("data"), ["milk", "tea"]),
    "in": (lambda p: getattr(p, "in")("text", ["tea", "milk"]), ["milk", "tea"]),
    "notIn": (lambda p: p.notIn("text", ["tea", "milk"]), ["bread", "beans"]),
    "or": (lambda p: getattr(p.equalTo("text", "tea"), "or")().equalTo("text", "milk"), ["milk", "tea"]),
    "and": (lambda p: p.beginsWith("text", "b").and_().isNull("size"), ["beans"]),
    "wraps": (
        lambda p: p.isNotNull("data").beginWrap().equalTo("text", "tea").or_().equalTo("text", "bread").endWrap(),
        ["tea"],
    ),
    "wraps first": (lambda p: p.beginWrap().equalTo("text", "tea").or_().isNull("size").endWrap().isNotNull("data"), ["tea"]),
    "order": (lambda p: p.orderByDesc("size").orderByAsc("text"), ["tea", "bread", "milk", "beans"]),
    "limit": (lambda p: p.orderByAsc("id").limitAs(1).offsetAs(1), ["bread"]),
    "offset": (lambda p: p.orderByAsc("id").offsetAs(3), ["beans"]),
}


@pytest.mark.parametrize("name", PREDICATES)
def test_predicates(name: str) -> None:
    build, texts = PREDICATES[name]
    got = in_app(lambda context: found(filled(context), of(build).orderByAsc("id") if name == "all" else of(build))).value
    assert (got if name == "order" else sorted(got)) == (texts if name == "order" else sorted(texts))


def test_groups_and_distinct_and_index() -> None:
    def body(context: Any) -> Any:
        store = filled(context)
        store.executeSync("CREATE INDEX by_size ON note (size)")
        grouped = found(store, of(lambda p: p.groupBy(["data IS NULL"])), "count(*)")
        distinct = found(store, of(lambda p: p.distinct()), "data IS NULL")
        return sorted(grouped), sorted(distinct), found(store, of(lambda p: p.indexedBy("by_size").equalTo("size", 2)))

    assert in_app(body).value == ([2, 2], [0, 1], ["bread"])


def test_rows() -> None:
    def body(context: Any) -> Any:
        rows = filled(context).querySqlSync("SELECT * FROM note WHERE size < ? ORDER BY id", [10])
        seen = [rows.columnNames, rows.columnCount, rows.rowCount, rows.rowIndex, rows.isStarted]
        seen += [rows.goToFirstRow(), rows.isAtFirstRow, rows.isAtLastRow, rows.getRow()]
        seen += [rows.getLong(0), rows.getLong(2), rows.getDouble(2), rows.getString(1), rows.getBlob(3), rows.getString(2)]
        seen += [
            rows.goToLastRow(),
            rows.isAtLastRow,
            rows.isColumnNull(3),
            rows.getString(3),
            rows.getBlob(3),
            rows.getDouble(3),
        ]
        seen += [rows.goToNextRow(), rows.isEnded, rows.goToPreviousRow(), rows.goToRow(5), rows.goTo(-2), rows.rowIndex]
        seen += [rows.getColumnIndex("text"), rows.getColumnIndex("none"), rows.getColumnName(0), rows.getBlob(1)]
        rows.close()
        return [*seen, rows.isClosed]

    first = {"id": 1, "text": "milk", "size": 1.5, "data": b"\x00"}
    expected = [["id", "text", "size", "data"], 4, 2, -1, False, True, True, False, first]
    expected += [1, 1, 1.5, "milk", b"\x00", "1.5", True, True, True, "", b"", 0.0]
    expected += [False, True, True, False, True, 0, 1, -1, "id", b"milk", True]
    assert in_app(body).value == expected


def test_changes() -> None:
    def body(context: Any) -> Any:
        store = notes(context)
        seen = [store.insertSync("note", {"text": "milk"}), store.insertSync("note", {"text": "tea", "size": 1})]
        seen.append(store.insertSync("note", {"text": "tea"}, relationalStore.ConflictResolution.ON_CONFLICT_IGNORE))
        seen.append(store.insertSync("note", {"text": "tea"}, relationalStore.ConflictResolution.ON_CONFLICT_REPLACE))
        seen.append(store.updateSync({"size": 5}, of(lambda p: p.equalTo("text", "tea"))))
        seen.append(store.deleteSync(of(lambda p: p.greaterThan("size", 4))))
        seen += [store.executeSync("UPDATE note SET size = 7"), store.executeSync("INSERT INTO note (text) VALUES (?)", ["x"])]
        store.version = 3
        return [*seen, store.version, store.executeSync("PRAGMA journal_mode"), found(store, of(lambda p: p))]

    assert in_app(body).value == [1, 2, -1, 3, 1, 1, 1, 2, 3, "wal", ["milk", "x"]]


def test_as_a_promise_and_with_a_callback() -> None:
    async def body(context: Any) -> Any:
        store = await relationalStore.getRdbStore(context, CONFIG)
        await store.executeSql("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
        seen = [await store.insert("note", {"text": "a"}), await store.batchInsert("note", [{"text": "b"}, {"text": "c"}])]
        seen += [
            await store.update({"text": "d"}, of(lambda p: p.equalTo("id", 1))),
            await store.delete(of(lambda p: p.equalTo("id", 2))),
        ]
        seen.append((await store.query(of(lambda p: p), ["text"])).rowCount)
        seen.append((await store.querySql("SELECT 1")).rowCount)
        seen.append(await store.execute("PRAGMA user_version"))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        store.querySql("SELECT text FROM note", lambda error, rows: answer.set_result((error, rows.rowCount)))
        seen.append(await answer)
        await store.backup("copy.db")
        await store.restore("copy.db")
        await store.close()
        await relationalStore.deleteRdbStore(context, "copy.db")
        return seen

    ran = in_app(body)
    assert ran.value == [1, 2, 1, 1, 2, 1, 0, (None, 2)]
    assert DATABASE in ran.files
    assert DATABASE.replace("notes", "copy") not in ran.files


def test_transactions() -> None:
    def body(context: Any) -> Any:
        store = filled(context)
        store.beginTransaction()
        store.deleteSync(of(lambda p: p))
        store.rollBack()
        seen = [len(found(store, of(lambda p: p)))]
        store.beginTransaction()
        store.deleteSync(of(lambda p: p.equalTo("text", "tea")))
        with pytest.raises(relationalStore.BusinessError, match="14800032"):
            store.batchInsertSync("note", [{"text": "new"}, {"text": "milk"}])
        store.commit()
        with pytest.raises(relationalStore.BusinessError, match="14800032"):
            store.batchInsertSync("note", [{"text": "new"}, {"text": "milk"}])
        return [*seen, sorted(found(store, of(lambda p: p)))]

    assert in_app(body).value == [4, ["beans", "bread", "milk"]]


def test_a_copy_brings_back_what_was() -> None:
    async def body(context: Any) -> Any:
        store = filled(context)
        await store.backup("copy.db")
        store.deleteSync(of(lambda p: p))
        await store.restore("copy.db")
        return len(found(store, of(lambda p: p)))

    ran = in_app(body)
    assert ran.value == 4
    assert DATABASE.replace("notes", "copy") in ran.files


def test_another_directory_and_the_end_of_a_database() -> None:
    def body(context: Any) -> Any:
        config = {**CONFIG, "customDir": "a/b"}
        relationalStore.getRdbStoreSync(context, config).executeSync("CREATE TABLE t (x)")
        store = notes(context)
        relationalStore.deleteRdbStoreSync(context, CONFIG)
        assert found(store, of(lambda p: p)) == [], "who has it open goes on with what is gone"

    files = in_app(body).files
    assert {
        name.removeprefix("/data/storage/el2/database/entry/rdb/").removesuffix("-wal").removesuffix("-shm") for name in files
    } == {"a/b/notes.db"}


def test_a_root_directory_is_for_reading_only() -> None:
    def body(context: Any) -> Any:
        filled(context)
        store = relationalStore.getRdbStoreSync(context, {**CONFIG, "rootDir": f"{context.databaseDir}/rdb"})
        with pytest.raises(BusinessError) as refused:
            store.insertSync("note", {"text": "jam"})
        with pytest.raises(BusinessError) as missing:
            relationalStore.getRdbStoreSync(context, {**CONFIG, "rootDir": context.databaseDir})
        return found(store, of(lambda p: p.equalTo("size", 30))), refused.value.code, missing.value.code

    assert in_app(body).value == (["tea"], 801, 14800010)


def test_groups_by_what_they_have() -> None:
    def body(context: Any) -> Any:
        return found(filled(context), of(lambda p: p.groupBy(["size IS NULL"]).having("count(*) > ?", [1])), "count(*)")

    assert in_app(body).value == [3]


def test_two_connections_see_each_other_and_do_not_wait() -> None:
    def body(context: Any) -> Any:
        store = notes(context)
        other = store.another()
        other.begin("IMMEDIATE")
        other.insertSync("note", {"text": "jam"})
        with pytest.raises(BusinessError) as busy:
            store.insertSync("note", {"text": "tea"})
        other.commit()
        return busy.value.code, found(store, of(lambda p: p))

    assert in_app(body).value == (14800024, ["jam"])


async def closed(context: Any) -> Any:
    store = notes(context)
    await store.close()
    store.querySqlSync("SELECT 1")


def closed_rows(context: Any) -> Any:
    rows = notes(context).querySqlSync("SELECT 1")
    rows.close()
    rows.getValue(0)


ERRORS: dict[str, tuple[Callable[[Any], Any], tuple[int, str]]] = {
    "no name": (lambda c: relationalStore.getRdbStoreSync(c, {"name": ""}), errors.INVALID_PATH),
    "a path": (lambda c: relationalStore.getRdbStoreSync(c, {"name": "a/b"}), errors.INVALID_PATH),
    "no table": (lambda c: notes(c).insertSync("", {"a": 1}), errors.EMPTY_TABLE),
    "no predicates' table": (lambda c: Predicates(""), errors.EMPTY_TABLE),
    "no values": (lambda c: notes(c).insertSync("note", {}), errors.EMPTY_BUCKET),
    "nothing to update": (lambda c: notes(c).updateSync({}, Predicates("note")), errors.EMPTY_BUCKET),
    "bad SQL": (lambda c: notes(c).executeSync("CREATE NONSENSE"), errors.SQLITE[1]),
    "a query to execute": (lambda c: notes(c).executeSync("SELECT 1"), errors.NOT_SUPPORTED),
    "a query to executeSql": (lambda c: notes(c).executeSql("SELECT 1"), errors.NOT_SUPPORTED),
    "no query": (lambda c: notes(c).querySqlSync("DELETE FROM note"), errors.NO_QUERY),
    "too few arguments": (lambda c: notes(c).querySqlSync("SELECT ?"), errors.INVALID_ARGS),
    "no row": (lambda c: notes(c).querySqlSync("SELECT 1").getValue(0), errors.ROW_OUT_OF_RANGE),
    "no column": (
        lambda c: (r := notes(c).querySqlSync("SELECT 1")).goToFirstRow() and r.getValue(1),
        errors.COLUMN_OUT_OF_RANGE,
    ),
    "closed": (closed, errors.CLOSED),
    "closed rows": (closed_rows, errors.CLOSED),
    "no copy": (lambda c: notes(c).restore("none.db"), errors.INVALID_PATH),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    body, expected = ERRORS[name]
    assert raised(in_app(body)) == expected


# faults ----------------------------------------------------------------------------------------------------------------


def many(context: Any) -> Any:
    store = notes(context)
    store.batchInsertSync("note", [{"text": str(n), "data": bytes(1000)} for n in range(200)])
    return len(found(store, of(lambda p: p)))


FAULTS: dict[str, tuple[Condition, int | None]] = {
    "full": (StorageFull(0), 14800000),
    "full after the directory": (StorageFull(1), 14800029),
    "half full": (StorageFull(100_000), 14800029),
    "room enough": (StorageFull(1_000_000), None),
    "denied": (Denied("*.db"), 14800030),
    "broken": (IoError("*.db", "open"), 14800030),
    "read-only": (ReadOnlyArea(), 14800000),
    "locked": (El2Locked(), 14800000),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str) -> None:
    condition, code = FAULTS[name]
    ran = in_app(many, condition)
    assert (ran.value if code is None else raised(ran)[0]) == (code or 200)


def test_a_full_database_keeps_what_it_had() -> None:
    def body(context: Any) -> Any:
        store = filled(context)
        with pytest.raises(relationalStore.BusinessError, match="14800029"):
            store.batchInsertSync("note", [{"text": str(n), "data": bytes(1000)} for n in range(200)])
        return len(found(store, of(lambda p: p)))

    assert in_app(body, StorageFull(50_000)).value == 4


def test_what_cannot_be_reached_is_written_down() -> None:
    ran = in_app(many, IoError("*.db", "write"), SlowStorage(1_000_000))
    assert ran.value == 200
    assert isinstance(ran.disk, FaultyDisk)
    assert {u.condition for u in ran.disk.unreached} == {"IoError"}


def test_statements_and_the_end_of_a_transaction_take_the_disks_time() -> None:
    async def body(context: Any) -> list[float]:
        store, taken = notes(context), []

        async def timed(work: Callable[[], Any]) -> None:
            begin = time.monotonic()
            value = work()
            if asyncio.isfuture(value) or asyncio.iscoroutine(value):
                await value
            taken.append(round(time.monotonic() - begin, 1))

        await timed(lambda: store.executeSql("INSERT INTO note (text) VALUES ('milk')"))
        await timed(store.beginTransaction)
        await timed(lambda: store.insertSync("note", {"text": "tea"}))
        await timed(store.commit)
        await timed(lambda: store.querySql("SELECT text FROM note"))
        return taken

    page, statement = PAGE_BYTES / 1_000, 0.04
    taken = in_app(body, SlowStorage(1_000)).value
    assert taken == pytest.approx([page + statement, 0, statement, page, 0], abs=0.1)


def test_a_store_that_was_dropped_may_be_collected_on_any_thread() -> None:
    """Which thread that is, only the interpreter knows; what goes wrong there would be an unraisable error of ours."""
    kept: list[Any] = []
    in_app(lambda context: kept.append(relationalStore.getRdbStoreSync(context, {"name": "notes.db"})))
    thread = threading.Thread(target=kept.clear)
    thread.start()
    thread.join()
    assert not kept

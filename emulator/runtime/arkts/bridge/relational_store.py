"""relationalStore for ArkTS: stores, transactions and result sets stay here. Also behind @ohos.data.rdb.

Numbers of the app are doubles to SQLite, as NAPI hands them over: a column's affinity makes integers of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from emulator.kits import relational_store
from emulator.kits.errors import BusinessError
from emulator.kits.preferences.xml_format import BigInt
from emulator.kits.relational_store import RdbPredicates, RdbStore, ResultSet, errors
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.handles import handles_of
from emulator.runtime.arkts.bridge.place import at_its_place
from emulator.runtime.arkts.bridge.values import INTEGER_LIMIT, from_app, to_app

PREDICATES = frozenset(name for name, member in vars(RdbPredicates).items() if callable(member) and not name.startswith("_"))
"""What an app may call on predicates."""

Steps = Sequence[Sequence[Any]]
"""Calls on predicates, each a name and its arguments."""


def bound(value: Any) -> Any:
    """A value of the app as it is bound to a statement."""
    value = from_app(value)
    if isinstance(value, BigInt):
        if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            raise BusinessError(*errors.INVALID_ARGS)
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, (dict, list)):
        raise BusinessError(401, "Parameter error. The value of the column must be a ValueType.")
    return value


def predicates_of(table: str, steps: Steps) -> RdbPredicates:
    """The predicates that the app has built."""
    predicates = RdbPredicates(table)
    for name, *arguments in steps:
        if name not in PREDICATES:
            raise BusinessError(*errors.INVALID_ARGS)
        getattr(predicates, name)(*(_argument(argument) for argument in arguments))
    return predicates


def _argument(value: Any) -> Any:
    """Numbers of rows stay whole, and so do names."""
    return [_argument(item) for item in value] if isinstance(value, list) else bound(value)


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bound(value) for name, value in values.items()}


def _arguments(values: Sequence[Any] | None) -> list[Any]:
    return [bound(value) for value in values or ()]


# stores ----------------------------------------------------------------------------------------------------------------


def _get_rdb_store(app: App, directory: str, config: Mapping[str, Any]) -> int:
    return handles_of(app).keep(relational_store.getRdbStoreSync(SimpleNamespace(databaseDir=directory), config))


def _delete_rdb_store(app: App, directory: str, config: str | Mapping[str, Any]) -> None:
    relational_store.deleteRdbStoreSync(SimpleNamespace(databaseDir=directory), config)


def _store(app: App, handle: int) -> RdbStore:
    found: RdbStore = handles_of(app).get(handle)
    return found


def _insert(app: App, handle: int, table: str, values: Mapping[str, Any], conflict: int) -> int:
    return _store(app, handle).insertSync(table, _row(values), conflict)


def _batch_insert(app: App, handle: int, table: str, values: Sequence[Mapping[str, Any]], conflict: int) -> int:
    return _store(app, handle).batchInsertSync(table, [_row(row) for row in values], conflict)


def _update(app: App, handle: int, values: Mapping[str, Any], table: str, steps: Steps, conflict: int) -> int:
    return _store(app, handle).updateSync(_row(values), predicates_of(table, steps), conflict)


def _delete(app: App, handle: int, table: str, steps: Steps) -> int:
    return _store(app, handle).deleteSync(predicates_of(table, steps))


def _query(app: App, handle: int, table: str, steps: Steps, columns: Sequence[str] | None) -> Any:
    return shown(app, _store(app, handle).querySync(predicates_of(table, steps), columns))


def _query_sql(app: App, handle: int, sql: str, arguments: Sequence[Any] | None) -> Any:
    return shown(app, _store(app, handle).querySqlSync(sql, _arguments(arguments)))


def _execute_sql(app: App, handle: int, sql: str, arguments: Sequence[Any] | None) -> None:
    _store(app, handle).execute_sql_now(sql, _arguments(arguments))


def _execute(app: App, handle: int, sql: str, arguments: Sequence[Any] | None) -> Any:
    return to_app(_store(app, handle).executeSync(sql, _arguments(arguments)))


def _version(app: App, handle: int, value: int | None) -> int:
    """user_version; it is set first unless ``value`` is None."""
    store = _store(app, handle)
    if value is not None:
        store.version = value
    return store.version


def _on_store(method: str) -> Callable[..., None]:
    def call(app: App, handle: int, *args: Any) -> None:
        getattr(_store(app, handle), method)(*args)

    return call


KINDS = ("DEFERRED", "IMMEDIATE", "EXCLUSIVE")


def _create_transaction(app: App, handle: int, kind: int) -> int:
    """A connection of its own, which is closed when the transaction ends."""
    store = _store(app, handle).another()
    try:
        store.begin(KINDS[kind])
    except BusinessError:
        store.close_now()
        raise
    return handles_of(app).keep(store)


# result sets -----------------------------------------------------------------------------------------------------------

READINGS = frozenset(name for name in [*vars(ResultSet), "columnNames", "isClosed"] if not name.startswith("_"))
"""What an app may read or call on a result set."""


def shown(app: App, result: ResultSet) -> dict[str, Any]:
    """A result set as the app gets to know it."""
    return {"handle": handles_of(app).keep(result), "columnNames": result.columnNames}


def _result_set(app: App, handle: int, name: str, *args: Any) -> Any:
    if name not in READINGS:
        raise BusinessError(*errors.INVALID_ARGS)
    member = getattr(handles_of(app).get(handle), name)
    return to_app(member(*args) if callable(member) else member)


def _row_of(app: App, handle: int) -> list[Any]:
    """The values of the present row."""
    result: ResultSet = handles_of(app).get(handle)
    return [to_app(value) for value in result.getRow().values()]


OPERATIONS: Operations = {
    "relationalStore.getRdbStore": at_its_place(_get_rdb_store),
    "relationalStore.deleteRdbStore": at_its_place(_delete_rdb_store),
    "relationalStore.insert": at_its_place(_insert),
    "relationalStore.batchInsert": at_its_place(_batch_insert),
    "relationalStore.update": at_its_place(_update),
    "relationalStore.delete": at_its_place(_delete),
    "relationalStore.query": at_its_place(_query),
    "relationalStore.querySql": at_its_place(_query_sql),
    "relationalStore.executeSql": at_its_place(_execute_sql),
    "relationalStore.execute": at_its_place(_execute),
    "relationalStore.version": at_its_place(_version),
    "relationalStore.beginTransaction": at_its_place(_on_store("beginTransaction")),
    "relationalStore.commit": at_its_place(_on_store("commit")),
    "relationalStore.rollBack": at_its_place(_on_store("rollBack")),
    "relationalStore.backup": at_its_place(_on_store("backup_now")),
    "relationalStore.restore": at_its_place(_on_store("restore_now")),
    "relationalStore.close": at_its_place(_on_store("close_now")),
    "relationalStore.createTransaction": at_its_place(_create_transaction),
    "relationalStore.resultSet": at_its_place(_result_set),
    "relationalStore.row": at_its_place(_row_of),
}
"""Operations by name."""

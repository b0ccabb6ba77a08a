"""dataShare for ArkTS: tables of other apps that the device was given as rows (`Device.data_shares`).

What an app changes stays in its process.
"""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.kits.relational_store import ResultSet
from emulator.kits.relational_store.errors import database_error
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.place import at_its_place, place_of_app
from emulator.runtime.arkts.bridge.relational_store import Steps, bound, predicates_of, shown

NOT_THERE = (15_700_010, "The DataShareHelper is not initialized successfully.")
NO_URI = (15_700_011, "The URI does not exist.")

Row = Mapping[str, Any]


def _create(app: App, uri: str) -> None:
    """15700010 unless something of the same authority is shared."""
    authority = "/".join(_bare(uri).split("/")[:4])
    if not any(known.startswith(authority) for known in app.process.host.data_shares):
        raise BusinessError(*NOT_THERE)


def _query(app: App, uri: str, steps: Steps, columns: Sequence[str] | None) -> Any:
    predicates = predicates_of("shared", steps)
    cursor = _run(app, uri, predicates.select(columns or ()), predicates.arguments)
    return shown(app, ResultSet([column[0] for column in cursor.description], cursor.fetchall()))


def _insert(app: App, uri: str, values: Row) -> int:
    places = ", ".join("?" * len(values))
    sql = f"INSERT INTO shared ({', '.join(values)}) VALUES ({places})"
    return int(_run(app, uri, sql, [bound(value) for value in values.values()]).lastrowid or 0)


def _update(app: App, uri: str, steps: Steps, values: Row) -> int:
    predicates = predicates_of("shared", steps)
    columns = ", ".join(f"{name} = ?" for name in values)
    arguments = [*(bound(value) for value in values.values()), *predicates.arguments]
    return _run(app, uri, f"UPDATE shared SET {columns}{predicates.where()}", arguments).rowcount


def _delete(app: App, uri: str, steps: Steps) -> int:
    predicates = predicates_of("shared", steps)
    return _run(app, uri, f"DELETE FROM shared{predicates.where()}", predicates.arguments).rowcount


def _run(app: App, uri: str, sql: str, arguments: Sequence[Any]) -> sqlite3.Cursor:
    tables: _Tables = place_of_app(app).kept.setdefault("dataShare", _Tables())
    key = _bare(uri)
    if key not in tables.by_uri:
        rows = app.process.host.data_shares.get(key)
        if rows is None:
            raise BusinessError(*NO_URI)
        tables.by_uri[key] = _table(rows)
    try:
        return tables.by_uri[key].execute(sql, arguments)
    except sqlite3.Error as error:
        raise database_error(error) from error


class _Tables:
    """What one process has asked for; closed when the process is forgotten, on whichever thread that is."""

    def __init__(self) -> None:
        self.by_uri: dict[str, sqlite3.Connection] = {}
        weakref.finalize(self, _close_all, self.by_uri)


def _close_all(tables: dict[str, sqlite3.Connection]) -> None:
    while tables:
        tables.popitem()[1].close()


def _table(rows: Sequence[Row]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["id"]
    connection.execute(f"CREATE TABLE shared ({', '.join(columns)})")
    for row in rows:
        places = ", ".join("?" * len(columns))
        connection.execute(f"INSERT INTO shared VALUES ({places})", [row.get(name) for name in columns])
    return connection


def _bare(uri: str) -> str:
    return uri.partition("?")[0].rstrip("/")


OPERATIONS: Operations = {
    "dataShare.create": at_its_place(_create),
    "dataShare.query": at_its_place(_query),
    "dataShare.insert": at_its_place(_insert),
    "dataShare.update": at_its_place(_update),
    "dataShare.delete": at_its_place(_delete),
}
"""Operations by name."""

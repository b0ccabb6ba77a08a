"""A whole session of a subject that writes by every route, on a device whose storage fills up."""

from __future__ import annotations

import gc
import json
import shutil
import sqlite3
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.conditions import Condition, El2Locked, ReadOnlyArea, StorageFull
from emulator.kits import fileIo, preferences, relationalStore
from emulator.record import Call, Record
from tests.emulator.harness import BUNDLE
from tests.emulator.planes import Blobs

DATA = "x" * 6000


def by_open(context: Any) -> None:
    with open(context.filesDir + "/by-open", "w") as file:
        file.write(DATA)


def by_pathlib(context: Any) -> None:
    Path(context.filesDir, "by-pathlib").write_text(DATA)


def by_shutil(context: Any) -> None:
    shutil.copyfile(context.filesDir + "/seed", context.filesDir + "/by-shutil")


def by_file_io(context: Any) -> None:
    file = fileIo.openSync(context.filesDir + "/by-file-io", fileIo.OpenMode.CREATE | fileIo.OpenMode.WRITE_ONLY)
    try:
        if fileIo.writeSync(file.fd, DATA) < len(DATA):
            raise OSError("short")
    finally:
        fileIo.closeSync(file)


def by_sqlite3(context: Any) -> None:
    connection = sqlite3.connect(context.filesDir + "/by-sqlite3")
    try:
        connection.execute("CREATE TABLE t (x)")
        connection.executemany("INSERT INTO t VALUES (?)", [(DATA,)] * 100)
        connection.commit()
    finally:
        connection.close()


def by_preferences(context: Any) -> None:
    store = preferences.getPreferencesSync(context, "by-preferences")
    store.putSync("data", DATA)
    store.flushSync()


def by_relational_store(context: Any) -> None:
    store = relationalStore.getRdbStoreSync(context, {"name": "by-relational-store"})
    store.executeSync("CREATE TABLE IF NOT EXISTS t (x TEXT)")
    store.batchInsertSync("t", [{"x": DATA}] * 100)


ROUTES: dict[str, Callable[[Any], None]] = {
    "open": by_open,
    "pathlib": by_pathlib,
    "shutil": by_shutil,
    "fileIo": by_file_io,
    "sqlite3": by_sqlite3,
    "preferences": by_preferences,
    "relationalStore": by_relational_store,
}


class Careful:
    """Reports what it could not write."""

    context: Any = None
    routes: tuple[str, ...] = tuple(ROUTES)

    async def onBackupEx(self, info: str) -> str:
        failed = []
        for name in self.routes:
            try:
                ROUTES[name](self.context)
            except Exception as error:
                print(f"{name}: {error}")
                failed.append(name)
        return json.dumps({"type": "ErrorInfo", "errorCode": len(failed), "errorInfo": " ".join(failed)})


class Careless(Careful):
    """Lets the first error through."""

    async def onBackupEx(self, info: str) -> str:
        for name in self.routes:
            ROUTES[name](self.context)
        return json.dumps({"type": "ErrorInfo", "errorCode": 0, "errorInfo": ""})


def backup(cls: type[Any], *conditions: Condition, routes: tuple[str, ...] = tuple(ROUTES)) -> tuple[Record, dict[str, int]]:
    """The record, and the sizes of the files that the app made."""

    class Ext(cls):  # type: ignore[misc]
        pass

    Ext.routes = routes

    def seed(root: Path) -> None:
        files = root / "data/storage/el2/base/haps/entry/files"
        files.mkdir(parents=True)
        (files / "seed").write_text(DATA)

    with Device(conditions=conditions, data=Blobs()) as device:  # the device's own packing would meet the faults too
        device.install(load_subject(Ext), sandbox=seed)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        sandbox = device.bundles[BUNDLE].sandbox
        sizes = {name.rsplit("/", 1)[1]: status.st_size for name, _, status in sandbox.files()}
    sizes.pop("seed")
    return record, sizes


def packing(record: Record) -> Call:
    """The call of onBackupEx."""
    return next(call for call in record.calls if call.callback == "onBackupEx")


def failed(record: Record) -> list[str]:
    """The routes that the subject says have failed."""
    value = packing(record).value
    assert value is not None
    return str(json.loads(value.text)["errorInfo"]).split()


def test_with_room_every_route_writes() -> None:
    record, sizes = backup(Careful)
    assert failed(record) == []
    assert record.end_code(BUNDLE) == 0
    assert {name for name in sizes if name.startswith("by-") and "." not in name} >= {
        "by-open",
        "by-pathlib",
        "by-shutil",
        "by-file-io",
        "by-sqlite3",
        "by-preferences",
        "by-relational-store",
    }


@pytest.mark.parametrize("condition", [StorageFull(0), ReadOnlyArea(), El2Locked()], ids=str)
def test_on_a_full_or_closed_disk_every_route_fails_and_the_session_ends(condition: Condition) -> None:
    record, sizes = backup(Careful, condition)
    assert failed(record) == list(ROUTES)
    assert sizes == {}
    assert record.complete
    assert {e.data["name"] for e in record.of_kind("condition")} == {type(condition).__name__}


HALF: dict[str, dict[str, int]] = {
    "open": {"by-open": 4096},
    "pathlib": {"by-pathlib": 4096},
    "shutil": {"by-shutil": 4096},
    "fileIo": {"by-file-io": 4096},
    "sqlite3": {"by-sqlite3": 0},
}


@pytest.mark.parametrize("route", HALF)
def test_where_half_fits_half_is_there(route: str) -> None:
    record, sizes = backup(Careful, StorageFull(5000), routes=(route,))
    assert failed(record) == [route]
    assert sizes == HALF[route]
    if route != "sqlite3":
        assert [e.data["text"].split()[0] for e in record.of_kind("condition")] == ["write"]


@pytest.mark.parametrize("route", ROUTES)
def test_who_does_not_catch_it_fails_with_it(route: str) -> None:
    record, _ = backup(Careless, StorageFull(0), routes=(route,))
    assert packing(record).outcome == "rejected"
    assert record.complete


def test_it_is_the_same_every_time() -> None:
    first, second = (backup(Careful, StorageFull(2500))[0].to_json() for _ in range(2))
    assert first == second


def test_nothing_keeps_a_device_that_is_done_with() -> None:
    def once() -> weakref.ref[Device]:
        with Device(conditions=[StorageFull(100_000)]) as device:
            device.install(load_subject(Careful))
            device.run(nominal_plan(SessionKind.FULL_BACKUP))
            return weakref.ref(device)

    gone = once()
    gc.collect()
    assert gone() is None

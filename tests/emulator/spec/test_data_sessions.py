"""Whole sessions that move data: what leaves a device, under which names, and what comes back (data-plane 3, 4, appendix B.2)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.client import Callbacks, SessionRestore
from emulator.conditions import IoError, SlowStorage, StorageFull
from emulator.extension.data_plane import DataPlane
from emulator.service.errors import BusinessError
from emulator.service.session import Capability
from emulator.storage.pack.index import read_entries
from emulator.storage.transfer import Archive, DataError
from tests.emulator.harness import BUNDLE, OK_JSON, S, called, end_time, run, seen, times
from tests.emulator.planes import Blobs, big, packed

FILES = "data/storage/el2/base/files"
MTIME = 1_700_000_000
FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP


class Ext:
    def onBackupEx(self, info: str) -> str:
        return OK_JSON

    def onRestoreEx(self, version: object, info: str) -> str:
        return OK_JSON


def old_phone(root: Path) -> None:
    """The sandbox of appendix B.2."""
    files = root / FILES
    files.mkdir(parents=True)
    (files / "a.txt").write_text("hello")
    (files / "empty").mkdir()
    with (files / "big.bin").open("wb") as file:
        file.truncate(2_097_153)
    for name, mode in (("a.txt", 0o660), ("empty", 0o771), ("big.bin", 0o640)):
        os.chmod(files / name, mode)
        os.utime(files / name, ns=(MTIME * S + 4, MTIME * S + 6))


def back_up(kind: SessionKind) -> tuple[Record, Archive]:
    with Device() as device:
        bundle = device.install(load_subject(Ext), sandbox=old_phone)
        record = device.run(nominal_plan(kind))
    assert bundle.archive is not None
    return record, bundle.archive


def left(record: Record) -> list[tuple[str, int]]:
    return [(event.data["uri"], event.data["size"]) for event in record.of_kind("file.out")]


@pytest.mark.spec("cp-5.5-08")
def test_the_full_flow() -> None:
    record, archive = back_up(FULL)
    assert left(record) == [("f188bb333c16913f.bin", 2_097_153), ("part.0.tar", 2560)]
    assert [m.args[1]["uri"] for m in record.client if m.callback == "onFileReady"][-1] == "manage.json"
    entries = read_entries(archive.index.read())
    assert [(e.file_name, e.path, e.is_big_file) for e in entries] == [
        ("f188bb333c16913f.bin", f"/{FILES}/big.bin", True),
        ("part.0.tar", "/data/storage/el2/base/.backup/backup/part.0.tar", False),
    ]
    assert entries[0].stat.mtime_ns == MTIME * S + 6


def test_the_incremental_flow() -> None:
    record, archive = back_up(INCREMENTAL)
    (tar, size), big_file = left(record)
    assert tar.endswith("_part.0.tar")
    assert size == 3072
    assert big_file == ("4b41de8171568ea2", 2_097_153)
    manifest = archive.index.manifest.decode().splitlines()[2:]
    assert [line.split(";")[0] for line in manifest] == [f"{FILES}/", f"{FILES}/a.txt", f"{FILES}/big.bin", f"{FILES}/empty"]
    assert all(blob.manifest for blob in archive.blobs)


@pytest.mark.parametrize("backup", [FULL, INCREMENTAL])
@pytest.mark.parametrize("restore", [SessionKind.INCREMENTAL_RESTORE, SessionKind.FULL_RESTORE])
def test_all_comes_back(backup: SessionKind, restore: SessionKind) -> None:
    _, archive = back_up(backup)
    with Device() as device:
        bundle = device.install(load_subject(Ext))
        bundle.archive = archive
        record = device.run(nominal_plan(restore))
        files = bundle.sandbox.root / FILES
        assert (files / "a.txt").read_text() == "hello"
        assert (files / "a.txt").stat().st_mode & 0o7777 == 0o660
        assert (files / "a.txt").stat().st_mtime_ns == MTIME * S, "tars keep whole seconds"
        assert (files / "empty").stat().st_mode & 0o7777 == 0o751, "the header's mode without what the umask takes"
        assert (files / "big.bin").stat().st_size == 2_097_153
        assert (files / "big.bin").stat().st_mtime_ns == MTIME * S + 6, "the index keeps nanoseconds"
        assert not (bundle.sandbox.root / "data/storage/el2/base/.backup/restore").exists(), "staging is wiped"
    assert record.end_code(BUNDLE) == 0
    (brought,) = record.of_kind("archive")
    (tree,) = record.of_kind("tree")
    assert sorted(str({**file, "rows": ""}) for file in brought.data["files"]) == sorted(map(str, tree.data["files"]))


def test_what_is_there_stays_or_is_overwritten() -> None:
    _, archive = back_up(FULL)

    def used_phone(root: Path) -> None:
        (root / FILES).mkdir(parents=True)
        (root / FILES / "a.txt").write_text("other and longer")
        (root / FILES / "own.txt").write_text("own")

    with Device() as device:
        bundle = device.install(load_subject(Ext), sandbox=used_phone)
        bundle.archive = archive
        device.run(nominal_plan(SessionKind.INCREMENTAL_RESTORE))
        assert (bundle.sandbox.root / FILES / "a.txt").read_text() == "hello"
        assert (bundle.sandbox.root / FILES / "own.txt").read_text() == "own"


def test_nothing_is_in_the_users_directory_afterwards(tmp_path: Path) -> None:
    old_phone(tmp_path)
    before = sorted(map(str, tmp_path.rglob("*")))
    with Device() as device:
        device.install(load_subject(Ext), sandbox=tmp_path)
        device.run(nominal_plan(FULL))
    assert sorted(map(str, tmp_path.rglob("*"))) == before


@pytest.mark.parametrize(
    ("kind", "count", "made", "first"), [(FULL, 31, packed, 30), (FULL, 61, big, 60), (INCREMENTAL, 61, big, 30)]
)
def test_descriptors_in_the_first_window(kind: SessionKind, count: int, made: object, first: int) -> None:
    """Vectors V7, V8a, V8b."""
    blobs = [made(f"{number:03d}") for number in range(count)]  # type: ignore[operator]
    assert times(run(Ext, kind, data=Blobs(*blobs)), "file.out").count(0.0) == first


def test_no_space_for_the_tar_ends_the_backup() -> None:
    with Device(conditions=[StorageFull(0)]) as device:
        device.install(load_subject(Ext), sandbox=old_phone)
        record = device.run(nominal_plan(FULL))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500006)]


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_data_error_ends_the_session(kind: SessionKind) -> None:
    class Failing(DataPlane):
        def full_backup(self, *_: object) -> Blobs:  # type: ignore[override]
            raise DataError(13500006)

        def incremental_backup(self, *_: object) -> Blobs:  # type: ignore[override]
            raise DataError(13500006)

    assert seen(run(Ext, kind, data=Failing()), "onBundleEnd") == [("onBundleEnd", 13500006)]


def test_a_packer_that_never_comes_back_runs_into_the_timer() -> None:
    """data-plane 9, item 34."""
    with Device(conditions=[IoError("*/a.txt", "read")]) as device:
        device.install(load_subject(Ext), sandbox=old_phone)
        record = device.run(nominal_plan(FULL))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]
    assert end_time(record) == 900
    assert [event.data["path"] for event in record.of_kind("pack.hang")] == [f"/{FILES}/a.txt"]


def test_slow_storage_takes_its_time() -> None:
    with Device(conditions=[SlowStorage(1_048_576)]) as device:
        device.install(load_subject(Ext), sandbox=old_phone)
        record = device.run(nominal_plan(FULL))
    end = end_time(record)
    assert end is not None
    assert 2 < end < 3, "2 MiB and a little at a MiB a second"


@pytest.mark.parametrize(("uri", "code"), [("../x", 13900020), ("a/../b", 13900020)])
def test_a_name_that_leads_out_is_refused(uri: str, code: int) -> None:
    """Vector R18."""
    with Device() as device:
        device.install(load_subject(Ext))
        session = SessionRestore(device, Callbacks())
        session.append_bundles({BUNDLE: Capability(nominal_plan(SessionKind.INCREMENTAL_RESTORE).version)}, [BUNDLE])
        promise = session.get_file_handle(BUNDLE, uri)
        device.advance(1)
        with pytest.raises(BusinessError) as caught:
            promise.result()
    assert caught.value.code == code


def test_a_restore_calls_the_app_once_everything_is_there() -> None:
    record, archive = back_up(FULL)
    with Device() as device:
        bundle = device.install(load_subject(Ext))
        bundle.archive = archive
        record = device.run(nominal_plan(SessionKind.INCREMENTAL_RESTORE))
    kinds = [event.kind for event in record.events]
    assert kinds.index("file.in") < kinds.index("call")
    assert called(record)[0] == "onRestoreEx"

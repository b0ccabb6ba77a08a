"""Whole sessions that move data: the two flows of data-plane B.2 and back again, and what goes wrong on the way."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import Condition, Device, Record, SessionKind, load_subject, nominal_plan
from emulator.client import Callbacks, IncrementalBackupSession
from emulator.conditions import BitRot, Cancel, Grows, OddFile, SlowStorage, StorageFull, Vanishes
from emulator.extension.data_plane import DataPlane
from emulator.package import Package
from emulator.service.reverse import FileReady
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.transfer import Blob, DataError
from tests.emulator.harness import BUNDLE, S, end_time, seen

FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
F = "/data/storage/el2/base/files"
BIG = 2 * 1024 * 1024 + 1
PACKAGE = Package(config=parse_backup_config('{"allowToBackupRestore":true,"includes":["data/storage/el2/base/files/"]}'))
MTIME_NS = 1_650_000_000_123_456_789


class Idle:
    def onBackup(self) -> None: ...

    def onRestore(self, version: object) -> None: ...


def fill(root: Path) -> None:
    """The sandbox of B.2."""
    files = root / F[1:]
    (files / "empty").mkdir(parents=True)
    (files / "a.txt").write_bytes(b"hello")
    (files / "big.bin").write_bytes(b"\x5a" * BIG)
    for name, mode in (("a.txt", 0o640), ("big.bin", 0o604), ("empty", 0o711)):
        os.chmod(files / name, mode)
        os.utime(files / name, ns=(MTIME_NS, MTIME_NS))


@pytest.fixture
def device() -> Iterator[Callable[..., Device]]:
    """Makes devices with the app on them, which are closed in the end."""
    made: list[Device] = []

    def make(*conditions: Condition, seed: Callable[[Path], None] | None = fill, data: DataPlane | None = None) -> Device:
        device = Device(conditions=conditions, data=data)
        device.install(load_subject(Idle), package=PACKAGE, sandbox=seed)
        made.append(device)
        return device

    yield make
    for one in made:
        one.close()


def back_up(device: Device, kind: SessionKind = FULL) -> Record:
    return device.run(nominal_plan(kind))


def blobs(device: Device) -> list[Blob]:
    archive = device.bundles[BUNDLE].archive
    assert archive is not None
    return list(archive.all_blobs)


def listed(blob: Blob) -> list[str]:
    """The paths of a blob's manifest."""
    return [line.split(b";")[0].decode() for line in blob.manifest.splitlines() if line.startswith(b"data/")]


def ends(record: Record) -> list[int]:
    return [code for _, code in seen(record, "onBundleEnd")]


def test_the_full_flow(device: Callable[..., Device]) -> None:
    old = device()
    record = back_up(old)
    big, tar, index = blobs(old)
    assert [(blob.uri, blob.size) for blob in (big, tar)] == [("f188bb333c16913f.bin", BIG), ("part.0.tar", 2560)]
    assert index.uri == "manage.json"
    entries = json.loads(index.read())
    assert [(entry["fileName"], entry["isBigFile"]) for entry in entries] == [(big.uri, True), (tar.uri, False)]
    assert [file.path for file in tar.files] == [f"{F}/a.txt"]
    assert ends(record) == [0]


def test_the_incremental_flow(device: Callable[..., Device]) -> None:
    old = device()
    record = back_up(old, INCREMENTAL)
    tar, big, index = blobs(old)
    assert tar.uri.endswith("_part.0.tar") and tar.uri.split("_")[0].isdigit() and tar.size == 3072
    assert (big.uri, big.size) == ("4b41de8171568ea2", BIG)
    names = {"tar": ["/", "/a.txt", "/empty"], "big": ["/big.bin"], "all": ["/", "/a.txt", "/big.bin", "/empty"]}
    assert listed(tar) == [f"{F[1:]}{name}" for name in names["tar"]]
    assert listed(big) == [f"{F[1:]}{name}" for name in names["big"]]
    assert index.uri == "manage.json"
    assert sorted(listed(index)) == [f"{F[1:]}{name}" for name in names["all"]]
    assert ends(record) == [0]


FLOWS = [
    (FULL, SessionKind.FULL_RESTORE),
    (FULL, SessionKind.INCREMENTAL_RESTORE),
    (INCREMENTAL, SessionKind.INCREMENTAL_RESTORE),
]


@pytest.mark.parametrize(("out", "back"), FLOWS)
def test_and_back_again(device: Callable[..., Device], out: SessionKind, back: SessionKind) -> None:
    old, new = device(), device(seed=None)
    back_up(old, out)
    bundle = new.bundles[BUNDLE]
    bundle.archive = old.bundles[BUNDLE].archive
    record = new.run(nominal_plan(back))
    files = bundle.sandbox.root / F[1:]
    assert ends(record) == [0]
    assert (files / "a.txt").read_bytes() == b"hello" and (files / "big.bin").read_bytes() == b"\x5a" * BIG
    small, big = (files / "a.txt").stat(), (files / "big.bin").stat()
    assert (small.st_mode & 0o777, small.st_mtime_ns) == (0o640, MTIME_NS // S * S), "a tar knows whole seconds"
    assert (big.st_mode & 0o777, big.st_mtime_ns) == (0o604, MTIME_NS)
    assert (files / "empty").is_dir() and (files / "empty").stat().st_mode & 0o777 == 0o711


@pytest.mark.parametrize("back", [SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE])
@pytest.mark.parametrize("event", range(1, 16))
def test_what_is_written_into_wiped_staging_is_lost(device: Callable[..., Device], back: SessionKind, event: int) -> None:
    """A cancel empties staging while the caller still has what it asked for open."""
    old = device()
    back_up(old)
    new = device(Cancel(event=event), seed=None)
    new.bundles[BUNDLE].archive = old.bundles[BUNDLE].archive
    record = new.run(nominal_plan(back))
    assert record.complete
    staging = new.bundles[BUNDLE].sandbox.root / "data/storage/el2/base/.backup/restore"
    assert not staging.exists() or not any(staging.rglob("*"))


def test_a_file_that_vanishes_is_told_and_the_rest_leaves(device: Callable[..., Device]) -> None:
    old = device(Vanishes("*/a.txt"))
    record = back_up(old)
    assert [(e.data["path"], e.data["errno"]) for e in record.of_kind("pack.error")] == [(f"{F}/a.txt", 2)]
    assert ends(record) == [0]
    assert [blob.uri for blob in blobs(old)] == ["f188bb333c16913f.bin", "part.0.tar", "manage.json"]
    assert blobs(old)[1].files == ()


def test_a_big_file_that_vanishes(device: Callable[..., Device]) -> None:
    old = device(Vanishes("*/big.bin"))
    back_up(old)
    assert [blob.uri for blob in blobs(old)] == ["part.0.tar", "manage.json"]


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_big_file_that_grows_leaves_as_it_is_by_then(device: Callable[..., Device], kind: SessionKind) -> None:
    old = device(Grows("*/big.bin", 7))
    back_up(old, kind)
    assert [blob.size for blob in blobs(old) if blob.size > BIG] == [BIG + 7]


def test_bits_turn_over_on_the_way(device: Callable[..., Device]) -> None:
    old = device(BitRot("*.bin", offset=3, bit=1))
    back_up(old)
    big, tar, _ = blobs(old)
    assert big.read()[:5] == b"\x5a\x5a\x5a\x58\x5a"
    assert tar.read()[257:262] == b"ustar"


def test_odd_files_are_there_when_a_session_begins(device: Callable[..., Device]) -> None:
    old = device(OddFile("breaking-name", f"{F}/x.d/name"))
    record = back_up(old)
    [scan] = record.of_kind("scan")
    assert [(left["path"], left["why"]) for left in scan.data["left_out"]] == [(f"{F}/x.d/name", "breaks-the-bundle")]


def test_no_room_for_the_tar(device: Callable[..., Device]) -> None:
    assert ends(back_up(device(StorageFull(0)))) == [13500006]


def test_slow_storage_takes_its_time(device: Callable[..., Device]) -> None:
    quick, slow = (end_time(back_up(device(*given))) for given in ((), (SlowStorage(100_000),)))
    assert quick is not None and slow is not None
    assert slow - quick >= BIG / 100_000


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_fifo_that_an_include_names_runs_into_the_framework_timer(kind: SessionKind) -> None:
    def fifo(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        os.mkfifo(root / F[1:] / "pipe")

    config = parse_backup_config(json.dumps({"allowToBackupRestore": True, "includes": [f"{F[1:]}/pipe"]}))
    with Device() as old:
        old.install(load_subject(Idle), package=Package(config=config), sandbox=fifo)
        record = back_up(old, kind)
    assert [e.data["path"] for e in record.of_kind("pack.hang")] == [f"{F}/pipe"]
    assert ends(record) == [13500003]
    assert end_time(record) == 900


def test_an_incremental_backup_that_cannot_compare_ends(device: Callable[..., Device]) -> None:
    class Failing(DataPlane):
        def incremental_backup(self, process: Any, stats: Any, previous: bytes) -> Any:
            raise DataError(13900020)

    assert ends(back_up(device(data=Failing()), INCREMENTAL)) == [13900020]


def test_the_second_incremental_backup_sends_what_changed(device: Callable[..., Device]) -> None:
    old = device()
    back_up(old, INCREMENTAL)
    manifest = blobs(old)[-1].manifest
    root = old.bundles[BUNDLE].sandbox.root
    (root / F[1:] / "new.txt").write_bytes(b"new")
    os.utime(root / F[1:] / "new.txt", (1_700_000_000, 1_700_000_000))
    os.utime(root / F[1:] / "a.txt", (1_700_000_000, 1_700_000_000))  # touched, and what it holds is in the manifest
    received: list[FileReady] = []
    session = IncrementalBackupSession(
        old, Callbacks(on_file_ready=lambda error, file: received.append(file) if file is not None else None)
    )
    session.append_bundles([BUNDLE], previous={BUNDLE: (1_660_000_000, manifest)})
    old.run_until_idle()
    paths = [content.path for file in received for content in file.handle.files]
    assert paths == [f"{F}/new.txt"]

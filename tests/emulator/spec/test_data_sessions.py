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
from emulator.conditions import BitRot, Cancel, Grows, IoError, OddFile, SlowStorage, StorageFull, Vanishes
from emulator.extension.data_plane import DataPlane
from emulator.package import Package
from emulator.service.reverse import FileReady
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.pack.index import read_entries
from emulator.storage.transfer import Blob, DataError
from tests.emulator.harness import BUNDLE, Ex, Idle, S, called, end_time, seen

FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
F = "/data/storage/el2/base/files"
BIG = 2 * 1024 * 1024 + 1
MTIME = 1_700_000_000
ATIME_NS, MTIME_NS = MTIME * S + 123_456_004, MTIME * S + 123_456_006


def package(*includes: str) -> Package:
    return Package(config=parse_backup_config(json.dumps({"allowToBackupRestore": True, "includes": list(includes)})))


PACKAGES = {"the default includes": None, "one include": package(f"{F[1:]}/")}


def old_phone(root: Path) -> None:
    """The sandbox of B.2."""
    files = root / F[1:]
    (files / "empty").mkdir(parents=True)
    (files / "a.txt").write_bytes(b"hello")
    (files / "big.bin").write_bytes(b"\x5a" * BIG)
    for name, mode in (("a.txt", 0o660), ("big.bin", 0o604), ("empty", 0o771)):
        os.chmod(files / name, mode)
        os.utime(files / name, ns=(ATIME_NS, MTIME_NS))


MakeDevice = Callable[..., Device]


@pytest.fixture
def device() -> Iterator[MakeDevice]:
    """Makes devices with the app on them, which are closed in the end."""
    made: list[Device] = []

    def make(
        *conditions: Condition,
        subject: type[Any] = Idle,
        seed: Any = old_phone,
        data: DataPlane | None = None,
        package: Package | None = PACKAGES["one include"],
    ) -> Device:
        device = Device(conditions=conditions, data=data)
        made.append(device)
        device.install(load_subject(subject), package=package, sandbox=seed)
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


def left(record: Record) -> list[tuple[str, int]]:
    return [(event.data["uri"], event.data["size"]) for event in record.of_kind("file.out")]


def ready(record: Record) -> list[str]:
    """The names that onFileReady had."""
    return [message.args[1]["uri"] for message in record.client if message.callback == "onFileReady"]


def listed(blob: Blob) -> list[str]:
    """The paths of a blob's manifest."""
    return [line.split(";")[0] for line in blob.manifest.decode().splitlines()[2:]]


def ends(record: Record) -> list[int]:
    return [code for _, code in seen(record, "onBundleEnd")]


# the two flows ----------------------------------------------------------------------------------------------------------


@pytest.mark.spec("cp-5.5-08")
@pytest.mark.parametrize("subject", [Idle, Ex])
@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_the_full_flow(device: MakeDevice, subject: type[Any], package: Package | None) -> None:
    old = device(subject=subject, package=package)
    record = back_up(old)
    big, tar, index = blobs(old)
    expected = [("f188bb333c16913f.bin", BIG), ("part.0.tar", 2560)]
    assert [(blob.uri, blob.size) for blob in (big, tar)] == left(record) == expected
    assert index.uri == "manage.json" == ready(record)[-1]
    entries = read_entries(index.read())
    assert [(e.file_name, e.path, e.is_big_file) for e in entries] == [
        (big.uri, f"{F}/big.bin", True),
        (tar.uri, "/data/storage/el2/base/.backup/backup/part.0.tar", False),
    ]
    assert entries[0].stat.mtime_ns == MTIME_NS
    assert [file.path for file in tar.files] == [f"{F}/a.txt"]
    assert ends(record) == [0]


@pytest.mark.parametrize("subject", [Idle, Ex])
@pytest.mark.parametrize("package", PACKAGES.values(), ids=PACKAGES)
def test_the_incremental_flow(device: MakeDevice, subject: type[Any], package: Package | None) -> None:
    old = device(subject=subject, package=package)
    record = back_up(old, INCREMENTAL)
    tar, big, index = blobs(old)
    epoch_ms, _, rest = tar.uri.partition("_")
    assert (epoch_ms.isdigit(), rest, tar.size) == (True, "part.0.tar", 3072)
    assert (big.uri, big.size) == ("4b41de8171568ea2", BIG)
    assert left(record) == [(tar.uri, tar.size), (big.uri, big.size)]
    f = F[1:]
    assert listed(tar) == [f"{f}/", f"{f}/a.txt", f"{f}/empty"]
    assert listed(big) == [f"{f}/big.bin"]
    assert index.uri == "manage.json"
    assert listed(index) == [f"{f}/", f"{f}/a.txt", f"{f}/big.bin", f"{f}/empty"]
    assert ends(record) == [0]


@pytest.mark.parametrize("subject", [Idle, Ex])
@pytest.mark.parametrize("out", [FULL, INCREMENTAL])
@pytest.mark.parametrize("back", [SessionKind.INCREMENTAL_RESTORE, SessionKind.FULL_RESTORE])
def test_all_comes_back(device: MakeDevice, out: SessionKind, back: SessionKind, subject: type[Any]) -> None:
    old, new = device(subject=subject), device(subject=subject, seed=None)
    back_up(old, out)
    bundle = new.bundles[BUNDLE]
    bundle.archive = old.bundles[BUNDLE].archive
    record = new.run(nominal_plan(back))
    files = bundle.sandbox.root / F[1:]
    assert ends(record) == [0]
    assert (files / "a.txt").read_bytes() == b"hello" and (files / "big.bin").read_bytes() == b"\x5a" * BIG
    small, big, empty = (files / name for name in ("a.txt", "big.bin", "empty"))
    assert (small.stat().st_mode & 0o7777, small.stat().st_mtime_ns) == (0o660, MTIME * S), "tars keep whole seconds"
    assert (big.stat().st_mode & 0o7777, big.stat().st_mtime_ns) == (0o604, MTIME_NS), "the index keeps nanoseconds"
    assert empty.is_dir() and empty.stat().st_mode & 0o7777 == 0o751, "the header's mode without what the umask takes"
    assert not (bundle.sandbox.root / "data/storage/el2/base/.backup/restore").exists(), "staging is wiped"
    (brought,), (tree,) = record.of_kind("archive"), record.of_kind("tree")
    assert sorted(str({**file, "rows": ""}) for file in brought.data["files"]) == sorted(map(str, tree.data["files"]))


def test_a_restore_calls_the_app_once_everything_is_there(device: MakeDevice) -> None:
    old, new = device(), device(subject=Ex, seed=None)
    back_up(old)
    new.bundles[BUNDLE].archive = old.bundles[BUNDLE].archive
    record = new.run(nominal_plan(SessionKind.INCREMENTAL_RESTORE))
    kinds = [event.kind for event in record.events]
    assert kinds.index("file.in") < kinds.index("call")
    assert called(record)[0] == "onRestoreEx"


def test_the_second_incremental_backup_sends_what_changed(device: MakeDevice) -> None:
    old = device()
    back_up(old, INCREMENTAL)
    manifest = blobs(old)[-1].manifest
    root = old.bundles[BUNDLE].sandbox.root
    (root / F[1:] / "new.txt").write_bytes(b"new")
    os.utime(root / F[1:] / "new.txt", (1_750_000_000, 1_750_000_000))
    os.utime(root / F[1:] / "a.txt", (1_750_000_000, 1_750_000_000))  # touched, and what it holds is in the manifest
    received: list[FileReady] = []
    session = IncrementalBackupSession(
        old, Callbacks(on_file_ready=lambda error, file: received.append(file) if file is not None else None)
    )
    session.append_bundles([BUNDLE], previous={BUNDLE: (1_720_000_000, manifest)})
    old.run_until_idle()
    paths = [content.path for file in received for content in file.handle.files]
    assert paths == [f"{F}/new.txt"]


def test_nothing_is_in_the_users_directory_afterwards(device: MakeDevice, tmp_path: Path) -> None:
    old_phone(tmp_path)
    before = sorted(map(str, tmp_path.rglob("*")))
    back_up(device(seed=tmp_path))
    assert sorted(map(str, tmp_path.rglob("*"))) == before


# what happens to files on the way ---------------------------------------------------------------------------------------


def test_a_file_that_vanishes_is_told_and_the_rest_leaves(device: MakeDevice) -> None:
    old = device(Vanishes("*/a.txt"))
    record = back_up(old)
    assert [(e.data["path"], e.data["errno"]) for e in record.of_kind("pack.error")] == [(f"{F}/a.txt", 2)]
    assert ends(record) == [0]
    assert [blob.uri for blob in blobs(old)] == ["f188bb333c16913f.bin", "part.0.tar", "manage.json"]
    assert blobs(old)[1].files == ()


def test_a_big_file_that_vanishes(device: MakeDevice) -> None:
    old = device(Vanishes("*/big.bin"))
    back_up(old)
    assert [blob.uri for blob in blobs(old)] == ["part.0.tar", "manage.json"]


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_big_file_that_grows_leaves_as_it_is_by_then(device: MakeDevice, kind: SessionKind) -> None:
    old = device(Grows("*/big.bin", 7))
    back_up(old, kind)
    assert [blob.size for blob in blobs(old) if blob.size > BIG] == [BIG + 7]


def test_bits_turn_over_on_the_way(device: MakeDevice) -> None:
    old = device(BitRot("*.bin", offset=3, bit=1))
    back_up(old)
    big, tar, _ = blobs(old)
    assert big.read()[:5] == b"\x5a\x5a\x5a\x58\x5a"
    assert tar.read()[257:262] == b"ustar"


def test_odd_files_are_there_when_a_session_begins(device: MakeDevice) -> None:
    old = device(OddFile("breaking-name", f"{F}/x.d/name"))
    record = back_up(old)
    [scan] = record.of_kind("scan")
    assert [(left["path"], left["why"]) for left in scan.data["left_out"]] == [(f"{F}/x.d/name", "breaks-the-bundle")]


# what ends a session, or holds it up ------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", [Idle, Ex])
def test_no_room_for_the_tar_ends_the_backup(device: MakeDevice, subject: type[Any]) -> None:
    assert ends(back_up(device(StorageFull(0), subject=subject))) == [13500006]


@pytest.mark.parametrize("subject", [Idle, Ex])
@pytest.mark.parametrize("code", [13500006, 13900020])
@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_data_error_ends_the_session(device: MakeDevice, kind: SessionKind, code: int, subject: type[Any]) -> None:
    class Failing(DataPlane):
        def full_backup(self, *_: object) -> Any:
            raise DataError(code)

        def incremental_backup(self, *_: object) -> Any:
            raise DataError(code)

    assert ends(back_up(device(data=Failing(), subject=subject), kind)) == [code]


def test_a_packer_that_never_comes_back_runs_into_the_timer(device: MakeDevice) -> None:
    """data-plane 9, item 34."""
    record = back_up(device(IoError("*/a.txt", "read"), subject=Ex))
    assert ends(record) == [13500003]
    assert end_time(record) == 900
    assert [event.data["path"] for event in record.of_kind("pack.hang")] == [f"{F}/a.txt"]


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_fifo_that_an_include_names_runs_into_the_framework_timer(device: MakeDevice, kind: SessionKind) -> None:
    def fifo(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        os.mkfifo(root / F[1:] / "pipe")

    record = back_up(device(seed=fifo, package=package(f"{F[1:]}/pipe")), kind)
    assert [e.data["path"] for e in record.of_kind("pack.hang")] == [f"{F}/pipe"]
    assert ends(record) == [13500003]
    assert end_time(record) == 900


@pytest.mark.parametrize(("bytes_per_s", "seconds"), [(1_048_576, range(2, 3)), (100_000, range(20, 22))])
def test_slow_storage_takes_its_time(device: MakeDevice, bytes_per_s: int, seconds: range) -> None:
    """2 MiB and a little."""
    quick, slow = (end_time(back_up(device(*given))) for given in ((), (SlowStorage(bytes_per_s),)))
    assert quick is not None and slow is not None
    assert slow - quick >= BIG / bytes_per_s
    assert int(slow) in seconds


@pytest.mark.parametrize("back", [SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE])
@pytest.mark.parametrize("event", range(1, 16))
def test_what_is_written_into_wiped_staging_is_lost(device: MakeDevice, back: SessionKind, event: int) -> None:
    """A cancel empties staging while the caller still has what it asked for open."""
    old = device()
    back_up(old)
    new = device(Cancel(event=event), seed=None)
    new.bundles[BUNDLE].archive = old.bundles[BUNDLE].archive
    record = new.run(nominal_plan(back))
    assert record.complete
    staging = new.bundles[BUNDLE].sandbox.root / "data/storage/el2/base/.backup/restore"
    assert not staging.exists() or not any(staging.rglob("*"))

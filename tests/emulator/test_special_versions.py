"""Sessions that bring the data of special old versions: clones of other systems, PCs, the cloud (data-plane 4.8)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import BundleVersion, Device, Record, SessionKind, SessionPlan, load_subject, nominal_plan
from emulator.client import BSessionRestore, BSessionRestoreAsync, Callbacks, SessionRestore
from emulator.extension.versions import LEGACY_PREFIXES
from emulator.package import Package
from emulator.service.session import Capability
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.transfer import Archive, Blob
from emulator.storage.unpack.special import INDEX
from tests.emulator.harness import BUNDLE, Idle, S, called, seen

F = "/data/storage/el2/base/files"
RESTORE = "/data/storage/el2/base/.backup/restore"
BIG = 2_097_153
MTIME_NS = 1_650_000_000_123_456_789
CLONE = BundleVersion(0, "99.99.99.999-11.0.5")


def package(**config: Any) -> Package:
    document = {"allowToBackupRestore": True, "includes": [f"{F}/"], **config}
    parsed = parse_backup_config(json.dumps(document))
    return Package(
        config=parsed, allow_to_backup_restore=parsed.allow_to_backup_restore, full_backup_only=parsed.full_backup_only
    )


def old_phone(root: Path) -> None:
    files = root / F[1:]
    (files / "empty").mkdir(parents=True)
    (files / "a.txt").write_bytes(b"hello")
    (files / "big.bin").write_bytes(b"\x5a" * BIG)
    for name, mode in (("a.txt", 0o640), ("big.bin", 0o604)):
        os.chmod(files / name, mode)
        os.utime(files / name, ns=(MTIME_NS, MTIME_NS))


@pytest.fixture(params=[SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP])
def archive(request: pytest.FixtureRequest) -> Iterator[Archive]:
    with Device() as device:
        bundle = device.install(load_subject(Idle), package=package(), sandbox=old_phone)
        device.run(nominal_plan(request.param))
        assert bundle.archive is not None
        yield bundle.archive


def restore(device: Device, archive: Archive, version: BundleVersion, kind: SessionKind, **config: Any) -> tuple[Record, Path]:
    """The record, and where the app's files are."""
    bundle = device.install(load_subject(Idle), package=package(**config))
    bundle.archive = archive
    record = device.run(SessionPlan(kind=kind, version=version))
    return record, bundle.sandbox.root / F[1:]


@pytest.mark.parametrize("kind", [SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE])
@pytest.mark.parametrize("config", [{}, {"fullBackupOnly": True}, {"allowToBackupRestore": False}], ids=str)
def test_everything_goes_straight_to_its_place(archive: Archive, kind: SessionKind, config: dict[str, Any]) -> None:
    """Neither fullBackupOnly nor a profile that forbids backups changes that."""
    with Device() as device:
        record, files = restore(device, archive, CLONE, kind, **config)
        assert {path.name: path.stat().st_size for path in files.iterdir() if path.is_file()} == {"a.txt": 5, "big.bin": BIG}
        assert (files / "empty").is_dir()
        status = (files / "big.bin").stat()
        assert (stat.S_IMODE(status.st_mode), status.st_mtime_ns) == (0o604, MTIME_NS)
        assert (files / "a.txt").stat().st_mtime_ns == MTIME_NS // S * S
    assert record.end_code(BUNDLE) == 0
    assert called(record) == ["onRestoreEx", "onRestore", "onRelease"]
    (brought,), (tree,) = record.of_kind("archive"), record.of_kind("tree")
    assert sorted(str({**file, "rows": ""}) for file in brought.data["files"]) == sorted(map(str, tree.data["files"]))


@pytest.mark.parametrize("prefix", sorted(LEGACY_PREFIXES))
def test_the_callers_names_are_places(archive: Archive, prefix: str) -> None:
    with Device() as device:
        record, _ = restore(device, archive, BundleVersion(0, prefix), SessionKind.INCREMENTAL_RESTORE)
    names = {message.args[1]["uri"] for message in record.client if message.callback == "onFileReady"}
    assert f"{F}/big.bin" in names and INDEX in names
    assert {event.data["path"] for event in record.of_kind("file.in")} == {f"{F}/a.txt", f"{F}/big.bin"}


@pytest.mark.parametrize("name", ["1.0.0", "99.99.99.99", "0.0.0.0.1-x", "x-99.99.99.999"])
def test_other_versions_are_ordinary(archive: Archive, name: str) -> None:
    with Device() as device:
        record, files = restore(device, archive, BundleVersion(0, name), SessionKind.INCREMENTAL_RESTORE)
        assert (files / "big.bin").stat().st_size == BIG
    names = {message.args[1]["uri"] for message in record.client if message.callback == "onFileReady"}
    assert not any("/" in uri for uri in names)


class Client:
    """A restore that asks by hand: what onFileReady tells, and how the bundle ends."""

    def __init__(
        self,
        device: Device,
        kind: type[SessionRestore | BSessionRestore] = SessionRestore,
        version: BundleVersion = CLONE,
        seed: Any = None,
    ) -> None:
        self.device = device
        self.told: list[Any] = []
        self.files: list[Any] = []
        callbacks = Callbacks(on_file_ready=self._ready)
        self.bundle = device.install(load_subject(Idle), sandbox=seed)
        self.session = kind(device, callbacks)
        self.session.append_bundles({BUNDLE: Capability(version, all_to_backup=False)}, [BUNDLE])
        device.advance(S)

    def _ready(self, error: Any, file: Any) -> None:
        self.told.append(error.code if error else file.uri)
        self.files.append(file)

    def ask(self, uri: str) -> None:
        self.session.get_file_handle(BUNDLE, uri)
        self.device.advance(S)

    def publish(self) -> Record:
        self.session.publish_file(BUNDLE)
        self.device.run_until_idle()
        return self.device.record()

    def host(self, path: str) -> Path:
        return self.bundle.sandbox.root / path.lstrip("/")


@pytest.mark.parametrize(("kind", "manifest"), [(SessionRestore, True), (BSessionRestore, False)])
def test_a_handle_makes_directories_and_empties_what_is_there(kind: type[Any], manifest: bool) -> None:
    def seed(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        (root / F[1:] / "old").write_text("what the app had")

    with Device() as device:
        client = Client(device, kind, seed=seed)
        client.ask(f"{F}/new/er/file")
        client.ask(f"{F}/old")
        assert client.host(f"{F}/old").read_bytes() == b"" == client.host(f"{F}/new/er/file").read_bytes()
        assert stat.S_IMODE(client.host(f"{F}/new/er").stat().st_mode) == 0o755
        assert client.host(f"{F}/new/er/file.rp").exists() is manifest
        client.ask(f"{F}/old")
    assert client.told == [f"{F}/new/er/file", f"{F}/old", f"{F}/old"], "a second time, too"


def test_a_name_of_the_root_has_no_manifest() -> None:
    with Device() as device:
        client = Client(device)
        client.ask("x")
        assert sorted(path.name for path in client.bundle.sandbox.root.iterdir()) == ["data", "x"]
        client.session.write(client.files[0], Blob("x", "/x", 1, b"1", manifest=b"lost"))
        assert client.host("/x").read_bytes() == b"1"
        assert not client.host("/x.rp").exists()


def test_a_file_that_may_not_be_written() -> None:
    def seed(root: Path) -> None:
        (root / F[1:]).mkdir(parents=True)
        (root / F[1:] / "mine").touch(0o400)

    with Device() as device:
        client = Client(device, seed=seed)
        client.ask(f"{F}/mine")
    assert client.told == [13900005]


@pytest.mark.parametrize("asked", [False, True])
def test_the_index_has_to_be_asked_for(asked: bool) -> None:
    """Without one the app does not get to restore; with an empty one it does."""
    with Device() as device:
        client = Client(device)
        if asked:
            client.ask(INDEX)
        record = client.publish()
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0 if asked else 13900042)]
    assert ("onRestore" in called(record)) is asked


@pytest.mark.parametrize(
    ("kind", "version", "kept"),
    [
        (SessionRestore, "1.0.0", False),
        (SessionRestore, "99.99.99.999", False),
        (SessionRestore, "0.0.0.0", True),
        (BSessionRestore, "0.0.0.0-12", True),
        (BSessionRestoreAsync, "99.99.99.999", True),
        (BSessionRestoreAsync, "1.0.0", True),
        (BSessionRestoreAsync, "0.0.0.0", True),
    ],
)
def test_what_lies_in_staging_beforehand(kind: type[Any], version: str, kept: bool) -> None:
    """Only for 0.0.0.0 and for restoreType READY it is there when the app's callback runs (data-plane 4.10)."""
    found: list[bool] = []

    class Looks:
        context: Any

        def onRestore(self, version: object) -> None:
            found.append(Path(self.context.backupDir, "restore", "left").exists())

    def seed(root: Path) -> None:
        (root / RESTORE[1:]).mkdir(parents=True)
        (root / RESTORE[1:] / "left").touch()

    with Device() as device:
        bundle = device.install(load_subject(Looks), sandbox=seed)
        bundle.sandbox.make()
        session = kind(device, Callbacks())
        session.append_bundles({BUNDLE: Capability(BundleVersion(0, version))}, [BUNDLE])
        device.advance(S)
        session.get_file_handle(BUNDLE, INDEX if version in LEGACY_PREFIXES or "-" in version else "manage.json")
        device.advance(S)
        session.publish_file(BUNDLE)
        device.run_until_idle()
    assert found[0] is kept

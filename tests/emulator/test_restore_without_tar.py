"""What left without tars comes back: handles by the list, and big files that the device moves or leaves (data-plane 4.9)."""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import BundleVersion, BusinessError, Condition, Device, Record, SessionKind, SessionPlan, load_subject
from emulator.client import BSessionRestore, Callbacks, SessionRestore
from emulator.conditions import Denied
from emulator.package import Package
from emulator.service.session import Capability
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.transfer import Archive
from tests.emulator.harness import BUNDLE, Idle, S, seen

F = "/data/storage/el2/base/files"
RESTORE = "/data/storage/el2/base/.backup/restore"
WITHOUT = '{"infos":[],"isSupportWithoutTar":true}'
PACKAGE = Package(config=parse_backup_config(json.dumps({"allowToBackupRestore": True, "includes": [f"{F}/"]})))
MTIME_NS = 1_650_000_000_123_456_789
FILES = {"a.txt": b"hello", "sub/deep/b": b"", "my.tar": b"no tar at all", ".mmkv/blob": b"\x5a" * 2_097_153}


def old_phone(root: Path) -> None:
    for name, content in FILES.items():
        path = root / F[1:] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o640)
        os.utime(path, ns=(MTIME_NS, MTIME_NS))
    (root / F[1:] / "empty").mkdir()


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Device() as device:
        bundle = device.install(load_subject(Idle), package=PACKAGE, sandbox=old_phone)
        device.run(SessionPlan(infos=WITHOUT))
        assert bundle.archive is not None
        yield bundle.archive


def restore(
    device: Device,
    archive: Archive,
    subject: type[Any] = Idle,
    infos: str = '{"infos":[]}',
    kind: SessionKind = SessionKind.INCREMENTAL_RESTORE,
) -> tuple[Record, Path]:
    """The record, and the root of the new phone's sandbox."""
    bundle = device.install(load_subject(subject), package=PACKAGE)
    bundle.archive = archive
    return device.run(SessionPlan(kind=kind, infos=infos)), bundle.sandbox.root


def batches(record: Record) -> list[Any]:
    return [message.args for message in record.client if message.callback == "onFileReadyBatch"]


@pytest.mark.parametrize("version", ["1.0.0", "99.99.99.999"])
def test_the_tree_comes_back(archive: Archive, version: str) -> None:
    with Device() as device:
        bundle = device.install(load_subject(Idle), package=PACKAGE)
        bundle.archive = archive
        plan = SessionPlan(kind=SessionKind.INCREMENTAL_RESTORE, version=BundleVersion(1, version))
        record = device.run(plan)
        files = bundle.sandbox.root / F[1:]
        found = {str(path.relative_to(files)): path.read_bytes() for path in files.rglob("*") if path.is_file()}
        assert found == FILES
        assert (files / "empty").is_dir()
        status = (files / "a.txt").stat()
        assert (stat.S_IMODE(status.st_mode), status.st_mtime_ns) == (0o640, 0), "the index has no times"
        assert not (bundle.sandbox.root / RESTORE[1:]).exists()
    assert record.end_code(BUNDLE) == 0
    (brought,), (tree,) = record.of_kind("archive"), record.of_kind("tree")
    assert {file["path"] for file in brought.data["files"]} == {file["path"] for file in tree.data["files"]}


def test_one_list_one_answer(archive: Archive) -> None:
    with Device() as device:
        record, _ = restore(device, archive)
    ((error, files),) = batches(record)
    assert error is None
    names = [blob.uri for blob in archive.blobs]
    big = [name for name in names if not name.endswith("part.0.tar")]
    assert [file["uri"] for file in files] == [*names, *(f"{name}.rp" for name in big), "manage.json"]
    assert seen(record, "onFileReady") == []
    sent = [event.data["message"] for event in record.of_kind("ipc")]
    assert "GetFileHandle" not in sent and sent.count("GetIncrementalFileHandles") == 1


class Moves:
    """Takes what lies in staging to where it belongs, as an app with fullBackupOnly has to."""

    context: Any

    def onRestore(self, version: object) -> None:
        home = Path(self.context.backupDir)
        shutil.copytree(home / "restore" / F[1:], home.parent / "files", dirs_exist_ok=True)


@pytest.mark.parametrize(("subject", "back"), [(Idle, []), (Moves, sorted(FILES))])
def test_with_the_callers_word_the_device_moves_no_big_file(archive: Archive, subject: type[Any], back: list[str]) -> None:
    """Tars are unpacked at their places; everything else is the app's to move."""
    with Device() as device:
        record, root = restore(device, archive, subject, WITHOUT)
        files = root / F[1:]
        found = sorted(str(path.relative_to(files)) for path in files.rglob("*") if path.is_file())
        assert found == back
        assert (files / "empty").is_dir()
        assert not (root / RESTORE[1:]).exists()
    assert record.end_code(BUNDLE) == 0
    lost = {event.data["path"]: event.data["why"] for event in record.of_kind("file.lost")}
    assert lost == dict.fromkeys((f"{F}/{name}" for name in FILES), "left in staging")
    assert not any(file["uri"].endswith(".rp") for file in batches(record)[0][1])


def test_the_native_flow_has_no_such_handles(archive: Archive) -> None:
    """One by one they lead into directories of staging that are not there."""
    with Device() as device:
        record, root = restore(device, archive, kind=SessionKind.FULL_RESTORE)
        assert not (root / F[1:]).exists()
    assert {code for _, code in seen(record, "onFileReady")} == {0, 13900020}
    assert record.end_code(BUNDLE) == 13900020, "and a big file without its manifest breaks the restore"
    assert not hasattr(BSessionRestore, "get_file_handles")


OLD = Capability(BundleVersion(1, "1.0.0"))


class Client:
    """A restore that asks by hand: what onFileReady and onFileReadyBatch tell, and how the bundle ends."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.told: list[Any] = []
        self.ends: list[int] = []
        callbacks = Callbacks(
            on_file_ready=lambda error, file: self.told.append(error.code if error else file and file.uri),
            on_file_ready_batch=lambda error, files: self.told.append(error.code if error else [f.uri for f in files or ()]),
            on_bundle_end=lambda error, _name: self.ends.append(error.code if error else 0),
        )
        self.bundle = device.install(load_subject(Idle))
        self.session = SessionRestore(device, callbacks)
        names = sorted(device.bundles)
        self.session.append_bundles(dict.fromkeys(names, OLD), names)
        device.advance(S)

    def ask(self, *uris: str) -> Any:
        promise = self.session.get_file_handles(BUNDLE, uris)
        self.device.advance(S)
        return promise.result()


def test_directories_are_made_and_there_is_no_manifest() -> None:
    with Device() as device:
        client = Client(device)
        assert client.ask("/deep/er/a", "b", "manage.json") == 0
        staged = client.bundle.sandbox.root / RESTORE[1:]
        assert sorted(str(path.relative_to(staged)) for path in staged.rglob("*")) == [
            "b",
            "deep",
            "deep/er",
            "deep/er/a",
            "manage.json",
        ]
        assert stat.S_IMODE((staged / "deep").stat().st_mode) == 0o755
        assert stat.S_IMODE((staged / "b").stat().st_mode) == 0o600
    assert client.told == [["/deep/er/a", "b", "manage.json"]]


def test_one_forbidden_name_refuses_the_list() -> None:
    with Device() as device:
        client = Client(device)
        with pytest.raises(BusinessError) as refused:
            client.ask("a", "x/../../y")
        assert not client.bundle.sandbox.exists
    assert refused.value.code == 13900020
    assert client.told == [] == client.ends


class EarlyClient(Client):
    """One whose bundle has to wait until `start`: three others are at work."""

    def __init__(self, device: Device) -> None:
        others = [f"com.example.a{number}" for number in range(3)]
        for name in others:
            device.install(load_subject(Idle), name)
        self._others = others
        super().__init__(device)

    def start(self) -> None:
        """Let another one end."""
        self.session.cancel(self._others[0])
        self.device.advance(10 * S)


def test_names_asked_for_early_come_one_by_one_in_order() -> None:
    """They are requests like any other by then, with manifests."""
    with Device() as device:
        client = EarlyClient(device)
        assert client.ask("b", "a", "b") == 0
        assert client.told == []
        client.start()
        names = {path.name for path in (client.bundle.sandbox.root / RESTORE[1:]).iterdir()}
    assert names == {"a", "a.rp", "b", "b.rp"}
    assert client.told == ["a", "b"]


def test_a_forbidden_name_asked_for_early_ends_the_bundle() -> None:
    with Device() as device:
        client = EarlyClient(device)
        assert client.ask("../x") == 0
        client.start()
    assert client.ends == [0, 13900020], "of the one that was cancelled, and of ours"


@pytest.mark.spec("cp-6.1-02")
@pytest.mark.parametrize(("denied", "told"), [("*/no*", [["yes"], 13900005]), ("*", [13900005])])
def test_handles_that_cannot_be_opened_come_last_and_as_one_error(denied: str, told: list[Any]) -> None:
    condition: Condition = Denied(denied)
    with Device(conditions=[condition]) as device:
        client = Client(device)
        client.ask("no1", "yes", "no2")
    assert client.told == told


def test_a_restore_goes_on_without_what_it_has_no_handle_for(archive: Archive) -> None:
    """The manifest of a big file that was never opened breaks it (data-plane 4.5)."""
    with Device(conditions=[Denied("*/a.txt*")]) as device:
        record, root = restore(device, archive)
        assert (root / F[1:] / "empty").is_dir(), "the tars are unpacked by then"
    assert record.end_code(BUNDLE) == 13900020
    assert [args[0]["code"] for args in batches(record) if args[0]] == [13900005]

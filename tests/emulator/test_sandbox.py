"""The sandbox: made when somebody looks, seeded from a directory that is never written to, moved by a plain copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.storage.sandbox import Change, Sandbox, changes
from tests.emulator.harness import BUNDLE, OK_JSON, run

NOTE = "data/storage/el2/base/haps/entry/files/note.txt"


class Idle:
    def onBackup(self) -> None: ...

    def onRestore(self, version: object) -> None: ...


class Writer:
    context: Any = None

    def onBackupEx(self, info: str) -> str:
        Path(self.context.filesDir, "made.txt").write_text("made")
        Path(self.context.cacheDir, "scratch.txt").write_text("scratch")
        return OK_JSON


def test_a_session_that_touches_no_file_makes_none() -> None:
    with Device() as device:
        bundle = device.install(load_subject(Idle))
        device.run(nominal_plan(SessionKind.FULL_BACKUP))
        assert not bundle.sandbox.exists
        assert device._directory is None


def test_a_directory_of_the_users_leaves_the_device_and_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / NOTE).parent.mkdir(parents=True)
    (tmp_path / NOTE).write_text("milk")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with Device() as device:
        device.install(load_subject(Idle), sandbox=tmp_path)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert [e.data["path"] for e in record.of_kind("file.out")] == ["/" + NOTE]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_the_callback_made_leaves_and_scratch_stays() -> None:
    record = run(Writer)
    assert [e.data["path"].rsplit("/", 1)[1] for e in record.of_kind("file.out")] == ["made.txt"]
    made = [(e.data["during"], e.data["what"], e.data["path"].rsplit("/", 1)[1]) for e in record.of_kind("change")]
    assert made == [("onBackupEx", "created", "scratch.txt"), ("onBackupEx", "created", "made.txt")]


def test_what_left_comes_back_on_another_device() -> None:
    with Device() as old:
        old.install(load_subject(Writer))
        old.run(nominal_plan(SessionKind.FULL_BACKUP))
        archive = old.bundles[BUNDLE].archive
    with Device() as new:
        bundle = new.install(load_subject(Idle))
        bundle.archive = archive
        record = new.run(nominal_plan(SessionKind.INCREMENTAL_RESTORE))
        files = {name.rsplit("/", 1)[1]: Path(path).read_text() for name, path, _ in bundle.sandbox.files()}
    assert files == {"made.txt": "made"}
    assert [e.data["path"].rsplit("/", 1)[1] for e in record.of_kind("file.in")] == ["made.txt"]


def test_device_paths_and_host_paths(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    files = sandbox.directory("data/storage/el2/base/files")
    assert sandbox.device_path(files) == "/data/storage/el2/base/files"
    assert sandbox.device_path("/etc/passwd") == "/etc/passwd"
    assert sandbox.clean_text(f"no {files}/a") == "no /data/storage/el2/base/files/a"


def test_changes_between_two_looks(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    files = Path(sandbox.directory("data"))
    for name in ("same", "changed", "removed"):
        (files / name).write_text("1")
    before = sandbox.snapshot()
    (files / "same").write_text("1")
    (files / "changed").write_text("2")
    (files / "removed").unlink()
    (files / "created").write_text("1")
    found = list(changes(before, sandbox.snapshot()))
    assert found == [Change("/data/changed", "changed"), Change("/data/created", "created"), Change("/data/removed", "removed")]


def test_frozen_at_this_instant(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root")
    file = Path(sandbox.directory("data"), "a")
    file.write_text("before")
    restore = sandbox.freeze()
    file.write_text("after")
    restore()
    assert file.read_text() == "before"
    fresh = Sandbox(tmp_path / "fresh")
    restore = fresh.freeze()
    fresh.directory("data")
    restore()
    assert not fresh.exists

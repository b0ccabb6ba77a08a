"""The sandbox: made when somebody looks, seeded from a directory that is never written to, moved by a plain copy."""

from __future__ import annotations

import builtins
import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.storage.host_tree import remove_tree
from emulator.storage.sandbox import HASHED_BYTES, Change, Sandbox, changes
from tests.emulator.harness import BUNDLE, OK_JSON, Idle, run

NOTE = "data/storage/el2/base/haps/entry/files/note.txt"


def left(record: Record) -> list[str]:
    """The files in the blobs that left."""
    return [file["path"] for event in record.of_kind("file.out") for file in event.data["files"]]


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
    assert left(record) == ["/" + NOTE]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_what_the_callback_made_leaves_and_scratch_stays() -> None:
    record = run(Writer)
    assert [path.rsplit("/", 1)[1] for path in left(record)] == ["made.txt"]
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
    for name in ("same", "opened", "changed", "removed"):
        (files / name).write_text("1")
    before = sandbox.snapshot()
    (files / "same").write_text("1")
    (files / "opened").chmod(0o600)
    (files / "changed").write_text("2")
    (files / "removed").unlink()
    (files / "created").write_text("1")
    found = list(changes(before, sandbox.snapshot()))
    assert found == [
        Change("/data/changed", "changed", 1),
        Change("/data/created", "created", 1),
        Change("/data/removed", "removed"),
    ]


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


def note(root: Path) -> None:
    """Fills a sandbox with one file."""
    (root / "data").mkdir()
    (root / "data" / "a").write_text("seed")


def test_an_open_file_outlives_its_name(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    file = sandbox.make() / "data" / "a"
    first, second = sandbox.descriptor(file), sandbox.descriptor(file)
    file.unlink()
    file.write_text("another")
    assert first != second
    assert first.read_text() == second.read_text() == "seed"
    assert not sandbox.inside(str(first))


def test_what_was_there_when_the_tree_was_made(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    assert sandbox.is_wanted and not sandbox.exists and sandbox.seeded == {}
    root = sandbox.make()
    (root / "data" / "b").write_text("later")
    assert list(sandbox.seeded) == ["/data/a"]
    assert list(changes(sandbox.seeded, sandbox.snapshot())) == [Change("/data/b", "created", 5)]
    assert not Sandbox(tmp_path / "empty").is_wanted


def test_the_tree_in_name_order_without_staging(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    assert list(sandbox.tree()) == [], "nobody has looked yet"
    root = sandbox.make()
    staging = Path(sandbox.directory("data/storage/el2/base/.backup/backup"))
    (staging / "part.0.tar").write_text("tar")
    (root / "data" / "0").write_text("")
    (root / "data" / "link").symlink_to("a")
    assert list(sandbox.tree()) == [("/data/0", 0, "00000000"), ("/data/a", 4, "4487e306")]


def test_files_that_look_the_same_are_not_read_again(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    file = sandbox.make() / "data" / "a"
    known = sandbox.snapshot()
    marked = {path: state._replace(checksum=1) for path, state in known.items()}
    assert sandbox.snapshot(marked) == marked
    file.write_text("deed")
    assert sandbox.snapshot(marked)["/data/a"].checksum == sandbox.snapshot()["/data/a"].checksum != 1


def test_large_files_are_told_apart_by_size_and_time(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    large = sandbox.make() / "data" / "large"
    large.write_bytes(bytes(HASHED_BYTES + 1))
    before = sandbox.snapshot()
    assert before["/data/large"].checksum == 0
    os.utime(large, ns=(1, 1))
    os.utime(large.with_name("a"), ns=(1, 1))
    assert [change.path for change in changes(before, sandbox.snapshot())] == ["/data/large"]


def test_the_hosts_time_becomes_the_devices_and_the_apps_stays(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "root", seed=note)
    file = sandbox.make() / "data" / "a"
    now_ns = 1_782_864_000_000_000_000
    stamped = sandbox.stamp("/data/a", sandbox.snapshot()["/data/a"], now_ns)
    assert file.stat().st_mtime_ns == stamped.mtime_ns == now_ns
    assert sandbox.snapshot()["/data/a"] == stamped
    os.utime(file, ns=(7, 7))
    given = sandbox.snapshot()["/data/a"]
    assert sandbox.stamp("/data/a", given, now_ns) is given
    assert file.stat().st_mtime_ns == 7


# modes and odd files -----------------------------------------------------------------------------------------------------


class OrdinaryUser:
    """The modes of what is below a directory count, as they do where the tests do not run as root; FIFOs are not opened."""

    def __init__(self, patch: pytest.MonkeyPatch, top: Path) -> None:
        self.top = top
        for module, name, needs in ((builtins, "open", 0o400), (os, "scandir", 0o400), (os, "stat", 0), (os, "mkdir", 0)):
            patch.setattr(module, name, self._heeding(getattr(module, name), needs))

    def _heeding(self, function: Callable[..., Any], needs: int) -> Callable[..., Any]:
        lstat = os.lstat

        def heed(path: Any, *arguments: Any, **more: Any) -> Any:
            if not isinstance(path, int) and self.top in Path(path).parents:
                for directory in Path(path).parents:
                    if self.top in directory.parents and not lstat(directory).st_mode & 0o100:
                        raise PermissionError(errno.EACCES, "the directory may not be searched", str(path))
                if os.path.lexists(path) and not stat.S_ISDIR(lstat(path).st_mode) and needs:
                    assert stat.S_ISREG(lstat(path).st_mode), f"{path} is opened"
                if needs and os.path.lexists(path) and not lstat(path).st_mode & needs:
                    raise PermissionError(errno.EACCES, "not for you", str(path))
            return function(path, *arguments, **more)

        return heed


@pytest.fixture
def odd(tmp_path: Path) -> Sandbox:
    """A sandbox with a file that nobody may read, a directory that nobody may enter, a FIFO, a socket and a link."""
    sandbox = Sandbox(tmp_path / "root")
    data = Path(sandbox.directory("data"))
    (data / "secret").write_text("secret")
    (data / "closed").mkdir()
    (data / "closed" / "inner").write_text("inner")
    (data / "plain").write_text("plain")
    (data / "link").symlink_to("nowhere")
    os.mkfifo(data / "fifo")
    os.mknod(data / "socket", 0o600 | stat.S_IFSOCK)
    (data / "secret").chmod(0)
    (data / "closed").chmod(0)
    return sandbox


def modes(sandbox: Sandbox) -> dict[str, int]:
    """The modes of what is in ``data``."""
    return {path.name: path.lstat().st_mode for path in (sandbox.root / "data").iterdir()}


def test_what_nobody_may_read_is_looked_at_all_the_same(odd: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    before = modes(odd)
    with monkeypatch.context() as patch:
        OrdinaryUser(patch, odd.root)
        state = odd.snapshot()
        tree = [(path, size) for path, size, _ in odd.tree()]
        said = odd.mentions("/data/closed/inner", b"inner"), odd.mentions("/data/secret", b"other")
        sums = {odd.checksum(f"/data/{name}") for name in ("secret", "closed/inner", "plain")}
        stamped = odd.stamp("/data/closed/inner", state["/data/closed/inner"], 7)
    assert list(state) == ["/data/closed/inner", "/data/plain", "/data/secret"]
    assert len({s.checksum for s in state.values()} | sums) == 6
    assert tree == [("/data/closed/inner", 5), ("/data/plain", 5), ("/data/secret", 6)]
    assert said == (True, False)
    assert stamped.mtime_ns == 7
    assert modes(odd) == before


def test_odd_files_are_frozen_and_come_back(odd: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    before, state = modes(odd), odd.snapshot()
    with monkeypatch.context() as patch:
        OrdinaryUser(patch, odd.root.parent)
        restore = odd.freeze()
        assert modes(odd) == before
        (odd.root / "data" / "secret").unlink()
        (odd.root / "data" / "plain").write_text("other")
        restore()
        after = odd.snapshot()
    assert modes(odd) == before
    assert os.readlink(odd.root / "data" / "link") == "nowhere"
    assert not list(changes(state, after))
    assert {path: s.mtime_ns for path, s in after.items()} == {path: s.mtime_ns for path, s in state.items()}


def test_a_tree_that_nobody_may_enter_is_removed(odd: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tries = shutil.rmtree, []

    def of_an_ordinary_user(path: Any, ignore_errors: bool = False) -> None:
        tries.append(path)
        if not [d for d in Path(path).rglob("*") if d.is_dir() and not d.stat().st_mode & 0o100]:
            real(path, ignore_errors)

    monkeypatch.setattr(shutil, "rmtree", of_an_ordinary_user)
    remove_tree(odd.root)
    assert len(tries) == 2
    assert not odd.root.exists()
    remove_tree(odd.root)

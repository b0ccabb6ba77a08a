"""The default sandbox: the same every time, like an app's own, and nothing in it that a device leaves out or stumbles over."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.device import WALL_EPOCH_NS
from emulator.storage.names import BIG_BOUNDARY_BYTES
from emulator.storage.seed import (
    EMPTY_DIRECTORIES,
    FILES_OF_THE_SEED,
    SEEDED_AT_NS,
    SpecialNode,
    default_seed,
    plant_special,
)
from tests.emulator.harness import Idle

DATABASE = "data/storage/el2/database/entry/rdb/notes.db"
SETTINGS = "data/storage/el2/base/haps/entry/preferences/settings"
FILES = "data/storage/el2/base/haps/entry/files"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    default_seed(root)
    return root


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


def everything(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Mode, mtime and content of every node."""
    state = {}
    for path in sorted(root.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IRUSR else b""
        state[str(path.relative_to(root))] = (status.st_mode, status.st_mtime_ns, content)
    return state


def test_two_seeds_are_equal_whatever_the_umask(tmp_path: Path, umask: Callable[[int], int]) -> None:
    states = []
    for mask in (0o022, 0o177):
        umask(mask)
        root = tmp_path / f"root {mask}"
        root.mkdir(mode=0o777)
        root.chmod(0o755)
        default_seed(root)
        states.append(everything(root))
    assert states[0] == states[1]


def test_it_holds_what_the_table_says(root: Path) -> None:
    files = {path for path, (mode, *_) in everything(root).items() if stat.S_ISREG(mode)}
    empty = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir() and not any(path.iterdir())}
    assert files == {file.path for file in FILES_OF_THE_SEED}
    assert empty == set(EMPTY_DIRECTORIES)


def test_every_time_is_before_the_devices_clock(root: Path) -> None:
    times = [mtime for _, mtime, _ in everything(root).values()]
    assert max(times) == SEEDED_AT_NS < WALL_EPOCH_NS
    assert min(times) == 1_262_304_000 * 10**9
    assert all(os.stat(root / directory).st_mtime_ns == SEEDED_AT_NS for directory in EMPTY_DIRECTORIES)


def test_nothing_is_left_out_of_a_backup(root: Path) -> None:
    for path, (mode, _, content) in everything(root).items():
        assert stat.S_ISDIR(mode) or stat.S_ISREG(mode)
        assert mode & 0o600 == 0o600
        assert not stat.S_ISDIR(mode) or mode & 0o100
        assert len(os.fsencode(path)) < 4096
        extension = path.rpartition(".")[2] if "." in path else ""
        assert len(content) <= BIG_BOUNDARY_BYTES or "/" not in extension


def test_the_kinds_of_file_that_matter_are_there(root: Path) -> None:
    state = everything(root)
    sizes = {len(content) for mode, _, content in state.values() if stat.S_ISREG(mode)}
    assert sizes >= {0, 512, 513, BIG_BOUNDARY_BYTES, BIG_BOUNDARY_BYTES + 1}
    names = [os.fsencode(os.path.basename(path)) for path in state]
    assert max(map(len, names)) == 255
    assert any(name.startswith(b".") for name in names)
    assert any(not name.isascii() for name in names)
    assert any(b";" in name for name in names)
    for part in ("el1/base/", "el2/base/files/", "el2/base/haps/entry/files/", "/cache/", "/temp/", "distributedfiles/"):
        assert any(part in path for path in state), part
    assert {stat.S_IMODE(mode) for mode, *_ in state.values()} == {0o771, 0o660, 0o600, 0o750}


def test_long_files_are_sparse_but_not_empty(root: Path) -> None:
    for file in FILES_OF_THE_SEED:
        content = (root / file.path).read_bytes()
        assert len(content) == (len(file.content) if file.size is None else file.size)
        assert content.startswith(file.content)
        assert content.endswith(file.content)


def test_the_database_needs_its_log(root: Path, tmp_path: Path) -> None:
    assert titles(root / DATABASE) == ["milk", "bread", "tea", "call"]
    alone = tmp_path / "alone.db"
    default = everything(root)[DATABASE][2]
    alone.write_bytes(default)
    assert titles(alone) == ["milk", "bread", "tea"]


def titles(database: Path) -> list[str]:
    copy = database.with_name("copy.db")
    shutil.copy(database, copy)
    if (log := database.with_name(database.name + "-wal")).exists():
        shutil.copy(log, copy.with_name("copy.db-wal"))
    connection = sqlite3.connect(copy)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        return [title for (title,) in connection.execute("SELECT title FROM notes ORDER BY id")]
    finally:
        connection.close()


def test_preferences_are_in_the_devices_form(root: Path) -> None:
    top = ElementTree.fromstring((root / SETTINGS).read_bytes())
    assert (top.tag, top.get("version")) == ("preferences", "1.0")
    values = {child.get("key"): child.get("value", child.text) for child in top}
    assert values == {"darkMode": "true", "fontSize": "16", "nickname": "Ada & Bob", "recent": None}
    assert [child.text for child in top.findall("stringArray/string")] == ["milk", "bread"]


def test_a_device_takes_it_as_a_sandbox() -> None:
    with Device() as device:
        device.install(load_subject(Idle), sandbox=default_seed)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    left = {file["path"] for event in record.of_kind("file.out") for file in event.data["files"]}
    assert f"/{DATABASE}-wal" in left
    assert f"/{FILES}/media/clip.mp4" in left


IS_KIND = {
    SpecialNode.SYMLINK: stat.S_ISLNK,
    SpecialNode.DANGLING_LINK: stat.S_ISLNK,
    SpecialNode.DIRECTORY_LINK: stat.S_ISLNK,
    SpecialNode.SOCKET: stat.S_ISSOCK,
    SpecialNode.FIFO: stat.S_ISFIFO,
    SpecialNode.UNREADABLE_FILE: stat.S_ISREG,
    SpecialNode.UNREADABLE_DIRECTORY: stat.S_ISDIR,
    SpecialNode.BIG_WITHOUT_EXTENSION: stat.S_ISREG,
}


@pytest.mark.parametrize("kind", SpecialNode, ids=lambda kind: kind.name.lower())
def test_a_special_node(root: Path, kind: SpecialNode) -> None:
    before = everything(root)
    path = plant_special(root, kind)
    assert path == f"/{FILES}/{kind.value}"
    assert IS_KIND[kind](os.lstat(f"{root}{path}").st_mode)
    assert before.items() - everything(root).items() <= {(FILES, before[FILES])}
    with pytest.raises(FileExistsError):
        plant_special(root, kind)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (SpecialNode.SYMLINK, "note.txt"),
        (SpecialNode.DANGLING_LINK, None),
        (SpecialNode.DIRECTORY_LINK, "media"),
    ],
    ids=["file", "nothing", "directory"],
)
def test_where_links_lead(root: Path, kind: SpecialNode, target: str | None) -> None:
    link = Path(f"{root}{plant_special(root, kind)}")
    assert link.exists() == (target is not None)
    if target is not None:
        assert link.samefile(root / FILES / target)


@pytest.mark.parametrize("kind", [SpecialNode.UNREADABLE_FILE, SpecialNode.UNREADABLE_DIRECTORY], ids=["file", "directory"])
def test_unreadable_by_its_mode(root: Path, kind: SpecialNode) -> None:
    path = f"{root}{plant_special(root, kind)}"
    assert stat.S_IMODE(os.lstat(path).st_mode) == 0
    os.chmod(path, 0o700)
    assert os.listdir(path) == ["inner.txt"] if os.path.isdir(path) else os.path.getsize(path) > 0


def test_a_big_file_whose_extension_has_a_slash(root: Path) -> None:
    path = plant_special(root, SpecialNode.BIG_WITHOUT_EXTENSION)
    assert os.path.getsize(f"{root}{path}") == BIG_BOUNDARY_BYTES + 1
    assert path.rpartition(".")[2] == "mmkv/blob"


def test_special_nodes_need_no_seed(tmp_path: Path) -> None:
    assert Path(f"{tmp_path}{plant_special(tmp_path, SpecialNode.FIFO)}").is_fifo()


def test_nobody_listens_at_the_socket(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(f"{root}{plant_special(root, SpecialNode.SOCKET)}")
    monkeypatch.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as client, pytest.raises(ConnectionRefusedError):
        client.connect(path.name)

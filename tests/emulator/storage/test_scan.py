"""The full scan: data-plane 2, and the rows of 8.2, 8.3 and 8.6 that need one."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.storage.config import BackupConfig, ProfileThrows, parse_backup_config
from emulator.storage.pack.staging import RESTORE
from emulator.storage.sandbox import STAGING
from emulator.storage.scan import Fate, LeftOut, Root, Scan, ScannedFile, ScanThrows, decisions, scan
from tests.vectors import Vector, vectors

FILES = "/data/storage/el2/base/files"
INCLUDE = f"{FILES[1:]}/"
ROOT = Root(f"{FILES}/", INCLUDE)
SMALL_BYTES = 2_097_152


def profile(**members: object) -> BackupConfig:
    return parse_backup_config(json.dumps({"includes": [INCLUDE], **members}))


def recorded(found: Scan) -> list[str]:
    return [file.recorded for file in (*found.small, *found.big)]


def plant(root: Path, *names: str, size: int = 1) -> Path:
    """Files below ``files``; a name that ends with a slash is a directory."""
    files = root / INCLUDE
    files.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name.endswith("/"):
            (files / name).mkdir(parents=True)
        else:
            (files / name).parent.mkdir(parents=True, exist_ok=True)
            with open(files / name, "wb") as file:
                file.truncate(size)
    return files


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The tree of the rows E20 to E38."""
    plant(tmp_path, "cache/a.txt", "tmp/", "keep.txt")
    return tmp_path


@pytest.mark.parametrize("vector", vectors("E21..E27", "E37"))
def test_end_to_end(vector: Vector, tree: Path) -> None:
    found = scan(tree, profile(excludes=vector.json("Excludes")))
    assert sorted(recorded(found)) == sorted(vector.json("Result"))


@pytest.mark.parametrize("vector", vectors("E20"))
def test_mapped(vector: Vector, tree: Path) -> None:
    mapping = [{"backupDir": FILES, "restoreDir": "/data/R"}]
    config = profile(includes=["/data/R"], excludes=vector.json("Excludes"), compatibleDirMapping=mapping)
    found = scan(tree, config, activated=["/data/R"])
    assert sorted(recorded(found)) == sorted(vector.json("Result"))
    assert all(file.path.startswith(FILES) for file in found.small)
    assert recorded(scan(tree, config)) == [], "nobody has switched it on"


@pytest.mark.vector("G12a")
def test_an_empty_include_hides_nothing(tree: Path) -> None:
    found = scan(tree, profile(includes=["", INCLUDE]))
    assert found.roots == (ROOT,) and len(found.small) == 3


@pytest.mark.vector("G13a")
def test_an_exclude_with_a_wildcard(tmp_path: Path) -> None:
    plant(tmp_path, "a.log", "a.txt")
    found = scan(tmp_path, profile(excludes=[f"{FILES}/*.log"]))
    assert recorded(found) == [f"{FILES}/a.txt"]
    assert found.left_out == (LeftOut(f"{FILES}/a.log", Fate.EXCLUDED, ROOT, f"{FILES}/*.log"),)


@pytest.mark.parametrize("vector", vectors("S1", "S2", "S3"))
def test_small_or_big(vector: Vector, tmp_path: Path) -> None:
    size = {"S1": SMALL_BYTES, "S2": SMALL_BYTES + 1}.get(vector.id, 0)
    plant(tmp_path, "x", size=size)
    found = scan(tmp_path, profile(), no_tar="no-tar" in vector["Input"])
    is_big = vector["Result"] == "big"
    expected = ScannedFile(f"{FILES}/x", f"{FILES}/x", size, is_big, Fate.BIG if is_big else Fate.SMALL, ROOT)
    assert (found.small, found.big) == (((), (expected,)) if is_big else ((expected,), ()))


def test_an_empty_directory_is_packed_in_no_tar_mode_as_well(tmp_path: Path) -> None:
    plant(tmp_path, "empty/")
    found = scan(tmp_path, profile(), no_tar=True)
    assert found.small == (ScannedFile(f"{FILES}/empty/", f"{FILES}/empty/", 0, False, Fate.EMPTY_DIRECTORY, ROOT),)
    assert found.small[0].is_directory and found.size == 0


def test_order(tmp_path: Path) -> None:
    plant(tmp_path, "b/x", "b/c/y", "a/z", "d", "É", "\udcff")
    plant(tmp_path, "b/big1", "a/big2", size=SMALL_BYTES + 1)
    names = [path.removeprefix(f"{FILES}/") for path in recorded(scan(tmp_path, profile()))]
    assert names == ["d", "É", "\udcff", "b/x", "b/c/y", "a/z", "b/big1", "a/big2"]


def test_roots_are_scanned_in_byte_order_and_mapped_ones_last(tmp_path: Path) -> None:
    plant(tmp_path, "b/x", "a/y", "m/z")
    mapping = [{"backupDir": f"{FILES}/m", "restoreDir": "/R/"}]
    config = profile(includes=["/R/", f"{FILES}/b", f"{FILES}/a/"], compatibleDirMapping=mapping)
    found = scan(tmp_path, config, activated=["/R/"])
    assert recorded(found) == [f"{FILES}/a/y", f"{FILES}/b/x", "/R/z"]


def test_the_size_that_is_reported(tmp_path: Path) -> None:
    plant(tmp_path, "a", "b", "empty/", size=5)
    plant(tmp_path, "big", size=SMALL_BYTES + 1)
    assert scan(tmp_path, profile()).size == 10 + SMALL_BYTES + 1


def test_a_directory_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, *(f"{name}/{file}" for name in "abcdefgh" for file in "xyz"))
    read: list[object] = []
    monkeypatch.setattr(os, "scandir", lambda path, real=os.scandir: (read.append(path), real(path))[1])
    assert len(scan(tmp_path, profile()).small) == 24
    assert len(read) == len(set(map(str, read))) == 9


def special_nodes(root: Path) -> Path:
    files = plant(root, "file", "unreadable", "dir/in", "closed/in", "blind/in", "blind/sub/in", "only/")
    (files / "link").symlink_to("file")
    (files / "dirlink").symlink_to("dir")
    (files / "only/link").symlink_to("nowhere")
    os.mkfifo(files / "fifo")
    os.mknod(files / "socket", stat.S_IFSOCK | 0o600)
    (files / "unreadable").chmod(0o077)
    (files / "closed").chmod(0o300)
    (files / "blind").chmod(0o600)
    return files


def test_what_is_met_while_walking(tmp_path: Path) -> None:
    special_nodes(tmp_path)
    found = scan(tmp_path, profile())
    assert {file.path: file.fate for file in found.small} == {
        f"{FILES}/file": Fate.SMALL,
        f"{FILES}/unreadable": Fate.UNREADABLE,
        f"{FILES}/dir/in": Fate.SMALL,
    }
    assert {(node.path, node.fate) for node in found.left_out} == {
        (f"{FILES}/link", Fate.SYMLINK),
        (f"{FILES}/dirlink", Fate.SYMLINK),
        (f"{FILES}/only/link", Fate.SYMLINK),
        (f"{FILES}/fifo", Fate.FIFO),
        (f"{FILES}/socket", Fate.SOCKET),
        (f"{FILES}/closed", Fate.UNREADABLE),
        (f"{FILES}/blind/in", Fate.UNREACHABLE),
        (f"{FILES}/blind/sub", Fate.UNREADABLE),
    }


@pytest.mark.parametrize(
    ("include", "fates"),
    [
        ("link", {"link": Fate.LINK_AS_EMPTY_FILE}),
        ("dirlink", {"dirlink/in": Fate.SMALL}),
        ("fifo", {"fifo": Fate.FIFO_BLOCKS}),
        ("socket", {"socket": Fate.UNREADABLE}),
        ("unreadable", {"unreadable": Fate.UNREADABLE}),
        ("file", {"file": Fate.SMALL}),
        ("./dir/../file", {"./dir/../file": Fate.SMALL}),
        ("nothing", {}),
    ],
)
def test_what_an_include_names(include: str, fates: dict[str, Fate], tmp_path: Path) -> None:
    special_nodes(tmp_path)
    found = scan(tmp_path, profile(includes=[f"{FILES}/{include}"]))
    assert {file.path.removeprefix(f"{FILES}/"): file.fate for file in found.small} == fates
    assert not found.left_out


def test_a_link_to_a_big_file_sends_its_content(tmp_path: Path) -> None:
    files = plant(tmp_path, "big", size=SMALL_BYTES + 1)
    (files / "link").symlink_to(f"{FILES}/big")
    found = scan(tmp_path, profile(includes=[f"{FILES}/link"]))
    assert [(file.path, file.size, file.fate) for file in found.big] == [(f"{FILES}/link", SMALL_BYTES + 1, Fate.BIG)]


def test_a_link_to_nothing_that_an_include_names(tmp_path: Path) -> None:
    files = plant(tmp_path)
    (files / "link").symlink_to("nowhere")
    found = scan(tmp_path, profile(includes=[f"{FILES}/link"]))
    assert not found.small and [node.fate for node in found.left_out] == [Fate.MISSING]


def test_a_file_that_an_include_names_is_tested_against_excludes(tmp_path: Path) -> None:
    plant(tmp_path, "a.log")
    found = scan(tmp_path, profile(includes=[f"{FILES}/a.log"], excludes=["*.log"]))
    assert not found.small and [(node.fate, node.exclude) for node in found.left_out] == [(Fate.EXCLUDED, "*.log")]


def test_links_never_lead_out_of_the_sandbox(tmp_path: Path) -> None:
    root = tmp_path / "root"
    files = plant(root, "in")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").touch()
    (files / "up").symlink_to("../" * 20 + str(outside))
    (files / "absolute").symlink_to(str(outside))
    (root / "data/all").symlink_to("/")
    found = scan(
        root, profile(includes=[f"{FILES}/up/", f"{FILES}/absolute/", f"{FILES}/up/secret", "../outside/*", "/data/all/data/*"])
    )
    assert {os.path.basename(path) for path in recorded(found)} == {"in"}
    assert found.roots[0].path == "/data/all/data/all/"


def plant_long(root: Path, *lengths: int) -> None:
    """Files whose device paths have so many bytes, below one another's reach only by descriptors."""
    at = os.open(plant(root), os.O_RDONLY)
    device = FILES
    while lengths[0] - len(device) > 400:
        os.mkdir("d" * 200, dir_fd=at)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at, device = below, f"{device}/{'d' * 200}"
    os.mkdir("e" * 100, dir_fd=at)
    for length in lengths:
        name = "f" * (length - len(device) - 102)
        os.close(os.open(f"{'e' * 100}/{name[:255]}", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


# The host has a limit of its own, with "." for the sandbox one byte lower than the device's.
@pytest.mark.parametrize(("no_tar", "longest"), [(False, 4094), (True, 4094 - len(RESTORE))])
def test_long_paths_are_dropped(no_tar: bool, longest: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plant_long(Path(), longest - 1, longest, longest + 1, longest + 2)
    found = scan(Path(), profile(), no_tar=no_tar)
    assert sorted(len(file.path) for file in (*found.small, *found.big)) == [longest - 1, longest]
    assert [(len(node.path), node.fate) for node in found.left_out] == [(longest + n, Fate.TOO_LONG) for n in (1, 2)]


def test_a_root_whose_directory_may_not_be_searched_ends_the_scan(tmp_path: Path) -> None:
    files = plant(tmp_path, "a", "blind/in")
    (files / "blind").chmod(0o600)
    config = profile(includes=[f"{FILES}/a", f"{FILES}/blind/*"])
    with pytest.raises(ScanThrows) as caught:
        scan(tmp_path, config)
    assert caught.value.root.path == f"{FILES}/blind/in"
    assert recorded(caught.value.scan) == [f"{FILES}/a"]


def test_a_link_to_itself_that_an_include_names_ends_the_scan(tmp_path: Path) -> None:
    files = plant(tmp_path)
    (files / "loop").symlink_to("loop")
    with pytest.raises(ScanThrows):
        scan(tmp_path, profile(includes=[f"{FILES}/*"]))
    assert not scan(tmp_path, profile()).small


def test_a_profile_that_throws_ends_the_scan(tree: Path) -> None:
    with pytest.raises(ProfileThrows):
        scan(tree, parse_backup_config("[]"))
    with pytest.raises(ProfileThrows):
        scan(tree, profile(optionDir=[5]), scene="s")


def test_a_scene_has_its_own_lists(tree: Path) -> None:
    config = profile(optionDir=[{"sceneId": "s", "includes": [f"{FILES}/cache"], "excludes": []}])
    assert recorded(scan(tree, config, scene="s")) == [f"{FILES}/cache/a.txt"]
    assert recorded(scan(tree, config, scene="other")) == []
    assert len(recorded(scan(tree, config))) == 3


def test_a_mapped_file_and_a_mapped_directory_that_is_not_there(tmp_path: Path) -> None:
    plant(tmp_path, "one.log", "dir/two.log", "dir/closed/")
    mapping = [
        {"backupDir": f"{FILES}/one.log", "restoreDir": "/R1"},
        {"backupDir": f"{FILES}/none", "restoreDir": "/R2"},
        {"backupDir": "", "restoreDir": "/R3"},
        {"backupDir": f"{FILES}/dir/", "restoreDir": "/R4"},
    ]
    names = [str(element["restoreDir"]) for element in mapping]
    config = profile(includes=names, excludes=["*.log"], compatibleDirMapping=mapping)
    found = scan(tmp_path, config, activated=names)
    assert recorded(found) == ["/R4/two.log", "/R4/closed/", "/R1"]
    assert [(node.path, node.fate) for node in found.left_out] == [(f"{FILES}/none", Fate.MISSING)]


def test_decisions(tmp_path: Path) -> None:
    files = special_nodes(tmp_path)
    plant(tmp_path, "cache/a", "cache/empty/", "cache/b/c", "big.bin", "keep/")
    plant(tmp_path, "big", size=SMALL_BYTES + 1)
    (files / "cache/b/link").symlink_to("c")
    (tmp_path / "data/other").mkdir()
    (tmp_path / "data/other/x").touch()
    for home in STAGING:
        (tmp_path / home / "backup").mkdir(parents=True)
    found = scan(tmp_path, profile(includes=[INCLUDE, "/data/oth*/y"], excludes=[f"{FILES}/cache"]))
    told = list(decisions(tmp_path, found))
    assert [decision.path for decision in told] == sorted((d.path for d in told), key=lambda path: os.fsencode(path).split(b"/"))
    short = {decision.path.removeprefix(f"{FILES}/"): decision for decision in told}
    assert {path: decision.fate for path, decision in short.items()} == {
        "/data/other/x": Fate.OUTSIDE,
        "big": Fate.BIG,
        "big.bin": Fate.SMALL,
        "blind/in": Fate.UNREACHABLE,
        "blind/sub/": Fate.UNREADABLE,
        "cache/a": Fate.EXCLUDED,
        "cache/b/c": Fate.EXCLUDED,
        "cache/b/link": Fate.EXCLUDED,
        "cache/empty/": Fate.EXCLUDED,
        "closed/": Fate.UNREADABLE,
        "dir/in": Fate.SMALL,
        "dirlink": Fate.SYMLINK,
        "fifo": Fate.FIFO,
        "file": Fate.SMALL,
        "keep/": Fate.EMPTY_DIRECTORY,
        "link": Fate.SYMLINK,
        "only/link": Fate.SYMLINK,
        "socket": Fate.SOCKET,
        "unreadable": Fate.UNREADABLE,
    }
    assert (short["cache/b/c"].include, short["cache/b/c"].exclude) == (INCLUDE, f"{FILES}/cache")
    assert (short["file"].include, short["file"].recorded) == (INCLUDE, f"{FILES}/file")
    assert (short["unreadable"].recorded, short["/data/other/x"].include) == ("", "")


def test_decisions_name_places_as_they_are(tmp_path: Path) -> None:
    files = plant(tmp_path, "dir/in", "dir/out", "file")
    (files / "link").symlink_to("dir")
    config = profile(includes=[f"{FILES}/./link/", "data/storage/el2//base/files/dir/../file"], excludes=["*/out"])
    found = scan(tmp_path, config)
    assert {decision.path.removeprefix(f"{FILES}/"): decision.fate for decision in decisions(tmp_path, found)} == {
        "dir/in": Fate.SMALL,
        "dir/out": Fate.EXCLUDED,
        "file": Fate.SMALL,
        "link": Fate.OUTSIDE,
    }


def test_decisions_about_a_root_that_lies_nowhere(tmp_path: Path) -> None:
    plant(tmp_path, "a")
    mapping = [{"backupDir": f"{FILES}/none/none/", "restoreDir": "/R"}]
    found = scan(tmp_path, profile(includes=["/R", f"{FILES}/a"], compatibleDirMapping=mapping), activated=["/R"])
    assert [node.fate for node in found.left_out] == [Fate.MISSING]
    assert [(decision.path, decision.fate) for decision in decisions(tmp_path, found)] == [(f"{FILES}/a", Fate.SMALL)]


def test_decisions_end_where_the_host_s_paths_end(tmp_path: Path) -> None:
    plant(tmp_path, "a")
    before = os.open(".", os.O_RDONLY)
    os.chdir(tmp_path / FILES[1:])
    try:
        for _ in range(20):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
        Path("deep").touch()
    finally:
        os.chdir(before)
        os.close(before)
    told = list(decisions(tmp_path, scan(tmp_path, profile(includes=[FILES]))))
    assert [decision.fate for decision in told] == [Fate.SMALL, Fate.UNREADABLE]
    assert told[1].path.endswith("d/")


def test_staging_is_told_when_it_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "data/storage/el2/base/.backup/backup").mkdir(parents=True)
    found = scan(tmp_path, profile(includes=["data/storage/el2/base/"]))
    assert [(decision.path, decision.fate) for decision in decisions(tmp_path, found)] == [
        ("/data/storage/el2/base/.backup/backup/", Fate.EMPTY_DIRECTORY)
    ]


NAMES = st.sampled_from(["a", "b", ".c", "x.log", "é"])
TREES = st.recursive(st.just(None), lambda inner: st.dictionaries(NAMES, inner, max_size=3), max_leaves=8)


def write(root: Path, tree: object) -> None:
    if tree is None:
        root.touch()
        return
    assert isinstance(tree, dict)
    root.mkdir()
    for name, below in tree.items():
        write(root / name, below)


@given(
    st.dictionaries(NAMES, TREES, max_size=4),
    st.lists(st.sampled_from(["/d/", "d/a", "/d/*", "d/?/", "d/.c", "/d/a/b/"]), max_size=2),
    st.lists(st.sampled_from(["*.log", "/d/a/", "/d/b", "*a", "/*/.c"]), max_size=2),
)
def test_everything_is_decided_once(
    tmp_path_factory: pytest.TempPathFactory, tree: object, includes: list[str], excludes: list[str]
) -> None:
    root = tmp_path_factory.mktemp("drawn")
    write(root / "d", tree)
    found = scan(root, profile(includes=includes, excludes=excludes))
    told = list(decisions(root, found))
    leaves = [decision.path for decision in told if decision.fate.leaves]
    assert len({decision.path for decision in told}) == len(told)
    assert sorted(leaves) == sorted({os.path.normpath(path) + "/" * path.endswith("/") for path in recorded(found)})
    nodes = {f"/{path.relative_to(root)}" for path in root.rglob("*") if not path.is_dir() or not any(path.iterdir())}
    assert {decision.path.rstrip("/") for decision in told} == nodes

"""glob and where scans begin: data-plane 1.5 and 8.3; what no row says was seen with musl's own glob in a chroot."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emulator.storage.config import MappedDir
from emulator.storage.inside import Inside
from emulator.storage.scan.glob import glob
from emulator.storage.scan.roots import Root, expand_includes, mapped_roots, without_nested
from tests.vectors import Vector, vectors


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for directory in ("f/sub", "h/entry/files", "h/feat/files", "h/.hid/files"):
        (root / directory).mkdir(parents=True)
    for file in ("f/a.db", "f/b.db", "f/.x.db", "f/sub/in", "h/feat/filesx"):
        (root / file).touch()
    (root / "f/dang.db").symlink_to("nowhere")
    (root / "f/lnk.db").symlink_to("a.db")
    (root / "f/lnkdir").symlink_to("sub")
    os.mkfifo(root / "f/p.db")
    return root


@pytest.mark.parametrize("vector", vectors("G1..G8", "G14..G19"))
def test_glob(vector: Vector, tree: Path) -> None:
    assert glob(vector["Pattern"], Inside(tree)) == vector.json("Result")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    for directory in ("d/[x]", "d/a*b", "d/locked/in", "d/hidden/in", "d/.dot"):
        (root / directory).mkdir(parents=True)
    for file in ("d/[x", "d/back\\slash", "d/b", "top", "d/[x]/in"):
        (root / file).touch()
    with open(os.fsencode(root / "d") + b"/\xff", "w"):
        pass
    (root / "d/out").symlink_to("../../../../etc")
    (root / "d/absolute").symlink_to("/d/.dot")
    (root / "d/loop").symlink_to("loop")
    (tmp_path / "outside").mkdir()
    (root / "d/hidden/link").symlink_to("in")
    (root / "d/locked").chmod(0o311)
    (root / "d/hidden").chmod(0o644)
    return root


@pytest.mark.parametrize(
    ("pattern", "result"),
    [
        ("", []),
        ("d/[x", ["d/[x"]),
        ("d/[x]", []),
        ("d/\\[x]", ["d/[x]/"]),
        ("d/[[]x]", ["d/[x]/"]),
        ("d/[x]/in", []),
        ("d\\/[[]x/", []),
        ("d\\/\\[x\\]/in", ["d/[x]/in"]),
        ("d/a\\*b", ["d/a*b/"]),
        ("d/*[b]\\/", ["d/a*b/"]),
        ("d/back\\\\slash", ["d/back\\slash"]),
        ("d/back\\", []),
        ("*p\\", []),
        ("top", ["top"]),
        ("t?p", ["top"]),
        ("/top", ["/top"]),
        ("../top", ["../top"]),
        ("/../../top", ["/../../top"]),
        ("../outside", []),
        ("d/out/*", []),
        ("d/out", ["d/out"]),
        ("d/absolute", ["d/absolute/"]),
        ("d/abs*/", ["d/absolute/"]),
        ("d/loop", ["d/loop"]),
        ("d/loo*", ["d/loop"]),
        ("d/loop/", []),
        ("d/.d*", ["d/.dot/"]),
        ("d/[.]dot", []),
        ("d/\\.d?t", []),
        ("d/\udcff", ["d/\udcff"]),
        ("d/?", ["d/b", "d/\udcff"]),
        ("d/[b\\]", ["d/b"]),
        ("d/[!a-z]*", ["d/[x", "d/[x]/", "d/\udcff"]),
        ("d/locked/*", []),
        ("d/locked/in", ["d/locked/in/"]),
        ("d/hidden/*", ["d/hidden/in/", "d/hidden/link"]),
        ("d/hidden/in", []),
        ("d/*/in", ["d/[x]/in", "d/locked/in/"]),
        ("top\0x", ["top"]),
        ("t*/", []),
        ("x" * 5000, []),
        ("/" * 4092 + "top", ["/" * 4092 + "top"]),
        ("/" * 4093 + "top", []),
    ],
)
def test_corners(pattern: str, result: list[str], odd: Path) -> None:
    assert glob(pattern, Inside(odd)) == result


@pytest.mark.vector("G9")
def test_nested_roots_vanish() -> None:
    vector: Vector = vectors("G9")[0].values[0]
    assert without_nested(vector.json("Input")) == vector.json("Result")


def test_a_file_takes_nothing_with_it() -> None:
    assert without_nested(["/a/d.txt", "/a/d"]) == ["/a/d", "/a/d.txt"]


@pytest.mark.vector("G10")
def test_equal_roots_vanish(tmp_path: Path) -> None:
    vector: Vector = vectors("G10")[0].values[0]
    files = "data/storage/el2/base/files/"
    (tmp_path / files).mkdir(parents=True)
    roots = expand_includes(vector.json("Input"), Inside(tmp_path))
    assert [root.path for root in roots] == vector.json("Result")
    assert roots == (Root(f"/{files}", files),)


@pytest.mark.parametrize("vector", vectors("G11"))
def test_public_home(vector: Vector, tmp_path: Path) -> None:
    home = tmp_path / "storage/Users/currentUser"
    (home / "a").mkdir(parents=True)
    (home / "appdata").mkdir()
    (home / "f").touch()
    roots = expand_includes(vector.json("Input"), Inside(tmp_path))
    assert [root.path for root in roots] == vector.json("Result")


def test_public_home_with_nothing_but_appdata_stays(tmp_path: Path) -> None:
    (tmp_path / "storage/Users/currentUser/appdata").mkdir(parents=True)
    roots = expand_includes(["/storage/Users/currentUser/", "/storage/Users/currentUser/*"], Inside(tmp_path))
    assert [root.path for root in roots] == ["/storage/Users/currentUser/"]


def test_a_path_without_any_slash_gets_none(tree: Path) -> None:
    assert [root.path for root in expand_includes(["f", "h/*"], Inside(tree))] == ["/f/", "/h/entry/", "/h/feat/"]
    (tree / "plain").touch()
    assert [root.path for root in expand_includes(["plain", "f/a.db"], Inside(tree))] == ["/f/a.db", "plain"]


def test_a_root_belongs_to_the_first_include_that_leads_there(tree: Path) -> None:
    roots = expand_includes(["nothing", "", "h/e*", "h/*"], Inside(tree))
    assert roots == (Root("/h/entry/", "h/e*"), Root("/h/feat/", "h/*"))


def test_mapped_roots_are_no_patterns() -> None:
    mapped = (MappedDir("b", "r"), MappedDir("/a[x]", "/s"), MappedDir("/a", "/t"))
    assert mapped_roots(mapped) == (Root("/a[x]", "/s", "/s"), Root("/a", "/t", "/t"), Root("b", "r", "r"))

"""Nothing is ever written outside the root, whatever an archive, an index or a planted link says."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from emulator.storage.inside import Inside
from emulator.storage.pack.staging import RESTORE
from emulator.storage.unpack.events import What
from tests.emulator.storage.tars import TAIL, F, Place, big, directory, entry, foreign


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_bytes(b"secret")
    (tmp_path / "outside/secret").chmod(0o604)
    return Place(tmp_path / "root")


def outside_is_as_it_was(place: Place) -> bool:
    outside = place.root.parent / "outside"
    secret = outside / "secret"
    assert sorted(path.name for path in place.root.parent.iterdir()) == ["outside", "root"]
    assert list(outside.iterdir()) == [secret]
    return (secret.read_bytes(), stat.S_IMODE(secret.stat().st_mode)) == (b"secret", 0o604)


NAMES = ["../outside/x", "/../outside/x", "a/../../outside/x", "..", "/..", "a/..", "//../outside/x", "./../outside/x"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_out(place: Place, name: str) -> None:
    for archive in (entry(name, b"1"), directory(name), foreign(b"L", name.encode() + b"\0", b"L") + foreign(b"f", b"1")):
        for flow in ("incremental", "full"):
            place.stage("part.0.tar", archive + TAIL)
            place.index("part.0.tar")
            place.restore(flow)
    pax = f"path={name}\n"
    place.unpack(foreign(b"x", f"{len(pax) + 3} {pax}".encode(), b"x") + foreign(b"f", b"1") + TAIL)
    place.stage("b1", b"7 bytes")
    place.index(big("b1", name))
    place.restore()
    place.restore(full_backup_only=True)
    assert outside_is_as_it_was(place)


@pytest.mark.parametrize("kind", ["absolute", "relative", "chain"])
@pytest.mark.parametrize("to", ["file", "new", "directory"])
def test_planted_links_lead_nowhere_but_inside(place: Place, kind: str, to: str) -> None:
    outside = str(place.root.parent / "outside") + {"file": "/secret", "new": "/new", "directory": ""}[to]
    target = {"absolute": outside, "relative": "../" * 30 + outside[1:], "chain": "/second"}[kind]
    place.host("link").symlink_to(target)
    place.host("second").symlink_to(outside)
    place.unpack(entry("link", b"1") + entry("link/secret", b"2") + directory("link/d/") + TAIL)
    assert outside_is_as_it_was(place)
    place.stage("b1", b"7 bytes")
    place.index(big("b1", "link/secret"))
    place.restore()
    assert outside_is_as_it_was(place)


def test_an_absolute_link_is_a_device_path(place: Place) -> None:
    place.host("real").mkdir()
    place.host("link").symlink_to("/real")
    place.host("dangling").symlink_to("/real/new")
    place.unpack(entry("link/a", b"1") + entry("dangling", b"2") + TAIL)
    assert (place.host("real/a").read_bytes(), place.host("real/new").read_bytes()) == (b"1", b"2")


def test_links_that_lead_to_each_other(place: Place) -> None:
    place.host("a").symlink_to("b")
    place.host("b").symlink_to("a")
    place.unpack(entry("a", b"1") + entry("a/f", b"1") + directory("a/d/") + TAIL)
    assert place.whats() == [What.FAILED] * 3


def test_names_in_the_index_that_lead_out(place: Place) -> None:
    (place.root.parent / "outside/secret.rp").write_bytes(b"")
    name = "../" * 30 + str(place.root.parent / "outside/secret")[1:]
    place.index(big(name, f"{F}/stolen"))
    assert place.restore() == 13900020
    (place.root.parent / "outside/secret.rp").unlink()
    assert outside_is_as_it_was(place)


def test_a_link_in_staging_is_no_big_file(place: Place) -> None:
    place.stage("b1", b"")
    place.host(f"{RESTORE}/b1").unlink()
    place.host(f"{RESTORE}/b1").symlink_to(place.root.parent / "outside/secret")
    place.index(big("b1", f"{F}/stolen"))
    place.restore()
    assert place.whats() == [What.FAILED]
    assert outside_is_as_it_was(place)


def test_a_link_in_staging_is_followed_inside_only(place: Place) -> None:
    for name in ("part.0.tar", "part.0.tar.rp", "manage.json"):
        place.host(f"{RESTORE}/{name}").symlink_to(place.root.parent / "outside/secret")
    assert place.restore() == 0
    place.index("part.0.tar")
    assert place.restore() != 0
    assert outside_is_as_it_was(place)


def test_device_nodes_are_neither_made_nor_written(place: Place) -> None:
    os.mkfifo(place.host("fifo"))
    archive = b"".join(foreign(b"node", kind=kind) for kind in (b"3", b"4", b"6", b"7"))
    place.unpack(archive + entry("fifo", b"1") + TAIL)
    assert place.whats() == [What.IGNORED] * 4 + [What.FAILED]
    assert sorted(place.tree()) == ["/fifo"]


def test_names_with_nul_end_there(place: Place) -> None:
    place.unpack(foreign(b"L", b"a\0/../../outside/x\0", b"L") + foreign(b"f", b"1") + TAIL)
    assert place.whats() == [What.FORBIDDEN]
    place.unpack(foreign(b"L", b"a\0b\0", b"L") + foreign(b"f", b"1") + TAIL)
    assert sorted(place.tree()) == ["/a"]
    place.stage("b1", b"7 bytes")
    place.index(big("b1\0x", "/c\0d"))
    place.restore()
    assert sorted(place.tree()) == ["/a", "/c"]


def test_paths_inside(place: Place) -> None:
    inside = Inside(place.root)
    place.host("d").mkdir()
    place.host("d/link").symlink_to("../../../../d")
    for path in ("d/link", "/d/link/", "d/./link", "d/link/link/..//d", "d/link/link"):
        assert inside.directory(path).host == f"{place.root}/d", path
    assert inside.entry("..") == inside.entry("") == inside.root
    assert inside.entry("d/link") == f"{place.root}/d/link"
    assert inside.host("d/link/new") == f"{place.root}/d/new"
    assert inside.device(inside.host("d/link")) == "/d"

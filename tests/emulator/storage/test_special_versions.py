"""The data of special old versions, below the session: blobs that lie where they belong, and tars (data-plane 4.8)."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from emulator.conditions import IoError
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.faults import disk_for
from emulator.storage.inside import Inside
from emulator.storage.name_hash import gen_hash_name
from emulator.storage.pack.staging import RESTORE
from emulator.storage.transfer import DataError
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.special import INDEX, report_path, special_restore
from tests.emulator.storage.tars import MANIFEST_HEAD, MTIME, STAT, TAIL, A, F, Place, Q, R, big, entry, f

TAR = "/data/storage/el2/base/cache/old.tar"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "root")


def put(place: Place, path: str, content: bytes, report: str | None = None) -> Path:
    host = place.host(path)
    host.parent.mkdir(parents=True, exist_ok=True)
    host.write_bytes(content)
    host.chmod(0o600)
    if report is not None:
        place.host(report_path(path)).write_text(report)
    return host


def tar(name: str, path: str, **members: Any) -> dict[str, Any]:
    return {"fileName": name, "information": {"path": path, "stat": STAT}, "isBigFile": False, "isUserTar": False, **members}


def restore(place: Place, *elements: Any, disk: Disk = HEALTHY_DISK) -> int:
    """The result; the events are in ``place``."""
    place.stage("manage.json", json.dumps(elements).encode())
    place.events = []
    try:
        for event in special_restore(Inside(place.root), disk=disk):
            place.events.append(event)
    except DataError as error:
        return error.code
    return 0


def test_a_big_file_gets_mode_and_times_where_it_lies(place: Place) -> None:
    host = put(place, f"{F}/big.bin", b"7 bytes", "")
    assert restore(place, big(f"{F}/big.bin", "/anywhere/else")) == 0
    status = host.stat()
    assert (stat.S_IMODE(status.st_mode), status.st_atime_ns, status.st_mtime_ns) == (0o640, 1_000_000_005, 2_000_000_006)
    assert sorted(place.tree()) == [F, f"{F}/big.bin"], "its manifest is gone"
    assert place.events == [Restored(f"{F}/big.bin", f"{F}/big.bin", What.FILE, 7)]
    assert list(place.host(RESTORE).iterdir()) == [], "and so is the index with its own"


def test_a_users_tar_is_a_big_file(place: Place) -> None:
    host = put(place, f"{F}/mine.tar", A)
    assert restore(place, tar(f"{F}/mine.tar", "/", isUserTar=True)) == 0
    assert host.read_bytes() == A
    assert not place.host(f"{F}/a.txt").exists()


def test_a_name_without_its_slash_is_below_the_root_too(place: Place) -> None:
    put(place, f"{F}/x", b"x")
    assert restore(place, big(f"{f}/x", "")) == 0
    assert place.tree()[f"{F}/x"] == "0o640"


@pytest.mark.parametrize(
    ("name", "what", "number"), [(f"{F}/none", What.FAILED, errno.ENOENT), (f"{F}/../x", What.FORBIDDEN, None)]
)
def test_a_big_file_that_fails_stops_nothing(place: Place, name: str, what: What, number: int | None) -> None:
    put(place, TAR, R + TAIL)
    assert restore(place, big(name, ""), tar(TAR, "/")) == 0
    assert place.events[0] == Restored(name, name, what, errno=number)
    assert place.host(f"{F}/a.txt").read_bytes() == b"hello"


@pytest.mark.parametrize("target", ["/data/storage/el2/base/haps", "data/storage/el2/base/haps/", "/data/storage/el2/base/haps/"])
def test_a_tar_is_unpacked_where_the_index_says(place: Place, target: str) -> None:
    put(place, TAR, entry("files/a.txt", b"hello") + TAIL, "")
    assert restore(place, tar(TAR, target)) == 0
    host = place.host("/data/storage/el2/base/haps/files/a.txt")
    assert (host.read_bytes(), host.stat().st_mtime_ns) == (b"hello", MTIME * 10**9)
    assert list(place.host(TAR).parent.iterdir()) == [], "the tar is gone, and its manifest"


def test_a_manifest_filters_and_an_empty_one_does_not(place: Place) -> None:
    put(place, TAR, R + Q + TAIL, f"{MANIFEST_HEAD}{f}/zzz;33200;0;5;1;X;0;0\n")
    assert restore(place, tar(TAR, "/")) == 0
    assert place.whats() == [What.FILTERED, What.DIRECTORY]
    put(place, TAR, R + Q + TAIL, MANIFEST_HEAD)
    assert restore(place, tar(TAR, "/")) == 0
    assert place.whats() == [What.FILE, What.DIRECTORY]


@pytest.mark.parametrize(("report", "goes_on"), [("", True), (f"{f}/a.txt;33200;0;5;1;X;0;0\n{f}/b;33200;0;1;1;X;0;0\n", False)])
def test_only_a_tar_with_a_filter_ends_at_a_file_that_cannot_be_written(place: Place, report: str, goes_on: bool) -> None:
    """The two ways of unpacking differ in that (data-plane 4.4)."""
    archive = entry(f"{F}/a.txt", bytes(2000)) + entry(f"{F}/b", b"b") + TAIL
    put(place, TAR, archive, MANIFEST_HEAD + report)
    disk = disk_for((IoError("*/a.txt", "write"),), lambda *_: None)
    assert restore(place, tar(TAR, "/"), disk=disk) == 0
    assert place.host(f"{F}/b").exists() is goes_on


def test_big_files_come_first_and_tars_in_the_order_of_the_index(place: Place) -> None:
    for name in ("/z.tar", "/a.tar"):
        put(place, name, entry(f"from{name[1:]}", b"1") + TAIL)
    put(place, "/x", b"x")
    assert restore(place, tar("/z.tar", "/"), tar("/a.tar", "/"), big("/x", "")) == 0
    assert [event.blob for event in place.events] == ["/x", "/z.tar", "/a.tar"]


@pytest.mark.parametrize(
    "element",
    [
        pytest.param(tar("/missing.tar", "/"), id="missing"),
        pytest.param(tar(TAR, ""), id="no path"),
        pytest.param(tar(TAR, "/data/../x"), id="target outside"),
        pytest.param(tar(TAR, ".."), id="target outside, with the slash that it gets"),
        pytest.param(tar("/data/../old.tar", "/"), id="tar outside"),
    ],
)
def test_the_first_tar_that_fails_is_the_end(place: Place, element: dict[str, Any]) -> None:
    put(place, TAR, R + TAIL)
    put(place, "/next.tar", R + TAIL)
    put(place, "/x", b"x")
    assert restore(place, element, tar("/next.tar", "/"), big("/x", "")) == errno.EINVAL
    assert [event.blob for event in place.events] == ["/x"]
    assert not place.host(F).exists()
    assert place.host(INDEX).exists()


def test_damage_inside_a_tar_is_no_failure(place: Place) -> None:
    put(place, TAR, b"\1" * 1024)
    assert restore(place, tar(TAR, "/")) == 0
    assert place.whats() == [What.BAD_FORMAT]


def test_without_an_index_the_app_does_not_get_to_restore(place: Place) -> None:
    with pytest.raises(DataError) as failed:
        list(special_restore(Inside(place.root)))
    assert failed.value.code == errno.ENOENT


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"[", 0), (b"null", 0), (b'[{"fileName":"a","information":5}]', 13900020)],
    ids=["damaged", "null", "throws"],
)
def test_an_index_that_cannot_be_read(place: Place, text: bytes, code: int) -> None:
    put(place, "/x", b"x")
    place.stage("manage.json", text)
    try:
        events, found = list(special_restore(Inside(place.root))), 0
    except DataError as error:
        events, found = [], error.code
    assert (events, found) == ([], code)


def test_long_names_of_manifests() -> None:
    """A name of 252 bytes is too long with its ``.rp``."""
    fits, long = "é" * 126, "é" * 126 + "x"
    assert report_path(f"{F}/{fits}") == f"{F}/{fits}.rp"
    digits = gen_hash_name(f"{long}.rp")
    assert report_path(f"{F}/{long}") == f"{F}/{digits}{digits}"


def test_the_manifest_under_its_short_name_is_removed(place: Place) -> None:
    path = f"{F}/{'n' * 254}"
    put(place, path, b"x", "")
    assert len(os.listdir(place.host(F))) == 2
    assert restore(place, big(path, "")) == 0
    assert os.listdir(place.host(F)) == ["n" * 254]

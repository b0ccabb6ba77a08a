"""What goes wrong while packing, data-plane 3.5, and what lies about a sandbox that is no plain file."""

from __future__ import annotations

import errno
import os
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.codes import Code
from emulator.storage.disk import Disk
from emulator.storage.inside import Inside
from emulator.storage.pack.content import STEP
from emulator.storage.pack.header import app_owner
from emulator.storage.pack.slices import Entry
from emulator.storage.pack.staging import BACKUP, make_staging
from emulator.storage.pack.tar import PackedTar, PackError, PackHangs, pack
from emulator.storage.transfer import DataError

F = "/data/storage/el2/base/files"
TAR = f"{BACKUP}/part.0.tar"


class Faulty(Disk):
    """A disk that does what the test says."""

    healthy = False

    def __init__(self, room: int | None = None, refuses: tuple[str, int] | None = None) -> None:
        self.room = room
        self.refuses = refuses
        self.on_reading: Callable[[], None] = lambda: None

    def opening(self, path: str, writing: bool) -> None:
        if self.refuses is not None and self.refuses[0] == path:
            raise OSError(self.refuses[1], os.strerror(self.refuses[1]), path)

    def reading(self, path: str, size: int) -> None:
        self.on_reading()

    def writing(self, path: str, size: int) -> int:
        if self.room is None:
            return size
        if not self.room:
            raise OSError(errno.ENOSPC, "full", path)
        size = min(size, self.room)
        self.room -= size
        return size


@pytest.fixture
def inside(tmp_path: Path) -> Inside:
    (tmp_path / F[1:]).mkdir(parents=True)
    found = Inside(tmp_path)
    make_staging(found)
    return found


def lay(inside: Inside, name: str, content: bytes = b"hello", mode: int = 0o660) -> Path:
    host = Path(inside.entry(f"{F}/{name}"))
    host.write_bytes(content)
    host.chmod(mode)
    return host


def packed(inside: Inside, *names: str, disk: Disk | None = None) -> PackedTar:
    entries = [Entry(f"{F}/{name}", f"{F}/{name}", 0) for name in names]
    return pack(inside, entries, TAR, app_owner(20010045), disk or Disk())


def failed(name: str, number: int, header_written: bool = False) -> PackError:
    return PackError(f"{F}/{name}", f"{F}/{name}", number, header_written)


def archive(inside: Inside) -> bytes:
    return Path(inside.entry(TAR)).read_bytes()


def names(inside: Inside) -> list[str]:
    with tarfile.open(inside.entry(TAR)) as tar:
        return ["/" + name.lstrip("/") for name in tar.getnames()]


def test_an_unreadable_file_is_left_out_without_a_word(inside: Inside) -> None:
    lay(inside, "a", mode=0o060)
    lay(inside, "b")
    tar = packed(inside, "a", "b")
    assert (tar.packed, tar.errors, names(inside)) == (1, (), [f"{F}/b"])


def test_what_lies_in_an_unsearchable_directory_is_left_out_too(inside: Inside) -> None:
    os.mkdir(inside.entry(f"{F}/d"))
    lay(inside, "d/a")
    os.chmod(inside.entry(f"{F}/d"), 0o660)
    tar = pack(Inside(inside.root), [Entry(f"{F}/d/a", f"{F}/d/a", 0)], TAR, app_owner(1))
    os.chmod(inside.entry(f"{F}/d"), 0o770)
    assert (tar.packed, tar.errors, tar.size) == (0, (), 1024)


def test_every_file_unreadable_is_still_a_tar(inside: Inside) -> None:
    lay(inside, "a", mode=0)
    assert packed(inside, "a").size == 1024
    assert archive(inside) == bytes(1024)


def test_the_disk_refuses_to_open(inside: Inside) -> None:
    lay(inside, "a")
    lay(inside, "b")
    tar = packed(inside, "a", "b", disk=Faulty(refuses=(f"{F}/a", errno.EIO)))
    assert (tar.errors, names(inside)) == ((failed("a", errno.EIO),), [f"{F}/b"])
    assert not packed(inside, "a", "b", disk=Faulty(refuses=(f"{F}/a", errno.EACCES))).errors


@pytest.mark.parametrize(
    ("left", "size", "appended"),
    [(3, 5, 0), (0, 5, 0), (STEP + 7, 3 * STEP, STEP), (2 * STEP, 2 * STEP + 1, 2 * STEP)],
    ids=["inside-the-first-step", "emptied", "inside-the-second-step", "after-two-steps"],
)
@pytest.mark.parametrize("healthy", [True, False], ids=["healthy", "asked"])
def test_a_short_file_breaks_the_archive(
    inside: Inside, monkeypatch: pytest.MonkeyPatch, left: int, size: int, appended: int, healthy: bool
) -> None:
    host = lay(inside, "a", os.urandom(size))
    lay(inside, "b")
    before = host.read_bytes()
    tar = shrunk_while_packed(inside, monkeypatch, host, left, healthy)
    data = archive(inside)
    assert tar.errors == (failed("a", Code.E_PACKET, True),)
    assert int(data[124:135], 8) == size
    assert data[512 : 512 + appended] == before[:appended]
    assert data[512 + appended :][: len(f"{F}/b")] == f"{F}/b".encode()
    assert len(data) == 512 + appended + 1024 + 1024


def shrunk_while_packed(inside: Inside, monkeypatch: pytest.MonkeyPatch, host: Path, left: int, healthy: bool) -> PackedTar:
    if not healthy:
        disk = Faulty()
        disk.on_reading = lambda: os.truncate(host, min(left, host.stat().st_size))
        return packed(inside, "a", "b", disk=disk)
    opened = os.open

    def shrinking(path: str, *arguments: int) -> int:
        if path == str(host):
            os.truncate(host, left)
        return opened(path, *arguments)

    monkeypatch.setattr(os, "open", shrinking)
    return packed(inside, "a", "b")


def test_a_file_that_grows_is_packed_as_long_as_it_was(inside: Inside) -> None:
    host = lay(inside, "a")
    disk = Faulty()
    disk.on_reading = lambda: host.write_bytes(b"hello, world")  # type: ignore[func-returns-value]
    tar = packed(inside, "a", disk=disk)
    assert (tar.errors, tar.size, archive(inside)[512:520]) == ((), 2048, b"hello\0\0\0")


@pytest.mark.parametrize(
    ("room", "errors", "size"),
    [
        (100, [failed("a", Code.E_PACKET), failed("b", Code.E_PACKET)], 100),
        (515, [failed("a", errno.ENOSPC, True), failed("b", Code.E_PACKET)], 515),
        (520, [failed("b", Code.E_PACKET)], 520),
        (1024, [failed("b", Code.E_PACKET)], 1024),
        (2048, [], 2048),
    ],
    ids=["in-the-header", "in-the-content", "in-the-padding", "between", "in-the-tail"],
)
def test_a_full_disk(inside: Inside, room: int, errors: list[PackError], size: int) -> None:
    lay(inside, "a")
    lay(inside, "b")
    tar = packed(inside, "a", "b", disk=Faulty(room=room))
    assert (list(tar.errors), tar.size, len(archive(inside))) == (errors, size, size)


def test_a_lasting_read_error_never_ends(inside: Inside) -> None:
    lay(inside, "a")
    disk = Faulty()

    def broken() -> None:
        raise OSError(errno.EIO, "broken")

    disk.on_reading = broken
    with pytest.raises(PackHangs) as caught:
        packed(inside, "a", disk=disk)
    assert (caught.value.path, caught.value.errno) == (f"{F}/a", errno.EIO)


def test_a_fifo_that_an_include_names_never_ends(inside: Inside) -> None:
    os.mkfifo(inside.entry(f"{F}/p"))
    with pytest.raises(PackHangs) as caught:
        packed(inside, "p")
    assert caught.value.errno is None


def test_a_socket_cannot_be_opened(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inside.entry(F))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("s")
    assert packed(inside, "s").errors == (failed("s", errno.ENXIO),)


def test_a_link_is_an_entry_without_content(inside: Inside) -> None:
    lay(inside, "a")
    os.symlink(f"{F}/a", inside.entry(f"{F}/link"))
    os.symlink("nowhere", inside.entry(f"{F}/dangling"))
    tar = packed(inside, "link", "dangling")
    assert tar.errors == (failed("dangling", errno.ENOENT),)
    assert archive(inside)[156] == 0
    assert tar.size == 512 + 1024


def test_links_on_the_way_stay_in_the_sandbox(inside: Inside, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret").write_bytes(b"secret")
    for number, target in enumerate([str(outside), "../" * 20 + str(outside)[1:]]):
        os.symlink(target, inside.entry(f"{F}/out{number}"))
    tar = packed(inside, "out0/secret", "out1/secret")
    assert tar.errors == (failed("out0/secret", errno.ENOENT), failed("out1/secret", errno.ENOENT))


def test_an_include_through_a_link_is_packed_under_the_links_path(inside: Inside) -> None:
    os.mkdir(inside.entry(f"{F}/real"))
    lay(inside, "real/a")
    os.symlink(f"{F}/real", inside.entry(f"{F}/link"))
    assert not packed(inside, "link/a", "link/").errors
    assert names(inside) == [f"{F}/link/a", f"{F}/link"]
    assert archive(inside)[1024 + 156] == ord("5")


def test_a_tar_that_cannot_be_created(inside: Inside) -> None:
    with pytest.raises(DataError, match="tar file cannot be created") as caught:
        packed(inside, disk=Faulty(refuses=(TAR, errno.EROFS)))
    assert caught.value.code == Code.E_PACKET
    os.rmdir(inside.entry(BACKUP))
    with pytest.raises(DataError):
        packed(inside)


def test_names_of_any_bytes(inside: Inside) -> None:
    name = os.fsdecode(b"\xff\xfe'\n;")
    lay(inside, name)
    packed(inside, name)
    assert archive(inside)[: len(F) + 6] == F.encode() + b"/\xff\xfe'\n;"

"""What goes wrong inside a tar, data-plane 4.4, and the flows' other ends."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from emulator.storage.disk import Disk
from emulator.storage.pack.content import STEP
from emulator.storage.pack.header import HeaderWriter, app_owner
from emulator.storage.pack.staging import RESTORE
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.header import parse_header, parse_octal
from tests.emulator.storage.tars import LONG, MTIME, TAIL, A, F, Place, Q, big, directory, entry, f, foreign, status

TAR = f"{RESTORE}/part.0.tar"


class Faulty(Disk):
    """Room for so many bytes, and refusals by operation and path."""

    healthy = False

    def __init__(self, room: int | None = None, refuses: dict[tuple[str, str], int] | None = None) -> None:
        self.room = room
        self.refuses = refuses or {}

    def opening(self, path: str, writing: bool) -> None:
        self.changing("write" if writing else "open", path)

    def reading(self, path: str, size: int) -> None:
        self.changing("read", path)

    def writing(self, path: str, size: int) -> int:
        if self.room is None:
            return size
        if not self.room:
            raise OSError(errno.ENOSPC, "full", path)
        fits = min(size, self.room)
        self.room -= fits
        return fits

    def changing(self, operation: str, path: str) -> None:
        number = self.refuses.get((operation, path))
        if number is not None:
            raise OSError(number, os.strerror(number), path)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "root")


def restored(path: str, what: What, size: int = 0, number: int | None = None) -> Restored:
    return Restored("part.0.tar", path, what, size, number)


@pytest.mark.parametrize("cut", [100, 511, 1024 + 100], ids=["first", "first-but-one", "second"])
def test_truncated_in_a_header(place: Place, cut: int) -> None:
    assert place.unpack(A[:cut]) == 0
    assert place.whats() == [What.FILE] * (cut > 1024)


@pytest.mark.parametrize("size", [5, 3 * STEP], ids=["small", "large"])
def test_truncated_content_stops_the_incremental_flow_only(place: Place, size: int) -> None:
    archive = foreign(b"f", b"x" * size)
    for flow in ("incremental", "full"):
        place.stage("part.0.tar", archive[: 512 + size - 1])
        place.index("part.0.tar")
        assert place.restore(flow) == 0
        assert place.events == [restored("/f", What.TRUNCATED, size - 1)]


@pytest.mark.parametrize("flow", ["incremental", "full"])
def test_a_full_disk(place: Place, flow: str) -> None:
    place.stage("part.0.tar", foreign(b"a", b"1" * 2000) + foreign(b"b", b"") + TAIL)
    place.index("part.0.tar")
    assert place.restore(flow, disk=Faulty(room=700)) == 0
    assert place.host("a").read_bytes() == b"1" * 700
    following = [restored("/b", What.FILE)] if flow == "full" else []
    assert place.events == [restored("/a", What.FAILED, 700, errno.ENOSPC), *following]
    assert place.tree()["/a"] == "0o644"


def test_what_waits_in_stdios_buffer_is_lost_without_a_word(place: Place) -> None:
    place.unpack(foreign(b"a", b"1" * 1024, mode=b"0000640") + foreign(b"b", b"2" * 1025) + TAIL, disk=Faulty(room=1000))
    assert place.events == [restored("/a", What.LOST, 1000), restored("/b", What.FAILED, 0, errno.ENOSPC)]
    assert place.tree()["/a"] == "0o640"
    assert place.host("a").stat().st_mtime == MTIME


@pytest.mark.parametrize(
    ("operation", "path", "number"),
    [("write", "/a", errno.EIO), ("create", "/a", errno.EROFS), ("mkdir", "/d", errno.ENOSPC)],
    ids=["open", "create", "mkdir"],
)
def test_what_cannot_be_made_is_passed_over(place: Place, operation: str, path: str, number: int) -> None:
    archive = entry("a", b"1") + directory("d/") + entry("b", b"2") + TAIL
    assert place.unpack(archive, disk=Faulty(refuses={(operation, path): number})) == 0
    assert restored(path, What.FAILED, 0, number) in place.events
    assert sorted(place.tree()) == sorted({"/a", "/b", "/d"} - {path})


def test_a_missing_parent_that_cannot_be_made(place: Place) -> None:
    place.host("d").mkdir(mode=0o500)
    place.unpack(entry("d/e/f", b"1") + entry("d/f", b"1") + directory("d/g/") + entry("b", b"2") + TAIL)
    failed = [restored(path, What.FAILED, 0, errno.EACCES) for path in ("/d/e/f", "/d/f", "/d/g")]
    assert place.events == [*failed, restored("/b", What.FILE, 1)]


def test_a_directory_that_may_not_be_searched(place: Place) -> None:
    (place.root / "d").mkdir(mode=0o600)
    place.unpack(entry("d/f", b"1") + TAIL)
    assert place.events == [restored("/d/f", What.FAILED, 0, errno.EACCES)]


@pytest.mark.parametrize(("operation", "attribute"), [("chmod", "st_mode"), ("utime", "st_mtime")], ids=["chmod", "utime"])
def test_a_mode_or_time_that_cannot_be_set(place: Place, operation: str, attribute: str) -> None:
    place.unpack(entry("a", b"1") + entry("b", b"2") + TAIL, disk=Faulty(refuses={(operation, "/a"): errno.EPERM}))
    assert place.events == [restored("/a", What.FILE, 1, errno.EPERM), restored("/b", What.FILE, 1)]
    a, b = place.host("a").stat(), place.host("b").stat()
    differing = [name for name in ("st_mode", "st_mtime") if getattr(a, name) != getattr(b, name)]
    assert differing == [attribute]


def test_a_tar_that_cannot_be_read_ends_like_a_truncated_one(place: Place) -> None:
    assert place.unpack(A, disk=Faulty(refuses={("read", TAR): errno.EIO})) == 0
    assert place.events == []


def test_a_tar_that_cannot_be_opened(place: Place) -> None:
    assert place.unpack(A, disk=Faulty(refuses={("open", TAR): errno.EIO})) == errno.EIO


def test_incremental_deletes_a_tar_in_any_case_full_only_on_success(place: Place) -> None:
    disk = Faulty(refuses={("open", TAR): errno.EIO})
    place.unpack(A, disk=disk)
    assert not place.host(TAR).exists()
    place.stage("part.0.tar", A)
    assert place.restore("full", disk=disk) == errno.EIO
    assert place.host(TAR).exists()
    assert place.restore("full") == 0
    assert not place.host(TAR).exists()
    assert place.host(f"{RESTORE}/manage.json").exists()


def test_the_index_is_deleted_unless_clearing_is_off(place: Place) -> None:
    place.unpack(A, clear=False)
    assert place.host(f"{RESTORE}/manage.json").exists()
    place.unpack(A)
    assert [path.name for path in place.host(RESTORE).iterdir()] == []


def test_a_forbidden_tar_fails_as_a_missing_one_does(place: Place) -> None:
    """The last name decides (data-plane 4.2)."""
    place.index("../part.0.tar")
    place.stage("../part.0.tar", A)
    assert place.restore() == errno.EINVAL
    place.index("../part.0.tar", "z.bin")
    assert place.restore() == 0
    assert not place.host(F).exists()


def test_a_full_restore_does_not_look_at_the_names_of_tars(place: Place) -> None:
    """Data-plane 7.2: only the service has checked them."""
    place.index("../part.0.tar")
    place.stage("../part.0.tar", A)
    assert place.restore("full") == 0
    assert place.host(f"{F}/a.txt").exists()


def test_a_full_restore_has_no_filter_and_needs_manifests_of_big_files(place: Place) -> None:
    place.stage("part.0.tar", A, "version\ncolumns;;;;;;;\n")
    place.stage("b1", b"7 bytes", manifest=None)
    place.index("part.0.tar", big("b1", f"{F}/big.bin"))
    assert place.restore("full") == 13900020
    assert place.host(f"{F}/a.txt").exists()
    place.stage("b1", b"7 bytes")
    place.index("missing.tar", big("b1", f"{F}/big.bin"))
    assert place.restore("full") == errno.ENOENT
    assert place.host(f"{F}/big.bin").read_bytes() == b"7 bytes"


def test_a_users_tar_is_moved_and_not_unpacked(place: Place) -> None:
    place.stage("3f.tar", A)
    place.index(big("3f.tar", f"{F}/user.tar", isUserTar=True, isBigFile=False))
    assert place.restore() == 0
    assert place.host(f"{F}/user.tar").read_bytes() == A
    assert sorted(place.tree()) == [F, f"{F}/user.tar"]


def test_the_public_home_is_left_to_a_plug_in(place: Place) -> None:
    place.index(big("b1", "/storage/Users/currentUser/x"))
    assert place.restore() == 0
    assert place.events == [Restored("b1", "/storage/Users/currentUser/x", What.IGNORED)]


def test_a_big_file_that_cannot_be_renamed_is_copied_and_stays(place: Place) -> None:
    place.stage("b1", b"7 bytes")
    place.index(big("b1", f"{F}/big.bin"))
    refusing = {("rename", f"{F}/big.bin"): errno.EXDEV}
    assert place.restore(disk=Faulty(refuses=refusing)) == 0
    assert place.host(f"{F}/big.bin").read_bytes() == b"7 bytes"
    assert place.tree()[f"{F}/big.bin"] == "0o640"
    assert place.host(f"{RESTORE}/b1").exists()
    place.host(f"{F}/big.bin").unlink()
    place.index(big("b1", f"{F}/big.bin"))
    assert place.restore(disk=Faulty(room=3, refuses=refusing)) == 0
    assert place.events == [Restored("b1", f"{F}/big.bin", What.FAILED, errno=errno.ENOSPC)]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="open files cannot be counted here")
def test_no_file_stays_open(place: Place) -> None:
    before = len(os.listdir("/dev/fd"))
    place.unpack(A + b"garbage" * 100)
    place.host(f"{F}").chmod(0o500)
    place.stage("b1", b"7 bytes")
    place.index(big("b1", f"{F}/a.txt"), big("b2", f"{F}/new"))
    place.restore()
    assert place.events[0].what is What.FILE
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.parametrize("target", ["/data", "..", "/data/"], ids=["directory", "dot-dot", "slash"])
def test_a_big_file_in_place_of_a_directory(place: Place, target: str) -> None:
    place.stage("b1", b"7 bytes")
    place.index(big("b1", target))
    assert place.restore() == 0
    assert place.whats() == [What.FAILED]
    assert place.tree() == {}


def test_directories_get_their_headers_mode_less_the_umask(place: Place) -> None:
    place.unpack(directory("p/q/", mode=0o41777) + entry("r/s", b"") + TAIL, umask=0o027)
    assert place.tree() == {"/p": "0o1750", "/p/q": "0o1750", "/r": "0o750", "/r/s": "0o660"}
    place.unpack(directory("p/", mode=0o40700) + TAIL)
    assert place.tree()["/p"] == "0o1750"


def test_a_file_is_as_good_as_a_directory_that_is_there(place: Place) -> None:
    place.unpack(entry("d", b"1") + directory("d/") + directory("d/e/") + TAIL)
    assert place.events[1:] == [restored("/d", What.DIRECTORY), restored("/d/e", What.FAILED, 0, errno.ENOTDIR)]


def test_a_time_of_zero_is_not_set(place: Place) -> None:
    place.unpack(entry("a", b"1", mtime=0) + TAIL)
    assert place.host("a").stat().st_mtime > MTIME


def test_owners_and_link_names_of_a_header_do_not_matter(place: Place) -> None:
    place.unpack(HeaderWriter(app_owner(0)).entry(b"a", status(0o100644, 0)) + TAIL)
    assert place.host("a").stat().st_uid == os.getuid()


def test_the_long_name_counts_for_the_next_header_only(place: Place) -> None:
    long_name = entry(LONG, b"x")[:1024]
    place.unpack(long_name + foreign(b"k", b"5byte", b"K") + foreign(b"f", b"1") + TAIL)
    assert [(event.path, event.what) for event in place.events] == [(LONG, What.IGNORED), ("/f", What.FILE)]


def test_a_long_name_that_leads_out(place: Place) -> None:
    block = foreign(b"././@LongLink", b"x/../../y\0", b"L")
    for flow in ("incremental", "full"):
        place.stage("part.0.tar", block + foreign(b"f", b"1") + TAIL)
        place.index("part.0.tar")
        assert place.restore(flow) == 0
        assert place.whats() == [What.FORBIDDEN]
    assert place.tree() == {}


@pytest.mark.parametrize(("flow", "what"), [("incremental", What.IGNORED), ("full", What.FORBIDDEN)])
def test_only_the_full_flow_checks_a_long_name_by_itself(place: Place, flow: str, what: What) -> None:
    place.stage("part.0.tar", foreign(b"././@LongLink", b"x/../../y\0", b"L") + foreign(b"h", kind=b"1") + TAIL)
    place.index("part.0.tar")
    assert place.restore(flow) == 0
    assert place.whats() == [what]


def test_a_link_has_no_content_whatever_it_announces(place: Place) -> None:
    place.unpack(foreign(b"s", size=512, kind=b"2") + foreign(b"f", b"1") + TAIL)
    assert [event.path for event in place.events] == ["/s", "/f"]


def test_a_valid_header_without_a_name_before_a_nul_block_ends_the_archive(place: Place) -> None:
    place.unpack(foreign(b"") + bytes(512) + foreign(b"f", b"1") + TAIL)
    assert place.events == []
    place.unpack(foreign(b"") + b"x" * 512 + foreign(b"f", b"1") + TAIL)
    assert place.events == [restored("", What.FAILED, 0, errno.ENOENT), restored("/f", What.FILE, 1)]


def test_a_file_that_is_called_like_a_directory(place: Place) -> None:
    place.unpack(foreign(b"d/", b"1") + TAIL)
    assert place.events == [restored("/d/", What.FAILED, 0, errno.EISDIR)]
    assert place.host("d").is_dir()


def test_a_long_names_nul_hides_dots_at_the_end(place: Place) -> None:
    place.host("x").mkdir()
    place.unpack(foreign(b"././@LongLink", b"x/..\0", b"L") + directory("d") + foreign(b"f", b"1") + TAIL)
    assert place.whats() == [What.DIRECTORY, What.FILE]


PAX_OF_600 = b"600 path=" + (b"p" * 99 + b"/") * 5 + b"p" * 90 + b"\n"


def record(key: bytes, length: int) -> bytes:
    """A pax record of exactly ``length`` bytes."""
    return (b"%d %b=" % (length, key)).ljust(length - 1, b"v") + b"\n"


@pytest.mark.parametrize(
    ("records", "what", "path"),
    [
        (b"30 atime=1.5xxxxxxxxxxxxxxxxx\n17 path=d/second\n", What.FILE, "/d/second"),
        (b"14 path=first\n15 path=second\n", What.FILE, "/second"),
        (PAX_OF_600, What.FILE, "/" + PAX_OF_600[9:-1].decode()),
        (b"", What.FILE, "/short"),
        (b"18 path=no newline", What.FILE, "/short"),
        (record(b"comment", 512), What.BAD_FORMAT, "/x"),
        (b"9 no-value", What.BAD_FORMAT, "/x"),
        (b"x path=for-ever\n", What.BAD_FORMAT, "/x"),
        (b"0 path=for-ever\n", What.BAD_FORMAT, "/x"),
        (b"999999999 path=x\n", What.BAD_FORMAT, "/x"),
        (record(b"a", 300) + record(b"path", 300), What.BAD_FORMAT, ""),
    ],
    ids=["second", "last", "long", "none", "cut", "full", "no-value", "no-number", "zero", "announced", "two-blocks"],
)
def test_pax_headers(place: Place, records: bytes, what: What, path: str) -> None:
    place.unpack(foreign(b"x", records or bytes(1), b"x") + foreign(b"short", b"1") + TAIL)
    assert [(event.what, event.path) for event in place.events] == [(what, path)]


def test_checksums_and_magic() -> None:
    header = parse_header(foreign(b"f"))
    assert header is not None
    assert (header.name, header.mode, header.size, header.mtime, header.kind) == (b"f", 0o644, 0, MTIME, b"0")
    assert parse_header(foreign(b"f").replace(b"ustar", b"ustaR")) is None
    for place_of_the_bit in [*range(148), *range(156, 512)]:
        damaged = bytearray(foreign(b"f"))
        damaged[place_of_the_bit] ^= 0x80
        assert parse_header(bytes(damaged)) is None, place_of_the_bit


@pytest.mark.parametrize(
    ("text", "value"), [(b"  644 \0\0", 0o644), (b"x7-7", 7), (b"", 0), (b"999", 0), (b"0o17", 0), (b"1_7", 1)]
)
def test_octal_numbers(text: bytes, value: int) -> None:
    assert parse_octal(text, len(text)) == value


def test_sizes_with_blanks(place: Place) -> None:
    place.unpack(foreign(b"f", b"12345", size=b"          5 ") + foreign(b"g") + TAIL)
    assert [event.path for event in place.events] == ["/f", "/g"]


def test_directories_carry_a_size_and_no_content(place: Place) -> None:
    place.unpack(Q + entry(f"{F}/b") + TAIL)
    assert [event.path for event in place.events] == [f"{F}/empty", f"/{f}/b"]


def test_names_of_any_bytes(place: Place) -> None:
    place.unpack(foreign(b"\xff\xfe\n;", b"1") + TAIL)
    assert os.listdir(os.fsencode(place.root))[0] in (b"\xff\xfe\n;", b"data")
    assert place.host(os.fsdecode(b"\xff\xfe\n;")).exists()

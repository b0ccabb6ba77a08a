"""File work of the app under a disk with faults: each way to a file asks, however it was imported; nobody else notices."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import pathlib
import shutil
import sqlite3
import tarfile
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from os import mkdir as imported_mkdir
from os import replace as imported_replace
from pathlib import Path
from shutil import copyfile as imported_copyfile
from threading import Thread
from typing import Any

import pytest

from emulator import Condition, Device, SessionKind, load_subject, nominal_plan
from emulator.conditions import Denied, El2Locked, IoError, ReadOnlyArea, SlowStorage, StorageFull
from emulator.record import Record
from emulator.runtime.python import file_surface
from emulator.runtime.python.files import acting
from emulator.storage.databases import PAGE_BYTES
from emulator.storage.faults import FaultyDisk
from emulator.storage.os_errors import ENOKEY
from tests.emulator.harness import OK_JSON, S
from tests.emulator.planes import Blobs

Body = Callable[[str], Any]
imported_open = open


def session(body: Body, *conditions: Condition) -> tuple[Any, Record, FaultyDisk]:
    """What ``body`` gave, or the OSError it raised, when it ran as onBackupEx; it gets a directory with a file ``old``."""
    found: list[Any] = []

    class Ext:
        context: Any = None

        async def onBackupEx(self, info: str) -> str:
            try:
                result = body(self.context.filesDir)
                found.append(await result if asyncio.iscoroutine(result) else result)
            except (OSError, sqlite3.Error) as error:
                found.append(error)
            return OK_JSON

    def seed(root: Path) -> None:
        files = root / "data/storage/el2/base/haps/entry/files"
        files.mkdir(parents=True)
        (files / "old").write_bytes(b"0123456789")
        (files / "big").write_bytes(b"0" * 6_000)

    with Device(conditions=conditions, data=Blobs()) as device:  # what the device itself packs would meet the faults too
        device.install(load_subject(Ext), sandbox=seed)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        disk = device.host.disk
    assert isinstance(disk, FaultyDisk)
    return found[0], record, disk


def refused(body: Body, *conditions: Condition) -> int | None:
    """The errno that the app got; None when it got none."""
    result, _, disk = session(body, *conditions)
    assert not isinstance(result, OSError) or disk.hits, "a real error, not ours"
    return result.errno if isinstance(result, OSError) else None


def written(path: str, use: Callable[[Any], Any], mode: str = "w", **options: Any) -> None:
    with open(path, mode, **options) as file:
        use(file)


def used(file: Any, data: Any) -> Any:
    with file:
        return file.write(data)


def descriptor(path: str, use: Callable[[int], Any], flags: int = os.O_RDWR | os.O_CREAT) -> Any:
    fd = os.open(path, flags)
    try:
        return use(fd)
    finally:
        os.close(fd)


def copied_in_the_kernel(files: str) -> None:
    descriptor(files + "/old", lambda source: descriptor(files + "/new", lambda target: os.copy_file_range(source, target, 10)))


def sent(files: str) -> None:
    descriptor(files + "/old", lambda source: descriptor(files + "/new", lambda target: os.sendfile(target, source, 0, 10)))


def packed(files: str) -> None:
    with tarfile.open(files + "/new", "w") as archive:
        archive.add(files + "/old")


def in_a_thread(files: str) -> None:
    errors: list[OSError] = []

    def work() -> None:
        try:
            (Path(files) / "new").write_text("x")
        except OSError as error:
            errors.append(error)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]


WRITERS: dict[str, Body] = {
    "open": lambda files: written(files + "/new", lambda f: f.write("x")),
    "open, imported": lambda files: used(imported_open(files + "/new", "w"), "x"),
    "open, appending": lambda files: written(files + "/old", lambda f: f.write("x"), "a"),
    "open, updating": lambda files: written(files + "/old", lambda f: f.write("x"), "r+"),
    "open, unbuffered": lambda files: written(files + "/new", lambda f: f.write(b"x"), "wb", buffering=0),
    "open, bytes path": lambda files: written(os.fsencode(files) + b"/new", lambda f: f.write("x")),  # type: ignore[arg-type]
    "open, with an opener": lambda files: written(files + "/new", lambda f: f.write("x"), opener=os.open),
    "open, of a descriptor": lambda files: descriptor(
        files + "/old", lambda fd: written(fd, lambda f: f.write("x"), closefd=False)
    ),  # type: ignore[arg-type]
    "io.open": lambda files: used(io.open(files + "/new", "w"), "x"),  # noqa: SIM115, UP020
    "os.fdopen": lambda files: descriptor(files + "/old", lambda fd: used(os.fdopen(os.dup(fd), "w"), "x")),
    "Path.write_text": lambda files: Path(files, "new").write_text("x"),
    "Path.open": lambda files: used(Path(files, "old").open("a"), "x"),  # noqa: SIM115
    "Path.touch": lambda files: Path(files, "new").touch(),
    "os.write": lambda files: descriptor(files + "/old", lambda fd: os.write(fd, b"x")),
    "os.pwrite": lambda files: descriptor(files + "/old", lambda fd: os.pwrite(fd, b"x", 0)),
    "os.writev": lambda files: descriptor(files + "/old", lambda fd: os.writev(fd, [b"x", b"y"])),
    "os.pwritev": lambda files: descriptor(files + "/old", lambda fd: os.pwritev(fd, [b"x"], 0)),
    "os.posix_fallocate": lambda files: descriptor(files + "/old", lambda fd: os.posix_fallocate(fd, 0, 10)),
    "os.sendfile": sent,
    "os.copy_file_range": copied_in_the_kernel,
    "os.mkdir": lambda files: os.mkdir(files + "/new"),
    "os.mkdir, imported": lambda files: imported_mkdir(files + "/new"),
    "os.mkdir, by keyword": lambda files: os.mkdir(path=files + "/new"),
    "os.mkdir, below a descriptor": lambda files: descriptor(files, lambda fd: os.mkdir("new", dir_fd=fd), os.O_RDONLY),
    "os.makedirs": lambda files: os.makedirs(files + "/a/b"),
    "Path.mkdir": lambda files: Path(files, "new").mkdir(),
    "os.symlink": lambda files: os.symlink("old", files + "/new"),
    "os.link": lambda files: os.link(files + "/old", files + "/new"),
    "os.mkfifo": lambda files: os.mkfifo(files + "/new"),
    "shutil.copyfile": lambda files: shutil.copyfile(files + "/old", files + "/new"),
    "shutil.copyfile, imported": lambda files: imported_copyfile(files + "/old", files + "/new"),
    "shutil.copytree": lambda files: shutil.copytree(files, files + "/../new"),
    "tempfile": lambda files: used(tempfile.NamedTemporaryFile(dir=files), b"x"),  # noqa: SIM115
    "mkdtemp": lambda files: tempfile.mkdtemp(dir=files),
    "tarfile": packed,
    "a thread": in_a_thread,
    "to_thread": lambda files: asyncio.to_thread(Path(files, "new").write_text, "x"),
    "a relative path": lambda files: written(os.path.relpath(files + "/new"), lambda f: f.write("x")),
    "a detour": lambda files: written(files + "/../files/new", lambda f: f.write("x")),
}

CHANGERS: dict[str, Body] = {
    "os.remove": lambda files: os.remove(files + "/old"),
    "os.unlink": lambda files: os.unlink(files + "/old"),
    "Path.unlink": lambda files: Path(files, "old").unlink(),
    "os.rename": lambda files: os.rename(files + "/old", files + "/new"),
    "os.replace, imported": lambda files: imported_replace(files + "/old", files + "/new"),
    "Path.rename": lambda files: Path(files, "old").rename(files + "/new"),
    "shutil.move": lambda files: shutil.move(files + "/old", files + "/new"),
    "shutil.rmtree": lambda files: shutil.rmtree(files),
    "os.rmdir": lambda files: os.rmdir(files),
    "os.chmod": lambda files: os.chmod(files + "/old", 0o600),
    "os.fchmod": lambda files: descriptor(files + "/old", lambda fd: os.fchmod(fd, 0o600), os.O_RDONLY),
    "os.utime": lambda files: os.utime(files + "/old", (1, 1)),
    "os.truncate": lambda files: os.truncate(files + "/old", 1),
    "os.ftruncate": lambda files: descriptor(files + "/new", lambda fd: os.ftruncate(fd, 1)),
    "truncate": lambda files: written(files + "/old", lambda f: f.truncate(1), "r+"),
}

READERS: dict[str, Body] = {
    "reading by open": lambda files: written(files + "/old", lambda f: f.read(), "r"),
    "reading by open, by lines": lambda files: written(files + "/old", lambda f: list(f), "r"),
    "reading by open, unbuffered": lambda files: written(files + "/old", lambda f: f.read(3), "rb", buffering=0),
    "reading by open, readinto": lambda files: written(files + "/old", lambda f: f.readinto(bytearray(3)), "rb"),
    "reading by Path.read_bytes": lambda files: Path(files, "old").read_bytes(),
    "reading by os.read": lambda files: descriptor(files + "/old", lambda fd: os.read(fd, 3)),
    "reading by os.pread": lambda files: descriptor(files + "/old", lambda fd: os.pread(fd, 3, 0)),
    "reading by os.readv": lambda files: descriptor(files + "/old", lambda fd: os.readv(fd, [bytearray(3)])),
    "reading by os.preadv": lambda files: descriptor(files + "/old", lambda fd: os.preadv(fd, [bytearray(3)], 0)),
    "reading by os.sendfile": sent,
    "reading by os.copy_file_range": copied_in_the_kernel,
    "reading by shutil.copyfile": lambda files: shutil.copyfile(files + "/old", files + "/new"),
}


ALL = WRITERS | CHANGERS | READERS


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_reaches_every_writer(name: str) -> None:
    assert refused(WRITERS[name], StorageFull(0)) == errno.ENOSPC


@pytest.mark.parametrize("name", [*WRITERS, *CHANGERS])
def test_a_read_only_area_reaches_every_change(name: str) -> None:
    assert refused(ALL[name], ReadOnlyArea("el2")) == errno.EROFS


@pytest.mark.parametrize("name", READERS)
def test_a_broken_file_reaches_every_reader(name: str) -> None:
    assert refused(READERS[name], IoError("*/old", "read")) == errno.EIO


@pytest.mark.parametrize("name", ALL)
def test_another_place_is_left_alone(name: str) -> None:
    body = ALL[name]
    result, _, disk = session(body, ReadOnlyArea("el1"), IoError("*/elsewhere", "read"), StorageFull(1 << 20))
    assert not disk.hits
    assert not isinstance(result, Exception) or name == "os.rmdir"


def test_a_large_text_of_which_half_fits_fails_where_it_is_flushed() -> None:
    seen: list[str] = []

    def body(files: str) -> None:
        file = open(files + "/new", "w")  # noqa: SIM115
        file.write("x" * 6_000)
        seen.append("written")
        try:
            file.flush()
        except OSError:
            seen.append(f"flushed {os.stat(files + '/new').st_size}")
        try:
            file.close()
        except OSError:
            seen.append("closed")
            raise

    assert refused(body, StorageFull(5_000)) == errno.ENOSPC
    assert seen == ["written", "flushed 4096", "closed"]


def test_a_short_write_is_told_to_who_asks() -> None:
    result, _, _ = session(lambda files: descriptor(files + "/old", lambda fd: os.write(fd, b"x" * 6_000)), StorageFull(5_000))
    assert result == 4_096
    result, _, _ = session(lambda files: used(open(files + "/old", "wb", 0), b"x" * 6_000), StorageFull(5_000))  # noqa: SIM115
    assert result == 4_096


def test_copyfile_leaves_the_half_that_fits() -> None:
    def body(files: str) -> Any:
        try:
            shutil.copyfile(files + "/big", files + "/new")
        except OSError as error:
            return error.errno, os.stat(files + "/new").st_size
        return None

    assert session(body, StorageFull(5_000))[0] == (errno.ENOSPC, 4_096)


@pytest.mark.parametrize(
    ("body", "number"),
    [
        pytest.param(lambda files: open(files + "/old"), ENOKEY, id="open"),  # noqa: SIM115
        pytest.param(lambda files: os.mkdir(files + "/new"), ENOKEY, id="mkdir"),
        pytest.param(lambda files: os.rename(files + "/old", files + "/new"), ENOKEY, id="rename"),
        pytest.param(lambda files: os.listdir(files), None, id="listdir"),
        pytest.param(lambda files: os.unlink(files + "/old"), None, id="unlink"),
        pytest.param(lambda files: os.stat(files + "/old"), None, id="stat"),
        pytest.param(lambda files: open(files + "/missing"), None, id="missing"),  # noqa: SIM115
    ],
)
def test_locked(body: Body, number: int | None) -> None:
    result, _, disk = session(body, El2Locked())
    assert [hit.errno for hit in disk.hits] == ([number] if number else [])
    assert isinstance(result, FileNotFoundError) or getattr(result, "errno", None) == number


def test_denied_shows_in_access_and_in_listings() -> None:
    def body(files: str) -> Any:
        path = files + "/old"
        return os.access(path, os.F_OK), os.access(path, os.R_OK), os.access(path, os.W_OK), os.path.exists(path)

    assert session(body, Denied("*/old"))[0] == (True, False, False, True)
    assert session(body, ReadOnlyArea())[0] == (True, True, False, True)
    assert refused(os.listdir, Denied("*/files")) == errno.EACCES
    assert refused(os.scandir, Denied("*/files")) == errno.EACCES
    assert refused(lambda files: os.close(os.open(files, os.O_RDONLY)), Denied("*/files")) == errno.EACCES


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(lambda files: os.mkdir(files), FileExistsError, id="mkdir"),
        pytest.param(lambda files: os.mkdir(files + "/missing/new"), FileNotFoundError, id="mkdir below nothing"),
        pytest.param(lambda files: os.unlink(files + "/missing"), FileNotFoundError, id="unlink"),
        pytest.param(lambda files: os.rename(files + "/missing", files + "/new"), FileNotFoundError, id="rename"),
        pytest.param(lambda files: open(files + "/missing/new", "w"), FileNotFoundError, id="open"),  # noqa: SIM115
    ],
)
def test_what_fails_anyway_fails_as_it_does(body: Body, error: type[OSError]) -> None:
    result, _, disk = session(body, ReadOnlyArea(), StorageFull(0))
    assert isinstance(result, error)
    assert not disk.hits


def test_a_number_that_was_a_file_once_is_not_asked_for() -> None:
    def body(files: str) -> Any:
        once = descriptor(files + "/old", lambda fd: fd)
        ends = os.pipe()
        assert once in ends
        try:
            return os.write(ends[1], b"x")
        finally:
            os.close(ends[0])
            os.close(ends[1])

    result, _, disk = session(body, StorageFull(0))
    assert result == 1
    assert not disk.hits


def test_what_a_dead_process_had_in_its_buffers_asks_nobody() -> None:
    kept: list[Any] = []

    def body(files: str) -> None:
        kept.append(open(files + "/old", "wb"))  # noqa: SIM115
        kept[0].write(b"x")

    _, _, disk = session(body, StorageFull(0))
    kept[0].close()
    assert not disk.hits


@pytest.mark.parametrize("mode", ["q", "rw", "rb+b", "bt"])
def test_wrong_arguments_are_wrong_as_always(mode: str) -> None:
    def body(files: str) -> str:
        try:
            open(files + "/old", mode).close()
        except ValueError as error:
            return str(error)
        return ""

    with pytest.raises(ValueError, match=r".") as caught:
        open(os.devnull, mode).close()
    assert session(body, StorageFull(0))[0] == str(caught.value)


def test_slow_storage_takes_its_time() -> None:
    async def body(files: str) -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        Path(files, "new").write_bytes(bytes(500))
        Path(files, "old").read_bytes()
        return loop.time() - before

    took, record, disk = session(body, SlowStorage(100))
    assert took == pytest.approx(5.1)
    assert not disk.hits
    assert record.calls[0].callback


def test_the_record_tells_of_each_kind_of_hit_once() -> None:
    def body(files: str) -> None:
        for _ in range(3):
            with pytest.raises(OSError, match="No space"):
                os.mkdir(files + "/new")

    _, record, disk = session(body, StorageFull(0))
    path = "/data/storage/el2/base/haps/entry/files/new"
    assert [e.data for e in record.of_kind("condition")] == [{"name": "StorageFull", "text": f"mkdir {path}: errno 28"}]
    assert len(disk.hits) == 3


def test_what_the_emulator_does_on_the_apps_thread_is_not_the_apps() -> None:
    result, record, disk = session(lambda files: files, Denied("*"), ReadOnlyArea("el1"), IoError(operation="read"))
    assert result.endswith("/files")
    assert not disk.operations
    assert record.end_code("com.example.app") == 0


def test_outside_the_sandbox_nobody_asks(tmp_path: Path) -> None:
    def body(files: str) -> None:
        (tmp_path / "a").write_text("x")
        shutil.copy(tmp_path / "a", tmp_path / "b")

    _, _, disk = session(body, StorageFull(0), ReadOnlyArea("/"))
    assert (tmp_path / "b").read_text() == "x"
    assert not disk.operations


def test_after_the_session_names_act_for_nobody(tmp_path: Path) -> None:
    session(lambda files: None, StorageFull(0))
    assert acting() is None
    (tmp_path / "a").write_text("x")
    with open(tmp_path / "a", "rb", 0) as file:
        assert type(file) is io.FileIO
    assert os.mkdir in os.supports_dir_fd
    assert pathlib.Path(tmp_path / "a").read_text() == "x"


def test_a_file_behaves_as_without_faults() -> None:
    def body(files: str) -> Any:
        path = files + "/old"
        with open(path, "r+b") as file:
            first = file.read(2)
            file.seek(0, 2)
            file.write(b"ab")
            file.seek(1)
            rest = file.read()
        with open(path, encoding="ascii", newline="") as text:
            shown = (text.mode, text.encoding, text.name == path, text.read())
        with open(path, "rb", 0) as raw:
            return first, rest, shown, "FileIO" in repr(raw), isinstance(raw, io.FileIO)

    expected = (b"01", b"123456789ab", ("r", "ascii", True, "0123456789ab"), True, True)
    assert session(body, StorageFull(100))[0] == expected


# sqlite3 ---------------------------------------------------------------------------------------------------------------


def database(files: str, name: str = "new.db", statement: str = "CREATE TABLE t (x)") -> Any:
    connection = sqlite3.connect(f"{files}/{name}")
    try:
        connection.execute(statement)
        for _ in range(100):
            connection.execute("INSERT INTO t VALUES (zeroblob(1000))")
        connection.commit()
        return connection.execute("SELECT count(*) FROM t").fetchone()[0]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (StorageFull(0), "unable to open database file"),
        (StorageFull(1), "database or disk is full"),
        (StorageFull(50_000), "database or disk is full"),
        (StorageFull(500_000), None),
        (Denied("*.db"), "unable to open database file"),
        (IoError("*.db", "open"), "unable to open database file"),
        (ReadOnlyArea(), "unable to open database file"),
        (El2Locked(), "unable to open database file"),
    ],
    ids=str,
)
def test_a_new_database(condition: Condition, message: str | None) -> None:
    result, _, _ = session(database, condition)
    assert (str(result) if message else result) == (message or 100)


def test_a_database_in_a_read_only_area_is_opened_for_reading() -> None:
    def body(files: str) -> Any:
        with closing(sqlite3.connect(files + "/old")) as connection:
            connection.execute("PRAGMA user_version").fetchone()

    result, _, disk = session(body, ReadOnlyArea())
    assert "not a database" in str(result), "it was opened"
    assert [hit.errno for hit in disk.hits] == [errno.EROFS]


def test_memory_and_uris() -> None:
    def body(files: str) -> Any:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE TABLE t (x)")
        sqlite3.connect(f"file:{files}/new.db?mode=rwc", uri=True)

    result, _, disk = session(body, El2Locked())
    assert result.sqlite_errorname == "SQLITE_CANTOPEN"
    assert len(disk.hits) == 1


def test_reads_and_writes_of_sqlite_are_beyond_reach_and_said_to_be() -> None:
    result, record, disk = session(database, IoError(operation="write"), SlowStorage())
    assert result == 100
    assert [(u.condition, u.route) for u in disk.unreached] == [("IoError", "sqlite3")]
    assert len(list(record.of_kind("condition"))) == 1
    assert "sqlite3" in file_surface.UNREACHABLE


CREATE, INSERT = "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)"
AT_WORK: dict[str, tuple[Callable[[sqlite3.Connection], Any], int]] = {
    "a statement that is one by itself": (lambda c: c.execute(CREATE), len(CREATE) + PAGE_BYTES),
    "statements and a commit": (
        lambda c: (c.execute(CREATE), c.execute(INSERT), c.execute(INSERT), c.commit()),
        len(CREATE) + 2 * len(INSERT) + 2 * PAGE_BYTES,
    ),
    "a commit of nothing": (lambda c: c.commit(), 0),
    "a transaction as a block": (lambda c: (c.execute(CREATE), _in_block(c)), len(CREATE) + len(INSERT) + 2 * PAGE_BYTES),
    "rows that are read": (lambda c: c.execute("SELECT 1").fetchall(), len("SELECT 1")),
    "a cursor": (lambda c: c.cursor().execute(CREATE), len(CREATE) + PAGE_BYTES),
    "many": (
        lambda c: (c.execute(CREATE), c.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])),
        len(CREATE) + len("INSERT INTO t VALUES (?)") + PAGE_BYTES,
    ),
    "a script": (lambda c: c.executescript(f"{CREATE}; {INSERT};"), len(f"{CREATE}; {INSERT};") + PAGE_BYTES),
}


def _in_block(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute(INSERT)


@pytest.mark.parametrize("what", AT_WORK)
def test_what_sqlite_does_takes_time_by_the_statement(what: str) -> None:
    work, size = AT_WORK[what]

    def body(files: str) -> float:
        with closing(sqlite3.connect(f"{files}/new.db")) as connection:
            begin = time.monotonic()
            work(connection)
            return time.monotonic() - begin

    taken = session(body, SlowStorage(1_000))[0]
    assert taken == pytest.approx(size / 1_000, abs=0.001)


@pytest.mark.filterwarnings("ignore:Passing more than 1 positional argument:DeprecationWarning")
def test_a_connection_of_the_apps_own_class_is_left_alone() -> None:
    class Own(sqlite3.Connection):
        pass

    def body(files: str) -> list[str]:
        ways = (
            sqlite3.connect(f"{files}/new.db", factory=Own),
            sqlite3.connect(f"{files}/new.db", 5.0, 0, None, True, Own),
            sqlite3.connect(f"{files}/new.db", 5.0, 0, None),
        )
        for connection in ways:
            connection.close()
        return [f"{type(connection).__module__.rpartition('.')[2]}.{type(connection).__name__}" for connection in ways]

    assert session(body, SlowStorage())[0] == ["test_faults_python.Own", "test_faults_python.Own", "sqlite3.Connection"]


def test_time_is_virtual() -> None:
    _, record, _ = session(lambda files: Path(files, "new").write_bytes(bytes(100)), SlowStorage(10))
    assert max(event.at_ns for event in record.events) >= 10 * S

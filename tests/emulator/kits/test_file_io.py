"""fileIo: each function in each form, its errors, and each storage condition through it."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.conditions import Condition, Denied, El2Locked, IoError, Kill, ReadOnlyArea, SlowStorage, StorageFull
from emulator.kits import fileIo
from emulator.kits.errors import BusinessError, file_error
from emulator.kits.file_io.system import FileSystem
from emulator.kits.place import Place
from emulator.storage.disk import Disk
from emulator.storage.faults import ENOKEY, FaultyDisk
from emulator.storage.sandbox import Sandbox
from tests.emulator.harness import OK_JSON
from tests.emulator.kits.app import FILES, Ran, in_app, raised

SEED = {
    "old": b"0123456789",
    "lines.txt": b"one\ntwo\r\nthree",
    "tree/a.txt": b"a",
    "tree/sub/b.log": b"bb",
    "other/tree/a.txt": b"there",
    "empty/tree/sub/x": b"x",
}
CREATE = fileIo.OpenMode.CREATE | fileIo.OpenMode.READ_WRITE


def written(path: str, data: Any, options: Any = None, mode: int = CREATE) -> int:
    file = fileIo.openSync(path, mode)
    try:
        return int(fileIo.writeSync(file.fd, data, options))
    finally:
        fileIo.closeSync(file)


def read(path: str, size: int, options: Any = None) -> bytes:
    file = fileIo.openSync(path)
    buffer = bytearray(size)
    try:
        return bytes(buffer[: fileIo.readSync(file.fd, buffer, options)])
    finally:
        fileIo.closeSync(file.fd)


def with_stream(name: str, mode: str, use: Callable[[Any], Any]) -> Any:
    stream = fileIo.createStreamSync(f"{FILES}/{name}", mode)
    try:
        return use(stream)
    finally:
        stream.closeSync()


def of_descriptor() -> Any:
    stream = fileIo.fdopenStreamSync(fileIo.openSync(f"{FILES}/old").fd, "r")
    buffer = bytearray(4)
    stream.readSync(buffer, {"offset": 2, "length": 3})
    stream.closeSync()
    return bytes(buffer)


def random_access() -> Any:
    file = fileIo.createRandomAccessFileSync(f"{FILES}/old", fileIo.OpenMode.READ_WRITE, {"start": 2, "end": 6})
    buffer = bytearray(9)
    seen = [file.readSync(buffer, {"length": 2}), bytes(buffer[:2]), file.filePointer]
    file.setFilePointer(1)
    seen += [file.writeSync("XY"), file.filePointer, file.readSync(buffer), bytes(buffer[:2])]
    file.closeSync()
    return seen


def copied_by_descriptor() -> Any:
    source, target = fileIo.openSync(f"{FILES}/old"), fileIo.openSync(f"{FILES}/new", CREATE)
    fileIo.copyFileSync(source.fd, target.fd)
    fileIo.closeSync(source)
    fileIo.copyFileSync(target.fd, f"{FILES}/newer")
    fileIo.closeSync(target)


def linked() -> Any:
    fileIo.symlinkSync(f"{FILES}/old", f"{FILES}/link")
    return fileIo.lstatSync(f"{FILES}/link").isSymbolicLink(), fileIo.readTextSync(f"{FILES}/link")


def dated() -> Any:
    fileIo.utimesSync(f"{FILES}/old", 1_500.5)
    status = fileIo.statSync(f"{FILES}/old")
    return status.mtime, status.mtimeNs


def opened() -> Any:
    file = fileIo.openSync(f"{FILES}/old")
    seen = (file.path, file.name, file.getParent(), file.fd > 2, fileIo.lseek(file.fd, -1, fileIo.WhenceType.SEEK_END))
    fileIo.closeSync(file)
    return seen


SYNC: dict[str, tuple[Callable[[], Any], Any, dict[str, bytes | None]]] = {
    "access": (lambda: [fileIo.accessSync(f"{FILES}/{name}") for name in ("old", "new", "tree")], [True, False, True], {}),
    "access for reading": (lambda: fileIo.accessSync(f"{FILES}/old", fileIo.AccessModeType.READ_WRITE), True, {}),
    "open": (opened, (f"{FILES}/old", "old", FILES, True, 9), {}),
    "read": (lambda: read(f"{FILES}/old", 4), b"0123", {}),
    "read at an offset": (lambda: read(f"{FILES}/old", 4, {"offset": 5, "length": 2}), b"56", {}),
    "write": (lambda: written(f"{FILES}/new", "äb"), 3, {"new": "äb".encode()}),
    "write at an offset": (lambda: written(f"{FILES}/old", b"XYZ", {"offset": 1, "length": 2}), 2, {"old": b"0XY3456789"}),
    "write behind the end": (
        lambda: written(f"{FILES}/old", b"!", None, CREATE | fileIo.OpenMode.APPEND),
        1,
        {"old": b"0123456789!"},
    ),
    "write anew": (lambda: written(f"{FILES}/old", b"!", None, CREATE | fileIo.OpenMode.TRUNC), 1, {"old": b"!"}),
    "readText": (lambda: fileIo.readTextSync(f"{FILES}/old"), "0123456789", {}),
    "readText of a part": (lambda: fileIo.readTextSync(f"{FILES}/old", {"offset": 8, "length": 5}), "89", {}),
    "readText of a beginning": (lambda: fileIo.readTextSync(f"{FILES}/old", {"length": 3}), "012", {}),
    "readLines": (lambda: list(fileIo.readLinesSync(f"{FILES}/lines.txt")), ["one\n", "two\r\n", "three"], {}),
    "stat": (
        lambda: (s := fileIo.statSync(f"{FILES}/old")) and (s.size, s.isFile(), s.isDirectory(), s.location),
        (10, True, False, 1),
        {},
    ),
    "mkdir": (lambda: fileIo.mkdirSync(f"{FILES}/d") or fileIo.statSync(f"{FILES}/d").isDirectory(), True, {}),
    "mkdir with parents": (lambda: fileIo.mkdirSync(f"{FILES}/d/e/f", True) or fileIo.accessSync(f"{FILES}/d/e/f"), True, {}),
    "mkdtemp": (lambda: len(fileIo.mkdtempSync(f"{FILES}/tmp-XXXXXX")), len(FILES) + 11, {}),
    "rmdir": (lambda: fileIo.rmdirSync(f"{FILES}/tree"), None, {"tree/a.txt": None, "tree/sub/b.log": None}),
    "unlink": (lambda: fileIo.unlinkSync(f"{FILES}/old"), None, {"old": None}),
    "rename": (lambda: fileIo.renameSync(f"{FILES}/old", f"{FILES}/new"), None, {"old": None, "new": SEED["old"]}),
    "copyFile": (lambda: fileIo.copyFileSync(f"{FILES}/old", f"{FILES}/new"), None, {"new": SEED["old"]}),
    "copyFile by descriptor": (copied_by_descriptor, None, {"new": SEED["old"], "newer": SEED["old"]}),
    "copyDir": (
        lambda: fileIo.copyDirSync(f"{FILES}/tree", f"{FILES}/empty"),
        None,
        {"empty/tree/a.txt": b"a", "empty/tree/sub/b.log": b"bb"},
    ),
    "copyDir over": (
        lambda: fileIo.copyDirSync(f"{FILES}/tree", f"{FILES}/other", 1),
        None,
        {"other/tree/a.txt": b"a", "other/tree/sub/b.log": b"bb"},
    ),
    "moveFile": (
        lambda: fileIo.moveFileSync(f"{FILES}/old", f"{FILES}/lines.txt"),
        None,
        {"old": None, "lines.txt": SEED["old"]},
    ),
    "moveDir file by file": (
        lambda: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 2),
        None,
        {"tree/a.txt": None, "tree/sub/b.log": None, "other/tree/a.txt": b"a", "other/tree/sub/b.log": b"bb"},
    ),
    "moveDir in place of": (
        lambda: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/empty", 3),
        None,
        {
            "tree/a.txt": None,
            "tree/sub/b.log": None,
            "empty/tree/sub/x": None,
            "empty/tree/a.txt": b"a",
            "empty/tree/sub/b.log": b"bb",
        },
    ),
    "listFile": (lambda: fileIo.listFileSync(f"{FILES}/tree"), ["a.txt", "sub"], {}),
    "listFile, all": (lambda: fileIo.listFileSync(f"{FILES}/tree", {"recursion": True}), ["/a.txt", "/sub/b.log"], {}),
    "listFile, two": (lambda: fileIo.listFileSync(FILES, {"listNum": 2}), [".keep", "empty"], {}),
    "listFile, by suffix": (
        lambda: fileIo.listFileSync(f"{FILES}/tree", {"recursion": True, "filter": {"suffix": [".log"]}}),
        ["/sub/b.log"],
        {},
    ),
    "listFile, by name": (lambda: fileIo.listFileSync(FILES, {"filter": {"displayName": ["*l*"]}}), ["lines.txt", "old"], {}),
    "listFile, by name, hidden ones": (lambda: fileIo.listFileSync(FILES, {"filter": {"displayName": ["*ee*"]}}), ["tree"], {}),
    "listFile, by size": (
        lambda: fileIo.listFileSync(FILES, {"recursion": True, "filter": {"fileSizeOver": 9}}),
        ["/lines.txt", "/old"],
        {},
    ),
    "listFile, by time": (lambda: fileIo.listFileSync(FILES, {"filter": {"lastModifiedAfter": 1e11}}), [], {}),
    "truncate": (lambda: fileIo.truncateSync(f"{FILES}/old", 3), None, {"old": b"012"}),
    "symlink": (linked, (True, "0123456789"), {}),
    "utimes": (dated, (1, 1_500_500_000), {}),
    "a stream that writes": (
        lambda: with_stream("new", "w", lambda s: (s.writeSync("abc"), s.flushSync())),
        (3, None),
        {"new": b"abc"},
    ),
    "a stream that appends": (
        lambda: with_stream("old", "a", lambda s: s.writeSync(b"abc", {"length": 1})),
        1,
        {"old": b"0123456789a"},
    ),
    "a stream that reads and writes": (
        lambda: with_stream("old", "r+", lambda s: (s.seek(2), s.writeSync("X"))),
        (2, 1),
        {"old": b"01X3456789"},
    ),
    "a stream of a descriptor": (of_descriptor, b"234\0", {}),
    "a file with a pointer": (random_access, [2, b"23", 2, 2, 3, 2, b"56"], {"old": b"012XY56789"}),
}


def outcome(ran: Ran) -> dict[str, bytes | None]:
    return {name: ran.files.get(name) for name in {*SEED, *ran.files} if ran.files.get(name) != SEED.get(name)}


@pytest.mark.parametrize("name", SYNC)
def test_at_once(name: str) -> None:
    call, value, files = SYNC[name]
    ran = in_app(lambda context: call(), seed=SEED)
    assert ran.value == value
    if "symlink" not in name:
        assert outcome(ran) == files


ASYNC: dict[str, Callable[[], tuple[Any, ...]]] = {
    "access": lambda: (f"{FILES}/old",),
    "copyDir": lambda: (f"{FILES}/tree", f"{FILES}/empty"),
    "copyFile": lambda: (f"{FILES}/old", f"{FILES}/new"),
    "createRandomAccessFile": lambda: (f"{FILES}/old",),
    "createStream": lambda: (f"{FILES}/old", "r"),
    "fdatasync": lambda: (fileIo.openSync(f"{FILES}/old").fd,),
    "fdopenStream": lambda: (fileIo.openSync(f"{FILES}/old").fd, "r"),
    "fsync": lambda: (fileIo.openSync(f"{FILES}/old").fd,),
    "close": lambda: (fileIo.openSync(f"{FILES}/old"),),
    "listFile": lambda: (FILES, {"listNum": 1}),
    "lstat": lambda: (f"{FILES}/old",),
    "mkdir": lambda: (f"{FILES}/new",),
    "mkdtemp": lambda: (f"{FILES}/XXXXXX",),
    "moveDir": lambda: (f"{FILES}/tree", f"{FILES}/tree/sub"),
    "moveFile": lambda: (f"{FILES}/old", f"{FILES}/new"),
    "open": lambda: (f"{FILES}/old",),
    "read": lambda: (fileIo.openSync(f"{FILES}/old").fd, bytearray(3)),
    "readLines": lambda: (f"{FILES}/old",),
    "readText": lambda: (f"{FILES}/old",),
    "rename": lambda: (f"{FILES}/old", f"{FILES}/new"),
    "rmdir": lambda: (f"{FILES}/tree",),
    "stat": lambda: (f"{FILES}/old",),
    "symlink": lambda: (f"{FILES}/old", f"{FILES}/new"),
    "truncate": lambda: (f"{FILES}/old",),
    "unlink": lambda: (f"{FILES}/old",),
    "utimes": lambda: (f"{FILES}/old", 1),
    "write": lambda: (fileIo.openSync(f"{FILES}/new", CREATE).fd, "x"),
}


def shown(result: Any) -> Any:
    """Something that two sessions can be compared by."""
    if isinstance(result, BusinessError):
        return result.code, result.message
    if isinstance(result, (fileIo.File, fileIo.Stat)):
        return type(result).__name__, getattr(result, "path", getattr(result, "size", None))
    return result if isinstance(result, (str, int, list, type(None))) else type(result).__name__


@pytest.mark.parametrize("name", ASYNC)
def test_as_a_promise_and_with_a_callback_it_does_the_same(name: str) -> None:
    def at_once(context: Any) -> Any:
        try:
            return shown(getattr(fileIo, name + "Sync")(*ASYNC[name]()))
        except BusinessError as error:
            return shown(error)

    async def promise(context: Any) -> Any:
        pending = getattr(fileIo, name)(*ASYNC[name]())
        try:
            return shown(await pending)
        except BusinessError as error:
            return shown(error)

    async def callback(context: Any) -> Any:
        seen: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        arguments = ASYNC[name]()
        assert getattr(fileIo, name)(*arguments, lambda error, value: seen.set_result(error or value)) is None
        assert not seen.done(), "never before the caller goes on"
        return shown(await seen)

    expected, *others = [in_app(body, seed=SEED) for body in (at_once, promise, callback)]
    for ran in others:
        assert ran.value == expected.value
        assert ran.files.keys() == expected.files.keys()


def test_every_published_function_has_all_forms() -> None:
    assert {name for name in fileIo.__all__ if f"{name}Sync" in fileIo.__all__} == set(ASYNC)


def test_methods_have_all_forms() -> None:
    async def body(context: Any) -> Any:
        stream = await fileIo.createStream(f"{FILES}/new", "w+")
        taken = await stream.write("abc"), await stream.flush(), stream.seek(0)
        buffer = bytearray(3)
        taken += (await stream.read(buffer), bytes(buffer), await stream.close())
        file = await fileIo.createRandomAccessFile(f"{FILES}/new", CREATE)
        taken += (await file.write("X"), await file.read(buffer), await file.close())
        return taken

    assert in_app(body).value == (3, None, 0, 3, b"abc", None, 1, 2, None)


ERRORS: dict[str, tuple[Callable[[], Any], int, str]] = {
    "not there": (lambda: fileIo.openSync(f"{FILES}/new"), 13900002, "No such file or directory"),
    "outside the sandbox": (lambda: fileIo.readTextSync("/etc/hostname"), 13900002, "No such file or directory"),
    "there already": (lambda: fileIo.mkdirSync(f"{FILES}/tree"), 13900015, "File exists"),
    "there already, with parents": (lambda: fileIo.mkdirSync(f"{FILES}/tree", True), 13900015, "File exists"),
    "no directory": (lambda: fileIo.openSync(f"{FILES}/old/x"), 13900018, "Not a directory"),
    "a directory": (lambda: fileIo.openSync(f"{FILES}/tree", CREATE), 13900019, "Is a directory"),
    "both modes": (lambda: fileIo.openSync(f"{FILES}/old", 3), 13900020, "Invalid argument"),
    "a bad descriptor": (lambda: fileIo.closeSync(9999), 13900008, "Bad file descriptor"),
    "an offset below 0": (lambda: written(f"{FILES}/old", "x", {"offset": -1}), 13900020, "Invalid argument"),
    "a length beyond the data": (lambda: written(f"{FILES}/old", "x", {"length": 2}), 13900020, "Invalid argument"),
    "a length beyond the buffer": (lambda: read(f"{FILES}/old", 2, {"length": 3}), 13900020, "Invalid argument"),
    "another encoding": (lambda: written(f"{FILES}/old", "x", {"encoding": "latin1"}), 13900020, "Invalid argument"),
    "readText behind the end": (lambda: fileIo.readTextSync(f"{FILES}/old", {"offset": 11}), 13900020, "Invalid argument"),
    "copyDir over what is there": (lambda: fileIo.copyDirSync(f"{FILES}/tree", f"{FILES}/other"), 13900015, "File exists"),
    "copyDir into itself": (lambda: fileIo.copyDirSync(f"{FILES}/tree", f"{FILES}/tree/sub"), 13900020, "Invalid argument"),
    "copyDir to where it is": (lambda: fileIo.copyDirSync(f"{FILES}/tree", FILES), 13900020, "Invalid argument"),
    "moveDir over what is there": (
        lambda: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other"),
        13900032,
        "Directory not empty",
    ),
    "moveDir, conflicts": (lambda: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 1), 13900015, "File exists"),
    "moveFile over what is there": (
        lambda: fileIo.moveFileSync(f"{FILES}/old", f"{FILES}/lines.txt", 1),
        13900015,
        "File exists",
    ),
    "moveFile of a directory": (lambda: fileIo.moveFileSync(f"{FILES}/tree", f"{FILES}/new"), 13900020, "Invalid argument"),
    "moveFile of nothing": (lambda: fileIo.moveFileSync(f"{FILES}/new", f"{FILES}/newer"), 13900002, "No such file or directory"),
    "mkdtemp without X": (lambda: fileIo.mkdtempSync(f"{FILES}/tmp"), 13900020, "Invalid argument"),
    "a filter without a dot": (lambda: fileIo.listFileSync(FILES, {"filter": {"suffix": ["log"]}}), 13900020, "Invalid argument"),
    "truncate below 0": (lambda: fileIo.truncateSync(f"{FILES}/old", -1), 13900020, "Invalid argument"),
    "utimes below 0": (lambda: fileIo.utimesSync(f"{FILES}/old", -1), 13900020, "Invalid argument"),
    "a stream's mode": (lambda: fileIo.createStreamSync(f"{FILES}/old", "x"), 13900020, "Invalid argument"),
    "a stream for reading": (lambda: with_stream("old", "r", lambda s: s.writeSync("x")), 13900008, "Bad file descriptor"),
    "copyFile's mode": (lambda: fileIo.copyFileSync(f"{FILES}/old", f"{FILES}/new", 1), 13900020, "Invalid argument"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors(name: str) -> None:
    call, code, message = ERRORS[name]
    assert raised(in_app(lambda context: call(), seed=SEED)) == (code, message)


def test_conflicts_are_the_data_of_the_error() -> None:
    ran = in_app(lambda context: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 1), seed=SEED)
    assert ran.value.data == [fileIo.Conflict(f"{FILES}/tree/a.txt", f"{FILES}/other/tree/a.txt")]
    assert "other/tree/sub/b.log" in ran.files, "what has no conflict is moved"
    assert "tree/a.txt" in ran.files


def test_a_closed_stream() -> None:
    def body(context: Any) -> None:
        stream = fileIo.createStreamSync(f"{FILES}/old", "r")
        stream.closeSync()
        stream.readSync(bytearray(1))

    assert raised(in_app(body, seed=SEED)) == (13900005, "I/O error")


def test_host_paths_and_uris_are_taken_as_well() -> None:
    def body(context: Any) -> Any:
        uri = f"file://com.example.app{FILES}/old"
        return fileIo.readTextSync(context.filesDir + "/old"), fileIo.statSync(uri).size

    assert in_app(body, seed=SEED).value == ("0123456789", 10)


def test_names_may_hold_any_bytes() -> None:
    name = os.fsdecode(b"\xff\xfe")
    ran = in_app(lambda context: (written(f"{FILES}/{name}", "x"), fileIo.listFileSync(FILES)))
    assert ran.value == (1, [".keep", name])


def test_modes_are_the_devices() -> None:
    def body(context: Any) -> Any:
        written(f"{FILES}/new", "x")
        return oct(fileIo.statSync(f"{FILES}/new").mode & 0o117)

    assert in_app(body).value == "0o0"


def test_a_file_without_the_bit_is_not_readable_whoever_runs_this() -> None:
    def body(context: Any) -> Any:
        os.chmod(context.filesDir + "/old", 0o200)
        with pytest.raises(BusinessError, match="13900012"):
            fileIo.accessSync(f"{FILES}/old", fileIo.AccessModeType.READ)
        try:
            return fileIo.openSync(f"{FILES}/old")
        finally:
            os.chmod(context.filesDir + "/old", 0o600)

    assert raised(in_app(body, seed=SEED)) == (13900012, "Permission denied")


def test_outside_an_app_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="kits work inside a running extension only"):
        fileIo.openSync(f"{FILES}/old")


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="fileIo has no 'createWatcher'"):
        fileIo.createWatcher  # noqa: B018


FAULTS: dict[str, tuple[Callable[[], Any], Condition, int]] = {
    "full, create": (lambda: fileIo.openSync(f"{FILES}/new", CREATE), StorageFull(0), 13900025),
    "full, write": (lambda: written(f"{FILES}/old", "x"), StorageFull(0), 13900025),
    "full, mkdir": (lambda: fileIo.mkdirSync(f"{FILES}/new"), StorageFull(0), 13900025),
    "full, mkdir with parents": (lambda: fileIo.mkdirSync(f"{FILES}/d/e", True), StorageFull(0), 13900025),
    "full, mkdtemp": (lambda: fileIo.mkdtempSync(f"{FILES}/XXXXXX"), StorageFull(0), 13900025),
    "full, symlink": (lambda: fileIo.symlinkSync(f"{FILES}/old", f"{FILES}/new"), StorageFull(0), 13900025),
    "full, copyFile": (lambda: fileIo.copyFileSync(f"{FILES}/old", f"{FILES}/new"), StorageFull(5), 13900025),
    "full, copyDir": (lambda: fileIo.copyDirSync(f"{FILES}/tree", f"{FILES}/empty"), StorageFull(1), 13900025),
    "full, stream": (lambda: with_stream("new", "w", lambda s: s.writeSync("x" * 9)), StorageFull(5), 13900025),
    "full, pointer": (lambda: fileIo.createRandomAccessFileSync(f"{FILES}/old", 2).writeSync("x"), StorageFull(0), 13900025),
    "broken, read": (lambda: read(f"{FILES}/old", 1), IoError("*/old", "read"), 13900005),
    "broken, readText": (lambda: fileIo.readTextSync(f"{FILES}/old"), IoError("*/old", "read"), 13900005),
    "broken, readLines": (lambda: fileIo.readLinesSync(f"{FILES}/old"), IoError("*/old", "read"), 13900005),
    "broken, write": (lambda: written(f"{FILES}/old", "x"), IoError("*/old", "write"), 13900005),
    "broken, open": (lambda: fileIo.openSync(f"{FILES}/old"), IoError("*/old", "open"), 13900005),
    "denied, open": (lambda: fileIo.openSync(f"{FILES}/old"), Denied("*/old"), 13900012),
    "denied, access": (lambda: fileIo.accessSync(f"{FILES}/old", 4), Denied("*/old"), 13900012),
    "denied, list": (lambda: fileIo.listFileSync(FILES), Denied(FILES), 13900012),
    "denied, moveFile": (lambda: fileIo.moveFileSync(f"{FILES}/old", f"{FILES}/new"), Denied("*/old"), 13900012),
    "read-only, open": (lambda: fileIo.openSync(f"{FILES}/old", 2), ReadOnlyArea(), 13900027),
    "read-only, unlink": (lambda: fileIo.unlinkSync(f"{FILES}/old"), ReadOnlyArea(), 13900027),
    "read-only, rmdir": (lambda: fileIo.rmdirSync(f"{FILES}/tree"), ReadOnlyArea(), 13900027),
    "read-only, rename": (lambda: fileIo.renameSync(f"{FILES}/old", f"{FILES}/new"), ReadOnlyArea(), 13900027),
    "read-only, truncate": (lambda: fileIo.truncateSync(f"{FILES}/old"), ReadOnlyArea(), 13900027),
    "read-only, utimes": (lambda: fileIo.utimesSync(f"{FILES}/old", 1), ReadOnlyArea(), 13900027),
    "read-only, moveDir": (lambda: fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/empty", 2), ReadOnlyArea(), 13900027),
    "read-only, access": (lambda: fileIo.accessSync(f"{FILES}/old", 2), ReadOnlyArea(), 13900027),
    "locked, open": (lambda: fileIo.openSync(f"{FILES}/old"), El2Locked(), 13900042),
    "locked, mkdir": (lambda: fileIo.mkdirSync(f"{FILES}/new"), El2Locked(), 13900042),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_faults(name: str) -> None:
    call, condition, code = FAULTS[name]
    ran = in_app(lambda context: call(), condition, seed=SEED)
    assert raised(ran)[0] == code
    assert isinstance(ran.disk, FaultyDisk)
    assert ran.disk.hits


@pytest.mark.parametrize("name", SYNC)
def test_faults_elsewhere_change_nothing(name: str) -> None:
    call, value, files = SYNC[name]
    conditions = (ReadOnlyArea("el1"), Denied("*/elsewhere"), StorageFull(1 << 20), SlowStorage(1_000_000))
    ran = in_app(lambda context: call(), *conditions, seed=SEED)
    assert ran.value == value
    if "symlink" not in name:
        assert outcome(ran) == files


def test_a_short_write_is_told_by_its_length_and_the_half_stays() -> None:
    ran = in_app(lambda context: written(f"{FILES}/new", "0" * 6_000), StorageFull(5_000))
    assert ran.value == 4_096
    assert ran.files == {"new": b"0" * 4_096}


def test_what_a_stream_held_when_its_process_was_killed_is_lost() -> None:
    kept: list[Any] = []

    class Ext:
        context: Any = None

        async def onBackupEx(self, info: str) -> str:
            stream = fileIo.createStreamSync(self.context.filesDir + "/new", "w")
            kept.append(stream)
            stream.writeSync("flushed")
            stream.flushSync()
            stream.writeSync("held")
            await asyncio.sleep(10)
            return ""

    with Device(conditions=[Kill(at_ns=5_000_000_000), StorageFull(7)]) as device:
        device.install(load_subject(Ext))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        kept.clear()
        gc.collect()
        assert isinstance(device.host.disk, FaultyDisk)
        assert not device.host.disk.hits, "nor does it ask the disk any more"
        files = [Path(path).read_text() for _, path, _ in device.bundles["com.example.app"].sandbox.files()]
    assert files == ["flushed"]
    assert [e.data["name"] for e in record.of_kind("condition")] == ["Kill"]


def test_a_full_stream_keeps_its_descriptor_no_longer() -> None:
    def body(context: Any) -> Any:
        stream = fileIo.createStreamSync(f"{FILES}/new", "w")
        stream.writeSync("0123456789")
        with pytest.raises(BusinessError, match="13900025"):
            stream.closeSync()
        return fileIo.readTextSync(f"{FILES}/new")

    assert in_app(body, StorageFull(5)).value == ""


class Listening(Disk):
    """Writes down what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def opening(self, path: str, writing: bool) -> None:
        self.asked.append(("open for writing" if writing else "open", path))

    def reading(self, path: str, size: int) -> None:
        self.asked.append((f"read {size}", path))

    def writing(self, path: str, size: int) -> int:
        self.asked.append((f"write {size}", path))
        return size

    def changing(self, operation: str, path: str) -> None:
        self.asked.append((operation, path))


def test_the_disk_is_asked_for_each_call_with_device_paths(tmp_path: Path) -> None:
    disk = Listening()
    system = FileSystem(Place(Sandbox(tmp_path), disk))
    system.mkdir("/a")
    fd = system.open("/a/b", os.O_RDWR | os.O_CREAT)
    system.write(fd, b"xy")
    system.read(fd, 1, 0)
    system.truncate(fd, 1)
    system.close(fd)
    system.rename("/a/b", f"{tmp_path}/a/c")
    system.set_times("/a/c", 1, 1)
    system.names("/a")
    system.close(system.open("/a", os.O_RDONLY))
    system.unlink("/a/c")
    system.rmdir("/a")
    assert disk.asked == [
        ("mkdir", "/a"),
        ("open for writing", "/a/b"),
        ("create", "/a/b"),
        ("write 2", "/a/b"),
        ("read 1", "/a/b"),
        ("truncate", "/a/b"),
        ("rename", "/a/b"),
        ("rename", "/a/c"),
        ("utime", "/a/c"),
        ("look", "/a"),
        ("look", "/a"),
        ("unlink", "/a/c"),
        ("rmdir", "/a"),
    ]


def test_a_number_that_was_a_file_once_is_not_asked_for() -> None:
    def body(context: Any) -> Any:
        files = [fileIo.openSync(f"{FILES}/old") for _ in range(2)]
        for file in files:
            fileIo.closeSync(file)
        ends = os.pipe()
        assert ends == tuple(file.fd for file in files)
        written = fileIo.writeSync(ends[1], "x")
        for end in ends:
            fileIo.closeSync(end)
        return written

    assert in_app(body, StorageFull(0), seed=SEED).value == 1


def test_a_closed_stream_gives_its_descriptor_back() -> None:
    def body(context: Any) -> Any:
        fd = fileIo.openSync(f"{FILES}/old").fd
        fileIo.fdopenStreamSync(fd, "r").closeSync()
        return fileIo.statSync(fd)

    assert raised(in_app(body, seed=SEED))[0] == 13900008


def test_a_promise_begins_when_the_caller_goes_on() -> None:
    async def body(context: Any) -> Any:
        pending = fileIo.unlink(f"{FILES}/old")
        seen = [fileIo.accessSync(f"{FILES}/old")]
        await asyncio.sleep(0)
        seen.append(fileIo.accessSync(f"{FILES}/old"))
        await pending
        return seen

    assert in_app(body, seed=SEED).value == [True, False], "and without being awaited"


def test_what_is_moved_leaves_no_directory() -> None:
    def body(context: Any) -> Any:
        fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 2)
        return fileIo.accessSync(f"{FILES}/tree")

    assert in_app(body, seed=SEED).value is False


def test_a_file_does_not_take_the_place_of_a_directory() -> None:
    def body(context: Any) -> Any:
        fileIo.unlinkSync(f"{FILES}/other/tree/a.txt")
        fileIo.mkdirSync(f"{FILES}/other/tree/a.txt")
        fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 2)

    assert in_app(body, seed=SEED).value.data == [fileIo.Conflict(f"{FILES}/tree/a.txt", f"{FILES}/other/tree/a.txt")]


def test_the_time_of_access_stays() -> None:
    def body(context: Any) -> Any:
        os.utime(context.filesDir + "/old", (7, 8))
        fileIo.utimesSync(f"{FILES}/old", 9_000)
        status = fileIo.statSync(f"{FILES}/old")
        return status.atime, status.mtime

    assert in_app(body, seed=SEED).value == (7, 9)


def test_slow_storage_keeps_who_waits_and_nobody_else() -> None:
    async def body(context: Any) -> Any:
        loop = asyncio.get_running_loop()
        before = loop.time()
        pending = fileIo.copyFile(f"{FILES}/old", f"{FILES}/new")
        await asyncio.sleep(0.01)
        seen = [round(loop.time() - before, 3), pending.done()]
        await pending
        seen.append(round(loop.time() - before, 3))
        fileIo.readTextSync(f"{FILES}/old")
        return [*seen, round(loop.time() - before, 3)]

    assert in_app(body, SlowStorage(100), seed=SEED).value == [0.01, False, 0.2, 0.3]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EPERM, 13900001),
        (errno.ENOENT, 13900002),
        (errno.EIO, 13900005),
        (errno.EACCES, 13900012),
        (errno.EEXIST, 13900015),
        (errno.ENOSPC, 13900025),
        (errno.EROFS, 13900027),
        (errno.ENOTEMPTY, 13900032),
        (errno.EWOULDBLOCK, 13900010),
        (errno.EDQUOT, 13900041),
        (ENOKEY, 13900042),
        (0, 13900042),
    ],
)
def test_codes(number: int, code: int) -> None:
    assert file_error(number).code == code


def test_an_error_passes_a_context_manager_of_the_app() -> None:
    @contextmanager
    def scope() -> Iterator[None]:
        yield

    def body(context: Any) -> Any:
        with scope():
            fileIo.unlinkSync(f"{FILES}/nope")

    assert raised(in_app(body)) == (13900002, "No such file or directory")


def test_a_path_that_is_not_the_apps_is_told() -> None:
    class Ext:
        context: Any = None

        async def onBackupEx(self, info: str) -> str:
            fileIo.accessSync("/tmp/a")
            fileIo.accessSync("data/storage/el2/base/files/a")
            fileIo.accessSync("/data/storage/el2/../../../etc/hosts")
            fileIo.accessSync(self.context.filesDir + "/a")
            return OK_JSON

    with Device() as device:
        device.install(load_subject(Ext))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert [event.data["path"] for event in record.of_kind("outside")] == ["/tmp/a", "/etc/hosts"]

"""Calls of fileIo, with what each gives and which files it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.kits import fileIo
from tests.emulator.kits.app import FILES, Ran

SEED = {
    "old": b"0123456789",
    "lines.txt": b"one\ntwo\r\nthree",
    "tree/a.txt": b"a",
    "tree/sub/b.log": b"bb",
    "other/tree/a.txt": b"there",
    "empty/tree/sub/x": b"x",
}
"""What lies below filesDir before each call."""
CREATE = fileIo.OpenMode.CREATE | fileIo.OpenMode.READ_WRITE


def written(path: str, data: Any, options: Any = None, mode: int = CREATE) -> int:
    """How many bytes a write to the file at ``path`` took."""
    file = fileIo.openSync(path, mode)
    try:
        return int(fileIo.writeSync(file.fd, data, options))
    finally:
        fileIo.closeSync(file)


def read(path: str, size: int, options: Any = None) -> bytes:
    """What a read into a buffer of ``size`` bytes brought."""
    file = fileIo.openSync(path)
    buffer = bytearray(size)
    try:
        return bytes(buffer[: fileIo.readSync(file.fd, buffer, options)])
    finally:
        fileIo.closeSync(file.fd)


def with_stream(name: str, mode: str, use: Callable[[Any], Any]) -> Any:
    """What ``use`` gives for a stream of a file below filesDir, which is closed behind it."""
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
"""By name: the call, its value, and the files that it leaves other than they were."""


def outcome(ran: Ran) -> dict[str, bytes | None]:
    """The files that are other than `SEED`, None for one that is gone."""
    return {name: ran.files.get(name) for name in {*SEED, *ran.files} if ran.files.get(name) != SEED.get(name)}

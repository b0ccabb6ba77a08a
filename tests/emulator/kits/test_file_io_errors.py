"""fileIo: the codes of its errors, and what they carry."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from emulator.kits import fileIo
from emulator.kits.errors import BusinessError, file_error
from emulator.storage.os_errors import ENOKEY
from tests.emulator.kits.app import FILES, in_app, raised
from tests.emulator.kits.file_calls import CREATE, SEED, read, with_stream, written

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


def test_a_file_does_not_take_the_place_of_a_directory() -> None:
    def body(context: Any) -> Any:
        fileIo.unlinkSync(f"{FILES}/other/tree/a.txt")
        fileIo.mkdirSync(f"{FILES}/other/tree/a.txt")
        fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 2)

    assert in_app(body, seed=SEED).value.data == [fileIo.Conflict(f"{FILES}/tree/a.txt", f"{FILES}/other/tree/a.txt")]


def test_a_closed_stream() -> None:
    def body(context: Any) -> None:
        stream = fileIo.createStreamSync(f"{FILES}/old", "r")
        stream.closeSync()
        stream.readSync(bytearray(1))

    assert raised(in_app(body, seed=SEED)) == (13900005, "I/O error")


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

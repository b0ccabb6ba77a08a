"""fileIo: as a Promise and with a callback each function does what it does at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from emulator.kits import fileIo
from emulator.kits.errors import BusinessError
from tests.emulator.kits.app import FILES, in_app
from tests.emulator.kits.file_calls import CREATE, SEED

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


def test_a_promise_begins_when_the_caller_goes_on() -> None:
    async def body(context: Any) -> Any:
        pending = fileIo.unlink(f"{FILES}/old")
        seen = [fileIo.accessSync(f"{FILES}/old")]
        await asyncio.sleep(0)
        seen.append(fileIo.accessSync(f"{FILES}/old"))
        await pending
        return seen

    assert in_app(body, seed=SEED).value == [True, False], "and without being awaited"

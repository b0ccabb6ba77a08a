"""fileIo on storage that fails or is slow, and what it asks the disk."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.conditions import Condition, Denied, El2Locked, IoError, Kill, ReadOnlyArea, SlowStorage, StorageFull
from emulator.kits import fileIo
from emulator.kits.errors import BusinessError
from emulator.kits.file_io.system import FileSystem
from emulator.kits.place import Place
from emulator.storage.disk import Disk
from emulator.storage.faults import FaultyDisk
from emulator.storage.sandbox import Sandbox
from tests.emulator.kits.app import FILES, in_app, raised
from tests.emulator.kits.file_calls import CREATE, SEED, SYNC, outcome, read, with_stream, written

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

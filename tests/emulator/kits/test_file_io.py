"""fileIo: each function at once, and what it takes for a path."""

from __future__ import annotations

import os
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.kits import fileIo
from tests.emulator.harness import OK_JSON
from tests.emulator.kits.app import FILES, in_app, raised
from tests.emulator.kits.file_calls import SEED, SYNC, outcome, written


@pytest.mark.parametrize("name", SYNC)
def test_at_once(name: str) -> None:
    call, value, files = SYNC[name]
    ran = in_app(lambda context: call(), seed=SEED)
    assert ran.value == value
    if "symlink" not in name:
        assert outcome(ran) == files


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


def test_what_is_moved_leaves_no_directory() -> None:
    def body(context: Any) -> Any:
        fileIo.moveDirSync(f"{FILES}/tree", f"{FILES}/other", 2)
        return fileIo.accessSync(f"{FILES}/tree")

    assert in_app(body, seed=SEED).value is False


def test_the_time_of_access_stays() -> None:
    def body(context: Any) -> Any:
        os.utime(context.filesDir + "/old", (7, 8))
        fileIo.utimesSync(f"{FILES}/old", 9_000)
        status = fileIo.statSync(f"{FILES}/old")
        return status.atime, status.mtime

    assert in_app(body, seed=SEED).value == (7, 9)


def test_a_closed_stream_gives_its_descriptor_back() -> None:
    def body(context: Any) -> Any:
        fd = fileIo.openSync(f"{FILES}/old").fd
        fileIo.fdopenStreamSync(fd, "r").closeSync()
        return fileIo.statSync(fd)

    assert raised(in_app(body, seed=SEED))[0] == 13900008


def test_outside_an_app_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="kits work inside a running extension only"):
        fileIo.openSync(f"{FILES}/old")


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(AttributeError, match="fileIo has no 'createWatcher'"):
        fileIo.createWatcher  # noqa: B018


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

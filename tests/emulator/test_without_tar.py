"""The third flow: a full backup without tars, in groups (data-plane 0.4, 3.10)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, Record, SessionPlan, load_subject
from emulator.client import Callbacks, SessionBackup
from emulator.device import WALL_EPOCH_NS
from emulator.package import Package
from emulator.profile import PRESETS
from emulator.service.reverse import FileReady
from emulator.storage.config.backup_config import parse_backup_config
from tests.emulator.harness import BUNDLE, Idle, S, seen

F = "/data/storage/el2/base/files"
STAGED = "/data/storage/el2/base/.backup/backup"
MTIME_NS = 1_650_000_000_123_456_789
WITHOUT = {"infos": [], "isSupportWithoutTar": True}
INCLUDES = {"allowToBackupRestore": True, "includes": [f"{F}/"]}


def files(*names: str) -> Callable[[Path], None]:
    """A sandbox with these files and empty directories (with a slash); all files hold their own name."""

    def seed(root: Path) -> None:
        for name in names:
            path = root / F[1:] / name
            (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
            if not name.endswith("/"):
                path.write_text(name)
                path.chmod(0o640)
                os.utime(path, ns=(MTIME_NS, MTIME_NS))

    return seed


def back_up(
    seed: Callable[[Path], None], infos: dict[str, Any] = WITHOUT, profile: dict[str, Any] = INCLUDES, device: str = "latest"
) -> tuple[Record, list[Any]]:
    """The record, and what the client keeps: name and bytes of each blob, and the index."""
    package = Package(config=parse_backup_config(json.dumps(profile)))
    with Device(PRESETS[device]) as made:
        bundle = made.install(load_subject(Idle), package=package, sandbox=seed)
        record = made.run(SessionPlan(infos=json.dumps(infos)))
        archive = bundle.archive
        kept = [(blob.uri, blob.read()) for blob in archive.all_blobs] if archive is not None else []
    return record, kept


def batches(record: Record) -> list[list[dict[str, str]]]:
    return [list(message.args[1]) for message in record.client if message.callback == "onFileReadyBatch"]


def names(batch: list[dict[str, str]]) -> list[str]:
    return [json.loads(file["uri"])["path"].rpartition("/")[2] for file in batch]


@pytest.mark.spec("cp-5.5-09")
def test_every_file_is_a_blob_of_its_own() -> None:
    record, kept = back_up(files("a.txt", "sub/b", "empty/"))
    assert record.end_code(BUNDLE) == 0
    assert [name for name, _ in kept] == [f"{F}/a.txt", f"{F}/sub/b", f"{STAGED}/part.0.tar", "manage.json"]
    assert kept[0][1] == b"a.txt"
    times = {"tv_nsec": 123456789, "tv_sec": 1650000000}
    info = {"path": f"{F}/a.txt", "st_atim": times, "st_mode": stat.S_IFREG | 0o640, "st_mtim": times}
    (batch,) = batches(record)
    assert batch[0] == {"bundleName": BUNDLE, "uri": json.dumps(info, separators=(",", ":")) + "\n"}
    assert seen(record, "onFileReady") == [("onFileReady", 0)]


def test_the_index_has_paths_for_names_and_no_times() -> None:
    _, kept = back_up(files("my.tar", "empty/"))
    big, tar = json.loads(kept[-1][1])
    assert big == {
        "fileName": f"{F}/my.tar",
        "information": {"path": f"{F}/my.tar", "stat": {"st_mode": stat.S_IFREG | 0o640, "st_size": 6}},
        "isBigFile": True,
        "isUserTar": True,
    }
    assert (tar["fileName"], tar["information"]["path"], tar["isBigFile"]) == (
        f"{STAGED}/part.0.tar",
        f"{STAGED}/part.0.tar",
        False,
    )
    assert tar["information"]["stat"].keys() == {"st_mode", "st_size"}


def test_a_mapped_directory() -> None:
    """Its blobs have the names of where they lie; the index says where they will go."""

    class Maps:
        def onBackupEx(self, info: str) -> str:
            return json.dumps({"compatibleDirMapping": ["/R/"]})

    profile = {**INCLUDES, "includes": ["/R/"], "compatibleDirMapping": [{"backupDir": f"{F}/", "restoreDir": "/R/"}]}
    with Device() as device:
        package = Package(config=parse_backup_config(json.dumps(profile)))
        bundle = device.install(load_subject(Maps), package=package, sandbox=files("a"))
        device.run(SessionPlan(infos=json.dumps(WITHOUT)))
        assert bundle.archive is not None
        (entry,) = json.loads(bundle.archive.index.read())
    assert (entry["fileName"], entry["information"]["path"]) == (f"{F}/a", "/R/a")


@pytest.mark.parametrize(
    ("infos", "device"),
    [
        ({"infos": []}, "latest"),
        ({**WITHOUT, "isSupportWithoutTar": "true"}, "latest"),
        (WITHOUT, "api-20"),
    ],
)
def test_tars_unless_asked_and_able(infos: dict[str, Any], device: str) -> None:
    record, kept = back_up(files("a"), infos, device=device)
    assert [name for name, _ in kept] == ["part.0.tar", "manage.json"]
    assert batches(record) == []


def test_groups() -> None:
    """The extension's groups do not show: the client's library makes batches of its own."""
    record, _ = back_up(files("1", "2", "3", "4", "5"), {**WITHOUT, "batchSize": 2})
    sent = [event.data["message"] for event in record.of_kind("ipc")].count("AppFileReadys")
    assert sent == 3
    assert [names(batch) for batch in batches(record)] == [["1", "2", "3", "4", "5"]]


def test_the_client_s_batches() -> None:
    record, _ = back_up(files(*(f"{number:04}" for number in range(501))), {**WITHOUT, "batchSize": 1})
    assert [len(batch) for batch in batches(record)] == [500, 1]
    told = [message.callback for message in record.client]
    assert told.index("onFileReady") < len(told) - told[::-1].index("onFileReadyBatch") - 1 < told.index("onBundleEnd")


def test_the_send_rate_holds() -> None:
    record, _ = back_up(files(*(f"{number:03}" for number in range(130))), {**WITHOUT, "batchSize": 60})
    at = [event.at_ns // S for event in record.of_kind("file.out")]
    assert [at.count(second) for second in range(3)] == [60, 60, 10]


def test_a_closed_file_is_missing_without_a_word() -> None:
    def seed(root: Path) -> None:
        files("a", "b")(root)
        (root / F[1:] / "a").chmod(0)

    record, kept = back_up(seed)
    assert record.end_code(BUNDLE) == 0
    assert [name for name, _ in kept] == [f"{F}/b", "manage.json"]
    assert [entry["fileName"] for entry in json.loads(kept[-1][1])] == [f"{F}/b"]


def sockets(root: Path) -> None:
    files("1", "2", "4")(root)
    os.mknod(root / F[1:] / "3", stat.S_IFSOCK | 0o660)


NAMED = {**INCLUDES, "includes": [f"{F}/{number}" for number in (1, 2, 3, 4)]}


def test_one_file_that_cannot_be_opened_keeps_its_whole_group_back() -> None:
    """data-plane 9, item 32: a later good group overwrites the error, and the names never sent keep the bundle open."""
    record, _ = back_up(sockets, {**WITHOUT, "batchSize": 3}, NAMED)
    assert [event.data["uri"] for event in record.of_kind("file.out")] == [f"{F}/4"]
    assert [(event.data["code"]) for event in record.of_kind("ipc") if event.data["message"] == "AppDone"] == [0]
    assert record.end_code(BUNDLE) == 13500003
    assert [event.data["timer"] for event in record.of_kind("timer.expired")] == ["fwk"]


def test_the_last_group_s_error_is_the_result() -> None:
    record, _ = back_up(sockets, {**WITHOUT, "batchSize": 2}, NAMED)
    assert [event.data["uri"] for event in record.of_kind("file.out")] == [f"{F}/1", f"{F}/2"]
    assert record.end_code(BUNDLE) == 13900042


def test_a_fifo_that_an_include_names() -> None:
    def seed(root: Path) -> None:
        files("1")(root)
        os.mkfifo(root / F[1:] / "2")

    record, _ = back_up(seed, WITHOUT, NAMED)
    assert [event.data["path"] for event in record.of_kind("pack.hang")] == [f"{F}/2"]
    assert record.end_code(BUNDLE) == 13500003


def test_a_big_file_without_extension_is_no_trouble() -> None:
    record, kept = back_up(files(".mmkv/blob"))
    assert record.end_code(BUNDLE) == 0
    assert kept[0][0] == f"{F}/.mmkv/blob"


def test_two_runs_leave_equal_records() -> None:
    first, second = (back_up(files("a", "empty/"))[0] for _ in range(2))
    assert first.dumps() == second.dumps()
    tar = json.loads(batches(first)[0][1]["uri"])
    assert tar["st_mtim"] == {"tv_nsec": 0, "tv_sec": WALL_EPOCH_NS // S}


def test_a_client_s_own_callback() -> None:
    ready: list[FileReady] = []
    with Device() as device:
        device.install(load_subject(Idle), sandbox=files("a"))
        callbacks = Callbacks(on_file_ready_batch=lambda error, files: ready.extend(files or ()))
        SessionBackup(device, callbacks).append_bundles([BUNDLE], [json.dumps(WITHOUT)])
        device.run_until_idle()
    assert [json.loads(file.uri)["path"] for file in ready] == [f"{F}/a"]

"""getBackupDataSize and the report of its sizes (data-plane 6, control-plane 5.5, 6.1)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulator import BusinessError, Device, load_subject
from emulator.client import Callbacks, IncrementalBackupSession, SessionBackup, SessionRestore
from emulator.package import Package
from emulator.storage.config.backup_config import parse_backup_config
from tests.emulator.harness import BUNDLE, Idle, run

BASE = "data/storage/el2/base"
F = f"{BASE}/files"
CONFIG = {"allowToBackupRestore": True, "includes": [f"{F}/"], "excludes": [f"{F}/big"]}
OLD_S, NEW_S = 1_600_000_000, 1_700_000_000


def phone(root: Path) -> None:
    sizes = {"files/small": 5, "files/big": 100, "files/new": 7, "preferences/p": 20, "cache/c": 1000, "haps/entry/cache/c": 1000}
    for name, size in sizes.items():
        path = root / BASE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
        os.utime(path, (NEW_S, NEW_S) if name == "files/new" else (OLD_S, OLD_S))
    os.utime(root / F, (OLD_S, OLD_S))


@pytest.fixture
def device() -> Iterator[Device]:
    with Device() as made:
        package = Package(config=parse_backup_config(json.dumps(CONFIG)))
        made.install(load_subject(Idle), package=package, sandbox=phone)
        made.install(load_subject(Idle), clone_index=1)
        yield made


def reports(device: Device, precise: bool, bundles: dict[str, int], kind: type[SessionBackup] = SessionBackup) -> list[str]:
    told: list[str] = []
    session = kind(device, Callbacks(on_backup_size_report=told.append))
    assert session.get_backup_data_size(precise, bundles).result() == 0
    device.run_until_idle()
    assert [message.args for message in device.record().client] == [(text,) for text in told]
    return told


def rows(reports: list[str]) -> list[tuple[str, int, int]]:
    (text,) = reports
    document = json.loads(text)
    assert document["scanning"] == ""
    return [tuple(row.values()) for row in document["scaned"]]


@pytest.mark.spec("dp-6-04")
@pytest.mark.parametrize("kind", [SessionBackup, IncrementalBackupSession])
def test_an_estimate_is_all_data_but_caches(device: Device, kind: type[SessionBackup]) -> None:
    """Includes and excludes are not looked at; what has no data, or is not there, has no size."""
    names = {BUNDLE: NEW_S, f"{BUNDLE}:1": 0, "com.example.none": 0}
    assert rows(reports(device, False, names, kind)) == [
        (BUNDLE, 132, -1),
        (f"{BUNDLE}:1", -1, -1),
        ("com.example.none", -1, -1),
    ]


@pytest.mark.spec("dp-6-05")
@pytest.mark.parametrize(("last", "incremental"), [(0, -1), (1, 12), (OLD_S, 7), (NEW_S, 0)])
def test_a_precise_size_is_that_of_the_stat_list(device: Device, last: int, incremental: int) -> None:
    directory = 4096
    whole = incremental + (directory if last == 1 else 0)
    assert rows(reports(device, True, {BUNDLE: last, "com.example.none": last})) == [
        (BUNDLE, 12 + directory, whole),
        ("com.example.none", -1, -1),
    ]


@pytest.mark.spec("cp-6.1-10", "cp-5.5-07")
def test_the_text(device: Device) -> None:
    """cJSON's own layout, and the service's own spelling; one report, and none for nothing."""
    (text,) = reports(device, False, {f"{BUNDLE}:1": 0})
    row = f'{{\n\t\t\t"bundleName":\t"{BUNDLE}:1",\n\t\t\t"dataSize":\t-1,\n\t\t\t"incDataSize":\t-1\n\t\t}}'
    assert text == f'{{\n\t"scaned":\t[{row}],\n\t"scanning":\t""\n}}'


def test_nothing_to_report(device: Device) -> None:
    assert reports(device, True, {}) == []


def test_a_profile_that_throws_breaks_the_call_for_all(device: Device) -> None:
    """Data-plane 9, item 23."""
    device.install(load_subject(Idle), "com.example.bad", package=Package(config=parse_backup_config("[]")), sandbox=phone)
    session = SessionBackup(device, Callbacks())
    promise = session.get_backup_data_size(True, {BUNDLE: 0, "com.example.bad": 0})
    with pytest.raises(BusinessError) as failed:
        promise.result()
    device.run_until_idle()
    assert failed.value.code == 13900020
    assert list(device.record().client) == []


def test_a_session_that_is_not_the_live_one(device: Device) -> None:
    first = SessionBackup(device, Callbacks())
    first.release()
    SessionRestore(device, Callbacks())
    with pytest.raises(BusinessError) as failed:
        first.get_backup_data_size(False, {BUNDLE: 0}).result()
    assert failed.value.code == 13900020


def test_a_backup_tells_no_sizes_unasked() -> None:
    told = {message.callback for message in run(Idle).client}
    assert told == {"onBundleBegin", "onFileReady", "onBundleEnd", "onAllBundlesEnd"}


def test_the_app_is_not_asked(device: Device) -> None:
    reports(device, True, {BUNDLE: 0})
    record: Any = device.record()
    assert list(record.calls) == [] and list(record.of_kind("process.start")) == []

"""A backup that comes to another user, a clone, a phone in use, an older or a newer app (control-plane 2.2, 7.3)."""

from __future__ import annotations

import asyncio
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import BundleVersion, Device, DeviceProfile, Record, SessionKind, SessionPlan, load_subject, nominal_plan
from emulator.client import BSessionRestoreAsync, Callbacks
from emulator.package import Package
from emulator.service.session import Capability
from emulator.storage.config.backup_config import parse_backup_config
from emulator.storage.names import FullBlobNames
from emulator.storage.transfer import Archive
from tests.emulator.harness import BUNDLE, called, seen

F = "data/storage/el2/base/files"
CLONE = f"{BUNDLE}:1"
PACKAGE = Package(config=parse_backup_config(json.dumps({"allowToBackupRestore": True, "includes": [f"{F}/"]})))
BIG = 2_097_153
USER_100, USER_101 = DeviceProfile(), DeviceProfile().with_changes(user_id=101)
RESTORES = [SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE]


def subject() -> tuple[type[Any], list[Any]]:
    """An app that writes down what its callbacks get."""
    got: list[Any] = []

    class App:
        def onBackupEx(self, info: str) -> str:
            got.append(info)
            return ""

        def onBackup(self) -> None: ...

        def onRestoreEx(self, version: BundleVersion, info: str) -> str:
            got.extend((version, info))
            return ""

        def onRestore(self, version: BundleVersion) -> None:
            got.append(version)

    return App, got


def files(**contents: bytes) -> Callable[[Path], None]:
    def seed(root: Path) -> None:
        (root / F).mkdir(parents=True)
        for name, content in contents.items():
            (root / F / name).write_bytes(content)

    return seed


OLD = {"small": b"old", "big": b"\x5a" * BIG}


def contents(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / F).iterdir()} if (root / F).exists() else {}


def back_up(profile: DeviceProfile = USER_100, name: str = BUNDLE) -> tuple[Record, Archive]:
    with Device(profile) as device:
        index = int(name.partition(":")[2] or 0)
        bundle = device.install(load_subject(subject()[0]), package=PACKAGE, clone_index=index, sandbox=files(**OLD))
        record = device.run(SessionPlan(bundles=(name,)))
        assert bundle.archive is not None
    return record, bundle.archive


# another user -----------------------------------------------------------------------------------------------------------


def details(user: int) -> str:
    return f'[{{\n\t\t"type":\t"userId",\n\t\t"detail":\t"{user}"\n\t}}]'


@pytest.mark.parametrize("profile", [USER_100, USER_101], ids=["100", "101"])
@pytest.mark.parametrize("kind", RESTORES)
def test_files_have_the_same_paths_for_every_user(profile: DeviceProfile, kind: SessionKind) -> None:
    """The sandbox hides whose it is; only the info says it."""
    _, archive = back_up()
    app, got = subject()
    with Device(profile) as device:
        bundle = device.install(load_subject(app), package=PACKAGE)
        bundle.archive = archive
        record = device.run(nominal_plan(kind))
        assert contents(bundle.sandbox.root) == OLD
        assert {path.stat().st_uid for path in (bundle.sandbox.root / F).iterdir()} == {os.geteuid()}, "no chown"
    version = BundleVersion(1000000, "1.0.0")
    assert got == [version, details(profile.user_id), version]
    assert [event.data["user"] for event in record.of_kind("session.begin")] == [profile.user_id]


@pytest.mark.parametrize(("profile", "uid"), [(USER_100, 20010045), (USER_101, 20210045)], ids=["100", "101"])
def test_a_tar_says_whose_files_they_are(profile: DeviceProfile, uid: int) -> None:
    """200,000 uids for every user; of the octal number the header keeps seven digits (data-plane 3.4)."""
    _, archive = back_up(profile)
    (data,) = [blob.read() for blob in archive.blobs if blob.uri.endswith(".tar")]
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        (member,) = tar.getmembers()
    assert (member.uname, member.gname) == (str(uid), str(uid))
    assert f"{member.uid:07o}" == f"{uid:o}"[:7] == f"{member.gid:07o}"


@pytest.mark.spec("cp-6.2-04")
def test_a_name_that_the_session_holds_for_another_user() -> None:
    """It is refused, and goes on for the one whose it is."""

    class Slow:
        async def onRestore(self, version: BundleVersion) -> None:
            await asyncio.sleep(1)

    with Device() as device:
        device.install(load_subject(Slow))
        session = BSessionRestoreAsync(device, Callbacks())
        capabilities = {BUNDLE: Capability(BundleVersion(0, "0.0.0.0-1"))}
        for user in (-1, 101):
            session.append_bundles(capabilities, [BUNDLE], user_id=user)
        device.run_until_idle()
        record = device.record()
    assert seen(record) == [("onBundleBegin", 0), ("onBundleBegin", 13500005), ("onBundleEnd", 0), ("onAllBundlesEnd", 0)]
    assert called(record) == ["onRestoreEx", "onRestore", "onRelease"]


@pytest.mark.parametrize(("user", "code"), [(-1, 0), (100, 0), (101, 13500005)])
def test_an_append_for_a_user(user: int, code: int) -> None:
    app, got = subject()
    with Device() as device:
        device.install(load_subject(app))
        session = BSessionRestoreAsync(device, Callbacks())
        capabilities = {BUNDLE: Capability(BundleVersion(0, "0.0.0.0-1"))}
        session.append_bundles(capabilities, [BUNDLE], ['{"infos":[]}'], user_id=user)
        device.run_until_idle()
        assert seen(device.record(), "onBundleBegin") == [("onBundleBegin", code)]
    assert got[1:2] == ([details(100)] if not code else [])


# a clone ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [BUNDLE, CLONE])
@pytest.mark.parametrize("came", [BUNDLE, CLONE])
@pytest.mark.parametrize("kind", RESTORES)
def test_a_clone_is_another_app_with_the_same_paths(left: str, came: str, kind: SessionKind) -> None:
    """Names of blobs and files tell nothing of the index, so that a backup of one comes back to the other."""
    out, archive = back_up(name=left)
    assert {event.data["bundle"] for event in out.of_kind("file.out")} == {left}
    assert [blob.uri for blob in archive.blobs] == [FullBlobNames().name(f"/{F}/big"), "part.0.tar"]
    app, _ = subject()
    with Device() as device:
        both = [device.install(load_subject(app), package=PACKAGE, clone_index=index) for index in (0, 1)]
        for bundle in both:
            bundle.archive = archive
        record = device.run(SessionPlan(kind=kind, bundles=(came,)))
        found = {bundle.full_name: contents(bundle.sandbox.root) for bundle in both if bundle.sandbox.exists}
    assert found == {came: OLD}
    assert record.end_code(came) == 0
    told = {message.args[-1] for message in record.client if message.callback in ("onBundleBegin", "onBundleEnd")}
    assert told == {came}


# a phone in use ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RESTORES)
def test_a_restore_merges_and_leaves_other_apps_alone(kind: SessionKind) -> None:
    """Files of the same name are overwritten, whatever their age and size; nothing is removed (data-plane 4.6)."""
    _, archive = back_up()
    app, _ = subject()
    mine, theirs = {"small": b"new and longer", "big": b"tiny", "own": b"own"}, {"small": b"theirs", "big": b"theirs"}
    with Device() as device:
        bundle = device.install(load_subject(app), package=PACKAGE, sandbox=files(**mine))
        other = device.install(load_subject(app), "com.example.other", package=PACKAGE, sandbox=files(**theirs))
        other.sandbox.make()
        bundle.archive = archive
        record = device.run(nominal_plan(kind))
        assert contents(bundle.sandbox.root) == {**OLD, "own": b"own"}
        assert contents(other.sandbox.root) == theirs
    assert [event.data["bundle"] for event in record.of_kind("tree")] == [BUNDLE]


# an older or newer app --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", RESTORES)
@pytest.mark.parametrize("code", [0, 999_999, 1_000_000, 1_000_001, 2**31 - 1])
@pytest.mark.parametrize("name", ["0.9", "1.0.0", "2.0.0-beta", ""])
def test_any_ordinary_version_comes_back_and_reaches_the_app_raw(kind: SessionKind, code: int, name: str) -> None:
    """Nobody compares it with the version that is installed: that is the app's business."""
    _, archive = back_up()
    app, got = subject()
    with Device() as device:
        bundle = device.install(load_subject(app), package=PACKAGE)
        bundle.archive = archive
        record = device.run(SessionPlan(kind=kind, version=BundleVersion(code, name)))
        assert contents(bundle.sandbox.root) == OLD
    assert record.end_code(BUNDLE) == 0
    assert got == [BundleVersion(code, name), details(100), BundleVersion(code, name)]

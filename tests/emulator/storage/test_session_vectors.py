"""Vectors that belong to the service and to whole sessions: handles, publishing, and the send rate."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import BundleVersion, BusinessError, Device, SessionKind, load_subject
from emulator.client import BSessionRestore, Callbacks, SessionRestore
from emulator.service.session import Capability
from tests.emulator.harness import BUNDLE, Idle, S, run, seen, times
from tests.emulator.planes import Blobs, Files, packed

Restore = SessionRestore | BSessionRestore


def restoring(device: Device, kind: type[Restore] = SessionRestore) -> tuple[Restore, list[Any]]:
    """A restore session whose bundle has begun, and the (code, name) of each onFileReady to come."""
    answers: list[Any] = []
    callbacks = Callbacks(
        on_file_ready=lambda error, file: answers.append((error.code if error else 0, file.uri if file else None))
    )
    device.install(load_subject(Idle))
    session = kind(device, callbacks)
    session.append_bundles({BUNDLE: Capability(BundleVersion(1, "1.0.0"))}, [BUNDLE])
    device.advance(S)
    return session, answers


@pytest.mark.vector("R18")
@pytest.mark.parametrize("uri", ["../x", "a/../b"])
def test_a_handle_outside_of_staging_is_refused(uri: str) -> None:
    with Device() as device:
        session, answers = restoring(device)
        promise = session.get_file_handle(BUNDLE, uri)
        with pytest.raises(BusinessError) as refused:
            promise.result()
        device.advance(S)
    assert refused.value.code == 13900020
    assert answers == []


@pytest.mark.vector("R19a")
def test_publishing_a_name_is_refused() -> None:
    with Device() as device:
        session, _ = restoring(device)
        with pytest.raises(BusinessError) as refused:
            session.publish_file(BUNDLE, "part.0.tar").result()
        record = device.record()
    assert refused.value.code == 13900001
    assert not [call for call in record.calls if call.callback.startswith("onRestore")]


@pytest.mark.vector("R19b")
def test_publishing_no_name_starts_the_restore() -> None:
    with Device() as device:
        session, _ = restoring(device)
        session.publish_file(BUNDLE, "")
        device.run_until_idle()
        record = device.record()
    assert "onRestore" in [call.callback for call in record.calls]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


@pytest.mark.vector("R20a")
def test_a_second_handle_truncates_the_file() -> None:
    with Device() as device:
        session, answers = restoring(device)
        staged = device.bundles[BUNDLE].sandbox
        session.get_file_handle(BUNDLE, "part.0.tar")
        device.advance(S)
        [host] = staged.root.rglob("part.0.tar")
        host.write_bytes(b"first")
        session.get_file_handle(BUNDLE, "part.0.tar")
        device.advance(S)
        assert host.read_bytes() == b""
    assert answers == [(0, "part.0.tar"), (0, "part.0.tar")]


@pytest.mark.vector("R20b")
def test_the_native_flow_refuses_a_second_handle_and_wipes_staging() -> None:
    with Device() as device:
        session, answers = restoring(device, BSessionRestore)
        session.get_file_handle(BUNDLE, "part.0.tar")
        device.advance(S)
        assert list(device.bundles[BUNDLE].sandbox.root.rglob("part.0.tar"))
        session.get_file_handle(BUNDLE, "part.0.tar")
        device.advance(S)
        assert not list(device.bundles[BUNDLE].sandbox.root.rglob("part.0.tar"))
    assert [code for code, _ in answers] == [0, 13900042]


def sent_in_windows(kind: SessionKind, data: Blobs) -> list[int]:
    """How many blobs left per second, the first ones at once, manage.json left out."""
    at = times(run(Idle, kind, data=data), "file.out")
    assert min(at) == 0
    return [at.count(moment) for moment in sorted(set(at))]


@pytest.mark.vector("V7")
def test_tars_count_twice() -> None:
    assert sent_in_windows(SessionKind.FULL_BACKUP, Blobs(*(packed(f"part.{number}.tar") for number in range(31)))) == [30, 1]


@pytest.mark.vector("V8a")
def test_big_files_count_once_in_the_full_flow() -> None:
    assert sent_in_windows(SessionKind.FULL_BACKUP, Files(61)) == [60, 1]


@pytest.mark.vector("V8b")
def test_big_files_count_twice_in_the_incremental_flow() -> None:
    assert sent_in_windows(SessionKind.INCREMENTAL_BACKUP, Files(61)) == [30, 30, 1]

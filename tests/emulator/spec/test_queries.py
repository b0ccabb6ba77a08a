"""Control-plane 4.2 and 4.3: what a query does to the session, and what the session does to a query."""

from __future__ import annotations

import asyncio
import time

import pytest

from emulator import BusinessError, ClientStep, ConnectTimeout, Device, RefuseConnect, SessionPlan, load_subject
from emulator.client import Callbacks, SessionBackup, get_backup_info
from tests.emulator.harness import BUNDLE, S, end_time, run, seen, times

QUERIES = ("get_backup_info", "get_compatibility_info")


class Slow:
    async def onBackup(self) -> None:
        await asyncio.sleep(100)

    def getBackupInfo(self) -> str:
        return "info"

    async def getBackupCompatibilityInfo(self, info: str) -> str:
        return "compatible"


def results(record: object) -> list[object]:
    return [event.data["result"] for event in record.of_kind("client.step")]  # type: ignore[attr-defined]


def test_a_waiting_bundle_that_is_asked_never_gets_to_run() -> None:
    """Control-plane 4.3, row 6: its connection reports to the query for good, so that its launch runs into the 25 s."""
    with Device() as device:
        for name in "abcd":
            device.install(load_subject(Slow), name)
        record = device.run(SessionPlan(bundles=tuple("abcd"), steps=(ClientStep(S, "get_compatibility_info", bundle="d"),)))
    assert results(record) == [[0, "compatible"]]
    begins = [
        (m.at_ns / S, m.args[0]["code"], m.args[0]["data"]) for m in record.client if m.callback == "onBundleBegin" and m.args[0]
    ]
    assert begins == [(125, 13500002, "d")]
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)] * 3
    assert [c.callback for c in record.calls if c.bundle == "d"] == ["getBackupCompatibilityInfo"]


def test_a_bundle_that_is_asked_before_the_append_runs_as_ever() -> None:
    record = run(Slow, plan=SessionPlan(steps=(ClientStep(0, "get_compatibility_info"),)))
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 0)]


def test_a_query_is_about_the_session_that_is_live() -> None:
    with Device() as device:
        device.install(load_subject(Slow))
        mine = SessionBackup(device, Callbacks())
        mine.release()
        promise = mine.get_compatibility_info(BUNDLE)
        device.run_until_idle()
        with pytest.raises(BusinessError, match="Internal errno is 13900020"):
            promise.result()


def test_asking_for_the_info_leaves_the_session_where_it_is() -> None:
    with Device() as device:
        device.install(load_subject(Slow))
        session = SessionBackup(device, Callbacks())
        session.append_bundles([BUNDLE])
        device.advance(S)
        assert get_backup_info(device, BUNDLE) == "info"
        assert device.kernel.now_ns == S
        assert not seen(device.record(), "onBundleEnd")
        device.run_until_idle()
        assert end_time(device.record()) == 100


def test_asking_for_the_info_takes_as_long_as_the_app() -> None:
    class Ext:
        def onBackup(self) -> None: ...

        def getBackupInfo(self) -> str:
            time.sleep(7)
            return "late"

    with Device() as device:
        device.install(load_subject(Ext))
        assert (get_backup_info(device, BUNDLE), device.kernel.now_ns) == ("late", 7 * S)
        assert get_backup_info(device, "com.example.nobody") is None


def test_infos_are_asked_for_one_after_the_other() -> None:
    """Control-plane 4.2: serialised by a mutex."""

    class Ext:
        def onBackup(self) -> None: ...

        def getBackupInfo(self) -> str:
            time.sleep(10)
            return "info"

    record = run(Ext, plan=SessionPlan(bundles=(), steps=tuple(ClientStep(n * S, "get_backup_info") for n in (1, 2))))
    assert times(record, "client.step") == [11, 21]


@pytest.mark.parametrize("action", QUERIES)
@pytest.mark.parametrize(
    ("condition", "code", "at"),
    [
        (ConnectTimeout(), 13900020, 26),
        (ConnectTimeout(ams_gives_up_s=10), 13500004, 11),
        (RefuseConnect(), 13500004, 1),
    ],
)
def test_a_query_that_does_not_connect(action: str, condition: object, code: int, at: float) -> None:
    record = run(Slow, plan=SessionPlan(steps=(ClientStep(S, action, bundle=BUNDLE),), bundles=()), conditions=[condition])  # type: ignore[list-item]
    assert results(record) == [[code, ""]]
    assert times(record, "client.step") == [at]


def test_of_a_clone_nothing_is_known() -> None:
    """Control-plane 4.2: the name goes into the want as it is."""

    class Ext:
        def getBackupInfo(self) -> str:
            return "info"

    with Device() as device:
        device.install(load_subject(Ext), clone_index=1)
        assert get_backup_info(device, f"{BUNDLE}:1") is None

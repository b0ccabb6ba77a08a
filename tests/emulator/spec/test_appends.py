"""Appends: a name that is at work already, documents of every kind, more or fewer documents than names (2.2, 7.3)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emulator import (
    BundleVersion,
    BusinessError,
    ClientStep,
    ConnectTimeout,
    Device,
    Record,
    SessionKind,
    SessionPlan,
    load_subject,
)
from emulator.client import BSessionRestoreAsync, Callbacks, IncrementalBackupSession, SessionBackup, SessionRestore
from emulator.client.sessions import Promise
from emulator.package import Package
from emulator.service.session import Capability, RestoreType
from emulator.storage.config.backup_config import parse_backup_config
from tests.emulator.harness import BUNDLE, OK_JSON, S, run, seen

FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
RESTORE = SessionKind.INCREMENTAL_RESTORE
BEGIN, END, ALL = ("onBundleBegin", 0), ("onBundleEnd", 0), ("onAllBundlesEnd", 0)


def working(seconds: float) -> type[Any]:
    class Ext:
        async def onBackup(self) -> None:
            await asyncio.sleep(seconds)

        async def onRestore(self, version: object) -> None:
            await asyncio.sleep(seconds)

    return Ext


def appended_again(seconds: float, kind: SessionKind, tie_order: str = "fifo") -> Record:
    """The name is appended once more 1 s after the first append of an app that works for ``seconds``."""
    return run(working(seconds), plan=SessionPlan(kind=kind, steps=(ClientStep(S, "append"),)), tie_order=tie_order)


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL, RESTORE])
def test_the_first_run_ends_though_the_second_could_not_start(kind: SessionKind) -> None:
    record = appended_again(100, kind)
    assert seen(record) == [BEGIN, ("onBundleBegin", 13900020), END, ALL]
    assert [m.at_ns / S for m in record.client if m.callback.startswith("onBundle")] == [0, 4, 100]


@pytest.mark.parametrize("tie_order", ["fifo", "lifo"])
@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_the_second_run_starts_when_the_first_has_ended_in_time(kind: SessionKind, tie_order: str) -> None:
    record = appended_again(3, kind, tie_order)
    assert seen(record) == [BEGIN, END, BEGIN, END, ALL]
    assert [m.at_ns / S for m in record.client if m.callback.startswith("onBundle")] == [0, 3, 3, 6]


def test_the_first_runs_timer_is_lost_and_strikes_all_the_same() -> None:
    """The entry forgets its timer, which nobody stops: it times out whatever has the name when it expires."""
    record = appended_again(1000, FULL)
    assert seen(record) == [BEGIN, ("onBundleBegin", 13900020), ("onBundleEnd", 13500003), ALL]
    assert [m.at_ns / S for m in record.client if m.callback == "onBundleEnd"] == [900]


# documents that no JSON library likes ------------------------------------------------------------------------------------

DEEP = '{"infos":[{"type":"unicast","details":[' + "[" * 900 + "]" * 900 + '],"x":1}],"delayTime":-1}'


@pytest.mark.parametrize("kind", [FULL, INCREMENTAL, RESTORE])
@pytest.mark.parametrize(
    ("infos", "ends"),
    [
        *((f'{{"infos":[{{"type":"unicast","details":[]}}],"delayTime":{n}}}', [0]) for n in ("-1", "-1e999")),
        pytest.param(f'{{"infos":[{{"type":"unicast","details":[]}}],"delayTime":{"9" * 400}}}', [0, 13500003], id="digits"),
        pytest.param(DEEP, [0, 13500004], id="deep"),
        pytest.param("[" * 100_000, [0], id="deeper"),
    ],
)
def test_no_document_of_the_client_breaks_the_device(kind: SessionKind, infos: str, ends: list[int]) -> None:
    """The longest delay outlasts the app timer; an element that is no object keeps a backup from connecting."""
    record = run(working(1), plan=SessionPlan(kind=kind, infos=infos))
    hit = kind is INCREMENTAL if ends[-1] == 13500003 else kind.is_backup
    assert seen(record, "onBundleEnd") == [("onBundleEnd", ends[-1] if hit else 0)]


# as many documents as names ----------------------------------------------------------------------------------------------

FLAT = '{"infos":[]}'


@pytest.mark.parametrize("infos", [[], [FLAT, FLAT]])
@pytest.mark.parametrize("opens", [SessionBackup, IncrementalBackupSession, SessionRestore])
def test_javascript_asks_nothing_when_the_counts_differ(opens: type[Any], infos: list[str]) -> None:
    with Device() as device:
        device.install(load_subject(working(1)))
        session = opens(device, Callbacks())
        names: list[Any] = (
            [[BUNDLE]] if opens is not SessionRestore else [{BUNDLE: Capability(BundleVersion(1, "1.0"))}, [BUNDLE]]
        )
        assert session.append_bundles(*names, infos) is None
        device.run_until_idle()
        assert seen(device.record()) == []


@pytest.mark.parametrize(("infos", "given"), [([], ""), ([FLAT, FLAT], ""), ([FLAT], "userId")])
def test_the_native_kit_goes_on_as_without_infos(infos: list[str], given: str) -> None:
    asked: list[str] = []

    class Ext:
        def onRestoreEx(self, version: object, info: str) -> str:
            asked.append(info)
            return OK_JSON

    with Device() as device:
        device.install(load_subject(Ext))
        session = BSessionRestoreAsync(device, Callbacks())
        version = BundleVersion(0, "0.0.0.0-12")
        promise = session.append_bundles({BUNDLE: Capability(version)}, [BUNDLE], infos)
        device.run_until_idle()
        assert promise is not None and promise.result() == 0
    assert len(asked) == 1
    assert (given in asked[0]) if given else asked == [""]


# whose session it is -----------------------------------------------------------------------------------------------------


def outcome(promise: Promise | None) -> int:
    """0, or the code with which it was rejected."""
    assert promise is not None
    try:
        return int(promise.result())
    except BusinessError as error:
        return error.code


@pytest.mark.parametrize(
    ("live", "code", "told"),
    [
        (SessionRestore, 13900020, [("onBundleBegin", 13500005)] * 2),
        (SessionBackup, 13900001, []),
        (None, 13900020, []),
    ],
)
def test_a_backup_append_into_the_session_of_another(live: type[Any] | None, code: int, told: list[Any]) -> None:
    """Control-plane 6.2: the client of a live restore is told of every name."""
    with Device() as device:
        device.install(load_subject(working(1)))
        mine = SessionBackup(device, Callbacks())
        mine.release()
        if live is not None:
            live(device, Callbacks())
        assert outcome(mine.append_bundles([BUNDLE, "b"])) == code
        device.run_until_idle()
        assert seen(device.record()) == told


CAPABILITIES = {BUNDLE: Capability(BundleVersion(1, "1.0"))}


def test_a_restore_append_joins_whatever_session_is_live() -> None:
    """Control-plane 7.2: nothing is verified, and where there is no session nothing happens."""
    with Device() as device:
        device.install(load_subject(working(1)))
        mine = SessionRestore(device, Callbacks())
        mine.release()
        assert outcome(mine.append_bundles(CAPABILITIES, [BUNDLE])) == 0
        assert seen(device.record()) == []
        other = SessionRestore(device, Callbacks())
        assert outcome(mine.append_bundles(CAPABILITIES, [BUNDLE])) == 0
        other.publish_file(BUNDLE)
        device.run_until_idle()
        assert seen(device.record()) == [BEGIN, END, ALL]


def test_nothing_is_appended_while_the_service_cleans_up() -> None:
    with Device() as device:
        device.install(load_subject(working(1)))
        mine = SessionRestore(device, Callbacks())
        mine.append_bundles(CAPABILITIES, [BUNDLE])
        device.service.die()
        device.restart_service()
        again = device.kernel.spawn(
            device.service.append_restore([BUNDLE], [None], CAPABILITIES, RestoreType.RESTORE_DATA_WAIT_SEND), "ipc"
        )
        device.run_until_idle()
        assert again.result() == 13900020


# what an append tells at once --------------------------------------------------------------------------------------------


def begins(opens: type[Any], *names: str, infos: list[str] | None = None, **packages: Package) -> list[tuple[str, int]]:
    """The name and code of every onBundleBegin; ``packages`` are those of the installed apps."""
    with Device() as device:
        for name, package in packages.items():
            device.install(load_subject(working(1)), name, package=package)
        session = opens(device, Callbacks())
        if opens is SessionRestore:
            old = {name: Capability(BundleVersion(1, "1.0"), all_to_backup=not name.startswith("not")) for name in names}
            session.append_bundles(old, list(names), infos)
        else:
            session.append_bundles(list(names), infos)
        device.advance(0)
        told = [m.args for m in device.record().client if m.callback == "onBundleBegin"]
        return [(args[0]["data"], args[0]["code"]) if args[0] else (args[1], 0) for args in told]


NOT, YES = Package(allow_to_backup_restore=False), Package()


@pytest.mark.parametrize("opens", [SessionBackup, IncrementalBackupSession])
def test_what_may_not_be_backed_up_is_told_before_what_cannot(opens: type[Any]) -> None:
    """Every bundle is looked at before the list of those that go on is compared with the list of those asked for (6.4)."""
    told = begins(opens, "not1", "gone", "yes", "not2", not1=NOT, yes=YES, not2=NOT)
    empty = [("not1", 13500005), ("gone", 13500005), ("not2", 13500005)]
    assert told == [("not1", 13500001), ("not2", 13500001), *empty, ("yes", 0)]


def test_what_is_not_there_is_told_before_what_may_not_come_back() -> None:
    told = begins(SessionRestore, "not1", "gone", "yes", not1=YES, yes=YES)
    assert told == [("gone", 13500005), ("not1", 13500001), ("yes", 0)]


BROADCAST = '{"infos":[{"type":"broadcast","details":[],"isBroadcastOnly":true}]}'


@pytest.mark.parametrize("opens", [SessionBackup, SessionRestore])
def test_a_name_that_is_only_broadcast_is_asked_nothing(opens: type[Any]) -> None:
    assert begins(opens, "gone", "yes", infos=[BROADCAST] * 2, yes=YES) == []


def test_an_incremental_backup_knows_no_broadcasts() -> None:
    told = begins(IncrementalBackupSession, "gone", "yes", infos=[BROADCAST] * 2, yes=YES)
    assert told == [("gone", 13500005), ("yes", 0)]


def test_a_capability_file_without_bundles() -> None:
    """Control-plane 6.2, append call results."""
    with Device() as device:
        device.install(load_subject(working(1)))
        session = SessionRestore(device, Callbacks())
        assert outcome(session.append_bundles({}, [BUNDLE, "b"])) == 13900020
        device.run_until_idle()
        record = device.record()
        assert seen(record) == [("onBundleBegin", 13500005)] * 2
        assert [event.data["result"] for event in record.of_kind("append")] == [13900020], "the record has the answer, too"


@pytest.mark.parametrize("config", ["[]", "5", "[" * 1001 + "]" * 1001], ids=["array", "number", "deep"])
@pytest.mark.parametrize("opens", [SessionBackup, IncrementalBackupSession, SessionRestore])
def test_a_profile_that_throws_is_the_end_of_the_whole_request(opens: type[Any], config: str) -> None:
    """Data-plane 9, item 23: also for the bundles that have nothing to do with it."""
    broken = Package(allow_to_backup_restore=False, config=parse_backup_config(config))
    with Device() as device:
        device.install(load_subject(working(1)))
        device.install(load_subject(working(1)), "b", package=broken)
        session = opens(device, Callbacks())
        old = {name: Capability(BundleVersion(1, "1.0")) for name in (BUNDLE, "b")}
        given = (old,) if opens is SessionRestore else ()
        assert outcome(session.append_bundles(*given, [BUNDLE, "b"])) == 13900001
        device.run_until_idle()
        assert seen(device.record()) == ([("onBundleBegin", 13500005)] * 2 if opens is SessionRestore else [])
        assert outcome(session.append_bundles(*given, [BUNDLE])) == 0


@pytest.mark.parametrize("ask", ["get_file_handle", "get_file_handles", "publish_file"])
@pytest.mark.parametrize(
    ("live", "name", "code"),
    [(SessionRestore, BUNDLE, 13900001), (SessionBackup, BUNDLE, 13900020), (None, BUNDLE, 13900020), ("mine", "b", 13900020)],
)
def test_whose_session_it_is_comes_before_what_is_in_it(ask: str, live: Any, name: str, code: int) -> None:
    """Control-plane 7.2: another scenario or none is an invalid argument, another token is not permitted."""
    with Device() as device:
        device.install(load_subject(working(1)))
        mine = SessionRestore(device, Callbacks())
        mine.append_bundles(CAPABILITIES, [BUNDLE])
        if live != "mine":
            mine.release()
            device.run_until_idle()
        if live not in ("mine", None):
            live(device, Callbacks())
        arguments: list[Any] = {"get_file_handle": ["x"], "get_file_handles": [["x"]], "publish_file": [""]}[ask]
        assert outcome(getattr(mine, ask)(name, *arguments)) == code


def test_a_publish_that_comes_too_early_is_refused_and_keeps_the_bundle_all_the_same() -> None:
    """Control-plane 7.5: what counts is that it was called."""
    with Device(conditions=[ConnectTimeout()]) as device:
        device.install(load_subject(working(1)))
        session = SessionRestore(device, Callbacks())
        session.append_bundles(CAPABILITIES, [BUNDLE])
        assert outcome(session.publish_file(BUNDLE)) == 13900020
        assert device.service.session is not None and device.service.session.entries[BUNDLE].in_publish

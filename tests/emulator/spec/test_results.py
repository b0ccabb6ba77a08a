"""Control-plane 2.3 and 2.4: what the app does, and what the device makes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import Any

import pytest

from emulator import BundleVersion, RejectedValue, SessionKind, SessionPlan, ThrownValue
from emulator.profile import PRESETS
from tests.emulator.harness import OK_JSON, called, end_time, run, seen, times

BACKUP, RESTORE = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_RESTORE
KINDS = [BACKUP, SessionKind.INCREMENTAL_BACKUP, SessionKind.FULL_RESTORE, RESTORE]
TAIL = [("onBundleEnd", 0), ("onAllBundlesEnd", 0)]
FELL_BACK = "fell back"


class Thenable:
    def __await__(self) -> Generator[Any, None, str]:
        raise AssertionError("the device never awaits a thenable")
        yield


def raising(error: BaseException) -> Callable[[], Any]:
    def do() -> Any:
        raise error

    return do


def later(value: Any) -> Callable[[], Any]:
    async def do() -> Any:
        await asyncio.sleep(2)
        if isinstance(value, BaseException):
            raise value
        return value

    return do


def subject(callback: str, do: Callable[[], Any] | None) -> type[Any]:
    """A class whose ``callback`` (Ex or plain, both directions) does ``do``; the other one only exists."""

    class Ext:
        def onBackup(self) -> Any:
            return do() if callback == "plain" and do else None

        def onRestore(self, version: BundleVersion) -> Any:
            return do() if callback == "plain" and do else None

    if callback == "ex" and do is not None:
        Ext.onBackupEx = lambda self, info: do()  # type: ignore[attr-defined]
        Ext.onRestoreEx = lambda self, version, info: do()  # type: ignore[attr-defined]
    elif callback == "plain" and do is None:
        del Ext.onBackup, Ext.onRestore
        Ext.onRelease = lambda self, scenario: None  # type: ignore[attr-defined]
    return Ext


EX_ROWS: list[tuple[str, str, Callable[[], Any] | None, Any]] = [
    ("cp-2.4-01", "absent", None, FELL_BACK),
    ("cp-2.4-02", "string", lambda: OK_JSON, OK_JSON),
    ("cp-2.4-02", "no-json", lambda: "not json", "not json"),
    ("cp-2.4-03", "empty", lambda: "", FELL_BACK),
    ("cp-2.4-04", "undefined", lambda: None, FELL_BACK),
    ("cp-2.4-04", "number", lambda: 0, FELL_BACK),
    ("cp-2.4-04", "boolean", lambda: True, FELL_BACK),
    ("cp-2.4-04", "object", lambda: {"type": "ErrorInfo"}, FELL_BACK),
    ("cp-2.4-04", "array", lambda: [OK_JSON], FELL_BACK),
    ("cp-2.4-04", "string-object", lambda: type("String", (str,), {})(OK_JSON), FELL_BACK),
    ("cp-2.4-05", "thenable", Thenable, FELL_BACK),
    ("cp-2.4-06", "promise", later(OK_JSON), OK_JSON),
    ("cp-2.4-07", "promise-empty", later(""), FELL_BACK),
    ("cp-2.4-07", "promise-number", later(7), FELL_BACK),
    ("cp-2.4-08", "never", lambda: asyncio.Event().wait(), 13500003),
    ("cp-2.4-09", "throws-error", raising(ValueError("no")), 13500004),
    ("cp-2.4-10", "throws-string", raising(ThrownValue("text")), (13500007, "text")),
    ("cp-2.4-11", "throws-number", raising(ThrownValue(5)), 13500007),
    ("cp-2.4-12", "rejects-error", later(ValueError("no")), 13500004),
    ("cp-2.4-13", "rejects-string", later(RejectedValue("text")), 13500003),
    ("cp-2.4-13", "rejects-number", later(RejectedValue(5)), 13500003),
]


def params(rows: list[tuple[str, str, Any, Any]]) -> list[Any]:
    return [pytest.param(do, out, id=f"{row}-{name}", marks=pytest.mark.spec(row)) for row, name, do, out in rows]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("do", "outcome"), params(EX_ROWS))
def test_ex_callback(do: Callable[[], Any] | None, outcome: Any, kind: SessionKind) -> None:
    record = run(subject("ex", do), kind)
    plain = "onBackup" if kind.is_backup else "onRestore"
    ex = plain + "Ex"
    if outcome is FELL_BACK:
        assert called(record)[:2] == [ex, plain]
        assert seen(record) == [("onBundleBegin", 0), *TAIL]
        return
    assert plain not in called(record), "an Ex callback that did not come back empty keeps the plain one from running"
    if isinstance(outcome, str):
        assert seen(record) == [("onBundleBegin", 0), ("onResultReport", outcome), *TAIL]
    elif isinstance(outcome, tuple):
        code, message = outcome
        assert [c for c, _ in seen(record)] == ["onBundleBegin", "onResultReport", "onBundleEnd", "onAllBundlesEnd"]
        assert f'"errorInfo":\t"{message}"' in seen(record, "onResultReport")[0][1]
        assert seen(record, "onBundleEnd") == [("onBundleEnd", code)]
    else:
        assert seen(record, "onBundleEnd") == [("onBundleEnd", outcome)]
        assert not seen(record, "onResultReport")
    if outcome == 13500003:
        assert end_time(record) == 900


PLAIN_ROWS: list[tuple[str, str, Callable[[], Any] | None, Any]] = [
    ("cp-2.4-01", "absent", None, 0),
    ("cp-2.4-02", "string", lambda: OK_JSON, 0),
    ("cp-2.4-03", "empty", lambda: "", 0),
    ("cp-2.4-04", "undefined", lambda: None, 0),
    ("cp-2.4-04", "number", lambda: 1, 0),
    ("cp-2.4-05", "thenable", Thenable, 0),
    ("cp-2.4-06", "promise", later(OK_JSON), 0),
    ("cp-2.4-07", "promise-empty", later(""), 0),
    ("cp-2.4-08", "never", lambda: asyncio.Event().wait(), 13500003),
    ("cp-2.4-09", "throws-error", raising(ValueError("no")), 13500004),
    ("cp-2.4-10", "throws-string", raising(ThrownValue("text")), 13500007),
    ("cp-2.4-11", "throws-number", raising(ThrownValue(5)), 13500007),
    ("cp-2.4-12", "rejects-error", later(ValueError("no")), 13500004),
    ("cp-2.4-13", "rejects-string", later(RejectedValue("text")), 13500003),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("do", "code"), params(PLAIN_ROWS))
def test_plain_callback(do: Callable[[], Any] | None, code: int, kind: SessionKind) -> None:
    record = run(subject("plain", do), kind)
    assert seen(record, "onBundleEnd") == [("onBundleEnd", code)]
    reports = seen(record, "onResultReport")
    if do is not None and code == 13500007 and "text" in str(reports):
        assert '"errorInfo":\t"text"' in reports[0][1]
    else:
        assert not reports, "the value of a plain callback is ignored"


@pytest.mark.spec("cp-2.4-14")
def test_a_blocking_callback_holds_the_main_thread() -> None:
    import time

    class Ext:
        def onBackupEx(self, info: str) -> str:
            time.sleep(7)
            return OK_JSON

        def onProcess(self) -> str:
            return OK_JSON

    record = run(Ext)
    assert times(record, "poll.timeout") == [6]
    assert end_time(record) == 7


@pytest.mark.parametrize("row", [pytest.param(r, marks=pytest.mark.spec(r)) for r in ("cp-2.4-09", "cp-2.4-12")])
@pytest.mark.parametrize("kind", KINDS)
def test_an_error_observer_keeps_the_process_alive(row: str, kind: SessionKind) -> None:
    do = raising(ValueError("no")) if row == "cp-2.4-09" else later(ValueError("no"))
    record = run(subject("ex", do), kind, profile=PRESETS["latest"].with_changes(error_observer=True))
    assert seen(record, "onBundleEnd", "onResultReport") == [("onBundleEnd", 13500007)]
    assert "exit" not in [e.data["why"] for e in record.of_kind("process.end")]


def test_a_posted_exit_lets_the_native_callback_run_first() -> None:
    """Control-plane 2.6 #5: 5.0.1 to 5.0.3."""
    record = run(subject("ex", raising(ValueError("no"))), profile=PRESETS["api-12"].with_changes(exit_is_posted=True))
    assert seen(record, "onBundleEnd")[0] == ("onBundleEnd", 13500007)


VERSIONS = [
    ("cp-2.3-01", "1.0.0", 1000000, (1000000, "1.0.0")),
    ("cp-2.3-02", "0.0.0.0-12.0.0.120", 7, (0, "0.0.0.0")),
    ("cp-2.3-03", "0.0.0.0", 7, (7, "0.0.0.0")),
    ("cp-2.3-04", "99.99.99.999-x", 7, (7, "99.99.99.999-x")),
    ("cp-2.3-04", "99.99.99.995", 7, (7, "99.99.99.995")),
    ("cp-2.3-05", "0.0.0.0.1-x", 7, (7, "0.0.0.0.1-x")),
    ("cp-2.3-05", "x-0.0.0.0", 7, (7, "x-0.0.0.0")),
    ("cp-2.3-05", "", 7, (7, "")),
]


@pytest.mark.parametrize(
    ("name", "code", "rewritten"),
    [pytest.param(n, c, w, id=f"{row}-{n}", marks=pytest.mark.spec(row)) for row, n, c, w in VERSIONS],
)
def test_version_rewriting(name: str, code: int, rewritten: tuple[int, str]) -> None:
    got: list[BundleVersion] = []

    class Ext:
        def onRestoreEx(self, version: BundleVersion, info: str) -> str:
            got.append(version)
            return ""

        def onRestore(self, version: BundleVersion) -> None:
            got.append(version)

    run(Ext, plan=SessionPlan(kind=RESTORE, version=BundleVersion(code, name)))
    assert got == [BundleVersion(code, name), BundleVersion(*rewritten)]


@pytest.mark.parametrize(("name", "starts"), [("0.0.0.0-1", True), ("0.0.0.0", True), ("99.99.99.999", False), ("1.0.0", False)])
def test_upgrade_restore_starts_without_files(name: str, starts: bool) -> None:
    """Control-plane 1.10: only 0.0.0.0 with READY starts at once; anything else waits for publish."""

    class Ext:
        def onRestore(self, version: BundleVersion) -> None:
            pass

    record = run(Ext, plan=SessionPlan(kind=SessionKind.UPGRADE_RESTORE, version=BundleVersion(1, name)))
    assert ("onRestore" in called(record)) is starts
    if not starts:
        assert times(record, "timer.expired", timer="fwk") == [900]

"""Sessions that show one thing each, for examples of rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from conformance.evidence import Evidence
from emulator.ability import BundleVersion
from emulator.plan import ClientStep
from emulator.record import Record
from tests.conformance.rules.builder import BUNDLE, OK, SessionBuilder, progress

SLOW_CPU = {"name": "SlowCpu", "factor": 4}
KILL = {"name": "Kill", "at_ns": 5, "event": None}
WITH_PROGRESS = ("onBackupEx", "onProcess")
BOTH = ("onBackupEx", "onBackup")
RESTORE = "incremental-restore"
COMPATIBILITY = ("onBackupEx", "getBackupCompatibilityInfo")
ASK = (ClientStep(0, "get_compatibility_info"),)


@dataclass(frozen=True)
class Example:
    """``found`` are the rules that fire on the evidence, each once."""

    name: str
    evidence: Evidence
    found: tuple[str, ...] = ()


def evidence(*records: Record, nominal: Record | None = None, **more: Any) -> Evidence:
    """These sessions, compared with ``nominal`` or with the nominal ones among them."""
    known = {record.kind: record for record in records if record.nominal}
    if nominal is not None:
        known[nominal.kind] = nominal
    return Evidence(records, known, **more)


def dumps(**members: Any) -> str:
    return json.dumps(members)


def polled(*answers: Any, first: Any = None, every: float = 5.0, **options: Any) -> Record:
    """A backup of which onProcess is polled: once before the work, then every 5 s."""
    session = SessionBuilder(callbacks=WITH_PROGRESS, **options).poll(1, progress(0) if first is None else first, 0)
    session.call("onBackupEx", OK, 0, every * len(answers) + 1, later=True)
    for number, answer in enumerate(answers, 1):
        session.poll(number + 1, answer, every * number)
    return session.end(every * len(answers) + 2).record()


def late_poll(answered: float | None, work_until: float | None, **options: Any) -> SessionBuilder:
    """A backup whose poll of second 5 is answered late or not at all, while the work runs."""
    session = SessionBuilder(callbacks=WITH_PROGRESS, **options).poll(1, progress(0), 0)
    if work_until is None:
        session.pending("onBackupEx", 0)
    else:
        session.call("onBackupEx", OK, 0, work_until)
    if answered is not None:
        return session.poll(2, progress(1), 5, answered, read=False)
    return session.arm(2, 5).timeout(2, 5)


def given_up(**options: Any) -> Record:
    """The device gives a bundle up whose main thread is blocked."""
    session = SessionBuilder(callbacks=WITH_PROGRESS, **options).poll(1, progress(0), 0).pending("onBackupEx", 0, blocks=True)
    for number in range(2, 6):
        session.arm(number, 5 * (number - 1)).timeout(number, 5 * (number - 1), failed=number == 5)
    session.event("task.end", 21, process=1, bundle=BUNDLE, why="progress", code=13500003)
    return session.event("stuck", 21, bundle=BUNDLE, callback="onBackupEx").end(950, 13500003, why="killed").record()


def hanging(callback: str = "onBackupEx", kind: str = "full-backup", blocks: bool = False, **options: Any) -> Record:
    """A session in which a callback is unfinished when the bundle's timer runs out."""
    options.setdefault("callbacks", (callback,))
    session = SessionBuilder(kind, **options).pending(callback, 1, blocks=blocks)
    session.event("timer.expired", 900, timer="ext", bundle=BUNDLE)
    return session.end(901, 13500003).record()


def settling_late(**options: Any) -> Record:
    """onBackupEx settles after the bundle's timer has run out."""
    session = SessionBuilder(**options).call("onBackupEx", OK, 1, 950, later=True, read=False)
    return session.event("timer.expired", 900, timer="ext", bundle=BUNDLE).end(960, 13500003).record()


def with_info(info: str | None, *, kind: str = "full-backup", throws: bool = True, **options: Any) -> Record:
    """A session with this exact info, in which the Ex callback throws."""
    callback = "onBackupEx" if kind.endswith("backup") else "onRestoreEx"
    options.setdefault("callbacks", (callback,))
    plan = {"infos": None} if info is None else {"ext_info": info}
    session = SessionBuilder(kind, **plan, **options)
    if throws:
        return session.fails(callback).end(2, 13500004, why="exit").record()
    return session.call(callback, OK).end().record()


def with_version(version: BundleVersion, **options: Any) -> Record:
    """A restore of data of another version, in which onRestoreEx throws."""
    session = SessionBuilder(RESTORE, ("onRestoreEx",), version=version, **options)
    return session.fails("onRestoreEx", error="RangeError").end(2, 13500004, why="exit").record()


def upgraded(how: str = "throws", kind: str = "upgrade-restore") -> Record:
    """A nominal upgrade in which onRestoreEx throws, is rejected with a text, comes back empty, or never settles."""
    session = SessionBuilder(kind, ("onRestoreEx",))
    if how == "comes back empty":
        return session.call("onRestoreEx", "").end().record()
    if how == "throws":
        return session.fails("onRestoreEx").end(2, 13500004, why="exit").record()
    if how == "rejects":
        session.fails("onRestoreEx", 1, 2, is_error=False, later=True)
    else:
        session.pending("onRestoreEx")
    return session.event("timer.expired", 900, bundle=BUNDLE, timer="ext").end(901, 13500003).record()


def released(seconds: float | None, **options: Any) -> Record:
    """A backup whose onRelease takes this long, or never settles."""
    session = SessionBuilder(callbacks=("onBackupEx", "onRelease"), **options).call("onBackupEx", OK, 0)
    if seconds is None:
        return session.pending("onRelease", 1).end(6.1).record()
    return session.call("onRelease", None, 1, 1 + seconds, later=True).end(1 + seconds).record()


def after_a_crash(*, process: int = 2, **options: Any) -> Record:
    """onRelease throws in the process that is started to clean up after a crash."""
    options.setdefault("conditions", ({"name": "LowMemoryKill", "callback": "onBackupEx", "after_ns": 0},))
    session = SessionBuilder(callbacks=("onBackupEx", "onRelease"), **options).pending("onBackupEx", 1)
    return session.fails("onRelease", 2, process=process).end(3, 13500004, why="exit", process=process).record()


def asked(given: Any, *, took: float = 0.5, later: bool = True, **options: Any) -> Record:
    """A backup whose client asks for compatibility information first."""
    session = SessionBuilder(callbacks=COMPATIBILITY, steps=ASK, **options)
    session.call("getBackupCompatibilityInfo", given, 0, took, later=later).end(3, process=1)
    return session.call("onBackupEx", OK, 4, process=2).end(5, process=2).record()


def fell_back(*, changed: str = "", by_app: int = 0, result: str = "", nominal_change_at: float = 1) -> Record:
    """onBackupEx and onBackup: what the first changed, and how often it called the second itself."""
    session = SessionBuilder(callbacks=BOTH)
    number = session.begin("onBackupEx", 1)
    for _ in range(by_app):
        session.event("entry", 1, process=1, callback="onBackup", by="subject")
    if changed:
        session.event("change", nominal_change_at, process=1, bundle=BUNDLE, during=changed, path="/data/a", what="created")
    text = {"kind": "string", "text": result}
    session.event("call.sync-end", 1, call=number, outcome="returned", value=text, error=None, where=None)
    session.event("call.read", 1, call=number)
    if not result:
        session.call("onBackup", None, 2)
    return session.end().record()


def blocking(seconds: float, callbacks: tuple[str, ...] = ("onBackupEx",), **options: Any) -> Record:
    """onBackupEx holds the main thread for this long."""
    return SessionBuilder(callbacks=callbacks, **options).call("onBackupEx", OK, 0, seconds).end(seconds + 1).record()


def changing_late(during: str, at: float = 3, callbacks: tuple[str, ...] = ("onBackupEx",)) -> SessionBuilder:
    """A file changes after onBackupEx has settled."""
    session = SessionBuilder(callbacks=callbacks).call("onBackupEx", OK, 1, 2, later=True)
    return session.event("change", at, process=1, bundle=BUNDLE, during=during, path="/data/late.txt", what="created")


def device_info(*elements: Any) -> str:
    return json.dumps([*elements, {"type": "userId", "detail": "100"}])


def nested(depth: int) -> Any:
    leaf: Any = "leaf"
    for _ in range(depth):
        leaf = [leaf]
    return leaf


def left(callback: str = "onBackupEx") -> Record:
    """A call that leaves a task behind."""
    session = SessionBuilder(callbacks=("onBackupEx", "onProcess")).poll(1, progress(0), 0).call("onBackupEx", OK, 1)
    number = 1 if callback == "onProcess" else 2
    return session.event("call.left", 1, call=number, work=["task build_index"]).end().record()


def switched(**options: Any) -> Record:
    session = SessionBuilder(**options).call("onBackupEx", OK)
    return session.event("call.area", 1, call=1, area=0).end().record()


RICH = '{"resultInfo":[{"type":"ErrorInfo","errorCode":0,"errorInfo":""}]}'
OTHER_VERSION = BundleVersion(0, "0.0.0.0-12.0.0")

"""For every rule that is judged: evidence on which exactly it fires, and evidence that only just keeps to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.evidence import Evidence
from emulator.ability import BundleVersion
from emulator.plan import ClientStep
from emulator.record import Record
from tests.conformance.rules.builder import BUNDLE, NOMINAL_INFO, OK, SessionBuilder, backup, progress, restore

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

FIRES: Mapping[str, list[Example]] = {
    "BK101": [
        Example("undefined", evidence(backup(None, callbacks=BOTH)), ("BK101",)),
        Example("object", evidence(backup(("object", "{}"), callbacks=BOTH)), ("BK101",)),
        Example("under-a-kill", evidence(backup(("number", "0"), callbacks=BOTH, conditions=[KILL])), ("BK101",)),
    ],
    "BK102": [
        Example("plain", evidence(backup("app diy info")), ("BK102",)),
        Example("comment", evidence(backup(OK + " // done")), ("BK102",)),
        Example("trailing-comma", evidence(backup('{"type":"ErrorInfo","errorCode":0,"errorInfo":"",}')), ("BK102",)),
        Example("nan", evidence(backup('{"type":"ErrorInfo","errorCode":NaN,"errorInfo":""}')), ("BK102",)),
        Example("infinity", evidence(restore('{"type":"ErrorInfo","errorCode":-Infinity,"errorInfo":""}')), ("BK102",)),
        Example("quotes", evidence(backup("{'type':'ErrorInfo'}")), ("BK102",)),
        Example("blank", evidence(backup(" ")), ("BK102",)),
        Example("plain-with-surrogate", evidence(backup("text \ud83d")), ("BK102",)),
        Example("too-deep", evidence(backup("[" * 100_000)), ("BK102",)),
    ],
    "BK103": [
        Example("no-error-code", evidence(backup('{"type":"ErrorInfo","errorInfo":"x"}')), ("BK103",)),
        Example("string-code", evidence(backup(dumps(type="ErrorInfo", errorCode="0", errorInfo=""))), ("BK103",)),
        Example("boolean-code", evidence(backup(dumps(type="ErrorInfo", errorCode=True, errorInfo=""))), ("BK103",)),
        Example("array", evidence(backup("[]")), ("BK103",)),
        Example("null", evidence(backup("null")), ("BK103",)),
        Example("string-without-json", evidence(backup('"done"')), ("BK103",)),
        Example("result-info-object", evidence(backup('{"resultInfo":{"type":"ErrorInfo"}}')), ("BK103",)),
        Example("entry-without-type", evidence(backup('{"resultInfo":[{"errorCode":0}]}')), ("BK103",)),
        Example("mapping-on-restore", evidence(restore('{"compatibleDirMapping":["/a/"]}')), ("BK103",)),
        Example("empty-mapping", evidence(backup('{"compatibleDirMapping":[]}')), ("BK103",)),
    ],
    "BK104": [
        Example("flat", evidence(backup(dumps(type="errorinfo", errorCode=0, errorInfo=""))), ("BK104",)),
        Example("rich", evidence(restore('{"resultInfo":[{"type":"ErrorInfo"},{"type":"Photos"}]}')), ("BK104",)),
    ],
    "BK105": [
        Example("string", evidence(backup('{"resultInfo":[{"type":"ErrorInfo","errorCode":"0","errorInfo":""}]}')), ("BK105",)),
    ],
    "BK106": [
        Example("twice", evidence(backup(json.dumps(OK))), ("BK106",)),
        Example("inside-not-judged", evidence(backup(json.dumps("[]"))), ("BK106",)),
    ],
    "BK107": [
        Example("surrogate", evidence(backup('{"type":"ErrorInfo","errorCode":0,"errorInfo":"\ud83d"}')), ("BK107",)),
        Example("nul", evidence(backup('{"type":"ErrorInfo","errorCode":0,"errorInfo":"\0"}')), ("BK102", "BK107")),
    ],
    "BK201": [
        Example(
            "backup",
            evidence(SessionBuilder(callbacks=BOTH).call("onBackupEx", "").call("onBackup", None, 2).end().record()),
            ("BK201",),
        ),
        Example("restore", evidence(restore("", callbacks=("onRestoreEx", "onRestore"))), ("BK201",)),
        Example("under-a-condition", evidence(backup("", callbacks=BOTH, conditions=[SLOW_CPU])), ("BK201",)),
    ],
    "BK202": [
        Example("empty", evidence(backup("")), ("BK201", "BK202")),
        Example("undefined", evidence(restore(None)), ("BK101", "BK202")),
    ],
    "BK301": [
        Example("changed-then-fell-back", evidence(fell_back(changed="onBackupEx")), ("BK201", "BK301")),
        Example("called-it-and-fell-back", evidence(fell_back(by_app=1)), ("BK201", "BK301")),
        Example("called-it-twice", evidence(fell_back(by_app=2, result=OK)), ("BK301",)),
    ],
    "BK302": [
        Example("never", evidence(fell_back(result=OK), backup(OK, callbacks=BOTH), whole_run=True), ("BK302",)),
    ],
    "BK401": [
        Example("answered-late", evidence(late_poll(7, 8).end().record()), ("BK401",)),
        Example("at-the-deadline", evidence(late_poll(6, 8).end().record()), ("BK401",)),
        Example("unanswered", evidence(late_poll(None, None).end(20).record()), ("BK401",)),
        Example(
            "first-over-15-s",
            evidence(SessionBuilder(callbacks=WITH_PROGRESS).poll(1, progress(), 0, 15.5, read=False).end(17).record()),
            ("BK401",),
        ),
    ],
    "BK402": [Example("four-in-a-row", evidence(given_up()), ("BK401", "BK402"))],
    "BK403": [
        Example("sample", evidence(polled("// progress\n{}")), ("BK403",)),
        Example("string-without-json", evidence(polled('"half way"')), ("BK403",)),
        Example("once-per-session", evidence(polled("x", "y", "z")), ("BK403",)),
    ],
    "BK404": [
        Example(
            "numbers-as-strings", evidence(polled('{"progressInfo":[{"name":"a","processed":"1","total":"2"}]}')), ("BK404",)
        ),
        Example("no-entry", evidence(polled('{"progressInfo":[]}')), ("BK404",)),
        Example("other-object", evidence(polled('{"progressed":100,"total":1000}')), ("BK404",)),
        Example("inside-a-string", evidence(polled(json.dumps("{}"))), ("BK404", "BK405")),
        Example(
            "percentage-as-string",
            evidence(polled('{"progressInfo":[{"name":"a","processed":1,"total":2,"isPercentage":"true"}]}')),
            ("BK404",),
        ),
    ],
    "BK405": [Example("twice", evidence(polled(json.dumps(progress(1)))), ("BK405",))],
    "BK406": [
        Example("thenable", evidence(polled(first=("thenable", "Deferred"))), ("BK406",)),
        Example(
            "promise",
            evidence(SessionBuilder(callbacks=WITH_PROGRESS).call("onProcess", progress(), 0, 1, later=True).end().record()),
            ("BK406",),
        ),
    ],
    "BK407": [
        Example(
            "throws", evidence(SessionBuilder(callbacks=WITH_PROGRESS).poll(1, None, 0, throws=True).end().record()), ("BK407",)
        ),
    ],
    "BK408": [
        Example("first", evidence(polled(first="")), ("BK408",)),
        Example("undefined", evidence(polled(progress(1), None)), ("BK408",)),
    ],
    "BK409": [
        Example("beyond", evidence(polled(progress(11, 10))), ("BK409",)),
        Example("negative", evidence(polled(progress(-1, 10))), ("BK409",)),
        Example("infinite", evidence(polled('{"progressInfo":[{"name":"a","processed":1,"total":1e999}]}')), ("BK409",)),
        Example("long", evidence(polled('{"progressInfo":[{"name":"a","processed":1%s,"total":1}]}' % ("0" * 5000))), ("BK409",)),
    ],
    "BK410": [
        Example("falls", evidence(polled(progress(5), progress(4))), ("BK410",)),
        Example("total-grows", evidence(polled(progress(5, 10), progress(6, 20))), ("BK410",)),
    ],
    "BK411": [
        Example("constant", evidence(polled(*[progress(1)] * 3)), ("BK411",)),
        Example("stops-half-way", evidence(polled(progress(1), *[progress(2)] * 3)), ("BK411",)),
    ],
    "BK501": [
        Example("throws", evidence(SessionBuilder().fails("onBackupEx").end(2, 13500004, why="exit").record()), ("BK501",)),
        Example(
            "throws-a-string",
            evidence(SessionBuilder().fails("onBackupEx", is_error=False).end(2, 13500007).record()),
            ("BK501",),
        ),
        Example(
            "rejects", evidence(SessionBuilder().fails("onBackupEx", 1, 3, later=True).end(4, 13500004).record()), ("BK501",)
        ),
        Example(
            "release",
            evidence(
                SessionBuilder(callbacks=("onBackupEx", "onRelease")).call("onBackupEx", OK).fails("onRelease", 2).end().record()
            ),
            ("BK501",),
        ),
    ],
    "BK502": [
        Example(
            "string",
            evidence(
                SessionBuilder()
                .fails("onBackupEx", 1, 2, is_error=False, later=True)
                .event("timer.expired", 900, timer="ext", bundle=BUNDLE)
                .end(901, 13500003)
                .record()
            ),
            ("BK502",),
        ),
    ],
    "BK503": [
        Example("pending", evidence(hanging()), ("BK503",)),
        Example("blocks", evidence(hanging(blocks=True)), ("BK503",)),
        Example("restore", evidence(hanging("onRestore", RESTORE)), ("BK503",)),
        Example(
            "too-late",
            evidence(
                SessionBuilder()
                .call("onBackupEx", OK, 1, 950, later=True, read=False)
                .event("timer.expired", 900, timer="ext", bundle=BUNDLE)
                .end(960, 13500003)
                .record()
            ),
            ("BK503",),
        ),
        Example(
            "stuck",
            evidence(SessionBuilder().pending("onBackupEx").event("stuck", 2, bundle=BUNDLE, callback="onBackupEx").record()),
            ("BK503",),
        ),
    ],
    "BK504": [Example("a-second", evidence(blocking(1)), ("BK504",))],
    "BK505": [
        Example("work", evidence(left()), ("BK505",)),
        Example("change", evidence(changing_late("").end().record()), ("BK505",)),
    ],
    "BK506": [
        Example("throws", evidence(with_info(None), nominal=backup()), ("BK506",)),
        Example("hangs", evidence(hanging(infos=None), nominal=backup()), ("BK506",)),
        Example("empty", evidence(backup("", callbacks=BOTH, infos=None), nominal=backup(callbacks=BOTH)), ("BK201", "BK506")),
        Example("restore", evidence(with_info("", kind=RESTORE), nominal=restore()), ("BK506",)),
        Example(
            "another-symptom-than-the-nominal-one",
            evidence(with_info(None, callbacks=BOTH), nominal=backup("", callbacks=BOTH)),
            ("BK506",),
        ),
    ],
    "BK507": [
        Example("unknown-type", evidence(with_info(device_info({"type": "new"})), nominal=backup()), ("BK507",)),
        Example("number-on-restore", evidence(with_info(device_info(7), kind=RESTORE), nominal=restore()), ("BK507",)),
        Example("depth-32", evidence(with_info(device_info({"type": "a", "detail": nested(30)})), nominal=backup()), ("BK507",)),
    ],
    "BK508": [Example("upgrade", evidence(with_version(OTHER_VERSION), nominal=restore()), ("BK508",))],
    "BK509": [
        Example("never", evidence(released(None)), ("BK509",)),
        Example("five-seconds", evidence(released(5)), ("BK509",)),
    ],
    "BK510": [Example("after-a-crash", evidence(after_a_crash(), nominal=released(0.1)), ("BK510",))],
    "BK511": [
        Example("value", evidence(repeats=((backup(), backup(RICH)),)), ("BK511",)),
        Example("outcome", evidence(repeats=((backup(), with_info(None)),)), ("BK511",)),
        Example(
            "code",
            evidence(repeats=((backup(), SessionBuilder().call("onBackupEx", OK).end(10, 13500006).record()),)),
            ("BK511",),
        ),
    ],
    "BK512": [Example("left", evidence(switched()), ("BK512",))],
    "BK513": [
        Example("at-once", evidence(asked("{}", later=False)), ("BK513",)),
        Example("late", evidence(asked("{}", took=1)), ("BK513",)),
        Example("no-string", evidence(asked(("number", "1"))), ("BK513",)),
        Example(
            "never",
            evidence(
                SessionBuilder(callbacks=COMPATIBILITY, steps=ASK).pending("getBackupCompatibilityInfo", 0).end(1.1).record()
            ),
            ("BK513",),
        ),
        Example(
            "rejects",
            evidence(
                SessionBuilder(callbacks=COMPATIBILITY, steps=ASK).fails("getBackupCompatibilityInfo", later=True).end().record()
            ),
            ("BK513",),
        ),
    ],
    "BK514": [
        Example("plain", evidence(with_info("backup please"), nominal=backup()), ("BK514",)),
        Example("no-user-id", evidence(with_info("[]"), nominal=backup()), ("BK514",)),
        Example("number-on-backup", evidence(with_info(device_info(7)), nominal=backup()), ("BK514",)),
    ],
    "BK515": [Example("died", evidence(SessionBuilder().end(1, 13500004, why="module-not-loadable").record()), ("BK515",))],
    "BK902": [
        Example("slow", evidence(hanging(conditions=[SLOW_CPU]), nominal=backup()), ("BK902",)),
        Example("release", evidence(released(None, conditions=[SLOW_CPU]), nominal=released(0.1)), ("BK902",)),
    ],
}

MISSES: Mapping[str, list[Example]] = {
    "BK101": [
        Example("not-read", evidence(SessionBuilder().call("onBackupEx", None, read=False).end().record())),
        Example(
            "not-overridden",
            evidence(SessionBuilder(callbacks=("onBackup",)).absent("onBackupEx").call("onBackup", None, 2).end().record()),
        ),
        Example("threw", evidence(SessionBuilder(conditions=[KILL]).fails("onBackupEx", read=True).end().record())),
    ],
    "BK102": [
        Example("nothing-wrong", evidence(backup())),
        Example("spaces-around", evidence(backup(f" {OK}\n"))),
        Example("empty", evidence(backup("", callbacks=BOTH)), ("BK201",)),
        Example("not-read", evidence(SessionBuilder().call("onBackupEx", "x", read=False).end().record())),
        Example("blocked", evidence(replace(backup("x"), complete=False, blocked="hang"))),
        Example(
            "refused",
            evidence(
                SessionBuilder()
                .call("onBackupEx", "x")
                .event("refused", 2, process=1, name="socket", call=1, uncaught=True)
                .record()
            ),
        ),
    ],
    "BK103": [
        Example("extra-members", evidence(backup(dumps(type="ErrorInfo", errorCode=1.5, errorInfo="", path="/x")))),
        Example("mapping-on-backup", evidence(backup('{"compatibleDirMapping":["/a/"]}'))),
        Example("empty-result-info", evidence(backup('{"resultInfo":[]}'))),
    ],
    "BK104": [
        Example("known", evidence(backup('{"resultInfo":[{"type":"CountInfo"},{"type":"CompatibilityInfo"}]}'))),
    ],
    "BK105": [Example("number", evidence(backup(RICH)))],
    "BK106": [Example("string-without-json", evidence(backup('"done"')), ("BK103",))],
    "BK107": [
        Example("escaped", evidence(backup(dumps(type="ErrorInfo", errorCode=0, errorInfo="\ud83d\0")))),
        Example("emoji", evidence(backup('{"type":"ErrorInfo","errorCode":0,"errorInfo":"\U0001f4f1"}'))),
    ],
    "BK201": [Example("absent", evidence(SessionBuilder(callbacks=()).absent("onBackupEx").end().record()))],
    "BK202": [
        Example("with-fallback", evidence(backup("", callbacks=BOTH)), ("BK201",)),
    ],
    "BK301": [
        Example("delegates", evidence(fell_back(by_app=1, result=OK))),
        Example("changed-nothing", evidence(fell_back()), ("BK201",)),
        Example("changed-by-others", evidence(fell_back(changed="")), ("BK201",)),
        Example("change-of-the-plain-one", evidence(fell_back(changed="onBackup", nominal_change_at=2)), ("BK201",)),
    ],
    "BK302": [
        Example("no-whole-run", evidence(fell_back(result=OK))),
        Example("ran-once", evidence(fell_back(result=OK), fell_back(), whole_run=True), ("BK201",)),
        Example("called-by-the-app", evidence(fell_back(by_app=1, result=OK), whole_run=True)),
        Example("only-one", evidence(backup(), whole_run=True)),
    ],
    "BK401": [
        Example("just-in-time", evidence(late_poll(5.9, 8).end().record())),
        Example("slow-device", evidence(late_poll(7, 8, conditions=[SLOW_CPU]).end().record())),
        Example("cancelled", evidence(late_poll(7, 8, steps=(ClientStep(1, "cancel"),)).end().record())),
        Example("work-was-over", evidence(late_poll(None, 5.5).end().record())),
        Example("session-was-over", evidence(SessionBuilder(callbacks=WITH_PROGRESS).arm(1, 0).end(3).record())),
        Example(
            "first-under-15-s", evidence(SessionBuilder(callbacks=WITH_PROGRESS).poll(1, progress(), 0, 14).end(17).record())
        ),
    ],
    "BK402": [
        Example("three-in-a-row", evidence(late_poll(None, None).end(20).record()), ("BK401",)),
        Example("slow-device", evidence(given_up(conditions=[SLOW_CPU]))),
    ],
    "BK403": [Example("json", evidence(polled(progress(1), progress(2))))],
    "BK404": [
        Example("percentage", evidence(polled('{"progressInfo":[{"name":"a","processed":1,"total":2,"isPercentage":true}]}'))),
        Example("not-json", evidence(polled("{")), ("BK403",)),
    ],
    "BK405": [Example("string-without-json", evidence(polled('"x"')), ("BK403",))],
    "BK406": [
        Example(
            "throws-instead", evidence(SessionBuilder(callbacks=WITH_PROGRESS).fails("onProcess", read=True).record()), ("BK407",)
        )
    ],
    "BK407": [Example("dropped", evidence(SessionBuilder(callbacks=WITH_PROGRESS).fails("onProcess").end().record()))],
    "BK408": [
        Example("dropped", evidence(SessionBuilder(callbacks=WITH_PROGRESS).call("onProcess", "", read=False).end().record())),
        Example("not-overridden", evidence(SessionBuilder().absent("onProcess").call("onBackupEx", OK).end().record())),
    ],
    "BK409": [Example("bounds", evidence(polled(progress(0, 0), progress(10, 10))))],
    "BK410": [
        Example("grows", evidence(polled(progress(5, 10), progress(10, 20), progress(11, 20)))),
        Example("another-name", evidence(polled(progress(5), progress(4, name="photos")))),
        Example("slow-device", evidence(polled(progress(5), progress(4), conditions=[SLOW_CPU]))),
    ],
    "BK411": [
        Example("two-polls", evidence(polled(progress(1), progress(1)))),
        Example("moves", evidence(polled(progress(1), progress(1), progress(2), progress(2)))),
        Example("before-the-work", evidence(polled(progress(0), progress(0), first=progress(0)))),
        Example("short", evidence(polled(*[progress(1)] * 3, every=4))),
    ],
    "BK501": [
        Example("not-nominal", evidence(SessionBuilder(conditions=[SLOW_CPU]).fails("onBackupEx").end(2, 13500004).record())),
        Example("fresh-release", evidence(after_a_crash(conditions=())), ("BK510", "BK515")),
    ],
    "BK502": [
        Example("error", evidence(SessionBuilder().fails("onBackupEx", later=True).end(2, 13500004).record()), ("BK501",)),
        Example(
            "not-nominal", evidence(SessionBuilder(conditions=[KILL]).fails("onBackupEx", is_error=False, later=True).record())
        ),
    ],
    "BK503": [
        Example("given-up-by-polling", evidence(given_up()), ("BK401", "BK402")),
        Example("in-time", evidence(SessionBuilder().call("onBackupEx", OK, 1, 899, later=True).end(900).record())),
        Example("not-nominal", evidence(hanging(conditions=[KILL]))),
        Example(
            "data-timer",
            evidence(SessionBuilder().call("onBackupEx", OK).event("timer.expired", 901, timer="fwk", bundle=BUNDLE).record()),
        ),
    ],
    "BK504": [
        Example("under-a-second", evidence(blocking(0.999))),
        Example("with-on-process", evidence(blocking(1.5, WITH_PROGRESS))),
        Example("slow-device", evidence(blocking(2, conditions=[SLOW_CPU]))),
        Example("awaited", evidence(SessionBuilder().call("onBackupEx", OK, 0, 5, later=True).end().record())),
    ],
    "BK505": [
        Example("of-on-process", evidence(left("onProcess"))),
        Example("during", evidence(changing_late("onBackupEx", 2).end().record())),
        Example("in-release", evidence(changing_late("onRelease", callbacks=("onBackupEx", "onRelease")).end().record())),
        Example("by-a-late-poll", evidence(changing_late("", 3, WITH_PROGRESS).poll(1, progress(), 3).end().record())),
        Example("before", evidence(changing_late("", 0.5).end().record())),
    ],
    "BK506": [
        Example("nothing-happens", evidence(with_info(None, throws=False), nominal=backup())),
        Example("nominal-too", evidence(with_info(None), nominal=SessionBuilder().fails("onBackupEx").end().record())),
        Example("no-nominal", evidence(with_info(None))),
        Example("version-too", evidence(with_info("", kind=RESTORE, version=OTHER_VERSION), nominal=restore())),
        Example("under-a-condition", evidence(with_info(None, conditions=[SLOW_CPU]), nominal=backup())),
        Example(
            "plain-only",
            evidence(
                SessionBuilder(callbacks=("onBackup",), infos=None).absent("onBackupEx").fails("onBackup").end().record(),
                nominal=SessionBuilder(callbacks=("onBackup",)).absent("onBackupEx").call("onBackup", None).end().record(),
            ),
        ),
    ],
    "BK507": [
        Example("empty", evidence(with_info(None), nominal=backup()), ("BK506",)),
        Example("too-deep", evidence(with_info(device_info({"type": "a", "detail": nested(31)})), nominal=backup())),
        Example("too-long", evidence(with_info(device_info({"type": "a", "detail": "x" * 65536})), nominal=backup())),
        Example("nominal-info", evidence(with_info(NOMINAL_INFO), nominal=backup())),
        Example(
            "cancelled-too", evidence(with_info(device_info({"type": "a"}), steps=(ClientStep(1, "cancel"),)), nominal=backup())
        ),
    ],
    "BK508": [
        Example(
            "nominal-too",
            evidence(
                with_version(OTHER_VERSION), nominal=SessionBuilder(RESTORE, ("onRestoreEx",)).fails("onRestoreEx").end().record()
            ),
        ),
        Example("info-too", evidence(with_version(OTHER_VERSION, infos=None), nominal=restore())),
    ],
    "BK509": [
        Example("in-time", evidence(released(4.999))),
        Example("slow-device", evidence(released(6, conditions=[SLOW_CPU]), nominal=released(1))),
        Example("process-was-over", evidence(SessionBuilder(callbacks=("onRelease",)).pending("onRelease", 1).end(3).record())),
    ],
    "BK510": [
        Example(
            "throws-anyway",
            evidence(
                after_a_crash(),
                nominal=SessionBuilder(callbacks=("onBackupEx", "onRelease"))
                .call("onBackupEx", OK)
                .fails("onRelease", 2)
                .end()
                .record(),
            ),
        ),
        Example("not-fresh", evidence(after_a_crash(process=1))),
    ],
    "BK511": [
        Example("same", evidence(repeats=((backup(), backup()),))),
        Example("blocked", evidence(repeats=((backup(), replace(backup(RICH), complete=False)),))),
    ],
    "BK512": [Example("not-nominal", evidence(switched(conditions=[SLOW_CPU])))],
    "BK513": [
        Example("in-time", evidence(asked("{}", took=0.999))),
        Example("slow-device", evidence(asked("{}", took=2, conditions=[SLOW_CPU]))),
    ],
    "BK514": [
        Example("not-new", evidence(with_info("x"), nominal=SessionBuilder().fails("onBackupEx").end().record())),
        Example("harmless", evidence(with_info("x", throws=False), nominal=backup())),
    ],
    "BK515": [
        Example("explained", evidence(SessionBuilder().fails("onBackupEx").end(2, 13500004).record()), ("BK501",)),
        Example("success", evidence(backup())),
        Example("under-a-condition", evidence(SessionBuilder(conditions=[KILL]).end(1, 13500004).record())),
    ],
    "BK902": [
        Example("killed", evidence(hanging(conditions=[KILL]), nominal=backup())),
        Example("nominal-too", evidence(hanging(conditions=[SLOW_CPU]), nominal=hanging())),
        Example("unknown-condition", evidence(hanging(conditions=[{"name": "Meteor"}]), nominal=backup())),
        Example("given-up-by-polling", evidence(given_up(conditions=[SLOW_CPU]), nominal=polled(progress(1)))),
    ],
}

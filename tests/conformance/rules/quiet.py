"""For every rule that is judged: evidence that only just keeps to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from emulator.plan import ClientStep
from tests.conformance.rules.builder import BUNDLE, NOMINAL_INFO, OK, SessionBuilder, backup, progress, restore
from tests.conformance.rules.sessions import (
    BOTH,
    KILL,
    OTHER_VERSION,
    RESTORE,
    RICH,
    SLOW_CPU,
    WITH_PROGRESS,
    Example,
    after_a_crash,
    asked,
    blocking,
    changing_late,
    device_info,
    dumps,
    evidence,
    fell_back,
    given_up,
    hanging,
    late_poll,
    left,
    nested,
    polled,
    released,
    switched,
    with_info,
    with_version,
)

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
        *(
            Example(f"the time: {first}", evidence(repeats=((backup(f"at {first}"), backup(f"at {second}")),)))
            for first, second in (
                ("2026-07-01T00:00:00.000Z", "2026-07-01T00:00:01.020Z"),
                ("2026-07-01 00:00:00", "2026-07-01 00:00:02"),
                ("00:00 am", "00:01 am"),
                ("1782864000", "1782864001.5"),
                ("1782864000000", "1782864001020"),
            )
        ),
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
        Example("release-overruns-anyway", evidence(released(None, conditions=[SLOW_CPU]), nominal=released(7))),
        Example("unknown-condition", evidence(hanging(conditions=[{"name": "Meteor"}]), nominal=backup())),
        Example("given-up-by-polling", evidence(given_up(conditions=[SLOW_CPU]), nominal=polled(progress(1)))),
    ],
}

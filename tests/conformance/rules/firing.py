"""For every rule that is judged: evidence on which exactly it fires."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.conformance.rules.builder import BUNDLE, OK, SessionBuilder, backup, progress, restore
from tests.conformance.rules.sessions import (
    ASK,
    BOTH,
    COMPATIBILITY,
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
    settling_late,
    switched,
    upgraded,
    with_info,
    with_version,
)

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
        Example("every-restore", evidence(upgraded("comes back empty"), nominal=restore("")), ("BK201", "BK202")),
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
        Example("every-restore", evidence(upgraded(), nominal=upgraded(kind=RESTORE)), ("BK501",)),
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
            evidence(settling_late()),
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
        Example("settles-too-late", evidence(settling_late(infos=None), nominal=backup()), ("BK506",)),
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
    "BK508": [
        Example("upgrade", evidence(with_version(OTHER_VERSION), nominal=restore()), ("BK508",)),
        *(
            Example(f"nominal-upgrade-{how}", evidence(upgraded(how), nominal=restore()), ("BK508",))
            for how in ("throws", "rejects", "hangs")
        ),
        Example("nominal-upgrade-empty", evidence(upgraded("comes back empty"), nominal=restore()), ("BK201", "BK202", "BK508")),
    ],
    "BK509": [
        Example("never", evidence(released(None)), ("BK509",)),
        Example("five-seconds", evidence(released(5)), ("BK509",)),
    ],
    "BK510": [Example("after-a-crash", evidence(after_a_crash(), nominal=released(0.1)), ("BK510",))],
    "BK511": [
        Example("value", evidence(repeats=((backup(), backup(RICH)),)), ("BK511",)),
        Example("count", evidence(repeats=((backup("[17]"), backup("[18]")),)), ("BK511",)),
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

"""How findings read, word for word: for whoever meets one at night in a CI log."""

from __future__ import annotations

import pytest

from conformance import Evidence, Finding
from conformance.rules import PREDICATES
from emulator.ability import BundleVersion
from emulator.record import Record
from tests.conformance.rules.builder import BUNDLE, OK, SessionBuilder, backup, progress, restore
from tests.conformance.rules.file_examples import FILES, RELEASED, came_back
from tests.conformance.rules.firing import FIRES
from tests.conformance.rules.sessions import (
    WITH_PROGRESS,
    asked,
    blocking,
    changing_late,
    evidence,
    fell_back,
    given_up,
    hanging,
    late_poll,
    polled,
    settling_late,
    with_info,
    with_version,
)


def outside(path: str) -> Evidence:
    session = SessionBuilder().call("onBackupEx", OK)
    return evidence(session.event("outside", 2, process=1, call=1, path=path, writes=True).end().record())


def leaving(*names: str) -> Record:
    """A backup that makes these files, which leave the device."""
    session = SessionBuilder().call("onBackupEx", OK)
    for name in names:
        session.event("change", 1, bundle=BUNDLE, during="onBackupEx", path=f"{FILES}/{name}", what="created", size=1, crc="1")
    files = [{"path": f"{FILES}/{name}", "crc": "1"} for name in names]
    return session.event("file.out", 2, bundle=BUNDLE, uri="t", path="t", size=1, files=files).end().record()


def only(rule_id: str, given: Evidence) -> Finding:
    (found,) = PREDICATES[rule_id](given)
    return found


@pytest.mark.parametrize(
    ("rule_id", "given", "message", "seen"),
    [
        (
            "BK602",
            evidence(came_back(None, **RELEASED)),
            "/data/storage/el2/base/haps/entry/files/a left the old device and is missing on the new one",
            "the device put it back, and onRelease removed it; noticed at 1.000 s",
        ),
        (
            "BK605",
            outside("/etc/hosts"),
            "onBackupEx tried to write '/etc/hosts', which is not in the app's sandbox",
            "noticed at 2.000 s",
        ),
        (
            "BK605",
            outside("/data/storage/el2/base/files/a"),
            "onBackupEx tried to write '/data/storage/el2/base/files/a', a path of the device, which Python finds by way of the"
            " context only",
            "noticed at 2.000 s",
        ),
        (
            "BK101",
            evidence(backup(None)),
            "onBackupEx returned undefined, not a string",
            "onBackupEx called at 1.000 s gave undefined at 1.000 s",
        ),
        (
            "BK102",
            evidence(backup("{'type': 'ErrorInfo'}")),
            "onBackupEx returned a text that is not JSON: Expecting property name enclosed in double quotes at character 1",
            "onBackupEx called at 1.000 s gave \"{'type': 'ErrorInfo'}\" at 1.000 s",
        ),
        (
            "BK102",
            evidence(backup("x" * 500)),
            "onBackupEx returned a text that is not JSON: Expecting value at character 0",
            f"onBackupEx called at 1.000 s gave '{'x' * 120}'... (500 characters) at 1.000 s",
        ),
        (
            "BK103",
            evidence(backup('{"type":"ErrorInfo","errorInfo":"no space"}')),
            "onBackupEx returned JSON of the wrong shape: errorCode is missing",
            'onBackupEx called at 1.000 s gave \'{"type":"ErrorInfo","errorInfo":"no space"}\' at 1.000 s',
        ),
        (
            "BK202",
            evidence(restore("")),
            "onRestoreEx came back empty ('') and onRestore is not overridden",
            f"onRestoreEx called at 1.000 s gave '' at 1.000 s; {BUNDLE} ended with code 0",
        ),
        (
            "BK301",
            evidence(fell_back(changed="onBackupEx")),
            "onBackup ran after onBackupEx had changed 1 file and come back empty",
            "onBackupEx changed '/data/a'; onBackup called at 2.000 s",
        ),
        (
            "BK301",
            evidence(fell_back(by_app=1)),
            "the body of onBackup ran 2 times in one session",
            "onBackup entered at 1.000 s by the app, 2.000 s by the device",
        ),
        (
            "BK401",
            evidence(late_poll(7.25, 7).end().record()),
            "onProcess did not answer within 1.000 s while onBackupEx held the main thread",
            "poll 2 was due from 5.000 s to 6.000 s and answered at 7.250 s",
        ),
        (
            "BK402",
            evidence(given_up()),
            "the device ended the task: onProcess was late too often in a row",
            "poll 5 of 20.000 s was not answered by 21.000 s",
        ),
        (
            "BK404",
            evidence(polled('{"progressInfo":[{"name":"a","processed":"1","total":2}]}')),
            "onProcess answered with JSON of the wrong shape: progressInfo[0].processed is a string, not a number",
            'onProcess called at 5.000 s gave \'{"progressInfo":[{"name":"a","processed":"1","total":2}]}\' at 5.000 s',
        ),
        (
            "BK408",
            evidence(polled(first="")),
            "onProcess answered '' before the work started",
            "onProcess called at 0.000 s gave '' at 0.000 s",
        ),
        (
            "BK410",
            evidence(polled(progress(5), progress(4))),
            "the progress of 'notes' fell from 5/10 to 4/10",
            "onProcess answered 5/10 at 5.000 s and 4/10 at 10.000 s",
        ),
        (
            "BK501",
            evidence(SessionBuilder().fails("onBackupEx", 1, 1.5).end(2, 13500004).record()),
            "onBackupEx threw TypeError in a nominal session",
            "onBackupEx called at 1.000 s threw TypeError: 'x is undefined' at 1.500 s",
        ),
        (
            "BK503",
            evidence(hanging(blocks=True)),
            "onBackupEx blocks the main thread for ever",
            "onBackupEx called at 1.000 s, never settled, its synchronous part not even over; "
            f"the ext timer of {BUNDLE} ran out at 900.000 s",
        ),
        (
            "BK503",
            evidence(settling_late()),
            "onBackupEx settles only after the bundle's timer has run out",
            "onBackupEx called at 1.000 s, settled at 950.000 s, after the timer had run out; "
            f"the ext timer of {BUNDLE} ran out at 900.000 s",
        ),
        (
            "BK504",
            evidence(blocking(2.5)),
            "onBackupEx held the main thread for 2.500 s",
            "onBackupEx held the main thread from 0.000 s to 2.500 s",
        ),
        (
            "BK505",
            evidence(changing_late("").end().record()),
            "the sandbox still changed after onBackupEx had settled",
            "onBackupEx settled at 2.000 s; /data/late.txt was created, noticed at 3.000 s",
        ),
        (
            "BK506",
            evidence(with_info(None), nominal=backup()),
            "onBackupEx threw TypeError with the info ''",
            "onBackupEx called at 1.000 s threw TypeError: 'x is undefined' at 1.000 s",
        ),
        (
            "BK508",
            evidence(with_version(BundleVersion(0, "0.0.0.0-1")), nominal=restore()),
            'onRestoreEx threw RangeError with the version \'{"code": 0, "name": "0.0.0.0-1"}\'',
            "onRestoreEx called at 1.000 s threw RangeError: 'x is undefined' at 1.000 s",
        ),
        (
            "BK511",
            evidence(repeats=((backup(), backup(OK + " ")),)),
            "onBackupEx gave another result in the second, identical session",
            f"first onBackupEx returned with '{OK}', then onBackupEx returned with '{OK} '",
        ),
        (
            "BK513",
            evidence(asked("{}", later=False)),
            "getBackupCompatibilityInfo returned '{}' at once, not a Promise of a string",
            "getBackupCompatibilityInfo called at 0.000 s gave '{}' at 0.500 s",
        ),
        (
            "BK515",
            evidence(SessionBuilder().end(1, 13500004, why="exit").record()),
            f"the session of {BUNDLE} ended with code 13500004 and no rule says why",
            "its process 1 ended: exit",
        ),
        (
            "BK515",
            evidence(
                SessionBuilder("incremental-backup")
                .event("pack.hang", 1, bundle=BUNDLE, path="/data/storage/el2/base/files/pipe")
                .end(900, 13500003, why="disconnect")
                .record()
            ),
            f"the session of {BUNDLE} ended with code 13500003 and no rule says why",
            "packing hung at /data/storage/el2/base/files/pipe, as it does at a FIFO; its process 1 ended: disconnect",
        ),
        (
            "BK607",
            evidence(repeats=((leaving("table.csv", "tmphu0d.csv"), leaving("tmpxwu3.csv")),)),
            f"each backup leaves another file: {FILES}/tmphu0d.csv, then {FILES}/tmpxwu3.csv",
            "1 more after the second backup",
        ),
        (
            "BK902",
            evidence(hanging(conditions=[{"name": "SlowCpu", "factor": 4}]), nominal=backup()),
            "onBackupEx does not come back under SlowCpu",
            f"onBackupEx called at 1.000 s, never settled; the ext timer of {BUNDLE} ran out at 900.000 s",
        ),
    ],
)
def test_words(rule_id: str, given: Evidence, message: str, seen: str) -> None:
    found = only(rule_id, given)
    assert (found.message, found.seen) == (message, seen)


def test_where_is_the_throw_or_else_the_callback() -> None:
    thrown = SessionBuilder().fails("onBackupEx", where="notes/export.py:31").end(2, 13500004).record()
    assert only("BK501", evidence(thrown)).where == "notes/export.py:31"
    unknown = SessionBuilder().fails("onBackupEx").end(2, 13500004).record()
    assert only("BK501", evidence(unknown)).where == "app.py:10"
    assert only("BK515", evidence(SessionBuilder().end(1, 13500004).record())).where == ""


def test_the_log_is_that_of_the_call() -> None:
    session = SessionBuilder(callbacks=WITH_PROGRESS).event("log", 0.5, process=1, stream="stdout", text="up")
    session.fails("onBackupEx", 1, 3).end(4, 13500004)
    for at, process, text in ((1, 1, "exporting"), (2.5, 1, "no table"), (2.5, 2, "of another process"), (3.5, 1, "afterwards")):
        session.event("log", at, process=process, stream="hilog", text=text)
    found = only("BK501", evidence(session.record()))
    assert found.log == ("1.000 s hilog: exporting", "2.500 s hilog: no table")


def test_fingerprints_tell_causes_apart_and_sessions_not() -> None:
    code, info = '{"type":"ErrorInfo","errorInfo":""}', '{"type":"ErrorInfo","errorCode":0}'
    first, again, other, elsewhere = (
        only("BK103", evidence(record)).fingerprint
        for record in (backup(code), backup(code, infos=None), backup(info), restore(code))
    )
    assert first == again
    assert len({first, other, elsewhere}) == 3


@pytest.mark.parametrize("rule_id", sorted(FIRES))
def test_verdicts_fit_on_a_line(rule_id: str) -> None:
    for example in FIRES[rule_id]:
        for found in PREDICATES[rule_id](example.evidence):
            assert len(found.message) <= 220

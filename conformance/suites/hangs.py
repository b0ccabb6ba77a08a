"""A confirmed hang as a finding: the rule that the session would have broken, had the call been endless in virtual time."""

from __future__ import annotations

from conformance.catalogue import Finding
from conformance.rules.findings import finding
from conformance.suites.lab import Hang, hang_of
from conformance.view import COMPATIBILITY_CALLBACKS, SessionView
from emulator.plan import SessionKind, nominal_plan
from emulator.record import Record


def rule_of_hang(record: Record, callback: str) -> str:
    """The rule that a call which never comes back breaks in this session."""
    if callback == "onProcess":
        return "BK402"
    if callback == "onRelease":
        return "BK509"
    if callback in COMPATIBILITY_CALLBACKS:
        return "BK513"
    if record.conditions:
        return "BK902"
    plan = record.plan
    if plan.get("ext_info") is not None:
        return "BK514"
    nominal = nominal_plan(SessionKind(record.kind)).to_json()
    if plan.get("infos") is None:
        return "BK506"
    if plan.get("infos") != nominal["infos"]:
        return "BK507"
    if plan.get("version") != nominal["version"] or record.kind == SessionKind.UPGRADE_RESTORE:
        return "BK508"  # a restore of the app's own version has run before
    return "BK503"


def hang_finding(hang: Hang) -> Finding:
    """What was seen, in CPU time: virtual time stood still while the call was running."""
    event = hang_of(hang.record)
    assert event is not None
    view = SessionView(hang.record)
    number = event.data["call"]  # none where it was stopped behind an await
    call = next((c for c in hang.record.calls if (c.id == number if number else c.callback == hang.callback)), None)
    message = f"{hang.callback} does not come back"
    seen = (
        f"{hang.callback} was stopped after {hang.limit_s:g} s of CPU time, and at the same place after {2 * hang.limit_s:g} s "
        "in a second run; it is busy in code that the virtual clock cannot see (C code, a regular expression, one file after "
        "the other)"
    )
    return finding(rule_of_hang(hang.record, hang.callback), view, message, seen, call=call, cause="hang")

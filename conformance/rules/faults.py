"""BK902: a session under a device condition against the same session without it."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding
from conformance.rules.registry import predicate
from conformance.rules.release import overran, release_calls
from conformance.rules.settling import hang_seen
from conformance.view import SessionView
from emulator.record import Call


@predicate("BK902", needs.conditions)
def hangs_under_fault(evidence: Evidence) -> Iterator[Finding]:
    """A callback does not come back under a condition, and does without (C-035).

    What a kill, a cancel or a death does to an unfinished callback does not count.
    """
    for view in evidence.views:
        if not view.record.conditions or not view.record.plan.get("nominal") or view.cut_short:
            continue
        nominal = evidence.nominal_view(view.record.kind)
        if nominal is None:
            continue
        for call in _unfinished(view):
            if _settles(nominal, call.callback):
                names = ", ".join(str(condition.get("name")) for condition in view.record.conditions)
                message = f"{call.callback} does not come back under {names}"
                yield finding("BK902", view, message, hang_seen(view, call), call=call, cause=names)


def _unfinished(view: SessionView) -> Iterator[Call]:
    yield from view.hung
    for call in release_calls(view):
        if call.end_ns is None and overran(view, call):
            yield call


def _settles(nominal: SessionView, callback: str) -> bool:
    calls = [call for call in nominal.calls if call.callback == callback]
    return (
        bool(calls)
        and all(call.end_ns is not None for call in calls)
        and not any(call.callback == callback for call in nominal.hung)
        and not (callback == "onRelease" and any(overran(nominal, call) for call in calls))  # BK509 says that one
    )

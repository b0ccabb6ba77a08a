"""BK505 and BK512: what a callback leaves behind after it has settled (V-05, C-034, clauses 1.7)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, quoted, seconds
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.record import Call


@predicate("BK505", needs.a_nominal_session)
def works_after_settling(evidence: Evidence) -> Iterator[Finding]:
    """Work was still under way, or the sandbox changed when no callback was running (V-05, C-034)."""
    for view in evidence.views:
        if not view.nominal:
            continue
        left = list(_left_work(view))
        yield from left
        if not left:
            yield from _late_changes(view)


@predicate("BK512", needs.a_nominal_session)
def area_left_switched(evidence: Evidence) -> Iterator[Finding]:
    """``context.area`` is not what it was before the call (clauses 1.7, C-065)."""
    for view in evidence.views:
        if view.nominal:
            for event in view.of_kind("call.area"):
                call = _call(view, event.data["call"])
                if call is not None:
                    message = f"{call.callback} left context.area switched to {_area(event.data['area'])}"
                    yield finding("BK512", view, message, f"seen at {seconds(event.at_ns)}", call=call)


def _left_work(view: SessionView) -> Iterator[Finding]:
    for event in view.of_kind("call.left"):
        call = _call(view, event.data["call"])
        if call is not None and call.callback != "onProcess":
            work = ", ".join(event.data["work"])
            message = f"{call.callback} had settled while work that it had started was still under way"
            seen = f"settled at {seconds(event.at_ns)}; left behind: {quoted(work)}"
            yield finding("BK505", view, message, seen, call=call, cause="work")


def _late_changes(view: SessionView) -> Iterator[Finding]:
    changes = [event for event in view.of_kind("change") if not event.data["during"]]
    told: set[int] = set()
    for event in changes:
        process = event.data["process"]
        call = _settled_before(view, process, event.at_ns)
        if call is None or process in told or _polled_at(view, process, event.at_ns):
            continue
        told.add(process)
        message = f"the sandbox still changed after {call.callback} had settled"
        settled = seconds(call.end_ns or 0)
        seen = f"{call.callback} settled at {settled}; {event.data['path']} was {event.data['what']}, "
        yield finding("BK505", view, message, seen + f"noticed at {seconds(event.at_ns)}", call=call, cause="change")


def _settled_before(view: SessionView, process: int, at_ns: int) -> Call | None:
    calls = [c for c in view.calls if c.process == process and c.callback != "onProcess"]
    settled = [c for c in calls if c.end_ns is not None and c.end_ns <= at_ns]
    return settled[-1] if settled else None


def _polled_at(view: SessionView, process: int, at_ns: int) -> bool:
    """Files that onProcess itself writes are noticed when it returns, outside any other callback."""
    return any(c.process == process and c.callback == "onProcess" and c.sync_end_ns == at_ns for c in view.calls)


def _call(view: SessionView, number: int) -> Call | None:
    return next((call for call in view.calls if call.id == number), None)


def _area(area: int) -> str:
    return f"EL{area + 1}"

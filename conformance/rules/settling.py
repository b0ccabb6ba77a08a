"""BK501 to BK504: whether callbacks come back, and how (C-022, C-035, C-040, control-plane 2.4)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import error_name, finding, seconds, span, thrown
from conformance.rules.registry import predicate
from conformance.view import WORK_CALLBACKS, SessionView, failed
from emulator.kernel.events import NS_PER_S
from emulator.plan import SessionKind
from emulator.record import Call

BLOCKING_NS = NS_PER_S
"""How long the main thread may be held: as long as an onProcess call may wait for it."""

_JUDGED = WORK_CALLBACKS | {"onRelease"}


@predicate("BK501", needs.a_nominal_session)
def callback_throws(evidence: Evidence) -> Iterator[Finding]:
    """Threw anything, or was rejected with an Error, with everything in order (C-022, control-plane 2.4).

    onRelease in a fresh process is BK510.
    """
    for view, call in _nominal_calls(evidence):
        if not failed(call) or view.rejected_with_a_non_error(call) or (call.callback == "onRelease" and call.first_in_process):
            continue
        verb = "threw" if call.outcome == "threw" else "was rejected with"
        message = f"{call.callback} {verb} {error_name(view, call)} in a nominal session"
        yield finding("BK501", view, message, thrown(view, call), call=call, cause=error_name(view, call))


@predicate("BK502", needs.a_nominal_session)
def rejects_with_a_non_error(evidence: Evidence) -> Iterator[Finding]:
    """The device loses a rejection with a value that is no Error (control-plane 2.4)."""
    for view, call in _nominal_calls(evidence):
        if view.rejected_with_a_non_error(call):
            message = f"{call.callback} was rejected with a value that is no Error"
            yield finding("BK502", view, message, thrown(view, call), call=call)


@predicate("BK503", needs.a_nominal_session)
def never_settles(evidence: Evidence) -> Iterator[Finding]:
    """Unfinished when the bundle's timer ran out, or when nothing could finish it any more (C-035)."""
    for view in evidence.views:
        for call in view.hung if view.nominal else ():
            if not only_in_an_upgrade(evidence, view, call):
                yield finding("BK503", view, f"{call.callback} {_how_it_hangs(call)}", hang_seen(view, call), call=call)


@predicate("BK504", needs.no_polls)
def blocks_the_main_thread(evidence: Evidence) -> Iterator[Finding]:
    """The synchronous part took 1 s or longer and ended; with onProcess overridden that is BK401 (C-040)."""
    for view in evidence.views:
        if "onProcess" in view.callbacks or not view.keeps_time:
            continue
        for call in view.calls:
            if call.sync_end_ns is not None and call.sync_end_ns - call.begin_ns >= BLOCKING_NS:
                held = seconds(call.sync_end_ns - call.begin_ns)
                seen = f"{call.callback} held the main thread from {seconds(call.begin_ns)} to {seconds(call.sync_end_ns)}"
                yield finding("BK504", view, f"{call.callback} held the main thread for {held}", seen, call=call)


def _nominal_calls(evidence: Evidence) -> Iterator[tuple[SessionView, Call]]:
    """The work and releases of nominal sessions; what an upgrade alone does to them is for BK508."""
    for view in evidence.views:
        for call in view.calls if view.nominal else ():
            if call.callback in _JUDGED and not only_in_an_upgrade(evidence, view, call):
                yield view, call


def only_in_an_upgrade(evidence: Evidence, view: SessionView, call: Call) -> bool:
    """True for what befalls a restore callback in an upgrade alone: that brings a version of HarmonyOS 4 along (BK508)."""
    if view.record.kind != SessionKind.UPGRADE_RESTORE or not call.callback.startswith("onRestore"):
        return False
    ordinary = evidence.nominal_view(SessionKind.INCREMENTAL_RESTORE)
    calls = [c for c in ordinary.calls if c.callback == call.callback] if ordinary is not None else []
    return bool(calls) and ordinary is not None and not ordinary.hung and not any(map(failed, calls))


def hang_seen(view: SessionView, call: Call) -> str:
    """What the record shows of a call that did not come back: until when, and what the device then did."""
    seen = span(call) if call.end_ns is None else f"{span(call)}, after the timer had run out"
    if _blocks(call):
        seen += ", its synchronous part not even over"
    for event in view.of_kind("timer.expired"):
        if event.data["bundle"] == call.bundle and event.at_ns >= call.begin_ns:
            return f"{seen}; the {event.data['timer']} timer of {call.bundle} ran out at {seconds(event.at_ns)}"
    for event in view.of_kind("stuck"):
        if event.data["bundle"] == call.bundle:
            return f"{seen}; at {seconds(event.at_ns)} nothing was pending any more"
    return seen


def _how_it_hangs(call: Call) -> str:
    if call.end_ns is not None:
        return "settles only after the bundle's timer has run out"
    return "blocks the main thread for ever" if _blocks(call) else "never settles"


def _blocks(call: Call) -> bool:
    return call.sync_end_ns is None

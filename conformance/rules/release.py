"""BK509 and BK510: onRelease, which has 5 s and may run without any history (C-053, control-plane 4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import error_name, finding, seconds, span, thrown
from conformance.rules.registry import predicate
from conformance.view import SessionView, failed
from emulator.kernel.events import NS_PER_MS
from emulator.record import Call

_DEFAULT_LIMIT_MS = 5_000


@predicate("BK509", needs.a_release)
def release_overruns(evidence: Evidence) -> Iterator[Finding]:
    """onRelease had not settled when its 5 s were over (C-053)."""
    for view in evidence.views:
        if "onRelease" not in view.callbacks or not view.keeps_time:
            continue
        for call in release_calls(view):
            if overran(view, call):
                message = f"onRelease had not settled after {seconds(limit_ns(view))}"
                yield finding("BK509", view, message, span(call), call=call)


@predicate("BK510", needs.a_release)
def release_needs_history(evidence: Evidence) -> Iterator[Finding]:
    """onRelease threw in a process in which nothing else had run, where it does not throw otherwise (control-plane 4.1)."""
    for view in evidence.views:
        for call in release_calls(view):
            if call.first_in_process and failed(call) and not _throws_anyway(evidence, view):
                message = f"onRelease threw {error_name(view, call)} in a fresh process"
                yield finding("BK510", view, message, thrown(view, call), call=call, cause=error_name(view, call))


def release_calls(view: SessionView) -> Iterator[Call]:
    """The calls of onRelease."""
    return (call for call in view.calls if call.callback == "onRelease")


def limit_ns(view: SessionView) -> int:
    """How long onRelease may take on this device, in virtual ns."""
    return int(view.record.profile.get("release_wait_ms", _DEFAULT_LIMIT_MS)) * NS_PER_MS


def overran(view: SessionView, call: Call) -> bool:
    """True when the time of this onRelease was over before it had settled."""
    end_ns = call.end_ns if call.end_ns is not None else view.seen_until_ns(call.process)
    return end_ns - call.begin_ns >= limit_ns(view)


def _throws_anyway(evidence: Evidence, view: SessionView) -> bool:
    """True when onRelease fails in the undisturbed session too: that is BK501, and no matter of history."""
    nominal = evidence.nominal_view(view.record.kind)
    return nominal is not None and any(failed(c) and not c.first_in_process for c in release_calls(nominal))

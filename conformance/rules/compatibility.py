"""BK513: the compatibility pair, of which only a Promise of a string within 1 s counts (C-062, control-plane 4.3)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, returned, seconds, shown, span, thrown
from conformance.rules.registry import predicate
from conformance.view import COMPATIBILITY_CALLBACKS, SessionView, failed
from emulator.kernel.events import NS_PER_MS
from emulator.record import Call

_DEFAULT_LIMIT_MS = 1_000


@predicate("BK513", needs.compatibility)
def compatibility_info_late_or_sync(evidence: Evidence) -> Iterator[Finding]:
    """No Promise of a string within 1 s of the end of the synchronous part (C-062)."""
    for view in evidence.views:
        for call in view.calls:
            if call.callback in COMPATIBILITY_CALLBACKS and view.keeps_time:
                fault = _fault(view, call)
                if fault:
                    seen = thrown(view, call) if failed(call) else returned(call) if call.end_ns is not None else span(call)
                    yield finding("BK513", view, f"{call.callback} {fault}", seen, call=call, cause=fault)


def _fault(view: SessionView, call: Call) -> str:
    if failed(call):
        return "threw" if call.outcome == "threw" else "was rejected"
    if not call.is_async and call.sync_end_ns is not None:
        return f"returned {shown(call.value)} at once, not a Promise of a string"
    limit_ns = int(view.record.profile.get("compatibility_wait_ms", _DEFAULT_LIMIT_MS)) * NS_PER_MS
    until_ns = call.end_ns if call.end_ns is not None else view.seen_until_ns(call.process)
    begin_ns = call.sync_end_ns if call.sync_end_ns is not None else call.begin_ns
    if until_ns - begin_ns >= limit_ns:
        return f"did not settle within {seconds(limit_ns)}"
    if call.value is not None and not call.value.is_string:
        return f"resolved to {shown(call.value)}, not a string"
    return ""

"""BK515: a session that failed although nothing was wrong with the device, and no other rule says why."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding
from conformance.rules.registry import PREDICATES, predicate
from conformance.view import SessionView

EXPLAINING = ("BK402", "BK501", "BK502", "BK503", "BK508", "BK609")
"""The rules of an app that makes its own session fail."""


@predicate("BK515", needs.a_nominal_session)
def session_fails(evidence: Evidence) -> Iterator[Finding]:
    """A code other than 0 in a nominal session, unexplained (control-plane 6.2)."""
    for view in evidence.views:
        if not view.nominal:
            continue
        for bundle in view.record.plan.get("bundles", ()):
            code = view.record.end_code(bundle)
            if code and not _is_explained(evidence, view):
                message = f"the session of {bundle} ended with code {code} and no rule says why"
                yield finding("BK515", view, message, _ends(view, bundle), cause=str(code))


def _is_explained(evidence: Evidence, view: SessionView) -> bool:
    alone = Evidence((view.record,), evidence.nominal)
    return any(True for rule_id in EXPLAINING for _ in PREDICATES[rule_id](alone))


def _ends(view: SessionView, bundle: str) -> str:
    hung = [event.data["path"] for event in view.of_kind("pack.hang") if event.data["bundle"] == bundle]
    before = f"packing hung at {hung[0]}, as it does at a FIFO; " if hung else ""
    for event in reversed(view.of_kind("process.end")):
        if event.data["bundle"] == bundle:
            text = f" ({event.data['text']})" if event.data.get("text") else ""
            return f"{before}its process {event.data['process']} ended: {event.data['why']}{text}"
    return f"{before}no process of it ended"

"""BK605: the app stays within its sandbox (C-005, data-plane 7.2)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, quoted, seconds
from conformance.rules.registry import predicate
from emulator.storage.sandbox import OF_THE_APP

_A_DEVICE_PATH = "a path of the device, which Python finds by way of the context only"


@predicate("BK605", needs.a_look_outside)
def outside_the_sandbox(evidence: Evidence) -> Iterator[Finding]:
    """The app touched a path that no directory of the context leads to."""
    for view in evidence.views:
        calls = {call.id: call for call in view.calls}
        for event in view.of_kind("outside"):
            call = calls.get(event.data["call"])
            who = call.callback if call is not None else "the app"
            verb = "write" if event.data["writes"] else "read"
            path = quoted(event.data["path"])
            where = _A_DEVICE_PATH if event.data["path"].startswith(OF_THE_APP) else "which is not in the app's sandbox"
            message = f"{who} tried to {verb} {path}, {where}"
            yield finding("BK605", view, message, f"noticed at {seconds(event.at_ns)}", call=call, cause=verb)

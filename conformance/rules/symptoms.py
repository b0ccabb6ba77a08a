"""The three symptoms that an unusual info or version may cause: the callback throws, hangs or comes back empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from conformance.rules.findings import error_name, returned, thrown
from conformance.rules.settling import hang_seen
from conformance.view import WORK_CALLBACKS, SessionView, empty, failed
from emulator.record import Call


@dataclass(frozen=True, slots=True)
class Symptom:
    """``what``: threw, hangs or empty; ``words`` complete "onBackupEx ..."."""

    what: str
    call: Call
    words: str

    def seen(self, view: SessionView) -> str:
        """Values and virtual times."""
        if self.what == "threw":
            return thrown(view, self.call)
        return hang_seen(view, self.call) if self.what == "hangs" else returned(self.call)


def symptoms(view: SessionView) -> Iterator[Symptom]:
    """What the callbacks of this session show, in order of the calls."""
    if view.smooth:
        return
    hung = {call.id for call in view.hung}
    came_empty = {call.id for call in view.results if empty(call)}
    for call in filter(_is_asked, view.calls):
        if failed(call):
            verb = "threw" if call.outcome == "threw" else "was rejected with"
            yield Symptom("threw", call, f"{verb} {error_name(view, call)}")
        elif call.id in hung:
            yield Symptom("hangs", call, "never settles")
        elif call.id in came_empty:
            yield Symptom("empty", call, "came back empty")


def _is_asked(call: Call) -> bool:
    """The work, and the onRelease that follows it; one in a fresh process is BK510."""
    return call.callback in WORK_CALLBACKS or (call.callback == "onRelease" and not call.first_in_process)


def shows(view: SessionView, symptom: Symptom) -> bool:
    """True when this session shows the same symptom of the same callback."""
    return any(s.what == symptom.what and s.call.callback == symptom.call.callback for s in symptoms(view))

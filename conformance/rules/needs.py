"""What evidence has to show before a rule can find anything in it: asked once for all rules that need the same, and cheap.

A need may be met where its rule has nothing to say, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable

from conformance.evidence import Evidence
from conformance.rules.progress_text import read_answer
from conformance.rules.result_text import result_faults
from conformance.view import COMPATIBILITY_CALLBACKS
from emulator.record import Call

Need = Callable[[Evidence], bool]


def package(evidence: Evidence) -> bool:
    """How the app is registered."""
    return evidence.package is not None


def sources(evidence: Evidence) -> bool:
    """The sources of an ArkTS extension."""
    return evidence.sources is not None


def whole_run(evidence: Evidence) -> bool:
    """All sessions of a run."""
    return evidence.whole_run


def a_repetition(evidence: Evidence) -> bool:
    """Two identical sessions."""
    return bool(evidence.repeats)


def a_healed_session(evidence: Evidence) -> bool:
    """An undisturbed session behind one under conditions."""
    return bool(evidence.healed)


def a_nominal_session(evidence: Evidence) -> bool:
    """A session with nothing unusual about it."""
    return any(view.nominal for view in evidence.views)


def conditions(evidence: Evidence) -> bool:
    """A session in which something is wrong with the device."""
    return any(view.record.conditions for view in evidence.views)


def an_odd_result(evidence: Evidence) -> bool:
    """A result of an Ex callback that is no string, empty, or wrong in itself."""
    return any(not _is_good_result(call) for view in evidence.views for call in view.results)


def _is_good_result(call: Call) -> bool:
    text = call.value.text if call.value is not None and call.value.is_string else ""
    return text != "" and not result_faults(call.callback, text)


def an_odd_answer(evidence: Evidence) -> bool:
    """An answer of onProcess that is no string, empty, or wrong in itself."""
    return any(not _is_good_answer(call) for view in evidence.views for call in view.answers)


def _is_good_answer(call: Call) -> bool:
    if call.outcome != "returned" or call.is_async or call.value is None or not call.value.is_string:
        return False
    return call.value.text != "" and read_answer(call.value.text).good


def many_answers(evidence: Evidence) -> bool:
    """Two answers of onProcess in one session."""
    return any(len(view.answers) > 1 for view in evidence.views)


def a_missed_poll(evidence: Evidence) -> bool:
    """A poll whose deadline passed."""
    return any(view.of_kind("poll.timeout") for view in evidence.views)


def a_second_entry_or_change(evidence: Evidence) -> bool:
    """Callbacks whose bodies began twice, or a change of the sandbox."""
    return any(view.of_kind("change") or len(view.of_kind("entry")) > 1 for view in evidence.views)


def a_change(evidence: Evidence) -> bool:
    """A change of the sandbox."""
    return any(view.of_kind("change") for view in evidence.views)


def a_scan(evidence: Evidence) -> bool:
    """A backup that found something in the sandbox."""
    return any(view.of_kind("scan") for view in evidence.views)


def a_look_outside(evidence: Evidence) -> bool:
    """Something beyond the sandbox that the app asked for."""
    return any(view.of_kind("outside") for view in evidence.views)


def a_symptom(evidence: Evidence) -> bool:
    """A session on a device in order in which not every call came back as it should."""
    return any(not (view.record.conditions or view.smooth) for view in evidence.views)


def no_polls(evidence: Evidence) -> bool:
    """An app without onProcess."""
    return any("onProcess" not in view.callbacks for view in evidence.views)


def a_release(evidence: Evidence) -> bool:
    """An app with onRelease."""
    return any("onRelease" in view.callbacks for view in evidence.views)


def compatibility(evidence: Evidence) -> bool:
    """An app that answers what its version of the data is compatible with."""
    return any(not view.callbacks.isdisjoint(COMPATIBILITY_CALLBACKS) for view in evidence.views)

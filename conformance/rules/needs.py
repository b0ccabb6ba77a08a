"""What evidence has to show before a rule can find anything in it: asked once for all rules that need the same, and cheap.

A need may be met where its rule has nothing to say, never the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from conformance.evidence import Evidence
from conformance.rules.progress_text import read_answer
from conformance.rules.result_text import result_faults
from conformance.view import COMPATIBILITY_CALLBACKS, SessionView
from emulator.record import Call


class OfEvidence(NamedTuple):
    """What the evidence as a whole has to show."""

    shown_by: Callable[[Evidence], bool]


class OfASession(NamedTuple):
    """What one of its sessions has to show, whichever."""

    shown_by: Callable[[SessionView], bool]


Need = OfEvidence | OfASession


@OfEvidence
def package(evidence: Evidence) -> bool:
    """How the app is registered."""
    return evidence.package is not None


@OfEvidence
def sources(evidence: Evidence) -> bool:
    """The sources of an ArkTS extension."""
    return evidence.sources is not None


@OfEvidence
def whole_run(evidence: Evidence) -> bool:
    """All sessions of a run."""
    return evidence.whole_run


@OfEvidence
def a_repetition(evidence: Evidence) -> bool:
    """Two identical sessions."""
    return bool(evidence.repeats)


@OfEvidence
def a_healed_session(evidence: Evidence) -> bool:
    """An undisturbed session behind one under conditions."""
    return bool(evidence.healed)


@OfASession
def a_nominal_session(view: SessionView) -> bool:
    """A session with nothing unusual about it."""
    return view.nominal


@OfASession
def conditions(view: SessionView) -> bool:
    """A session in which something is wrong with the device."""
    return bool(view.record.conditions)


@OfASession
def an_odd_result(view: SessionView) -> bool:
    """A result of an Ex callback that is no string, empty, or wrong in itself."""
    return not all(map(_is_good_result, view.results))


def _is_good_result(call: Call) -> bool:
    text = call.value.text if call.value is not None and call.value.is_string else ""
    return text != "" and not result_faults(call.callback, text)


@OfASession
def an_odd_answer(view: SessionView) -> bool:
    """An answer of onProcess that is no string, empty, or wrong in itself."""
    return not all(map(_is_good_answer, view.answers))


def _is_good_answer(call: Call) -> bool:
    if call.outcome != "returned" or call.is_async or call.value is None or not call.value.is_string:
        return False
    return call.value.text != "" and read_answer(call.value.text).good


@OfASession
def many_answers(view: SessionView) -> bool:
    """Two answers of onProcess in one session."""
    return len(view.answers) > 1


@OfASession
def a_missed_poll(view: SessionView) -> bool:
    """A poll whose deadline passed."""
    return "poll.timeout" in view.events


@OfASession
def a_second_entry_or_change(view: SessionView) -> bool:
    """Callbacks whose bodies began twice, or a change of the sandbox."""
    return "change" in view.events or len(view.of_kind("entry")) > 1


@OfASession
def a_change(view: SessionView) -> bool:
    """A change of the sandbox."""
    return "change" in view.events


@OfASession
def a_scan(view: SessionView) -> bool:
    """A backup that found something in the sandbox."""
    return "scan" in view.events


@OfASession
def a_look_outside(view: SessionView) -> bool:
    """Something beyond the sandbox that the app asked for."""
    return "outside" in view.events


@OfASession
def a_symptom(view: SessionView) -> bool:
    """A session on a device in order in which not every call came back as it should."""
    return not (view.record.conditions or view.smooth)


@OfASession
def no_polls(view: SessionView) -> bool:
    """An app without onProcess."""
    return "onProcess" not in view.callbacks


@OfASession
def a_release(view: SessionView) -> bool:
    """An app with onRelease."""
    return "onRelease" in view.callbacks


@OfASession
def compatibility(view: SessionView) -> bool:
    """An app that answers what its version of the data is compatible with."""
    return not view.callbacks.isdisjoint(COMPATIBILITY_CALLBACKS)

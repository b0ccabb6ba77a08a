"""The same session twice: where the two records part, and whose fault it is.

The subject's own state (module state, a global, real randomness) is BK511, a warning. When the control subject does not
repeat its session either, the emulated device itself is not repeatable, which is the harness' fault.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from conformance.catalogue import Finding
from conformance.rules.findings import finding, seconds
from conformance.suites.control import Control
from conformance.suites.lab import Lab
from conformance.suites.session import SessionGroup
from conformance.view import SessionView
from emulator.record import Event, Record
from emulator.subject import load_subject

_MAX_TEXT = 160
_WORDY = frozenset(("log", "process.end"))
"""Events with a text of the app's that is no result."""
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


class DeviceNotRepeatable(RuntimeError):
    """The control subject does not repeat its session either: a fault of ours, and no finding."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first event in which two runs of one session differ; None where one run has ended already."""

    number: int
    first: Event | None
    second: Event | None

    @property
    def text(self) -> str:
        """The place and both events, in one sentence."""
        return f"event {self.number} was {_shown(self.first)} in the first run and {_shown(self.second)} in the second"

    @property
    def kind(self) -> str:
        """The kind of the event in the first run, or what replaced it."""
        event = self.first or self.second
        return event.kind if event is not None else ""


def repeated(lab: Lab, group: SessionGroup, record: Record) -> Finding | None:
    """Run a group, whose last session gave ``record``, once more on a new device: BK511 when it goes another way.

    Raises DeviceNotRepeatable when the control subject does not repeat it either.
    """
    again = lab.run(group)
    if not record.complete or len(again.records) != len(group.sessions):
        return None
    difference = first_difference(record, again.records[-1])
    if difference is None:
        return None
    if _harness_differs(lab, group):
        raise DeviceNotRepeatable(f"the emulated device is not repeatable: {difference.text}")
    return _finding(record, difference)


def first_difference(first: Record, second: Record) -> Difference | None:
    """Where two records of one session part; None when the same happened at the same times."""
    for number, (a, b) in enumerate(zip_longest(first.events, second.events)):
        if a != b and (a is None or b is None or _compared(a) != _compared(b)):
            return Difference(number, a, b)
    return None


def _compared(event: Event) -> tuple[object, ...]:
    """What has to repeat itself. Where an object lies in memory, which its repr tells, the app does not choose."""
    data = dict(event.data)
    if event.kind in _WORDY:
        data["text"] = _ADDRESS.sub("", data["text"])
    if data.get("error"):
        data["error"] = {**data["error"], "message": _ADDRESS.sub("", data["error"]["message"])}
    return event.at_ns, event.thread, event.kind, data


def _harness_differs(lab: Lab, group: SessionGroup) -> bool:
    """Whether the control subject does not repeat the same sessions either."""
    control = replace(lab, subject=load_subject(Control), sandbox=None, package=None)
    first, second = control.run(group), control.run(group)
    pairs = zip_longest(first.records, second.records)
    return any(a is None or b is None or first_difference(a, b) is not None for a, b in pairs)


def _finding(record: Record, difference: Difference) -> Finding:
    """BK511: the subject itself does not repeat its session."""
    event = difference.first or difference.second
    number = event.data.get("call") if event is not None else None
    call = next((c for c in record.calls if c.id == number), None)
    message = "the same session on a new device went another way"
    return finding("BK511", SessionView(record), message, difference.text, call=call, cause=f"repeat {difference.kind}")


def _shown(event: Event | None) -> str:
    if event is None:
        return "missing"
    members = ", ".join(f"{key}={value!r}" for key, value in event.data.items())
    text = f"{event.kind} at {seconds(event.at_ns)} ({members})"
    return text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - 4] + "...)"

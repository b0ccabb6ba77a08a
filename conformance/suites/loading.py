"""Whether an ArkTS extension comes up: what its sources alone do not tell, since it shows when they are evaluated."""

from __future__ import annotations

import re
from dataclasses import replace

from conformance.rules import blocked
from conformance.suites.lab import Lab
from conformance.suites.session import single
from emulator.plan import SessionKind, nominal_plan
from emulator.record import Record
from emulator.runtime.arkts.sources import LoadFault, Sources, Stage
from emulator.runtime.arkts.subject import ArkTsSubject

_PLACE = re.compile(r"\A(.*) \(([^()]+):(\d+):(\d+)\)\Z", re.DOTALL)


def evaluated(lab: Lab, sources: Sources) -> Sources:
    """``sources`` with the fault that keeps the module from being evaluated and its class from being made, if there is one.

    One session is run for it, unless something is wrong already. What the app makes of its context is for BK515.
    """
    if sources.faults or sources.extension is None or not isinstance(lab.subject, ArkTsSubject):
        return sources
    bare = replace(lab, subject=replace(lab.subject, without_context=True))
    result = bare.run(single("loading", nominal_plan(SessionKind.FULL_BACKUP)))
    lab.sessions_run += bare.sessions_run
    faults = tuple(fault for record in result.records if not blocked(record) for fault in _faults(record, sources.entry))
    return replace(sources, faults=faults[:1])


def _faults(record: Record, entry: str) -> tuple[LoadFault, ...]:
    ends = [event.data for event in record.of_kind("process.end") if event.data["why"] == "module-not-loadable"]
    return tuple(_fault(str(end["text"]), entry) for end in ends)


def _fault(text: str, entry: str) -> LoadFault:
    """The text ends with the innermost place of the app's own code, if there is one in the stack."""
    found = _PLACE.match(text)
    message, file, line, column = found.groups() if found else (text, entry, "0", "0")
    return LoadFault(Stage.EVALUATE, file, int(line), int(column), message)

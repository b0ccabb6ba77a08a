"""BK409 to BK411: what the numbers that onProcess answers with say (C-038, C-049)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, returned, seconds
from conformance.rules.progress_text import Progress, read_answer
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.record import Call

STILL_NS = 10_000_000_000
STILL_POLLS = 3


@predicate("BK409", needs.an_odd_answer)
def progress_out_of_range(evidence: Evidence) -> Iterator[Finding]:
    """Not 0 <= processed <= total (C-049)."""
    for view in evidence.views:
        out = next((found for found in _answers(view) if not all(entry.in_range for entry in found[1])), None)
        if out is not None:
            call, entries = out
            entry = next(entry for entry in entries if not entry.in_range)
            message = f"onProcess answered {_fraction(entry)} for {entry.name!r}, which is out of range"
            yield finding("BK409", view, message, returned(call), call=call, cause=entry.name)


@predicate("BK410", needs.many_answers)
def progress_goes_back(evidence: Evidence) -> Iterator[Finding]:
    """processed/total of a name fell between two polls of one process (C-049)."""
    for view in evidence.views:
        if len(view.answers) > 1 and view.keeps_time:
            yield from _falls(view)


@predicate("BK411", needs.many_answers)
def progress_stands_still(evidence: Evidence) -> Iterator[Finding]:
    """The same values at three polls or more over 10 s or more of running work (C-038)."""
    for view in evidence.views:
        if len(view.answers) >= STILL_POLLS and view.keeps_time:
            yield from _standstills(view)


def _answers(view: SessionView) -> Iterator[tuple[Call, tuple[Progress, ...]]]:
    for call in view.answers:
        if call.outcome == "returned" and call.value is not None and call.value.is_string and call.value.text:
            entries = read_answer(call.value.text).entries
            if entries:
                yield call, entries


def _falls(view: SessionView) -> Iterator[Finding]:
    before: dict[tuple[int, str], tuple[Call, Progress]] = {}
    for call, entries in _answers(view):
        for entry in entries:
            if not entry.in_range or not entry.total:
                continue
            last = before.get((call.process, entry.name))
            before[call.process, entry.name] = (call, entry)
            if last is not None and entry.processed * last[1].total < last[1].processed * entry.total:
                message = f"the progress of {entry.name!r} fell from {_fraction(last[1])} to {_fraction(entry)}"
                seen = f"onProcess answered {_fraction(last[1])} at {seconds(last[0].begin_ns)} and {_fraction(entry)} "
                yield finding("BK410", view, message, seen + f"at {seconds(call.begin_ns)}", call=call, cause=entry.name)
                return


def _standstills(view: SessionView) -> Iterator[Finding]:
    """The first poll, before the work, does not count: the work has not had a chance to move anything."""
    still: list[tuple[Call, tuple[Progress, ...]]] = []
    for call, entries in _answers(view):
        if not _work_runs(view, call):
            continue
        if still and (still[-1][1] != entries or still[-1][0].process != call.process):
            still = []
        still.append((call, entries))
        span_ns = call.begin_ns - still[0][0].begin_ns
        if len(still) >= STILL_POLLS and span_ns >= STILL_NS:
            message = f"onProcess answered the same values for {seconds(span_ns)} of running work"
            times = ", ".join(seconds(seen.begin_ns) for seen, _ in still)
            values = ", ".join(f"{_fraction(entry)} for {entry.name!r}" for entry in entries)
            yield finding("BK411", view, message, f"polls at {times} all answered {values}", call=call)
            return


def _work_runs(view: SessionView, poll: Call) -> bool:
    return any(
        work.process == poll.process and work.id < poll.id and (work.end_ns is None or work.end_ns >= poll.begin_ns)
        for work in view.work_calls
    )


def _fraction(entry: Progress) -> str:
    return f"{_number(entry.processed)}/{_number(entry.total)}"


def _number(number: float) -> str:
    return str(number) if isinstance(number, int) and abs(number) < 10**15 else f"{number:g}"

"""BK301 and BK302: the Ex and the plain callback exclude each other (C-014, C-025)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, quoted, returned, seconds
from conformance.rules.registry import predicate
from conformance.view import PAIRS, PLAIN_CALLBACKS, WORK_CALLBACKS, SessionView, empty
from emulator.record import Call


@predicate("BK301", needs.a_second_entry_or_change)
def work_done_twice(evidence: Evidence) -> Iterator[Finding]:
    """One body ran twice in one process, or the plain callback followed an Ex one that had changed the sandbox.

    An Ex callback that calls its plain sibling once and returns a proper result is fine: the work ran once.
    """
    for view in evidence.views:
        twice = _entered_twice(view)
        yield from twice
        if not twice:
            yield from _changed_before_fallback(view)


@predicate("BK302", needs.whole_run)
def unreachable_callback(evidence: Evidence) -> Iterator[Finding]:
    """Both of a pair are overridden, and no session of the whole run ever got to the plain one."""
    if not evidence.whole_run:
        return
    views = evidence.views
    for ex, plain in PAIRS.items():
        kept = [(view, call) for view in views for call in view.results if call.callback == ex and not empty(call)]
        kept = [(view, call) for view, call in kept if plain in view.callbacks]
        if kept and not any(_entered(SessionView(record), plain) for record in evidence.records):
            view, call = kept[0]
            message = f"{plain} is overridden but never ran: {ex} returned a result in every session"
            seen = f"{returned(call)}, in the {view.record.kind} for one; no session entered {plain}"
            yield finding("BK302", view, message, seen, call=call)


def _entered_twice(view: SessionView) -> list[Finding]:
    entries = [e for e in view.of_kind("entry") if e.data["callback"] in WORK_CALLBACKS]
    if len(entries) < 2:
        return []
    counts = Counter((e.data["process"], e.data["callback"]) for e in entries)
    found = []
    for (process, callback), count in counts.items():
        if count < 2:
            continue
        times = [e for e in entries if e.data["process"] == process and e.data["callback"] == callback]
        call = next((c for c in view.work_calls if c.process == process and c.callback == callback), None)
        call = call or next((c for c in view.work_calls if c.process == process), None)
        seen = ", ".join(f"{seconds(e.at_ns)} by the {'device' if e.data['by'] == 'device' else 'app'}" for e in times)
        message = f"the body of {callback} ran {count} times in one session"
        found.append(finding("BK301", view, message, f"{callback} entered at {seen}", call=call, cause=callback))
    return found


def _changed_before_fallback(view: SessionView) -> Iterator[Finding]:
    for plain in view.work_calls:
        if plain.callback not in PLAIN_CALLBACKS:
            continue
        for ex in view.work_calls:
            if ex.callback not in PAIRS or ex.process != plain.process or ex.id >= plain.id:
                continue
            paths = _changed(view, ex, plain)
            if paths:
                message = f"{plain.callback} ran after {ex.callback} had changed {_files(len(paths))} and come back empty"
                seen = f"{ex.callback} changed {quoted(', '.join(paths))}; {plain.callback} called at {seconds(plain.begin_ns)}"
                yield finding("BK301", view, message, seen, call=plain, cause=ex.callback)


def _changed(view: SessionView, ex: Call, plain: Call) -> list[str]:
    return [
        event.data["path"]
        for event in view.of_kind("change")
        if event.data["process"] == ex.process
        and event.data["during"] == ex.callback
        and ex.begin_ns <= event.at_ns <= plain.begin_ns
    ]


def _entered(view: SessionView, callback: str) -> bool:
    return any(e.data["callback"] == callback for e in view.of_kind("entry")) or any(
        call.callback == callback for call in view.calls
    )


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"

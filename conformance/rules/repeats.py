"""BK511: the same session twice on the same device gives the same results (C-004)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, shown
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.record import Call

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d[T ]?)?\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?"  # a time of day, with or without its date
    r"|\b1[6-9]\d{8}(\d{3}|\d{6}|\d{9})?(\.\d+)?\b"  # seconds since the epoch, or parts of one
)
"""What a clock gives: the second session is later than the first, which is no state of the app."""


@predicate("BK511", needs.a_repetition)
def not_repeatable(evidence: Evidence) -> Iterator[Finding]:
    """The second of two identical sessions gave another value, outcome or code."""
    for first, second in evidence.repeat_views:
        difference = _difference(first, second)
        if difference is not None:
            call, message, seen = difference
            yield finding("BK511", second, message, seen, call=call, cause=message)


def _difference(first: SessionView, second: SessionView) -> tuple[Call | None, str, str] | None:
    bundles = dict.fromkeys(call.bundle for call in (*first.calls, *second.calls))
    for bundle in bundles:
        calls = zip_longest(_calls(first, bundle), _calls(second, bundle))
        for before, after in calls:
            if before is None or after is None or _told(before) != _told(after):
                last = after or before
                assert last is not None
                message = f"{last.callback} gave another result in the second, identical session"
                return after, message, f"first {_words(before)}, then {_words(after)}"
        codes = first.record.end_code(bundle), second.record.end_code(bundle)
        if codes[0] != codes[1]:
            return None, "the second, identical session ended with another code", f"first {codes[0]}, then {codes[1]}"
    return None


def _calls(view: SessionView, bundle: str) -> Iterator[Call]:
    return (call for call in view.calls if call.bundle == bundle)


def _told(call: Call) -> tuple[object, ...]:
    value = call.value
    return (call.callback, call.outcome, value and (value.kind, _MOMENT.sub("", value.text)))


def _words(call: Call | None) -> str:
    return "no such call" if call is None else f"{call.callback} {call.outcome} with {shown(call.value)}"

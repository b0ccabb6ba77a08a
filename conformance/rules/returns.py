"""BK1xx and BK2xx: what onBackupEx and onRestoreEx give back, in every session, as far as the device used the value."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, quoted, returned, shown
from conformance.rules.registry import predicate
from conformance.rules.result_text import result_faults
from conformance.view import SessionView, empty
from emulator.record import Call


@predicate("BK101", needs.an_odd_result)
def return_not_a_string(evidence: Evidence) -> Iterator[Finding]:
    """The (awaited) result is no string, so the device reads "" (C-018, control-plane 2.4)."""
    for view in evidence.views:
        for call in view.results:
            if call.value is not None and not call.value.is_string:
                message = f"{call.callback} returned {_kind(call)}, not a string"
                yield finding("BK101", view, message, returned(call), call=call, cause=call.value.kind)


@predicate("BK102", needs.an_odd_result)
def return_not_json(evidence: Evidence) -> Iterator[Finding]:
    """The result is no RFC 8259 JSON (C-018, C-027)."""
    for view, call, fault in _faults(evidence, "BK102"):
        yield finding("BK102", view, f"{call.callback} returned a text that is not JSON: {fault}", returned(call), call=call)


@predicate("BK103", needs.an_odd_result)
def return_wrong_shape(evidence: Evidence) -> Iterator[Finding]:
    """The result is JSON of none of the three shapes (clauses 2.1 to 2.4)."""
    for view, call, fault in _faults(evidence, "BK103"):
        message = f"{call.callback} returned JSON of the wrong shape: {fault}"
        yield finding("BK103", view, message, returned(call), call=call, cause=fault)


@predicate("BK104", needs.an_odd_result)
def return_unknown_type(evidence: Evidence) -> Iterator[Finding]:
    """A type that no published reader knows (clauses 2.3)."""
    for view, call, fault in _faults(evidence, "BK104"):
        message = f"{call.callback} returned a type that no reader knows: {fault}"
        yield finding("BK104", view, message, returned(call), call=call, cause=fault)


@predicate("BK105", needs.an_odd_result)
def error_code_as_string(evidence: Evidence) -> Iterator[Finding]:
    """errorCode is a string inside resultInfo (clauses 2.3)."""
    for view, call, fault in _faults(evidence, "BK105"):
        message = f"{call.callback} returned the errorCode {fault} as a string"
        yield finding("BK105", view, message, returned(call), call=call)


@predicate("BK106", needs.an_odd_result)
def return_double_encoded(evidence: Evidence) -> Iterator[Finding]:
    """JSON.stringify was called twice (C-018)."""
    for view, call, fault in _faults(evidence, "BK106"):
        message = f"{call.callback} returned JSON inside a JSON string: {quoted(fault)}"
        yield finding("BK106", view, message, returned(call), call=call)


@predicate("BK107", needs.an_odd_result)
def return_loses_characters(evidence: Evidence) -> Iterator[Finding]:
    """NULs and unpaired surrogates do not survive native strings (control-plane 2.4)."""
    for view, call, fault in _faults(evidence, "BK107"):
        message = f"{call.callback} returned characters that get lost on the way: {fault}"
        yield finding("BK107", view, message, returned(call), call=call)


@predicate("BK201", needs.an_odd_result)
def empty_return(evidence: Evidence) -> Iterator[Finding]:
    """The empty string means "not implemented" to the device (C-015, C-016, C-026)."""
    for view in evidence.views:
        for call in view.results:
            if call.value is not None and call.value.is_string and not call.value.text:
                message = f"{call.callback} returned the empty string"
                yield finding("BK201", view, message, returned(call), call=call)


@predicate("BK202", needs.an_odd_result)
def fallback_missing(evidence: Evidence) -> Iterator[Finding]:
    """Empty, and nothing to fall back on: the session still reports success (C-016)."""
    for view in evidence.views:
        for call in view.results:
            plain = view.plain_of(call.callback)
            if empty(call) and plain not in view.callbacks:
                message = f"{call.callback} came back empty ({shown(call.value)}) and {plain} is not overridden"
                code = view.record.end_code(call.bundle)
                seen = returned(call) + (f"; {call.bundle} ended with code {code}" if code is not None else "")
                yield finding("BK202", view, message, seen, call=call)


def _faults(evidence: Evidence, rule_id: str) -> Iterator[tuple[SessionView, Call, str]]:
    for view in evidence.views:
        for call in view.results:
            value = call.value
            if value is not None and value.is_string and value.text:
                faults = result_faults(call.callback, value.text)
                if faults and rule_id in faults:
                    yield view, call, faults[rule_id]


def _kind(call: Call) -> str:
    assert call.value is not None
    kind = call.value.kind
    if kind == "undefined":
        return kind
    return f"{'an' if kind[0] in 'aeou' else 'a'} {kind}"

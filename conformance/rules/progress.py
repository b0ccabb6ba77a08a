"""BK401 to BK408: whether onProcess answers, in time and with what (control-plane 3)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import error_name, finding, quoted, returned, seconds, shown, thrown
from conformance.rules.progress_text import read_answer
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.record import Call, Poll

_AWAITABLE = frozenset({"promise", "thenable"})


@predicate("BK401", needs.a_missed_poll)
def progress_late(evidence: Evidence) -> Iterator[Finding]:
    """A poll that was made while the work ran, or the first one, got no answer by its deadline (C-040, C-042)."""
    for view in evidence.views:
        if not view.keeps_time or "onProcess" not in view.callbacks:
            continue
        late = [poll for poll in view.record.polls if _is_late(view, poll)]
        for process in dict.fromkeys(poll.process for poll in late):
            yield _late_finding(view, [poll for poll in late if poll.process == process])


@predicate("BK402", needs.a_missed_poll)
def progress_ends_task(evidence: Evidence) -> Iterator[Finding]:
    """The device gave the bundle up because of onProcess (C-043, V-07)."""
    for view in evidence.views:
        if not view.keeps_time or "onProcess" not in view.callbacks:
            continue
        for poll in view.record.polls:
            if poll.failed:
                first = poll.number == 1
                limit = seconds(poll.deadline_ns - poll.armed_ns)
                why = f"the first onProcess call took over {limit}" if first else "onProcess was late too often in a row"
                seen = f"poll {poll.number} of {seconds(poll.armed_ns)} was not answered by {seconds(poll.deadline_ns)}"
                cause = "first" if first else "row"
                yield finding("BK402", view, f"the device ended the task: {why}", seen, call=_any_call(view, poll), cause=cause)


@predicate("BK403", needs.an_odd_answer)
def progress_not_json(evidence: Evidence) -> Iterator[Finding]:
    """An answer, or the text inside it, is no RFC 8259 JSON (C-039)."""
    for view, call, fault in _first_faults(evidence, "BK403"):
        yield finding("BK403", view, f"onProcess answered with a text that is not JSON: {fault}", returned(call), call=call)


@predicate("BK404", needs.an_odd_answer)
def progress_wrong_shape(evidence: Evidence) -> Iterator[Finding]:
    """An answer is not the intended shape of clauses 2.2."""
    for view, call, fault in _first_faults(evidence, "BK404"):
        message = f"onProcess answered with JSON of the wrong shape: {fault}"
        yield finding("BK404", view, message, returned(call), call=call, cause=fault)


@predicate("BK405", needs.an_odd_answer)
def progress_double_encoded(evidence: Evidence) -> Iterator[Finding]:
    """An answer is a JSON string that holds the JSON (clauses 2.2)."""
    for view, call, fault in _first_faults(evidence, "BK405"):
        message = f"onProcess answered with JSON inside a JSON string: {quoted(fault)}"
        yield finding("BK405", view, message, returned(call), call=call)


@predicate("BK406", needs.an_odd_answer)
def progress_not_synchronous(evidence: Evidence) -> Iterator[Finding]:
    """onProcess returned something to be awaited (C-037)."""
    for view in evidence.views:
        call = next((call for call in view.answers if _is_awaitable(call)), None)
        if call is not None:
            seen = f'onProcess called at {seconds(call.begin_ns)} gave an awaitable; the device read "" and stopped polling'
            yield finding("BK406", view, "onProcess returned a Promise instead of a string", seen, call=call)


@predicate("BK407", needs.an_odd_answer)
def progress_throws(evidence: Evidence) -> Iterator[Finding]:
    """onProcess threw (control-plane 3.3)."""
    for view in evidence.views:
        call = next((call for call in view.answers if call.outcome == "threw"), None)
        if call is not None:
            message = f"onProcess threw {error_name(view, call)}"
            yield finding("BK407", view, message, thrown(view, call), call=call, cause=error_name(view, call))


@predicate("BK408", needs.an_odd_answer)
def progress_goes_silent(evidence: Evidence) -> Iterator[Finding]:
    """An answer that is neither a non-empty string nor awaitable, without throwing (control-plane 3.2, V-19)."""
    for view in evidence.views:
        call = next((call for call in view.answers if _is_silent(call)), None)
        if call is not None:
            when = "before the work started" if call.id == view.answers[0].id else f"at {seconds(call.begin_ns)}"
            message = f"onProcess answered {shown(call.value)} {when}"
            yield finding("BK408", view, message, returned(call), call=call, cause=call.value.kind if call.value else "")


def _first_faults(evidence: Evidence, rule_id: str) -> Iterator[tuple[SessionView, Call, str]]:
    """The first answer of each session that breaks the rule: the next ones mostly repeat it."""
    for view in evidence.views:
        for call in view.answers:
            value = call.value
            if value is not None and value.is_string and value.text and call.outcome == "returned":
                faults = read_answer(value.text).faults
                if faults and rule_id in faults:
                    yield view, call, faults[rule_id]
                    break


def _is_awaitable(call: Call) -> bool:
    return call.is_async or (call.value is not None and call.value.kind in _AWAITABLE)


def _is_silent(call: Call) -> bool:
    if call.outcome != "returned" or call.value is None or _is_awaitable(call):
        return False
    return not call.value.is_string or not call.value.text


def _is_late(view: SessionView, poll: Poll) -> bool:
    call = poll.call
    if poll.verdict == "late":
        return True
    if call is not None and call.sync_end_ns is not None:
        return call.sync_end_ns > poll.deadline_ns
    return _work_until_ns(view, poll) >= poll.deadline_ns and _timed_out(view, poll)


def _timed_out(view: SessionView, poll: Poll) -> bool:
    return any(e.data["poll"] == poll.number and e.data["process"] == poll.process for e in view.of_kind("poll.timeout"))


def _work_until_ns(view: SessionView, poll: Poll) -> int:
    """Until when the app's work kept this process busy; polls are no concern of anybody after that."""
    work = [call for call in view.work_calls if call.process == poll.process]
    if not work or work[-1].end_ns is None:
        return view.seen_until_ns(poll.process)
    return work[-1].end_ns


def _late_finding(view: SessionView, late: list[Poll]) -> Finding:
    first = late[0]
    limit = seconds(first.deadline_ns - first.armed_ns)
    end_ns = first.call.sync_end_ns if first.call is not None else None
    answer = f"answered at {seconds(end_ns)}" if end_ns is not None else "not answered"
    more = f"; {len(late)} polls were late in all" if len(late) > 1 else ""
    blocking = _blocking_call(view, first)
    while_ = f" while {blocking.callback} held the main thread" if blocking is not None else ""
    message = f"onProcess did not answer within {limit}{while_}"
    seen = f"poll {first.number} was due from {seconds(first.armed_ns)} to {seconds(first.deadline_ns)} and {answer}{more}"
    subject = blocking if blocking is not None else _any_call(view, first)
    cause = blocking.callback if blocking is not None else "onProcess"
    return finding("BK401", view, message, seen, call=subject, cause=cause)


def _blocking_call(view: SessionView, poll: Poll) -> Call | None:
    """The call whose synchronous part held the main thread when the time of this poll ran out."""
    for call in view.work_calls:
        end_ns = call.sync_end_ns if call.sync_end_ns is not None else view.seen_until_ns(call.process)
        if call.process == poll.process and call.begin_ns <= poll.deadline_ns <= end_ns:
            return call
    return None


def _any_call(view: SessionView, poll: Poll) -> Call | None:
    if poll.call is not None:
        return poll.call
    return next((call for call in view.calls if call.process == poll.process and call.callback == "onProcess"), None)

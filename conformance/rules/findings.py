"""How a finding is put into words: virtual times in seconds, values cut to what a terminal takes, the app's log around it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from conformance.catalogue import CATALOGUE, Finding
from conformance.view import SessionView
from emulator.kernel.events import NS_PER_MS, NS_PER_S
from emulator.record import Call, Value

_MAX_SHOWN = 120
_MAX_LOG_LINES = 10


def seconds(ns: int) -> str:
    """Virtual nanoseconds as "5.250 s"."""
    return f"{ns // NS_PER_S}.{ns % NS_PER_S // NS_PER_MS:03d} s"


def quoted(text: str) -> str:
    """A text in quotes, on one line, cut after 120 characters."""
    return shortened(text, repr)


def shortened(text: str, as_: Callable[[str], str] = str) -> str:
    """A text, cut after 120 characters, in a form of its own."""
    if len(text) <= _MAX_SHOWN:
        return as_(text)
    return f"{as_(text[:_MAX_SHOWN])}... ({len(text)} characters)"


def shown(value: Value | None) -> str:
    """A value as the device sees it: a string in quotes, anything else by its kind."""
    if value is None:
        return "nothing"
    if value.is_string:
        return quoted(value.text)
    article = "an" if value.kind[0] in "aeou" else "a"
    return "undefined" if value.kind == "undefined" else f"{article} {value.kind}: {quoted(value.text)}"


def span(call: Call) -> str:
    """When a call began and ended: "onBackup called at 1.000 s, settled at 3.500 s"."""
    end = "never settled" if call.end_ns is None else f"settled at {seconds(call.end_ns)}"
    return f"{call.callback} called at {seconds(call.begin_ns)}, {end}"


def returned(call: Call) -> str:
    """What a call came back with, and when."""
    at = call.end_ns if call.end_ns is not None else call.sync_end_ns
    when = f" at {seconds(at)}" if at is not None else ""
    return f"{call.callback} called at {seconds(call.begin_ns)} gave {shown(call.value)}{when}"


def thrown(view: SessionView, call: Call) -> str:
    """How a call failed: "onBackup called at 0.000 s threw TypeError: 'x is undefined' at 1.000 s"."""
    event = view.errors[call.id]
    error = event.data["error"] or {"type": "unknown", "message": ""}
    verb = "threw" if call.outcome == "threw" else "was rejected with"
    return f"{call.callback} called at {seconds(call.begin_ns)} {verb} {_named(error)} at {seconds(event.at_ns)}"


def error_name(view: SessionView, call: Call) -> str:
    """The type of what a call threw."""
    error = view.errors[call.id].data["error"]
    return str(error["type"]) if error else "unknown"


def finding(rule_id: str, view: SessionView, message: str, seen: str, *, call: Call | None = None, cause: str = "") -> Finding:
    """A finding about ``call``, or about the session. ``cause`` tells apart what is not the same break of the rule."""
    told = finding_about(call.callback if call is not None else "", rule_id, message, seen, where=_where(view, call), cause=cause)
    return replace(told, log=_log(view, call), plan=view.record.plan, conditions=view.record.conditions)


def finding_about(subject: str, rule_id: str, message: str, seen: str, *, where: str, cause: str = "") -> Finding:
    """A finding about a callback or a file of that name, at ``where``, with what the catalogue says of the rule."""
    rule = CATALOGUE[rule_id]
    return Finding(
        rule=rule_id,
        message=message,
        seen=seen,
        device=rule.device,
        mend=rule.mend,
        clauses=rule.clauses,
        where=where,
        fingerprint=hashlib.sha256(f"{rule_id}|{subject}|{cause}".encode("utf-8", "backslashreplace")).hexdigest()[:12],
    )


def _named(error: dict[str, str]) -> str:
    return f"{error['type']}: {quoted(error['message'])}" if error["message"] else error["type"]


def _where(view: SessionView, call: Call | None) -> str:
    if call is None:
        return ""
    event = view.errors.get(call.id)
    if event is not None and event.data.get("where"):
        return str(event.data["where"])
    source = view.record.subject.get("source") or {}
    return str(source.get("places", {}).get(call.callback, ""))


def _log(view: SessionView, call: Call | None) -> tuple[str, ...]:
    lines = view.of_kind("log")
    if call is not None:
        until = call.end_ns if call.end_ns is not None else view.seen_until_ns(call.process)
        lines = [e for e in lines if e.data["process"] == call.process and call.begin_ns <= e.at_ns <= until]
    return tuple(f"{seconds(e.at_ns)} {e.data['stream']}: {e.data['text']}" for e in lines[-_MAX_LOG_LINES:])

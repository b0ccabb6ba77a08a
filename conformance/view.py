"""One record read for rules: what they all ask for, found once, the dear parts only when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from emulator.conditions import ConditionError, condition_from_json
from emulator.record import Call, Event, Record

EX_CALLBACKS = ("onBackupEx", "onRestoreEx")
PLAIN_CALLBACKS = ("onBackup", "onRestore")
WORK_CALLBACKS = frozenset(EX_CALLBACKS + PLAIN_CALLBACKS)
COMPATIBILITY_CALLBACKS = ("getBackupCompatibilityInfo", "getRestoreCompatibilityInfo")
PAIRS = {"onBackupEx": "onBackup", "onRestoreEx": "onRestore"}
"""Ex callbacks and their plain siblings."""

_STEPS_THAT_CUT = frozenset({"cancel", "release", "die"})
_RUN_TIMERS = frozenset({"ext", "fwk"})
_CAME_BACK = frozenset({"returned", "fulfilled"})


class SessionView:
    """A record with the questions that rules ask. ``blocked`` says why nothing of it may be judged, or is ""."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.callbacks: frozenset[str] = frozenset(record.subject["callbacks"])
        self.events = record.by_kind
        """The events of each kind that there is, in order."""
        self.nominal = record.nominal
        """True for a session with the device in order, empty details and the ordinary version."""
        self.blocked = self._why_blocked()

    def of_kind(self, kind: str) -> Sequence[Event]:
        """The events of this kind, in order."""
        return self.events.get(kind, ())

    def _why_blocked(self) -> str:
        """Why no rule may judge the session, or "": the harness gave up on it, or lacks something that the app used."""
        for event in self.of_kind("refused"):
            if event.data["uncaught"]:
                return f"not available on the emulated device: {event.data['name']}"
        record = self.record
        if record.blocked:
            return record.blocked
        for event in self.of_kind("hang"):
            return f"{event.data['callback']} was stopped by the hang limit"
        return "" if record.complete else "the session is not complete"

    # what kind of session this is ------------------------------------------------------------------------------------------

    @cached_property
    def cut_short(self) -> bool:
        """True when a condition or the client may have ended the session before the app had its say."""
        return any(c.cuts_short for c in self._conditions) or self._strange_condition or self._left_early

    @cached_property
    def keeps_time(self) -> bool:
        """True when time rules may judge: nothing changes the time or cuts the session short."""
        if not self.record.conditions:
            return not self._left_early
        return not self.cut_short and not any(c.affects_time for c in self._conditions)

    @cached_property
    def _left_early(self) -> bool:
        return any(step["action"] in _STEPS_THAT_CUT for step in self.record.plan.get("steps", ()))

    @cached_property
    def _strange_condition(self) -> bool:
        return len(self._conditions) != len(self.record.conditions)

    @cached_property
    def _conditions(self) -> list[Any]:
        known = []
        for document in self.record.conditions:
            try:
                known.append(condition_from_json(document))
            except ConditionError:
                continue
        return known

    # calls -------------------------------------------------------------------------------------------------------------------

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """The device's calls of callbacks that the app overrides, in order."""
        callbacks = self.callbacks
        return tuple(c for c in self.record.calls if c.callback in callbacks and c.outcome != "absent")

    @cached_property
    def work_calls(self) -> tuple[Call, ...]:
        """Those of onBackup(Ex) and onRestore(Ex)."""
        return tuple(c for c in self.calls if c.callback in WORK_CALLBACKS)

    def call_of(self, callback: str) -> Call | None:
        """The device's first call of this callback."""
        return next((call for call in self.calls if call.callback == callback), None)

    @cached_property
    def results(self) -> tuple[Call, ...]:
        """Calls of Ex callbacks that settled with a value which the device used."""
        return tuple(c for c in self.calls if c.callback in PAIRS and c.read and c.value is not None and not failed(c))

    @cached_property
    def smooth(self) -> bool:
        """True when every call came back in time and without an error, and no Ex callback came back empty."""
        in_order = all(c.outcome in _CAME_BACK for c in self.calls) and not self.hung
        return in_order and not any(map(empty, self.results))

    @cached_property
    def answers(self) -> tuple[Call, ...]:
        """Calls of onProcess whose answer the device used."""
        return tuple(c for c in self.calls if c.callback == "onProcess" and c.read)

    @cached_property
    def errors(self) -> Mapping[int, Event]:
        """By call: the event with which it threw or was rejected, which has ``error`` and ``where``."""
        ends = (*self.of_kind("call.sync-end"), *self.of_kind("call.settled"))
        return {event.data["call"]: event for event in ends if event.data["outcome"] in ("threw", "rejected")}

    def rejected_with_a_non_error(self, call: Call) -> bool:
        """True for a rejection that the device loses (control-plane 2.4)."""
        if call.outcome != "rejected":
            return False
        error = self.errors[call.id].data["error"]
        return error is not None and not error["isError"]

    def plain_of(self, ex_callback: str) -> str:
        """The callback that this device runs after an empty result (V-01 for a documentation profile)."""
        if ex_callback == "onBackupEx":
            return str(self.record.profile.get("v_01_empty_backup_result_calls", "onBackup"))
        return PAIRS[ex_callback]

    # how far the session went ------------------------------------------------------------------------------------------------

    @cached_property
    def process_ends(self) -> Mapping[int, int]:
        """Virtual ns of the end of each process."""
        return {event.data["process"]: event.at_ns for event in self.of_kind("process.end")}

    def seen_until_ns(self, process: int) -> int:
        """Until when this process was observed: its end, or the last event of the session."""
        events = self.record.events
        return self.process_ends.get(process, events[-1].at_ns if events else 0)

    @cached_property
    def hung(self) -> tuple[Call, ...]:
        """Calls of the work that were unfinished when the bundle's timer ran out, or when nothing could end them any more.

        Not those of a task that the device had ended before, because of onProcess.
        """
        ends = [e for e in self.of_kind("timer.expired") if e.data["timer"] in _RUN_TIMERS]
        ends.extend(self.of_kind("stuck"))
        if not ends:
            return ()
        over: dict[str, int] = {}
        for event in ends:
            over.setdefault(event.data["bundle"], event.at_ns)
        given_up = {e.data["process"] for e in self.of_kind("task.end") if e.data["why"] == "progress"}
        given_up.update(e.data["process"] for e in self.of_kind("poll.timeout") if e.data["failed"])
        return tuple(
            call
            for call in self.work_calls
            if call.process not in given_up
            and call.begin_ns <= over.get(call.bundle, -1)
            and (call.end_ns is None or call.end_ns >= over[call.bundle])
        )


def failed(call: Call) -> bool:
    """True when the callback threw or its Promise was rejected."""
    return call.outcome in ("threw", "rejected")


def empty(call: Call) -> bool:
    """True for a result of an Ex callback (one of `SessionView.results`) that the device read as ""."""
    return call.value is None or not call.value.is_string or not call.value.text

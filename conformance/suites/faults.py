"""Where and how a device fails: conditions enumerated from the record of the undisturbed session, not rolled.

A faulted session is followed by one on the healed device that has to succeed: safety first, then liveness.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from conformance.suites.session import STANDARD_PAIR, Session, SessionGroup, SessionGroups, SuiteContext
from emulator.conditions import (
    Cancel,
    ClientDeath,
    Condition,
    ConnectError,
    ConnectTimeout,
    IpcFailure,
    Kill,
    LowMemoryKill,
    RefuseConnect,
    ServiceDeath,
    SlowCpu,
    SlowMainThread,
)
from emulator.kernel.events import NS_PER_MS
from emulator.plan import SessionKind, SessionPlan, nominal_plan
from emulator.record import Record
from emulator.storage.seed import AppData

STEADY: dict[str, Condition] = {
    "slow-cpu": SlowCpu(4),
    "very-slow-cpu": SlowCpu(40),
    "busy-main-thread": SlowMainThread(200 * NS_PER_MS),
    "very-busy-main-thread": SlowMainThread(3_000 * NS_PER_MS),
    "connect-timeout": ConnectTimeout(),
    "connect-given-up": ConnectTimeout(ams_gives_up_s=20),
    "connect-refused": RefuseConnect(),
    "connect-error": ConnectError(),
}
"""Conditions that need no point in time."""

_TURNING_POINTS = ("call", "call.settled", "poll.armed", "file.out", "file.in", "task.end", "append")
_POINTS = 8
_POINTS_WHEN_QUICK = 6
_KILLS_OF_A_KIND = 40
"""Of events of one kind that come by the hundred, one for each file of the app, so many are enough to be in the midst of them."""


def groups(context: SuiteContext) -> SessionGroups:
    """The user's own conditions for every kind; then ours for the two kinds that a data clone uses."""
    for number, condition in enumerate(context.conditions, 1):
        for kind in SessionKind:
            yield healed(f"{kind}-user-{number}-{type(condition).__name__}", nominal_plan(kind), condition)
    for kind in STANDARD_PAIR:
        record = context.nominal.get(kind)
        if record is None or not record.complete:
            continue
        for name, condition in conditions_of(record, context.thorough):
            yield healed(f"{kind}-{name}", nominal_plan(kind), condition)


def healed(name: str, plan: SessionPlan, *conditions: Condition) -> SessionGroup:
    """The session under the conditions, then the nominal one of its kind on the same device in order."""
    return SessionGroup(name, (Session(plan, conditions), Session(nominal_plan(plan.kind))), data=AppData.FEW)


def conditions_of(record: Record, thorough: bool = True) -> Iterator[tuple[str, Condition]]:
    """Every fault that can strike a session which goes as this one did."""
    yield from STEADY.items()
    points = turning_points(record, _POINTS if thorough else _POINTS_WHEN_QUICK)
    every_event = thorough and not record.is_backup
    kill_points = process_events(record) if every_event else points
    for event in kill_points:
        yield f"kill-{event}", Kill(event=event)
    for event in points:
        yield f"cancel-{event}", Cancel(event=event)
        yield f"client-death-{event}", ClientDeath(event=event)
        yield f"service-death-{event}", ServiceDeath(event=event)
    first_calls = {call.callback: call for call in reversed(record.calls)}
    for callback, call in first_calls.items():
        yield f"low-memory-{callback}", LowMemoryKill(callback)
        half_ns = ((call.end_ns or call.begin_ns) - call.begin_ns) // 2
        if half_ns:
            yield f"low-memory-{callback}-halfway", LowMemoryKill(callback, half_ns)
    sent: Counter[str] = Counter(event.data["message"] for event in record.of_kind("ipc"))
    for message, count in sent.items():
        for nth in range(1, min(count, 3) + 1):
            yield f"ipc-{message}-{nth}", IpcFailure(message, nth)


def process_events(record: Record) -> list[int]:
    """The numbers of the events after which a process of the extension is alive; of those of one kind a good many."""
    alive: set[int] = set()
    numbers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, event in enumerate(record.events):
        if event.kind == "process.start":
            alive.add(event.data["process"])
        elif event.kind == "process.end":
            alive.discard(event.data["process"])
        if alive:
            numbers[event.kind, str(event.data.get("message", ""))].append(number)
    return sorted(number for of_a_kind in numbers.values() for number in _spread(of_a_kind, _KILLS_OF_A_KIND))


def _spread(points: list[int], most: int) -> list[int]:
    """At most so many of them, the first and the last among them."""
    last = len(points) - 1
    return points if last < most else [points[last * step // (most - 1)] for step in range(most)]


def turning_points(record: Record, most: int) -> list[int]:
    """The numbers of at most so many events at which something begins or ends for the app, spread over the session."""
    points = [number for number, event in enumerate(record.events) if event.kind in _TURNING_POINTS]
    step = max(1, -(-len(points) // most))
    return points[::step]

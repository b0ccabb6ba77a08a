"""Storage that fails: no space, I/O errors at each file operation, denied files, a locked or read-only area (BK901, BK902);
and kills amid the app's file work (BK903, BK904).

Where faults strike is taken from the record of the undisturbed session; each is followed by a session in order that has to
succeed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from conformance.suites.faults import healed
from conformance.suites.session import STANDARD_PAIR, SessionGroups, SuiteContext
from conformance.view import WORK_CALLBACKS
from emulator.conditions import (
    BitRot,
    Condition,
    Denied,
    El2Locked,
    Grows,
    IoError,
    LowMemoryKill,
    ReadOnlyArea,
    SlowStorage,
    StorageFull,
    Vanishes,
)
from emulator.kernel.events import NS_PER_S
from emulator.plan import SessionKind, nominal_plan
from emulator.record import Event, Record

_MAX_OPERATIONS = 60
_MAX_PATHS = 8
_OPERATIONS = ("open", "write", "read")
_KILLS = 4
_FURTHER = 3
_NS_PER_BYTE = 1_000
_SLOW = SlowStorage(NS_PER_S // _NS_PER_BYTE)

STEADY: dict[str, Condition] = {
    "no-space": StorageFull(0),
    "read-only": ReadOnlyArea("el2"),
    "locked": El2Locked(),
    "slow-storage": _SLOW,
}
"""Conditions that do not depend on what the app does."""

PACKING: dict[str, Condition] = {"vanishes": Vanishes("*.txt"), "grows": Grows("*.txt"), "bit-rot": BitRot("part.*", 520)}
"""What happens to the files while the device itself is at work."""


def groups(context: SuiteContext) -> SessionGroups:
    """For the two kinds that a data clone uses, as far as the app works with files at all.

    Whoever runs the groups sends back whether the condition struck: errors are tried at file operations further and further on,
    until there is none.
    """
    for kind in STANDARD_PAIR:
        record = context.nominal.get(kind)
        if record is None or not record.complete:
            continue
        for name, condition in conditions_of(record, context.thorough):
            yield healed(f"{kind}-{name}", nominal_plan(kind), condition)
        if not changes_of(record) and kind != SessionKind.FULL_BACKUP:
            continue  # a restore brings everything anew; a backup may have put back what it took away
        for operation in _OPERATIONS:
            for nth in islice(struck_operations(), _MAX_OPERATIONS if context.thorough else 1):
                struck = yield healed(f"{kind}-io-error-{operation}-{nth}", nominal_plan(kind), IoError("*", operation, nth))
                if not struck:
                    break
        for name, kill in kills_of(record, context.thorough):
            struck = yield healed(f"{kind}-{name}", nominal_plan(kind), _SLOW, kill)
            if not struck:
                break


def struck_operations() -> Iterator[int]:
    """Which file operation fails: each of the first twenty, then ever fewer of those that an app repeats file by file."""
    nth = 1
    while True:
        yield nth
        nth += max(1, nth // 10)


def kills_of(record: Record, thorough: bool = True) -> Iterator[tuple[str, LowMemoryKill]]:
    """Kills between one file operation and the next, where an app that never waits for anything is not killed otherwise.

    On slow storage its work takes time, as what was written tells. What was read, and written for a while, is not known: where
    twice the writing is not the end of it, the steps grow.
    """
    changes = changes_of(record)
    written = sum(event.data["size"] for event in changes)
    step_ns = max(written, 1) * _NS_PER_BYTE // _KILLS
    steps = [step_ns << further for further in (0, *range(_FURTHER + 1))] if thorough else [step_ns]
    at_ns = 0
    for number, step_ns in enumerate(step_ns for step_ns in steps for _ in range(_KILLS if changes else 0)):
        yield f"killed-at-work-{number}", LowMemoryKill(changes[0].data["during"], at_ns + step_ns // 2)
        at_ns += step_ns


def changes_of(record: Record) -> list[Event]:
    """What the app's callbacks changed in its files."""
    return [e for e in record.of_kind("change") if e.data["during"] in WORK_CALLBACKS]


def conditions_of(record: Record, thorough: bool = True) -> Iterator[tuple[str, Condition]]:
    """The other storage faults that can strike a session which goes as this one did."""
    changes = changes_of(record)
    yield from STEADY.items()
    if record.kind == SessionKind.FULL_BACKUP:
        yield from PACKING.items()
    written = sum(event.data["size"] for event in changes)
    if written > 1:
        yield "half-full", StorageFull(written // 2)
    paths = list(dict.fromkeys(event.data["path"] for event in changes))
    for number, path in enumerate(paths[: _MAX_PATHS if thorough else 1]):
        yield f"denied-{number}", Denied(path)

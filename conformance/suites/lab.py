"""Runs groups of sessions: a new device for each group, the archive of a new phone, and two nets against hangs.

A call that the device had to stop (a `hang` event) blocks its session. It becomes more than that only when a second run
with twice the limit stops at the same place. After three such sessions of one callback no further session that would
call it is run. The same holds after some sessions in which the device gave up on a callback that went on without end (an
`endless` event).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from conformance.suites.session import Session, SessionGroup
from emulator.conditions import Condition
from emulator.device import Device
from emulator.package import Package
from emulator.plan import SessionKind, SessionPlan, nominal_plan
from emulator.profile import PRESETS, DeviceProfile
from emulator.record import Event, Record
from emulator.storage.seed import AppData
from emulator.storage.transfer import Archive
from emulator.subject import Subject

HANGS_TOLERATED = 3
ENDLESS_TOLERATED = 10
"""A callback that goes on without end takes a second or more of every session: what there is to see is seen in so many."""
LARGE_SANDBOX = 100
"""So many files of a user's are copied into every session; when there are more, into the nominal and the repeated ones only."""

Sandbox = Path | Callable[[Path], None] | None
"""Where an app's data comes from: a directory, a function that makes it, or nowhere."""


class EmulatedDevice(Protocol):
    """As much of `emulator.Device` as running groups takes."""

    conditions: tuple[Condition, ...]

    @property
    def bundles(self) -> Mapping[str, Any]:
        """The installed bundles by full name; each has an ``archive``."""

    def install(self, subject: Subject, name: str, *, clone_index: int, package: Package | None, sandbox: Sandbox) -> Any:
        """Install the subject under a name."""

    def run(self, plan: SessionPlan) -> Record:
        """Carry one session out."""

    def close(self) -> None:
        """Remove the sandboxes."""


class DeviceFactory(Protocol):
    """Makes a device, as the class `emulator.Device` does."""

    def __call__(
        self, profile: DeviceProfile, conditions: Iterable[Condition], seed: int, *, hang_limit_s: float | None
    ) -> EmulatedDevice: ...


@dataclass(frozen=True)
class Hang:
    """A session that the device had to stop, and whether it stops there with twice the limit as well."""

    group: SessionGroup
    record: Record
    callback: str
    limit_s: float
    confirmed: bool


@dataclass(frozen=True)
class GroupResult:
    """What running a group gave: a record for each session, up to and including one that was stopped."""

    group: SessionGroup
    records: tuple[Record, ...]
    blocked: str = ""
    hang: Hang | None = None


@dataclass
class Lab:
    """Everything that does not change from group to group."""

    subject: Subject
    profile: DeviceProfile = PRESETS["latest"]
    seed: int = 0
    hang_limit_s: float | None = 5.0
    sandbox: Path | None = None
    package: Package | None = None
    make_device: DeviceFactory = Device
    sessions_run: int = field(default=0, init=False)
    _hangs: Counter[str] = field(default_factory=Counter, init=False)
    _endless: Counter[str] = field(default_factory=Counter, init=False)
    _confirmed: set[str] = field(default_factory=set, init=False)
    _archives: dict[AppData, Archive | None] = field(default_factory=dict, init=False)

    def run(self, group: SessionGroup) -> GroupResult:
        """Run all sessions of the group, unless a callback that they call has hung too often."""
        blocked = self.refusal(group.sessions)
        if blocked:
            return GroupResult(group, (), blocked)
        records = self._records(group)
        if hang_of(records[-1]) is None:
            return GroupResult(group, records)
        hang, in_time = self._note_hang(group, records[-1])
        if in_time:
            return GroupResult(group, in_time)
        return GroupResult(group, records, records[-1].blocked, hang)

    def _records(self, group: SessionGroup, hang_limit_s: float | None = None) -> tuple[Record, ...]:
        """The sessions of the group on one device, up to and including one that had to be stopped."""
        device = self.begin(group, hang_limit_s)
        records: list[Record] = []
        try:
            for session in group.sessions:
                records.append(self.run_session(device, session))
                if hang_of(records[-1]) is not None:
                    break
            return tuple(records)
        finally:
            device.close()

    def begin(self, group: SessionGroup, hang_limit_s: float | None = None) -> EmulatedDevice:
        """A device at the start of the group: the subject installed, its data or the archive in place."""
        limit = hang_limit_s or self.hang_limit_s
        archive = self._archive(group.data) if group.on_a_new_phone else None
        device = self.make_device(self.profile, group.sessions[0].conditions, self.seed, hang_limit_s=limit)
        for full_name in group.installs:
            name, _, index = full_name.partition(":")
            sandbox = self._seed(group.data) if archive is None else None
            device.install(self.subject, name, clone_index=int(index or 0), package=self.package, sandbox=sandbox)
            if archive is not None:
                device.bundles[full_name].archive = archive
        return device

    def _seed(self, data: AppData) -> Sandbox:
        """The user's data, in every session when they are few; copied some hundred times, many would take all day."""
        if self.sandbox is None or (self._sandbox_is_large and data is not AppData.FULL):
            return data.seed
        return self.sandbox

    @cached_property
    def _sandbox_is_large(self) -> bool:
        assert self.sandbox is not None
        files = (name for _, _, names in os.walk(self.sandbox) for name in names)
        return next(islice(files, LARGE_SANDBOX, None), None) is not None

    def run_session(self, device: EmulatedDevice, session: Session) -> Record:
        """One session on a device that begins with exactly this session's conditions."""
        device.conditions = session.conditions
        self.sessions_run += 1
        record = device.run(session.plan)
        self._endless.update(event.data["callback"] for event in record.of_kind("endless"))
        return record

    def refusal(self, sessions: Iterable[Session]) -> str:
        """Why these sessions are not run any more, or ""."""
        for session in sessions:
            for callback, count in self._hangs.items():
                if count >= HANGS_TOLERATED and _may_call(session.plan, callback):
                    return f"{callback} had to be stopped in {count} sessions; its other sessions are not run"
            for callback, count in self._endless.items():
                if count >= ENDLESS_TOLERATED and _may_call(session.plan, callback):
                    why = "in which code of the app went on without end"
                    return f"the device gave up on {callback} in {count} sessions, {why}; its other sessions are not run"
        return ""

    def _archive(self, data: AppData) -> Archive | None:
        """What the nominal full backup of an app with this data left, made when first needed; None where it is not run."""
        if data not in self._archives:
            session = Session(nominal_plan(SessionKind.FULL_BACKUP))
            self._archives[data] = None if self.refusal((session,)) else self._back_up(session, data)
        return self._archives[data]

    def _back_up(self, session: Session, data: AppData) -> Archive | None:
        group = SessionGroup("archive", (session,), data=data)
        device = self.begin(group)
        try:
            self.run_session(device, session)
            archive: Archive | None = device.bundles[group.installs[0]].archive
            return archive
        finally:
            device.close()

    def _note_hang(self, group: SessionGroup, record: Record) -> tuple[Hang | None, tuple[Record, ...]]:
        """Look again with twice the limit: the hang, and the records of the second run where nothing had to be stopped."""
        event = hang_of(record)
        assert event is not None
        callback = str(event.data["callback"])
        self._hangs[callback] += 1
        limit = self.hang_limit_s or 0.0
        if callback in self._confirmed or not limit:
            return Hang(group, record, callback, limit, confirmed=False), ()
        again = self._records(group, 2 * limit)
        if hang_of(again[-1]) is None:
            return None, again
        confirmed = same_place(record, again[-1])
        if confirmed:
            self._confirmed.add(callback)
        return Hang(group, record, callback, limit, confirmed), ()


def hang_of(record: Record) -> Event | None:
    """The event with which the device gave the session up."""
    hangs = record.by_kind.get("hang")
    return hangs[0] if hangs else None


def same_place(first: Record, second: Record) -> bool:
    """True when both were stopped, after the same events, in the same call of the same callback."""
    return _until_hang(first) is not None and _until_hang(first) == _until_hang(second)


def _until_hang(record: Record) -> Sequence[tuple[int, str, str]] | None:
    trace = []
    for event in record.events:
        trace.append((event.at_ns, event.kind, str(event.data.get("callback", ""))))
        if event.kind == "hang":
            return trace
    return None


def _may_call(plan: SessionPlan, callback: str) -> bool:
    if callback.endswith("CompatibilityInfo"):
        return any(step.action == "get_compatibility_info" for step in plan.steps)
    if callback == "getBackupInfo":
        return any(step.action == "get_backup_info" for step in plan.steps)
    if callback.startswith("onBackup"):
        return plan.kind.is_backup
    if callback.startswith("onRestore"):
        return not plan.kind.is_backup
    return True

"""What a suite yields: named groups of sessions, each group on a device of its own."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field

from emulator.conditions import Condition
from emulator.plan import DEFAULT_BUNDLE, SessionKind, SessionPlan
from emulator.profile import DeviceProfile
from emulator.record import Record
from emulator.storage.seed import AppData


@dataclass(frozen=True, slots=True)
class Session:
    """One session: what is asked for, and what is wrong with the device meanwhile."""

    plan: SessionPlan
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionGroup:
    """Sessions that follow each other on one device, whose sandboxes live on from one to the next.

    The device begins with the app's data in place; when the first session is a restore it is a new phone instead: no
    data, and the client holds the archive of the nominal full backup. ``data``: what the app has where nobody gave it data of
    its own (``--sandbox``). ``installs`` are the copies of the subject, as ``name`` or ``name:index``.
    """

    name: str
    sessions: tuple[Session, ...]
    installs: tuple[str, ...] = (DEFAULT_BUNDLE,)
    data: AppData = AppData.NONE

    @property
    def on_a_new_phone(self) -> bool:
        """True when the app has no data of its own at the start."""
        return not self.sessions[0].plan.kind.is_backup


@dataclass(frozen=True)
class SuiteContext:
    """What a suite may know when it decides which sessions to run."""

    callbacks: frozenset[str]
    """The callbacks that the subject overrides."""
    profile: DeviceProfile
    nominal: Mapping[SessionKind, Record] = field(default_factory=dict)
    """The records of the nominal sessions of an app with few files; empty while the nominal suite itself runs."""
    conditions: tuple[Condition, ...] = ()
    """The user's own, from ``--condition``."""
    words: tuple[str, ...] = ()
    """Of the subject's own source."""
    thorough: bool = True
    """False in the quick profile, which leaves out what is alike."""

    def overrides(self, *callbacks: str) -> bool:
        """True when the subject overrides one of these."""
        return not self.callbacks.isdisjoint(callbacks)


SessionGroups = Generator[SessionGroup, bool | None, None]
"""What a suite yields; it is sent back of each group whether a condition struck in it."""

NOMINAL_KINDS = tuple(SessionKind)
"""Every kind of session has a nominal one."""

STANDARD_PAIR = (SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_RESTORE)
"""What a data clone does today: a full backup on the old phone, an incremental restore on the new one."""


def single(name: str, plan: SessionPlan, *conditions: Condition, data: AppData = AppData.NONE) -> SessionGroup:
    """A group of one session."""
    return SessionGroup(name, (Session(plan, conditions),), data=data)

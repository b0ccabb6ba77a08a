"""The one session that the service has, and what it knows of every bundle in it (control-plane 1.5, 10)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from emulator.ability import BundleVersion
from emulator.extension.release import BACKUP, RESTORE
from emulator.kernel import Kernel, Mutex, Timer
from emulator.storage.config.bundle_info import BundleInfo

if TYPE_CHECKING:
    from emulator.device import InstalledBundle
    from emulator.service.connection import Connection
    from emulator.service.reverse import Reverse


class Scenario(StrEnum):
    """The session's scenario (control-plane 1.4)."""

    BACKUP = "BACKUP"
    RESTORE = "RESTORE"
    CLEAN = "CLEAN"

    @property
    def number(self) -> int:
        """The argument of onRelease."""
        return BACKUP if self is Scenario.BACKUP else RESTORE


class RestoreType(IntEnum):
    """RestoreTypeEnum."""

    RESTORE_DATA_WAIT_SEND = 0
    RESTORE_DATA_READDY = 1


class Action(IntEnum):
    """ServiceSchedAction of one bundle."""

    WAIT = 0
    START = 1
    RUNNING = 2
    FINISH = 3
    CLEAN = 4


OCCUPYING = (Action.START, Action.RUNNING, Action.CLEAN)
"""Actions that count against the limit of concurrent extensions."""


@dataclass(frozen=True, slots=True)
class Capability:
    """One bundle in the old device's capability file (clauses 2.8)."""

    version: BundleVersion
    all_to_backup: bool = True
    space_occupied: int = 0


@dataclass(eq=False)
class BundleEntry:
    """One bundle of the session, under ``name`` or ``name:index``."""

    name: str
    bundle: InstalledBundle
    connection: Connection
    mutex: Mutex
    ext_info: str = ""
    version: BundleVersion = BundleVersion(0, "")  # noqa: RUF009 - frozen
    restore_type: RestoreType = RestoreType.RESTORE_DATA_WAIT_SEND
    action: Action = Action.WAIT
    clear_flag: bool = True
    delay_time_s: int = 0
    data_size: int = 0
    timer: Timer | None = None
    timer_kind: str = ""
    stored_timeout_ms: int | None = None
    connect_timer: Timer | None = None
    outstanding: set[str] = field(default_factory=set)
    received_manage_json: bool = False
    received_app_done: bool = False
    in_publish: bool = False
    restore_ended: bool = False
    append_count: int = 0
    wanted_handles: set[str] = field(default_factory=set)
    info: BundleInfo = BundleInfo()  # noqa: RUF009 - frozen
    last_incremental_time: int = 0
    previous_manifest: bytes = b""

    def append_again(self) -> None:
        """The name is appended once more: all is reset but the connection, and the next end does not remove it (7.3)."""
        fresh = BundleEntry(self.name, self.bundle, self.connection, self.mutex, append_count=self.append_count + 1)
        for member in fields(fresh):
            setattr(self, member.name, getattr(fresh, member.name))

    def toggle(self, name: str) -> None:
        """A name seen once is outstanding, seen twice it is not (control-plane 5.6)."""
        self.outstanding.symmetric_difference_update((name,))

    @property
    def complete(self) -> bool:
        """True when index, end mark and every listed file were seen."""
        return self.received_manage_json and self.received_app_done and not self.outstanding


@dataclass(eq=False)
class Session:
    """A live session; ``reverse`` is its client, ``entries`` its bundles in name order when listed through `in_order`."""

    scenario: Scenario
    incremental: bool
    reverse: Reverse
    caller: str
    user_id: int
    active_ns: int
    entries: dict[str, BundleEntry] = field(default_factory=dict)
    releasing: bool = False

    def in_order(self) -> list[BundleEntry]:
        """The bundles in the order of the service's map: ascending by name."""
        return [self.entries[name] for name in sorted(self.entries)]


def new_entry(kernel: Kernel, name: str, bundle: InstalledBundle, connection: Connection) -> BundleEntry:
    """A fresh entry in action WAIT."""
    return BundleEntry(name, bundle, connection, Mutex(kernel))

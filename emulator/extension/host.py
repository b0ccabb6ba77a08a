"""The phone as a process sees it: what all processes of one boot share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from emulator.conditions import Condition, IpcFailure
from emulator.journal import Journal
from emulator.kernel import Kernel
from emulator.storage.disk import HEALTHY_DISK, Disk


@dataclass(slots=True)
class Host:
    """What a process takes from the device it runs on, as long as that is up."""

    kernel: Kernel
    journal: Journal
    conditions: tuple[Condition, ...]
    wall_epoch_ns: int
    seed: int
    struck: set[str] = field(default_factory=set)
    ipc_counts: dict[str, int] = field(default_factory=dict)
    disk: Disk = HEALTHY_DISK
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    """The device's settings, by domain and name."""
    data_shares: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What other apps share: the rows of a table by its ``datashare://`` URI."""

    def ipc_fails(self, message: str) -> bool:
        """Count one IPC of this name; True when a condition makes this very one fail."""
        if not self.conditions:
            return False
        failures = [c for c in self.conditions if isinstance(c, IpcFailure) and c.message == message]
        if not failures:
            return False
        count = self.ipc_counts[message] = self.ipc_counts.get(message, 0) + 1
        return any(failure.nth == count for failure in failures)

    def strikes(self, name: str) -> bool:
        """True the first time that somebody asks."""
        fresh = name not in self.struck
        self.struck.add(name)
        return fresh

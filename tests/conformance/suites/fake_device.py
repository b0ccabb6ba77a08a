"""A device of a few lines: each session makes one call, and a function of the plan says what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from emulator.ability import CALLBACKS
from emulator.conditions import Condition
from emulator.plan import SessionPlan
from emulator.profile import DeviceProfile
from emulator.record import Event, Record

Behaviour = Callable[["FakeDevice", SessionPlan], str]
"""What the app's callback does: the string that it returns, "endless", "hang" or "hang behind an await"."""

SUBJECT = SimpleNamespace(spec="app.Ext", language="python", callbacks=CALLBACKS, file="", places={}, sources=None, package=None)


@dataclass
class FakeDevice:
    """Keeps a log of what was done to it; ``log`` is shared by all devices of a factory."""

    conditions: tuple[Condition, ...]
    hang_limit_s: float | None
    behaviour: Behaviour
    log: list[Any]
    bundles: dict[str, Any] = field(default_factory=dict)

    def install(self, subject: Any, name: str, *, clone_index: int, package: Any, sandbox: Any) -> None:
        full_name = f"{name}:{clone_index}" if clone_index else name
        self.bundles[full_name] = SimpleNamespace(archive=None, sandbox=sandbox)

    def run(self, plan: SessionPlan) -> Record:
        archive = self.bundles[plan.bundles[0]].archive
        self.log.append((str(plan.kind), self.conditions, archive))
        result = self.behaviour(self, plan)
        if plan.kind.is_backup:
            self.bundles[plan.bundles[0]].archive = f"archive {len(self.log)}"
        callback = "onBackupEx" if plan.kind.is_backup else "onRestoreEx"
        common = {"process": 1, "bundle": plan.bundles[0], "callback": callback}
        events = [
            Event(0, "ipc", "process.start", {"process": 1, "bundle": plan.bundles[0], "purpose": "backup"}),
            Event(1, "ipc", "ipc", {"to": "extension", "message": "HandleBackup", "bundle": plan.bundles[0], "result": 0}),
            Event(2, "js", "call", {"call": 1, **common, "args": [plan.ext_info or plan.infos or ""]}),
        ]
        hangs = result.startswith("hang")
        if hangs:
            limit = {
                "call": 1 if result == "hang" else None,
                "process": 1,
                "callback": callback,
                "cpu_limit_s": self.hang_limit_s,
            }
            events.append(Event(3, "js", "hang", limit))
        else:
            if result == "endless":
                events.append(Event(3, "js", "endless", {"process": 1, "callback": callback}))
            value = {"kind": "string", "text": result}
            ended = {"call": 1, "outcome": "returned", "value": value, "error": None, "where": None}
            events.append(Event(3, "js", "call.sync-end", ended))
            events.append(Event(4, "ipc", "process.end", {"process": 1, "bundle": plan.bundles[0], "why": "exit", "text": ""}))
        subject = {
            "spec": "app.Ext",
            "language": "python",
            "callbacks": list(CALLBACKS),
            "source": {"places": {"onRestoreEx": "app.py:9"}},
        }
        return Record(
            subject,
            {},
            plan.to_json(),
            tuple(condition.to_json() for condition in self.conditions),
            0,
            tuple(events),
            complete=not hangs,
            blocked="stopped" if hangs else "",
        )

    def close(self) -> None:
        self.log.append("close")


class FakeDevices:
    """A factory of them."""

    def __init__(self, behaviour: Behaviour = lambda device, plan: "ok") -> None:
        self.behaviour = behaviour
        self.log: list[Any] = []

    def __call__(
        self, profile: DeviceProfile, conditions: Iterable[Condition], seed: int, *, hang_limit_s: float | None
    ) -> FakeDevice:
        return FakeDevice(tuple(conditions), hang_limit_s, self.behaviour, self.log)

    @property
    def sessions(self) -> list[Any]:
        """The sessions run so far."""
        return [entry for entry in self.log if entry != "close"]

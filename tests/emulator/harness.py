"""Running small subjects on a device, and reading from the record what a platform engineer would compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from emulator import Condition, Device, DeviceProfile, Package, Record, SessionKind, SessionPlan, load_subject, nominal_plan
from emulator.extension.data_plane import DataPlane
from emulator.profile import PRESETS

BUNDLE = "com.example.app"
S = 1_000_000_000
OK_JSON = '{"type":"ErrorInfo","errorCode":0,"errorInfo":""}'
PROGRESS = '{"progressInfo":[{"name":"app","processed":1,"total":2}]}'


class Idle:
    """Has the plain callbacks and does nothing in them."""

    def onBackup(self) -> None: ...

    def onRestore(self, version: object) -> None: ...


class Ex:
    """Has the Ex callbacks and answers them at once, with `OK_JSON`."""

    def onBackupEx(self, info: str) -> str:
        return OK_JSON

    def onRestoreEx(self, version: object, info: str) -> str:
        return OK_JSON


def run(
    cls: type[Any],
    kind: SessionKind = SessionKind.FULL_BACKUP,
    *,
    plan: SessionPlan | None = None,
    profile: DeviceProfile = PRESETS["latest"],
    conditions: Iterable[Condition] = (),
    package: Package | None = None,
    data: DataPlane | None = None,
    tie_order: Any = "fifo",
) -> Record:
    """One session of ``cls`` on a device of its own."""
    with Device(profile, conditions, data=data, tie_order=tie_order) as device:
        device.install(load_subject(cls), package=package)
        return device.run(plan or nominal_plan(kind))


def seen(record: Record, *callbacks: str) -> list[tuple[str, Any]]:
    """What the client saw, progress and files left out unless asked for: (callback, code or text)."""
    wanted = callbacks or ("onBundleBegin", "onResultReport", "onBundleEnd", "onAllBundlesEnd")
    rows: list[tuple[str, Any]] = []
    for message in record.client:
        if message.callback not in wanted:
            continue
        first = message.args[0]
        if message.callback in ("onResultReport", "onProcess"):
            rows.append((message.callback, message.args[1]))
        else:
            rows.append((message.callback, first["code"] if first else 0))
    return rows


def times(record: Record, kind: str, **members: Any) -> list[float]:
    """When (in s) the events of this kind with these members happened."""
    return [
        event.at_ns / S for event in record.of_kind(kind) if all(event.data.get(name) == value for name, value in members.items())
    ]


def called(record: Record) -> list[str]:
    """The callbacks that the device called, onProcess left out."""
    return [call.callback for call in record.calls if call.callback != "onProcess"]


def end_time(record: Record) -> float | None:
    """When (in s) the client saw onBundleEnd; None if never."""
    ends = [m.at_ns / S for m in record.client if m.callback == "onBundleEnd"]
    return ends[-1] if ends else None

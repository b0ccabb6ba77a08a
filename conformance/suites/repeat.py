"""The same session again on the same device, a whole life in order, and a crash that is cleaned up in a fresh process."""

from __future__ import annotations

from conformance.suites.session import NOMINAL_KINDS, Session, SessionGroup, SessionGroups, SuiteContext
from emulator.conditions import LowMemoryKill
from emulator.plan import SessionKind, nominal_plan
from emulator.storage.seed import AppData

_CRASHES_IN = (
    (SessionKind.FULL_BACKUP, "onBackupEx", "onBackup"),
    (SessionKind.FULL_RESTORE, "onRestoreEx", "onRestore"),
)


def groups(context: SuiteContext) -> SessionGroups:
    """Twice each kind; after the crash the service asks a new process to release (control-plane 4.1, S4)."""
    for kind in NOMINAL_KINDS:
        plan = Session(nominal_plan(kind))
        yield SessionGroup(f"{kind}-twice", (plan, plan), data=AppData.FULL)
    for kind, *callbacks in _CRASHES_IN:
        for callback in callbacks:
            if context.overrides(callback):
                crash = Session(nominal_plan(kind), (LowMemoryKill(callback),))
                yield SessionGroup(f"crash-in-{callback}", (crash,))
                break

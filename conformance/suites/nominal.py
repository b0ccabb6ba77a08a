"""The device in order, empty details, the ordinary version, the app's data in place: one session of each kind.

Each is run with few files too: sessions under conditions, which have no more, are compared with those."""

from __future__ import annotations

from conformance.suites.session import NOMINAL_KINDS, SessionGroups, SuiteContext, single
from emulator.plan import nominal_plan
from emulator.storage.seed import AppData


def groups(context: SuiteContext) -> SessionGroups:
    """Both kinds of backup, both kinds of restore, and the upgrade restore."""
    for kind in NOMINAL_KINDS:
        yield single(str(kind), nominal_plan(kind), data=AppData.FULL)
    for kind in NOMINAL_KINDS:
        yield single(f"{kind}-few-files", nominal_plan(kind), data=AppData.FEW)

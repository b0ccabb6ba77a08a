"""The device in order, empty details, the ordinary version, the app's data in place: one session of each kind."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.suites.session import NOMINAL_KINDS, SessionGroup, SuiteContext, single
from emulator.plan import nominal_plan


def groups(context: SuiteContext) -> Iterator[SessionGroup]:
    """Both kinds of backup, both kinds of restore, and the upgrade restore."""
    for kind in NOMINAL_KINDS:
        yield single(str(kind), nominal_plan(kind), with_data=True)

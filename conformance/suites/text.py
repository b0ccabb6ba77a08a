"""Plain text and other JSON as info string: the texts do not exclude it, today's device never sends it (BK514)."""

from __future__ import annotations

from conformance.suites.corpus import TEXTS
from conformance.suites.info import takes_info
from conformance.suites.session import STANDARD_PAIR, SessionGroups, SuiteContext, single
from emulator.plan import SessionPlan


def groups(context: SuiteContext) -> SessionGroups:
    """The whole corpus on backup and on restore."""
    for kind in STANDARD_PAIR:
        if takes_info(context, kind):
            for name, text in TEXTS.items():
                yield single(f"{kind}-{name}", SessionPlan(kind=kind, ext_info=text))

"""Three bundles at once: the subject, a second app of the same code, and a clone of the first (control-plane 7.3)."""

from __future__ import annotations

from conformance.suites.session import STANDARD_PAIR, Session, SessionGroup, SessionGroups, SuiteContext
from emulator.plan import DEFAULT_BUNDLE, SessionPlan

BUNDLES = (DEFAULT_BUNDLE, "com.example.second", f"{DEFAULT_BUNDLE}:1")


def groups(context: SuiteContext) -> SessionGroups:
    """One session of either scenario for all of them."""
    for kind in STANDARD_PAIR:
        session = Session(SessionPlan(kind=kind, bundles=BUNDLES))
        yield SessionGroup(f"{kind}-three-bundles", (session,), installs=BUNDLES)

"""Archives of older, newer and foreign app versions (clauses 2.6, control-plane 2.3)."""

from __future__ import annotations

from conformance.suites.corpus import UPGRADE_VERSIONS, VERSIONS
from conformance.suites.session import SessionGroups, SuiteContext, single
from emulator.ability import BundleVersion
from emulator.plan import SessionKind, SessionPlan


def groups(context: SuiteContext) -> SessionGroups:
    """Each version in an incremental restore, also those that the app names; those of HarmonyOS 4 in an upgrade restore too."""
    if not context.overrides("onRestore", "onRestoreEx"):
        return
    for name, version in VERSIONS.items():
        yield single(name, SessionPlan(kind=SessionKind.INCREMENTAL_RESTORE, version=version))
    for name in UPGRADE_VERSIONS:
        yield single(f"upgrade-{name}", SessionPlan(kind=SessionKind.UPGRADE_RESTORE, version=VERSIONS[name]))
    for word in context.words:
        if word[0].isdigit():
            yield single(f"word-{word}", SessionPlan(kind=SessionKind.INCREMENTAL_RESTORE, version=BundleVersion(1, word)))

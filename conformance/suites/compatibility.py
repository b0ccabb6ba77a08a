"""A client that asks for compatibility information before it appends the bundle (clauses 2.7, control-plane 4.3)."""

from __future__ import annotations

from dataclasses import replace

from conformance.suites.session import STANDARD_PAIR, SessionGroups, SuiteContext, single
from emulator.plan import ClientStep, nominal_plan

EXT_INFOS = {
    "empty": "",
    "require": '{"requireCompatibility":"true"}',
    "unknown": '{"peerVersion":7}',
    "plain": "compatible?",
}


def groups(context: SuiteContext) -> SessionGroups:
    """Each ext info in a session of either scenario, as far as the subject answers at all."""
    if not context.profile.has_compatibility_info:
        return
    for kind in STANDARD_PAIR:
        callback = "getBackupCompatibilityInfo" if kind.is_backup else "getRestoreCompatibilityInfo"
        if context.overrides(callback):
            for name, text in EXT_INFOS.items():
                ask = ClientStep(0, "get_compatibility_info", text=text)
                yield single(f"{kind}-{name}", replace(nominal_plan(kind), steps=(ask,)))

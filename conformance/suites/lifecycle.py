"""What a client may do besides: keep the data of a session, change a bundle's time or send rate, ask, leave early."""

from __future__ import annotations

from dataclasses import replace

from conformance.suites.corpus import infos_document
from conformance.suites.session import STANDARD_PAIR, Session, SessionGroup, SessionGroups, SuiteContext, single
from emulator.kernel.events import NS_PER_S
from emulator.plan import ClientStep, SessionKind, nominal_plan


def groups(context: SuiteContext) -> SessionGroups:
    """Sessions with the device in order that differ from the nominal one in what the client does."""
    for kind in STANDARD_PAIR:
        plan = nominal_plan(kind)
        kept = replace(plan, infos=infos_document([], clearBackupData="false"))
        yield single(f"{kind}-keep-data", kept)
        steps = {
            "more-time": ClientStep(NS_PER_S // 10, "update_timer", value=3_600_000),
            "send-rate": ClientStep(NS_PER_S // 10, "update_send_rate", value=1),
            "release-early": ClientStep(2 * NS_PER_S, "release"),
            "cancel-early": ClientStep(2 * NS_PER_S, "cancel"),
        }
        for name, step in steps.items():
            yield single(f"{kind}-{name}", replace(plan, steps=(step,)))
    if context.overrides("getBackupInfo"):
        ask = ClientStep(0, "get_backup_info")
        yield single("backup-info", replace(nominal_plan(SessionKind.FULL_BACKUP), steps=(ask,)))
    life = (
        SessionKind.FULL_BACKUP,
        SessionKind.INCREMENTAL_BACKUP,
        SessionKind.INCREMENTAL_RESTORE,
        SessionKind.FULL_BACKUP,
        SessionKind.FULL_RESTORE,
    )
    yield SessionGroup("one-life", tuple(Session(nominal_plan(kind)) for kind in life))

"""Every kind of info string that the device can deliver, and the empty one (clauses 2.5, control-plane 2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.suites.corpus import ELEMENTS, RESTORE_ELEMENTS, infos_document
from conformance.suites.session import NOMINAL_KINDS, STANDARD_PAIR, SessionGroups, SuiteContext, single
from emulator.plan import SessionKind, SessionPlan, nominal_plan
from emulator.storage.seed import AppData


def takes_info(context: SuiteContext, kind: SessionKind) -> bool:
    """True when the subject has the callback that is given the info string in this kind of session."""
    return context.overrides("onBackupEx" if kind.is_backup else "onRestoreEx")


def groups(context: SuiteContext) -> SessionGroups:
    """The empty string in every kind of session; the corpus and the app's own words in the two that a data clone uses.

    In a backup the app has files that it may damage because of what it is told (BK904).
    """
    for kind in NOMINAL_KINDS:
        if takes_info(context, kind):
            version = nominal_plan(kind).version
            yield single(f"{kind}-empty", SessionPlan(kind=kind, version=version, infos=None))
    for kind in STANDARD_PAIR:
        if not takes_info(context, kind):
            continue
        data = AppData.FEW if kind.is_backup else AppData.NONE
        corpus: Mapping[str, list[Any]] = ELEMENTS if kind.is_backup else {**ELEMENTS, **RESTORE_ELEMENTS}
        for name, details in corpus.items():
            yield single(f"{kind}-{name}", SessionPlan(kind=kind, infos=infos_document(details)), data=data)
        for word in context.words:
            details = [{"type": word, "detail": "1"}, {"type": "unknown", "detail": word}]
            yield single(f"{kind}-word-{word}", SessionPlan(kind=kind, infos=infos_document(details)), data=data)

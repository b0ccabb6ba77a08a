"""An app that lives through several sessions on one device: backups, restores, upgrades, crashes, with a clone beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from conformance.strategies import Draws
from conformance.suites.corpus import infos_document
from conformance.suites.session import Session, SessionGroup
from emulator.conditions import Kill
from emulator.plan import DEFAULT_BUNDLE, SessionKind, SessionPlan, nominal_plan

CLONE = f"{DEFAULT_BUNDLE}:1"
_BACKUPS = (SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP)
_RESTORES = (SessionKind.INCREMENTAL_RESTORE, SessionKind.FULL_RESTORE)
_WHO = ((DEFAULT_BUNDLE,), (DEFAULT_BUNDLE,), (CLONE,), (DEFAULT_BUNDLE, CLONE))
_MAX_KILL_EVENT = 80


def life_machine(draws: Draws, check: Callable[[SessionGroup], None]) -> type[RuleBasedStateMachine]:
    """A machine whose life is tried as one group when it is over; a shorter life is a smaller example."""
    who = st.sampled_from(_WHO)
    backup_infos = draws.details(on_restore=False).map(infos_document)
    restore_infos = draws.details(on_restore=True).map(infos_document)

    class Life(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.installs: tuple[str, ...] = (DEFAULT_BUNDLE,)
            self.sessions: list[Session] = []

        def live(self, kind: SessionKind, bundles: tuple[str, ...], *conditions: Any, **members: Any) -> None:
            if CLONE in bundles:
                self.installs = (DEFAULT_BUNDLE, CLONE)
            version = nominal_plan(kind).version
            plan = SessionPlan(kind=kind, bundles=bundles, **{"version": version, **members})
            self.sessions.append(Session(plan, conditions))

        @initialize(new_phone=st.booleans())
        def install(self, new_phone: bool) -> None:
            if new_phone:
                self.live(SessionKind.INCREMENTAL_RESTORE, (DEFAULT_BUNDLE,))

        @rule(kind=st.sampled_from(_BACKUPS), bundles=who, infos=st.just('{"infos":[]}') | backup_infos)
        def backup(self, kind: SessionKind, bundles: tuple[str, ...], infos: str) -> None:
            self.live(kind, bundles, infos=infos)

        @rule(kind=st.sampled_from(_RESTORES), bundles=who, version=draws.versions())
        def restore(self, kind: SessionKind, bundles: tuple[str, ...], version: Any) -> None:
            self.live(kind, bundles, version=version)

        @rule(kind=st.sampled_from(_RESTORES), infos=restore_infos)
        def restore_with_infos(self, kind: SessionKind, infos: str) -> None:
            self.live(kind, (DEFAULT_BUNDLE,), infos=infos)

        @rule()
        def upgrade(self) -> None:
            self.live(SessionKind.UPGRADE_RESTORE, (DEFAULT_BUNDLE,))

        @rule(kind=st.sampled_from(_BACKUPS + _RESTORES), event=st.integers(0, _MAX_KILL_EVENT))
        def crash(self, kind: SessionKind, event: int) -> None:
            self.live(kind, (DEFAULT_BUNDLE,), Kill(event=event))

        def teardown(self) -> None:
            if self.sessions:
                check(SessionGroup("life", tuple(self.sessions), installs=self.installs))

    return Life

"""What rules judge: the records of sessions, and what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from conformance.view import SessionView
from emulator.package import Package
from emulator.record import Record
from emulator.runtime.arkts.sources import Sources


@dataclass(frozen=True)
class Evidence:
    """The sessions to judge and what to compare them with.

    ``nominal`` has the nominal session of each kind, by the kind's string ("full-backup"); ``repeats`` are pairs of
    identical sessions that ran one after the other on the same device, ``healed`` are pairs of a session under conditions
    and the undisturbed one that followed it there; with ``whole_run`` the records are all sessions of a run, so that rules
    about a whole run (BK302) may judge. ``package`` is how the app is registered, None when nobody says;
    ``callbacks`` are those that it overrides, beyond what the records say; ``sources`` are those of an ArkTS
    extension, None for any other. ``volatile`` says what differs between two undisturbed restores of the app, made at other
    times or with other random numbers: files (``bundle:path``), each with how it differs.
    """

    records: tuple[Record, ...]
    nominal: Mapping[str, Record]
    repeats: tuple[tuple[Record, Record], ...] = ()
    healed: tuple[tuple[Record, Record], ...] = ()
    whole_run: bool = False
    package: Package | None = None
    callbacks: frozenset[str] = frozenset()
    sources: Sources | None = None
    volatile: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def views(self) -> tuple[SessionView, ...]:
        """The records that may be judged, each read once. Sessions that the harness could not run to the end are left out."""
        return tuple(view for view in map(SessionView, self.records) if not view.blocked)

    @cached_property
    def overridden(self) -> frozenset[str]:
        """The callbacks that the app overrides."""
        return self.callbacks.union(*(record.subject["callbacks"] for record in self.records))

    @cached_property
    def _nominal_views(self) -> dict[str, SessionView]:
        return {}

    def nominal_view(self, kind: str) -> SessionView | None:
        """The nominal session of this kind; None when there is none or it may not be judged."""
        views = self._nominal_views
        if kind not in views:
            record = self.nominal.get(kind)
            if record is None:
                return None
            views[kind] = SessionView(record)
        view = views[kind]
        return None if view.blocked else view

    @cached_property
    def healed_views(self) -> tuple[tuple[SessionView, SessionView], ...]:
        """The pairs of which both sessions may be judged."""
        pairs = tuple((SessionView(cut), SessionView(healed)) for cut, healed in self.healed)
        return tuple(pair for pair in pairs if not pair[0].blocked and not pair[1].blocked)

    @cached_property
    def repeat_views(self) -> tuple[tuple[SessionView, SessionView], ...]:
        """The pairs of which both sessions may be judged."""
        pairs = tuple((SessionView(first), SessionView(second)) for first, second in self.repeats)
        return tuple(pair for pair in pairs if not pair[0].blocked and not pair[1].blocked)

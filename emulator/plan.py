"""What a session is to do: which kind, for which bundles, with which info and version, and what the client does on the way.

A plan is plain data that saves to JSON; together with a device profile, conditions and a seed it is a scenario.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any

from emulator.ability import BundleVersion


class PlanError(ValueError):
    """A plan cannot be read or makes no sense; the message names the member."""


class SessionKind(StrEnum):
    """The five sessions of control-plane 1.6 to 1.10."""

    FULL_BACKUP = "full-backup"
    INCREMENTAL_BACKUP = "incremental-backup"
    FULL_RESTORE = "full-restore"
    INCREMENTAL_RESTORE = "incremental-restore"
    UPGRADE_RESTORE = "upgrade-restore"

    @property
    def is_backup(self) -> bool:
        """True for both kinds of backup."""
        return self in (SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP)

    @classmethod
    def _missing_(cls, value: object) -> None:
        raise PlanError(f"there is no session {value!r}; there are {', '.join(cls)}")


DEFAULT_BUNDLE = "com.example.app"
ORDINARY_VERSION = BundleVersion(1000000, "1.0.0")
UPGRADE_VERSION = BundleVersion(0, "0.0.0.0-12.0.0")

ACTIONS = (
    "cancel",
    "release",
    "update_timer",
    "update_send_rate",
    "get_backup_info",
    "get_compatibility_info",
    "append",
    "die",
)
"""What a client can do while a session runs."""


@dataclass(frozen=True, slots=True)
class ClientStep:
    """Something the client does at a virtual time after its append, in nanoseconds.

    ``action``: cancel, release, update_timer (ms in ``value``), update_send_rate (``value``), get_backup_info,
    get_compatibility_info (ext info in ``text``), append (appends ``bundle``), die.
    """

    at_ns: int
    action: str
    bundle: str = DEFAULT_BUNDLE
    value: int = 0
    text: str = ""

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise PlanError(f"a client cannot {self.action!r}; it can {', '.join(ACTIONS)}")


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One session. The defaults are the nominal full backup: empty details, version 1000000 / "1.0.0".

    ``infos``: the client's infos document for every bundle (control-plane 2.2), or None for an append without infos.
    ``ext_info``: when not None, the exact string that the app gets, whatever ``infos`` says.
    ``bundles``: names as the client gives them (``name`` or ``name:index``).
    """

    kind: SessionKind = SessionKind.FULL_BACKUP
    bundles: tuple[str, ...] = (DEFAULT_BUNDLE,)
    infos: str | None = '{"infos":[]}'
    ext_info: str | None = None
    version: BundleVersion = ORDINARY_VERSION
    steps: tuple[ClientStep, ...] = field(default=())

    @property
    def nominal(self) -> bool:
        """True when the plan differs from the nominal one in its kind only."""
        return self == nominal_plan(self.kind)

    def to_json(self) -> dict[str, Any]:
        """The plan as a JSON object."""
        return {
            "kind": self.kind.value,
            "bundles": list(self.bundles),
            "infos": self.infos,
            "ext_info": self.ext_info,
            "version": {"code": self.version.code, "name": self.version.name},
            "steps": [asdict(step) for step in self.steps],
            "nominal": self.nominal,
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> SessionPlan:
        """The plan that `to_json` gave. Raises PlanError naming the member that is wrong."""
        members = {k: v for k, v in document.items() if k != "nominal"}
        known = [member.name for member in fields(cls)]
        for member in members:
            if member not in known:
                raise PlanError(f"plan: unknown member {member!r}; known are {', '.join(known)}")
        try:
            members["kind"] = SessionKind(members.get("kind", "full-backup"))
            if "version" in members:
                members["version"] = BundleVersion(**members["version"])
            if "bundles" in members:
                members["bundles"] = tuple(members["bundles"])
            members["steps"] = tuple(ClientStep(**step) for step in members.get("steps", ()))
            return cls(**members)
        except (TypeError, ValueError) as error:
            raise PlanError(f"plan: {error}") from None


@lru_cache(typed=True)
def nominal_plan(kind: SessionKind) -> SessionPlan:
    """The nominal session of this kind."""
    version = UPGRADE_VERSION if kind is SessionKind.UPGRADE_RESTORE else ORDINARY_VERSION
    return SessionPlan(kind=kind, version=version)

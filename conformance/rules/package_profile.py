"""BK702, BK703, BK710 and BK712: whether the device can read the profile, and what it says about the backup as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.json_text import NotJsonError, read_json
from conformance.rules import needs
from conformance.rules.package_dialect import leniences_of
from conformance.rules.package_findings import as_json, close_to, package_finding
from conformance.rules.package_lines import Path
from conformance.rules.registry import predicate
from conformance.schemas import load_schema
from emulator.package import PackageFile
from emulator.storage.config.backup_config import BackupConfig, parse_backup_config

GATE = "allowToBackupRestore"
MOVERS = frozenset({"onRestore", "onRestoreEx"})


@dataclass(frozen=True)
class Profile:
    """The profile of a package as rules ask about it: ``config`` is the device's reading of the file."""

    file: PackageFile

    @property
    def config(self) -> BackupConfig:
        """The text, read as the device does."""
        return _read(self.file.text)

    @property
    def is_readable(self) -> bool:
        """True when the device finds one object."""
        return isinstance(self.config.document, dict)

    @property
    def fields(self) -> dict[str, Any]:
        """The members, whatever their type; none in a profile that is not readable."""
        document = self.config.document
        return document if isinstance(document, dict) else {}

    def finding(self, rule_id: str, at: Path | int, message: str, seen: str, cause: str = "") -> Finding:
        """A finding about the profile at a member, by its path, or a line."""
        return package_finding(rule_id, self.file, at, message, seen, cause=cause)


@lru_cache(maxsize=16)
def _read(text: str) -> BackupConfig:
    return parse_backup_config(text)


def known_fields() -> frozenset[str]:
    """The fields that the device reads."""
    return frozenset(load_schema("backup-config")["properties"])


def profile_of(evidence: Evidence) -> Profile | None:
    """The profile, when the evidence has one."""
    package = evidence.package
    return Profile(package.profile_file) if package is not None and package.profile_file is not None else None


def readable_profile(evidence: Evidence) -> Profile | None:
    """The profile, when there is one that the device can read."""
    profile = profile_of(evidence)
    return profile if profile is not None and profile.is_readable else None


@predicate("BK702", needs.package)
def profile_unreadable(evidence: Evidence) -> Iterator[Finding]:
    """The device's parser refuses the profile, or its top level is no object (data-plane 1.2)."""
    profile = profile_of(evidence)
    if profile is None or profile.is_readable:
        return
    name = profile.file.name
    if profile.config.readable:
        seen = f"the top level is {as_json(profile.config.document)}"
        yield profile.finding("BK702", (), f"{name} is no object", seen, cause="top level")
    else:
        why = profile.config.error if profile.file.text.strip() else "the file is empty"
        yield profile.finding(
            "BK702", _line(why), f"the device cannot read {name}: {why}", f"its parser says {why}", cause="syntax"
        )


def _line(error: str) -> int:
    """The line that the parser's message names."""
    named = re.match(r"line (\d+)", error)
    return int(named[1]) if named else 1


@predicate("BK703", needs.package)
def backup_is_off(evidence: Evidence) -> Iterator[Finding]:
    """allowToBackupRestore is absent, false or no boolean (C-069)."""
    profile = readable_profile(evidence)
    if profile is None or profile.config.allow_to_backup_restore:
        return
    if GATE not in profile.fields:
        close = "".join(close_to(name, [GATE]) and f"; {name} is another field" for name in profile.fields)
        yield profile.finding("BK703", (), f"{GATE} is absent{close}", f"the fields are {as_json(list(profile.fields))}")
        return
    value = profile.fields[GATE]
    message = f"{GATE} is false" if value is False else f"{GATE} is {as_json(value)}, which is no boolean"
    yield profile.finding("BK703", (GATE,), message, f'"{GATE}": {as_json(value)}')


@predicate("BK710", needs.package)
def nobody_moves_the_data(evidence: Evidence) -> Iterator[Finding]:
    """fullBackupOnly is true and there is no callback that could move what is restored (C-073)."""
    profile = readable_profile(evidence)
    if profile is None or not profile.config.full_backup_only or not evidence.overridden.isdisjoint(MOVERS):
        return
    callbacks = ", ".join(sorted(evidence.overridden)) or "none"
    message = "fullBackupOnly is true and neither onRestore nor onRestoreEx is overridden"
    yield profile.finding("BK710", ("fullBackupOnly",), message, f"the callbacks that are overridden: {callbacks}")


@predicate("BK712", needs.package)
def lenient_json(evidence: Evidence) -> Iterator[Finding]:
    """The device reads the profile although it is no JSON (C-087)."""
    profile = readable_profile(evidence)
    if profile is None:
        return
    try:
        read_json(profile.file.text)
    except NotJsonError as error:
        kinds = leniences_of(profile.file.text)
        message = f"{profile.file.name} is no strict JSON: {', '.join(kinds) or error}"
        line = min(kinds.values(), default=0)
        yield profile.finding("BK712", line or (), message, f"a strict parser stops: {error}", cause=" ".join(kinds))

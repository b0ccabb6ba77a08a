"""Why a rule about the package has nothing to judge, and which other rule keeps it from being judged."""

from __future__ import annotations

from conformance.evidence import Evidence
from conformance.rules.package_profile import profile_of, readable_profile
from conformance.rules.registry import PREDICATES

_ABOUT_THE_MODULE = frozenset({"BK701", "BK709", "BK711"})
_LISTS = {"BK706": "includes", "BK707": "includes", "BK708": "excludes", "BK709": "includes"}
"""Rules about a list of the profile, which say nothing where it is absent."""
_BLOCKED_BY_EMPTY_INCLUDES = frozenset({"BK707", "BK708", "BK709"})
_SWITCH_OFF = ("BK701", "BK702", "BK703")
"""The rules without which the device does not start the extension at all."""


def package_not_applicable(rule_id: str, evidence: Evidence) -> str | None:
    """Why the rule has nothing to judge; None when it applies, or would if `package_blocked` did not name another rule."""
    package = evidence.package
    if package is None or package.directory is None:
        return "no --bundle"
    if package.module_file is None and rule_id in _ABOUT_THE_MODULE:
        return "there is no module.json5"
    if rule_id == "BK711" and not package.extensions:
        return "no backup extension is registered"
    profile = readable_profile(evidence)
    if profile is None or package_blocked(rule_id, evidence):
        return None
    if rule_id == "BK710" and not profile.config.full_backup_only:
        return "fullBackupOnly is not true"
    name = _LISTS.get(rule_id)
    return f"the profile has no {name}" if name is not None and not isinstance(profile.fields.get(name), list) else None


def package_blocked(rule_id: str, evidence: Evidence) -> str:
    """The rule that keeps this one from being judged, and what it found; "" when none does."""
    if rule_id in ("BK701", "BK711"):
        return ""
    if profile_of(evidence) is None:
        return named("BK701", evidence)
    if rule_id == "BK702":
        return ""
    if readable_profile(evidence) is None:
        return named("BK702", evidence)
    return named("BK706", evidence) if rule_id in _BLOCKED_BY_EMPTY_INCLUDES else ""


def switched_off(evidence: Evidence) -> str:
    """Why the device does not start the extension of this package: the rule that says so; "" when it does."""
    return next((reason for rule_id in _SWITCH_OFF if (reason := named(rule_id, evidence))), "")


def named(rule_id: str, evidence: Evidence) -> str:
    """The rule and its first finding; "" when it finds nothing."""
    found = next(PREDICATES[rule_id](evidence), None)
    return f"{rule_id}: {found.message}" if found is not None else ""

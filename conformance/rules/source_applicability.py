"""Why a rule about the sources has nothing to judge, what keeps it from being judged, and why no session can be run."""

from __future__ import annotations

from conformance.evidence import Evidence
from conformance.rules.package_applicability import named
from conformance.rules.registry import PREDICATES


def source_not_applicable(rule_id: str, evidence: Evidence) -> str | None:
    """Why the rule has nothing to judge; None when it applies, or would if `source_blocked` did not name another rule."""
    sources = evidence.sources
    if sources is None:
        return "only the sources of an ArkTS extension are judged"
    if rule_id == "BK803" and sources.main is not None and not sources.main.default_export:
        return "there is no default export, which is BK802"
    return None


def source_blocked(rule_id: str, evidence: Evidence) -> str:
    """The rule that keeps this one from being judged, and what it found; "" when none does."""
    sources = evidence.sources
    if sources is None:
        return ""
    if not sources.entry:
        return named("BK701", evidence)
    if rule_id == "BK801":
        return ""
    if sources.main is None:
        return named("BK801", evidence)
    if rule_id in ("BK805", "BK806") and sources.extension is None:
        return named("BK802", evidence) or named("BK803", evidence)
    if rule_id == "BK804" and sources.faults and next(PREDICATES["BK804"](evidence), None) is None:
        return named("BK801", evidence)
    return ""


def does_not_run(evidence: Evidence) -> str:
    """Why there is no object whose callbacks a device could call: the rule that says so; "" when there is one."""
    sources = evidence.sources
    if sources is None:
        return ""
    if sources.faults:
        return named("BK801", evidence)
    if sources.extension is None:
        return named("BK802", evidence) or named("BK803", evidence)
    return named("BK803", evidence)

"""The rules: pure functions from records and files to findings, one for each rule of the catalogue that is judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import import_module

from conformance.catalogue import Finding, rule
from conformance.evidence import Evidence
from conformance.rules.applicability import not_applicable, without_subject
from conformance.rules.needs import OfASession, OfEvidence
from conformance.rules.package_applicability import package_blocked, switched_off
from conformance.rules.registry import NEEDS, NOT_JUDGED, PREDICATES, Predicate, judges_whole_runs, predicate
from conformance.rules.source_applicability import does_not_run, source_blocked
from conformance.view import SessionView
from emulator.package import Package
from emulator.record import Record
from emulator.runtime.arkts.sources import Sources

__all__ = [
    "NEEDS",
    "NOT_JUDGED",
    "PREDICATES",
    "Predicate",
    "blocked",
    "does_not_run",
    "files_blocked",
    "judge",
    "judge_evidence",
    "judges_whole_runs",
    "not_applicable",
    "package_blocked",
    "predicate",
    "switched_off",
    "without_subject",
]

_JUDGES = (
    "returns",
    "exclusion",
    "progress",
    "progress_values",
    "settling",
    "aftermath",
    "release",
    "info",
    "compatibility",
    "repeats",
    "unexplained",
    "faults",
    "leaving",
    "returning",
    "outside",
    "damage",
    "package_registration",
    "package_profile",
    "package_fields",
    "package_lists",
    "source_loading",
    "source_class",
    "source_modules",
    "source_callbacks",
)
for _module in _JUDGES:
    import_module(f"{__name__}.{_module}")

_BY_NEED = {
    need: tuple((rule_id, PREDICATES[rule_id]) for rule_id in sorted(NEEDS) if NEEDS[rule_id] is need)
    for need in dict.fromkeys(NEEDS.values())
}
_BY_EVIDENCE = tuple((need.shown_by, rules) for need, rules in _BY_NEED.items() if isinstance(need, OfEvidence))
_BY_SESSION = tuple((need.shown_by, rules) for need, rules in _BY_NEED.items() if isinstance(need, OfASession))


def judge(
    *records: Record,
    nominal: Mapping[str, Record] | None = None,
    repeats: Collection[tuple[Record, Record]] = (),
    only: Collection[str] | None = None,
    package: Package | None = None,
    sources: Sources | None = None,
) -> tuple[Finding, ...]:
    """What the rules find in these sessions, in order of rule ids.

    ``nominal`` has the nominal session of each kind ("full-backup", ...) for rules that compare; by default these are the
    nominal ones among ``records``. ``repeats`` are pairs of identical sessions, one after the other on the same device.
    ``only`` names the rules to judge. ``package`` is for the rules about module.json5 and the profile, ``sources`` for those
    about the sources of an ArkTS extension. Raises CatalogueError when one of the rules does not exist.
    """
    if nominal is None:
        nominal = {record.kind: record for record in records if record.nominal}
    return judge_evidence(Evidence(records, nominal, tuple(repeats), package=package, sources=sources), only=only)


def judge_evidence(evidence: Evidence, *, only: Collection[str] | None = None) -> tuple[Finding, ...]:
    """What the rules find in this evidence, in order of rule ids."""
    if only is not None:
        for rule_id in only:
            rule(rule_id)
    may_find = [rules for shown_by, rules in _BY_EVIDENCE if shown_by(evidence)]
    views = evidence.views
    for shown_by, rules in _BY_SESSION:
        for view in views:
            if shown_by(view):
                may_find.append(rules)
                break
    found = [
        finding
        for rules in may_find
        for rule_id, function in rules
        if only is None or rule_id in only
        for finding in function(evidence)
    ]
    return tuple(sorted(found, key=lambda finding: finding.rule)) if found else ()


def files_blocked(rule_id: str, evidence: Evidence) -> str:
    """Of a rule about the app's files: the rule that keeps it from being judged, and what that found; "" when none does."""
    judge_of_area = package_blocked if rule(rule_id).area == "package" else source_blocked
    return judge_of_area(rule_id, evidence)


def blocked(record: Record) -> str:
    """Why no rule may judge this session, or "": the hang limit, or something that the emulated device does not have."""
    return SessionView(record).blocked

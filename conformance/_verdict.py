"""The verdict on one rule as it travels: from the process that ran the sessions to the one that reports.

Under xdist these are two processes, and only plain data crosses. A `Verdict` is a `RuleOutcome` with its waivers
applied, its findings reduced to text, and how long it took.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.run import OutcomeKind, RuleOutcome
from conformance.waivers import Waivers
from emulator.plan import SessionKind, nominal_plan

if TYPE_CHECKING:
    from conformance.catalogue import Finding
    from conformance.run import ReportedFinding


@dataclass(frozen=True, slots=True)
class FindingText:
    """One finding, as text. ``waived`` is the reason of the waiver that covers it, or empty."""

    message: str
    seen: str
    device: str
    mend: str
    clauses: tuple[str, ...]
    where: str
    log: tuple[str, ...]
    fingerprint: str
    replay: str
    session: str = ""
    waived: str = ""

    @classmethod
    def of(cls, reported: ReportedFinding, base: Path) -> FindingText:
        """The text of a finding and the file that replays it, as seen from the directory ``base``."""
        finding, replay = reported.finding, Path(reported.replay)
        return cls(
            message=finding.message,
            seen=finding.seen,
            device=finding.device,
            mend=finding.mend,
            clauses=tuple(finding.clauses),
            where=finding.where,
            log=tuple(finding.log),
            fingerprint=finding.fingerprint,
            replay=seen_from(base, replay) if reported.replay else "",
            session=told_session(finding),
        )

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> FindingText:
        """The finding that `Verdict.to_json` gave."""
        return cls(**{**document, "clauses": tuple(document["clauses"]), "log": tuple(document["log"])})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be reported of one rule."""

    rule: str
    outcome: OutcomeKind
    reason: str = ""
    findings: tuple[FindingText, ...] = ()
    seconds: float = 0.0
    missed: tuple[str, ...] = ()

    @property
    def open_findings(self) -> tuple[FindingText, ...]:
        """The findings that no waiver covers."""
        return tuple(f for f in self.findings if not f.waived)

    def fails(self, strict: bool) -> bool:
        """Whether it fails the run; ``strict`` is ``--conformance-strict``."""
        also = (OutcomeKind.WARNED, OutcomeKind.BLOCKED) if strict else ()
        return self.outcome in (OutcomeKind.FAILED, OutcomeKind.ERROR, *also)

    def to_json(self) -> dict[str, Any]:
        """Plain data that JSON and execnet can carry."""
        findings = [{**asdict(f), "clauses": list(f.clauses), "log": list(f.log)} for f in self.findings]
        return {
            "rule": self.rule,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "findings": findings,
            "seconds": self.seconds,
            "missed": list(self.missed),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_json` gave."""
        return cls(
            rule=document["rule"],
            outcome=OutcomeKind(document["outcome"]),
            reason=document["reason"],
            findings=tuple(FindingText.from_json(f) for f in document["findings"]),
            seconds=document["seconds"],
            missed=tuple(document["missed"]),
        )


def verdict_of(outcome: RuleOutcome, waivers: Waivers, base: Path, seconds: float = 0.0) -> Verdict:
    """The verdict on a rule: its outcome, or waived when a waiver covers every finding."""
    findings = tuple(_waived(outcome.rule_id, FindingText.of(reported, base), waivers) for reported in outcome.findings)
    verdict = Verdict(outcome.rule_id, outcome.outcome, outcome.reason, findings, seconds, outcome.missed)
    judged = outcome.outcome in (OutcomeKind.FAILED, OutcomeKind.WARNED)
    if judged and findings and not verdict.open_findings:
        return replace(verdict, outcome=OutcomeKind.WAIVED, reason="; ".join(dict.fromkeys(f.waived for f in findings)))
    return verdict


_OTHERS = {"infos": "other infos", "steps": "other steps of the caller", "bundles": "other bundles"}
"""Members of a plan that are many."""


def told_session(finding: Finding) -> str:
    """What was unusual about its session: "full-backup with another version, under Kill (at_ns=5)"; "" for a nominal one."""
    plan = finding.plan
    nominal = nominal_plan(SessionKind(plan["kind"])).to_json() if plan else {}
    differs = (name for name, value in nominal.items() if name != "nominal" and plan.get(name) != value)
    others = ", ".join(_OTHERS.get(name, f"another {name.replace('_', ' ')}") for name in differs)
    told = [f"with {others}"] if others else []
    told += [f"under {' and '.join(map(_condition, finding.conditions))}"] if finding.conditions else []
    return f"{plan.get('kind', 'a session')} {', '.join(told)}" if told else ""


def _condition(condition: Mapping[str, Any]) -> str:
    members = ", ".join(f"{key}={value}" for key, value in condition.items() if key != "name" and value is not None)
    return f"{condition.get('name')} ({members})" if members else str(condition.get("name"))


def seen_from(base: Path, file: Path) -> str:
    """A path for the user: relative to the directory in which pytest was called, where it lies there."""
    return (file.relative_to(base) if file.is_relative_to(base) else file).as_posix()


def _waived(rule: str, finding: FindingText, waivers: Waivers) -> FindingText:
    waiver = waivers.accepts(rule, finding.fingerprint)
    return finding if waiver is None else replace(finding, waived=f"{waiver.reason} ({waiver.owner})")

"""Judges what groups of sessions left, and keeps what the outcome of every rule is made of."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from conformance import scenarios
from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import PREDICATES, blocked, judge_evidence, judges_whole_runs, not_applicable
from conformance.rules.damage import volatile
from conformance.suites import SUITES, Suite
from conformance.suites.hangs import hang_finding
from conformance.suites.lab import GroupResult
from conformance.suites.ledger import Ledger, Sighting
from conformance.suites.session import SessionGroup
from emulator.plan import SessionKind
from emulator.record import Record
from emulator.storage.seed import AppData


@dataclass
class SuiteState:
    """What is known of a suite that has been run. ``judged`` counts sessions that rules could judge, and in which the app was
    called at all; ``lacking`` says what the emulated device did not have for others."""

    judged: int = 0
    blocked: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Judging:
    """The judgement of one run so far. ``nominal`` has the nominal sessions by what the app had; ``applies`` are the rules
    that some session gave something to judge."""

    nominal: dict[AppData, dict[SessionKind, Record]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=lambda: Ledger(tuple(suite.name for suite in SUITES)))
    applies: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    missed: set[str] = field(default_factory=set)
    """What the app asked the emulated device for in vain, and coped with: of such a callback only the way out is judged."""
    _calling: dict[str, Record] = field(default_factory=dict)
    _volatile: frozenset[tuple[str, str]] = frozenset()

    def take(self, suite: Suite, result: GroupResult, state: SuiteState) -> tuple[Finding, ...]:
        """Judge a group by all rules; the findings are kept in the ledger."""
        for record in result.records:
            self.missed.update(_coped_with(record))
            if suite.name == "nominal":
                self.nominal.setdefault(result.group.data, {}).setdefault(SessionKind(record.kind), record)
            entered = (event.data["callback"] for event in record.of_kind("entry"))
            for callback in (*(call.callback for call in record.calls), *entered):
                self._calling.setdefault(callback, record)
        evidence = evidence_of(result, self._nominal_by_name(result.group.data))
        self._volatile |= volatile(evidence)
        evidence = replace(evidence, volatile=self._volatile)
        state.judged += sum(1 for view in evidence.views if view.calls)
        reason = result.blocked or next((b for b in map(blocked, result.records) if b), "")
        if reason:
            state.blocked.append(f"{suite.name}/{result.group.name}: {reason}")
        if any(event.data["uncaught"] for record in result.records for event in record.of_kind("refused")):
            state.lacking.append(state.blocked[-1])
        if evidence.views:
            self._note_applicable(suite.feeds - self.applies, evidence)
        findings = (*self._find(evidence), *confirmed(result))
        for finding in findings:
            group, record = _origin(finding, result)
            self.ledger.add(finding.rule, Sighting(finding, suite.name, group, record))
        return findings

    def sightings(self, rule_id: str) -> tuple[Sighting, ...]:
        """What has been found against a rule; rules about a whole run judge it now."""
        if judges_whole_runs(rule_id):
            self._judge_whole_run(rule_id)
        return self.ledger.of(rule_id)

    def reason_for_nothing(self, rule_id: str) -> str:
        """Why no session gave the rule anything to judge."""
        if rule_id not in self.reasons:
            self._note_applicable((rule_id,), Evidence(tuple(self.nominal_of(AppData.FULL).values()), self._nominal_by_name()))
        return self.reasons.get(rule_id, "no session of this subject can show it")

    def _find(self, evidence: Evidence) -> Iterable[Finding]:
        """All findings; a rule that fails is an error of its own and keeps no other rule from judging."""
        try:
            return judge_evidence(evidence)
        except Exception:
            return [finding for rule_id in PREDICATES for finding in self._find_one(rule_id, evidence)]

    def _find_one(self, rule_id: str, evidence: Evidence) -> Iterable[Finding]:
        try:
            return judge_evidence(evidence, only=(rule_id,))
        except Exception:
            self.errors.setdefault(rule_id, harness_fault(f"rule {rule_id}"))
            return ()

    def _note_applicable(self, rule_ids: Iterable[str], evidence: Evidence) -> None:
        for rule_id in rule_ids:
            reason = not_applicable(rule_id, evidence)
            if reason is None:
                self.applies.add(rule_id)
            else:
                self.reasons[rule_id] = reason

    def _judge_whole_run(self, rule_id: str) -> None:
        """Judge the run as a whole, by its nominal sessions and one for each callback that ran, whoever called it."""
        records = tuple({id(r): r for r in (*self.nominal_of(AppData.FULL).values(), *self._calling.values())}.values())
        evidence = Evidence(records, self._nominal_by_name(), whole_run=True)
        if not evidence.views:
            return
        self._note_applicable((rule_id,), evidence)
        for finding in self._find_one(rule_id, evidence):
            self.ledger.add(rule_id, Sighting(finding, "nominal", SessionGroup("run", ()), records[0]))

    def nominal_of(self, data: AppData) -> Mapping[SessionKind, Record]:
        """The nominal sessions of an app with this data; there are none without any, and those with all stand for them."""
        return self.nominal.get(AppData.FULL if data is AppData.NONE else data, {})

    def _nominal_by_name(self, data: AppData = AppData.FULL) -> dict[str, Record]:
        return {str(kind): record for kind, record in self.nominal_of(data).items()}


def _coped_with(record: Record) -> set[str]:
    refused = record.by_kind.get("refused", ())
    uncaught = {event.data["name"] for event in refused if event.data["uncaught"]}
    return {_lack(event.data["name"]) for event in refused if event.data["name"] not in uncaught}


def _lack(name: str) -> str:
    """Kits are said to be missing where they are asked for."""
    return name if name.startswith("kit missing") else f"not available on the emulated device: {name}"


def evidence_of(result: GroupResult, nominal: Mapping[str, Record]) -> Evidence:
    """The records of a group as rules want them; two equal sessions in a row, on a device in order, are a repetition;
    a session in order behind one under conditions, with which the life of the app began, shows whether the app heals."""
    records = result.records
    if len(records) == 1:
        return Evidence(records, nominal)
    pairs = tuple(zip(records, records[1:], result.group.sessions, result.group.sessions[1:], strict=False))
    repeats = tuple((a, b) for a, b, first, second in pairs if first == second and not first.conditions)
    healed = tuple(
        (a, b)
        for a, b, first, second in pairs[:1]
        if first.conditions and not second.conditions and first.plan.kind is second.plan.kind
    )
    return Evidence(records, nominal, repeats, healed)


def confirmed(result: GroupResult) -> Iterable[Finding]:
    """The finding of a hang that a second run has confirmed."""
    if result.hang is not None and result.hang.confirmed:
        yield hang_finding(result.hang)


def harness_fault(where: str) -> str:
    """The exception that is being handled, on a line of its own, and where it came from."""
    error = sys.exception()
    trace = "".join(traceback.format_tb(error.__traceback__, limit=-6)) if error is not None else ""
    return f"{where}: {type(error).__name__}: {error}\n{trace}".rstrip()


def _origin(finding: Finding, result: GroupResult) -> tuple[SessionGroup, Record]:
    """The session of a group that a finding is about, with those before it."""
    for number, record in enumerate(result.records, 1):
        if record.plan is finding.plan:  # the very record: of two equal sessions the second may be the one that breaks the rule
            return scenarios.shortened(result.group, number), record
    return result.group, result.records[-1]

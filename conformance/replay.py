"""A saved scenario once more: whether it still shows what it was saved for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from conformance import scenarios
from conformance.rules import judge_evidence
from conformance.rules.damage import volatile
from conformance.run import ReportedFinding, RunSettings
from conformance.scenarios import Verdict
from conformance.suites.faults import healed
from conformance.suites.judging import confirmed, evidence_of
from conformance.suites.lab import Lab
from conformance.suites.repeatability import repeated
from conformance.suites.session import single
from emulator.conditions import RefuseConnect
from emulator.package import Package
from emulator.plan import SessionKind, nominal_plan
from emulator.scenario import Scenario
from emulator.subject import Subject


@dataclass(frozen=True)
class ReplayResult:
    """What a saved scenario shows now."""

    verdict: Verdict
    findings: tuple[ReportedFinding, ...]
    message: str


def replay(path: Path, subject: Subject, settings: RunSettings, package: Package | None = None) -> ReplayResult:
    """Run a saved scenario again. Raises ScenarioError when the file cannot be read, DeviceNotRepeatable for a fault of ours."""
    scenario = Scenario.load(path)
    lab = Lab(subject, scenario.profile, scenario.seed, settings.hang_limit_s, settings.sandbox, package)
    group = scenarios.group_of(scenario)
    nominal = {}
    for kind in (SessionKind.FULL_BACKUP, scenario.plan.kind):
        plain = lab.run(single(str(kind), nominal_plan(kind), data=group.data))
        if plain.records:
            nominal[str(kind)] = plain.records[0]
    result = lab.run(group)
    reached = len(result.records) == len(group.sessions)
    record = result.records[-1] if reached else None
    evidence = evidence_of(result, nominal)
    if evidence.healed:
        refused = replace(healed("refused", nominal_plan(scenario.plan.kind), RefuseConnect()), data=group.data)
        evidence = replace(evidence, volatile=volatile(evidence_of(lab.run(refused), nominal)))
    found = [*judge_evidence(evidence), *confirmed(result)]
    wanted = scenario.expect.get("rule")
    if wanted == "BK511" and record is not None and not evidence.repeats:
        found.extend(filter(None, [repeated(lab, group, record)]))  # it was seen in a second run on a new device
    fires = [f for f in found if wanted in (None, f.rule)]
    verdict, message = scenarios.verdict_of(scenario, record, bool(fires))
    return ReplayResult(verdict, tuple(ReportedFinding(finding, str(path)) for finding in fires), message)

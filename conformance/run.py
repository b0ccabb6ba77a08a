"""The run that turns rules into outcomes: sessions when a rule first needs them, each once, judged by all rules.

`ConformanceRun.outcome` runs the suites that can feed the rule, and those before them, and answers from what they have
shown. Exceptions out of the emulator or a rule are the harness' own faults and become `error`, never a finding.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from conformance import scenarios
from conformance.catalogue import CATALOGUE, Finding, Severity
from conformance.evidence import Evidence
from conformance.rules import (
    NOT_JUDGED,
    PREDICATES,
    does_not_run,
    files_blocked,
    judge_evidence,
    not_applicable,
    switched_off,
    without_subject,
)
from conformance.suites import FUZZ, SUITES, Suite, suites_feeding
from conformance.suites.judging import Judging, SuiteState, harness_fault
from conformance.suites.lab import DeviceFactory, Lab
from conformance.suites.ledger import Sighting
from conformance.suites.loading import evaluated
from conformance.suites.repeatability import DeviceNotRepeatable, repeated
from conformance.suites.session import SessionGroup, SuiteContext
from conformance.suites.shrinking import shrink
from conformance.suites.words import words_of
from emulator.conditions import Condition
from emulator.device import UNREGISTERED, Device
from emulator.guard import guarded
from emulator.package import Package
from emulator.profile import PRESETS, DeviceProfile
from emulator.storage.seed import AppData
from emulator.subject import Subject

EXAMPLES = {"quick": 20, "gate": 100, "fuzz": 100}
"""How many sessions are drawn; in the fuzz profile, in each batch."""
FUZZ_BUDGET_S = 60.0
ABOUT_FILES = ("package", "source")
"""The areas whose rules judge the app's files and need no session."""
MAX_ERRORS = 5
"""After so many faults of the harness a suite is given up: the rest would say the same."""


class OutcomeKind(StrEnum):
    """What has become of a rule."""

    PASSED = "passed"
    FAILED = "failed"
    WARNED = "warned"
    NOT_APPLICABLE = "not-applicable"
    BLOCKED = "blocked"
    WAIVED = "waived"
    ERROR = "error"


@dataclass(frozen=True)
class ReportedFinding:
    """A finding, and the file that replays its session ("" where there is none)."""

    finding: Finding
    replay: str


@dataclass(frozen=True)
class RuleOutcome:
    """The outcome of one rule. ``reason`` says why it is not applicable, blocked or an error; ``missed`` is what the app has
    asked for in vain so far, in whatever session, and coped with.
    """

    rule_id: str
    outcome: OutcomeKind
    reason: str = ""
    findings: tuple[ReportedFinding, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunSettings:
    """How much is run, and on what. ``budget_s`` is the wall time of the fuzz profile's drawing."""

    profile: str = "gate"
    seed: int = 0
    examples: int | None = None
    budget_s: float | None = None
    device: DeviceProfile = PRESETS["latest"]
    conditions: tuple[Condition, ...] = ()
    hang_limit_s: float = 5.0
    scenario_dir: Path = Path(".conformance")
    check_repeat: bool = False
    sandbox: Path | None = None


class _Tried(NamedTuple):
    """What running a group has shown: its findings, and whether a condition struck in any of its sessions."""

    findings: tuple[Finding, ...]
    struck: bool


class ConformanceRun:
    """All sessions of one subject under one set of settings. Nothing is run before the first `outcome`."""

    def __init__(
        self, subject: Subject, settings: RunSettings, package: Package | None = None, make_device: DeviceFactory = Device
    ) -> None:
        self._subject = subject
        self._settings = settings
        self._package = package = package or subject.package
        self._lab = Lab(
            subject,
            settings.device,
            settings.seed,
            settings.hang_limit_s,
            settings.sandbox,
            package,
            make_device,
        )
        self._judging = Judging()
        self._state: dict[str, SuiteState] = {}
        self._tried: dict[SessionGroup, _Tried] = {}
        self._saved: dict[int, str] = {}

    @property
    def sessions_run(self) -> int:
        """How many sessions the device has carried out so far."""
        return self._lab.sessions_run

    @property
    def durations(self) -> Mapping[str, float]:
        """Wall seconds by suite."""
        return {name: state.seconds for name, state in self._state.items()}

    def close(self) -> None:
        """Let go of everything; the run cannot be asked any more."""
        self._tried.clear()

    def outcome(self, rule_id: str) -> RuleOutcome:
        """The outcome of a rule of the catalogue; runs the sessions that it needs and that have not been run."""
        if rule_id in PREDICATES and CATALOGUE[rule_id].area in ABOUT_FILES:
            return self._files_outcome(rule_id)
        feeding = suites_feeding(rule_id)
        if rule_id not in PREDICATES or not feeding:
            return RuleOutcome(rule_id, OutcomeKind.NOT_APPLICABLE, NOT_JUDGED)
        if self._switched_off:
            return RuleOutcome(rule_id, OutcomeKind.BLOCKED, self._switched_off)
        self._run_through(feeding[-1])
        return replace(self._outcome(rule_id, feeding), missed=tuple(sorted(self._judging.missed)))

    # running -------------------------------------------------------------------------------------------------------------

    def _run_through(self, last: Suite) -> None:
        for suite in SUITES[: SUITES.index(last) + 1]:
            if suite.name not in self._state:
                self._run_suite(suite)

    def _run_suite(self, suite: Suite) -> None:
        begin = time.perf_counter()
        state = self._state[suite.name] = SuiteState()
        try:
            with guarded(self._settings.hang_limit_s):
                if suite.name == FUZZ:
                    self._fuzz(suite)
                else:
                    self._run_groups(suite, state)
            if suite.name == "nominal" and self._settings.check_repeat:
                self._check_repeat(suite)
        except Exception:
            state.errors.append(harness_fault(f"suite {suite.name}"))
        state.seconds = time.perf_counter() - begin

    def _run_groups(self, suite: Suite, state: SuiteState) -> None:
        """Run one group after the other; the suite hears of each whether a condition struck."""
        groups = suite.groups(self._context())
        group = next(groups, None)
        while group is not None and len(state.errors) < MAX_ERRORS:
            tried = self._try(suite, group)
            try:
                group = groups.send(tried.struck)
            except StopIteration:
                break

    def _context(self) -> SuiteContext:
        return SuiteContext(
            callbacks=frozenset(self._subject.callbacks),
            profile=self._settings.device,
            nominal=self._judging.nominal_of(AppData.FEW),
            conditions=self._settings.conditions,
            words=words_of(self._subject.file),
            thorough=self._settings.profile != "quick",
        )

    def _fuzz(self, suite: Suite) -> None:
        from conformance.strategies import Draws
        from conformance.suites.fuzz import Fuzzer

        settings, state = self._settings, self._state[suite.name]
        deadline = None
        if settings.profile == "fuzz":
            deadline = time.monotonic() + (settings.budget_s or FUZZ_BUDGET_S)

        def attempt(group: SessionGroup) -> Iterable[str]:
            if len(state.errors) >= MAX_ERRORS:
                return ()
            return {f.rule for f in self._try(suite, group).findings if CATALOGUE[f.rule].severity is Severity.ERROR}

        Fuzzer(
            Draws(words_of(self._subject.file), frozenset(self._subject.callbacks)),
            attempt,
            known=frozenset(self._judging.ledger.rules()),
            seed=settings.seed,
            examples=settings.examples or EXAMPLES[settings.profile],
            deadline=deadline,
        ).run()
        for rule_id in tuple(self._judging.ledger.rules()):
            for sighting in self._judging.ledger.of(rule_id):
                if sighting.suite == suite.name:
                    self._shrink(suite, sighting)

    def _shrink(self, suite: Suite, sighting: Sighting) -> None:
        """Look for smaller groups with the same finding; the ledger keeps the smallest."""
        wanted = (sighting.finding.rule, sighting.finding.fingerprint)

        def still_shows(group: SessionGroup) -> bool:
            return any((f.rule, f.fingerprint) == wanted for f in self._try(suite, group).findings)

        shrink(sighting.group, still_shows)

    def _try(self, suite: Suite, group: SessionGroup) -> _Tried:
        """Run a group, once, and judge it."""
        key = SessionGroup("", group.sessions, group.installs, group.data)
        state = self._state[suite.name]
        if key not in self._tried:
            try:
                result = self._lab.run(group)
                struck = any(True for record in result.records for _ in record.of_kind("condition"))
                self._tried[key] = _Tried(self._judging.take(suite, result, state), struck)
            except Exception:
                state.errors.append(harness_fault(f"session {suite.name}/{group.name}"))
                self._tried[key] = _Tried((), False)
        return self._tried[key]

    # judging -------------------------------------------------------------------------------------------------------------

    def _check_repeat(self, suite: Suite) -> None:
        """Run the nominal sessions once more on new devices and compare event by event."""
        for kind, record in self._judging.nominal_of(AppData.FULL).items():
            group = next(g for g in suite.groups(self._context()) if g.name == kind)
            try:
                finding = repeated(self._lab, group, record)
            except DeviceNotRepeatable as error:
                self._state[suite.name].errors.append(str(error))
                continue
            if finding is not None:
                self._judging.ledger.add(finding.rule, Sighting(finding, suite.name, group, record))

    @cached_property
    def _files_evidence(self) -> Evidence:
        subject = self._subject
        evidence = Evidence((), {}, package=self._package, callbacks=frozenset(subject.callbacks), sources=subject.sources)
        if evidence.sources is None or switched_off(evidence):
            return evidence
        with guarded(self._settings.hang_limit_s):
            return replace(evidence, sources=evaluated(self._lab, evidence.sources))

    @cached_property
    def _switched_off(self) -> str:
        """Why no session would run anything of the app, or ""."""
        try:
            return switched_off(self._files_evidence) or does_not_run(self._files_evidence)
        except Exception:
            return ""  # the rule that failed is an error itself

    def _files_outcome(self, rule_id: str) -> RuleOutcome:
        """The outcome of a rule about the app's files, which needs no session."""
        evidence = self._files_evidence
        try:
            reason = not_applicable(rule_id, evidence)
            if reason is not None:
                return RuleOutcome(rule_id, OutcomeKind.NOT_APPLICABLE, reason)
            blocked = files_blocked(rule_id, evidence)
            if blocked:
                return RuleOutcome(rule_id, OutcomeKind.BLOCKED, blocked)
            found = tuple(ReportedFinding(finding, "") for finding in judge_evidence(evidence, only=(rule_id,)))
        except Exception:
            return RuleOutcome(rule_id, OutcomeKind.ERROR, harness_fault(f"rule {rule_id}"))
        return RuleOutcome(rule_id, _kind(rule_id) if found else OutcomeKind.PASSED, "", found)

    def _outcome(self, rule_id: str, feeding: tuple[Suite, ...]) -> RuleOutcome:
        sightings = self._judging.sightings(rule_id)
        if sightings:
            findings = tuple(ReportedFinding(s.finding, self._save(s)) for s in sightings)
            return RuleOutcome(rule_id, _kind(rule_id), "", findings)
        states = [self._state[suite.name] for suite in feeding]
        errors = [error for state in states for error in state.errors]
        if rule_id in self._judging.errors:
            errors.insert(0, self._judging.errors[rule_id])
        if errors:
            return RuleOutcome(rule_id, OutcomeKind.ERROR, "\n".join(errors[:MAX_ERRORS]))
        blocked = [reason for state in states for reason in state.blocked]
        nothing = self._without_subject(rule_id)
        if blocked and nothing is None and not any(state.judged for state in states):
            return RuleOutcome(rule_id, OutcomeKind.BLOCKED, blocked[0])
        applies = rule_id in self._judging.applies
        ordinary = self._state.get("nominal")
        # To pass by what is left of them would be hollow, and to have nothing to judge is no wonder.
        if ordinary is not None and ordinary.lacking and (applies or nothing is None):
            return RuleOutcome(rule_id, OutcomeKind.BLOCKED, ordinary.lacking[0])
        if applies:
            return RuleOutcome(rule_id, OutcomeKind.PASSED)
        return RuleOutcome(rule_id, OutcomeKind.NOT_APPLICABLE, nothing or self._judging.reason_for_nothing(rule_id))

    def _without_subject(self, rule_id: str) -> str | None:
        """Why the app has nothing that the rule could judge, as far as that can be said without a session; None if it has."""
        profile = self._settings.device.to_json()
        return without_subject(rule_id, frozenset(self._subject.callbacks), (profile,), self._package or UNREGISTERED)

    def _save(self, sighting: Sighting) -> str:
        if not sighting.group.sessions:
            return ""
        if id(sighting) not in self._saved:
            finding = sighting.finding
            self._saved[id(sighting)] = str(
                scenarios.save(
                    self._settings.scenario_dir,
                    spec=self._subject.spec,
                    profile=self._settings.device,
                    seed=self._settings.seed,
                    group=sighting.group,
                    record=sighting.record,
                    rule_id=finding.rule,
                    why=finding.message,
                )
            )
        return self._saved[id(sighting)]


def _kind(rule_id: str) -> OutcomeKind:
    """What findings make of a rule."""
    return OutcomeKind.FAILED if CATALOGUE[rule_id].severity is Severity.ERROR else OutcomeKind.WARNED

"""What is known of the run so far, in the process that reports: a verdict per rule, and what has become of the waivers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conformance._selection import REPLAY, ROOT, WAIVERS
from conformance._verdict import Verdict
from conformance.rules import NOT_JUDGED
from conformance.run import OutcomeKind
from conformance.waivers import Waivers, WaiverState, WaiverVerdict

if TYPE_CHECKING:
    import pytest

    from conformance._options import Options
    from conformance.catalogue import Rule

PAYLOAD = "conformance"
"""The attribute of a test report that carries our result; it crosses from xdist's workers as plain data."""
NOT_RUN = "not-run"
_RULE_ITEM = re.compile(rf"{ROOT}/(?!{WAIVERS}::|{REPLAY}::)[a-z]+::(?P<rule>BK\d+)-")


def rule_of(nodeid: str) -> str | None:
    """The rule whose item has this node id."""
    match = _RULE_ITEM.match(nodeid)
    return match["rule"] if match else None


class Tally:
    """Collects what the reports of items carry."""

    def __init__(self, rules: Mapping[str, Rule], options: Options, waivers: Waivers) -> None:
        self.rules = rules
        self.verdicts: dict[str, Verdict] = {}
        self.replayed: dict[str, Any] | None = None
        self._missed: set[str] = set()
        self._strict = options.strict
        self._ignored = frozenset(options.ignore)
        self._waivers = waivers
        self._waiver_verdicts: dict[int, WaiverVerdict] = {}
        self._running: set[str] = set()
        self._ended_in_order = False

    def begin(self, nodeid: str) -> None:
        """An item starts."""
        rule = rule_of(nodeid)
        if rule:
            self._running.add(rule)

    def take(self, report: pytest.TestReport) -> None:
        """Keep what a report of one of our items says, also when it is not ours to say: the harness failed."""
        payload = getattr(report, PAYLOAD, None) or {}
        if "verdict" in payload:
            self._keep(Verdict.from_json(payload["verdict"]))
        elif "waiver" in payload:
            number, state, message = payload["waiver"]
            waiver = self._waivers.entries[number - 1]
            self._waiver_verdicts[number] = WaiverVerdict(waiver, WaiverState(state), message)
        elif "replay" in payload:
            self.replayed = payload["replay"]
        elif report.failed and (rule := rule_of(report.nodeid)):
            last = report.longreprtext.strip().splitlines()[-1:]
            self._keep(Verdict(rule, OutcomeKind.ERROR, f"the harness failed at {report.when}: {''.join(last)}"))

    def _keep(self, verdict: Verdict) -> None:
        self._running.discard(verdict.rule)
        self._missed.update(verdict.missed)
        before = self.verdicts.get(verdict.rule)
        if before is None or before.outcome is not OutcomeKind.ERROR:
            self.verdicts[verdict.rule] = verdict

    def end(self, in_order: bool) -> None:
        """The run is over; ``in_order`` says that everything selected was run."""
        self._ended_in_order = in_order

    def waiver_verdicts(self) -> list[WaiverVerdict]:
        """What has become of every waiver, in the order of the file."""
        missing = "its item was not selected"
        return [
            self._waiver_verdicts.get(w.number, WaiverVerdict(w, WaiverState.NOT_JUDGED, missing)) for w in self._waivers.entries
        ]

    def why_not_run(self, rule: str) -> str:
        """Why a rule without a verdict has none."""
        if rule in self._ignored:
            return "named in conformance_ignore"
        if self._ended_in_order:
            return "not selected"
        if rule in self._running:
            return "the run ended while this rule was being judged"
        return "the run ended before this rule was judged"

    def of(self, kind: OutcomeKind) -> list[Verdict]:
        """The verdicts with this outcome, in id order."""
        return [v for rule in self.rules if (v := self.verdicts.get(rule)) is not None and v.outcome is kind]

    def not_run(self) -> list[str]:
        """The rules without a verdict, in id order."""
        return [rule for rule in self.rules if rule not in self.verdicts]

    @property
    def missed(self) -> list[str]:
        """What the app asked the emulated device for in vain, and coped with."""
        return sorted(self._missed)

    def not_judged(self) -> list[str]:
        """The rules that this version cannot judge, in id order; they count as not applicable."""
        return [v.rule for v in self.of(OutcomeKind.NOT_APPLICABLE) if v.reason == NOT_JUDGED]

    def counts(self) -> dict[str, int]:
        """How many rules had which outcome."""
        return {**{kind.value: len(self.of(kind)) for kind in OutcomeKind}, NOT_RUN: len(self.not_run())}

    @property
    def harness_failed(self) -> bool:
        """Whether some rule could not be judged through a fault of ours."""
        return bool(self.of(OutcomeKind.ERROR))

    @property
    def compliant(self) -> str:
        """yes, no, with waivers, or not proven (rules that are blocked, not run, or failed in the harness).

        A good answer that leaves out rules which this version cannot judge, or callbacks that did without something which a
        device has, says so.
        """
        also = self.of(OutcomeKind.WARNED) if self._strict else []
        if self.of(OutcomeKind.FAILED) or also:
            return "no"
        if self.of(OutcomeKind.BLOCKED) or self.harness_failed or self.not_run():
            return "not proven"
        answer = "with waivers" if self.of(OutcomeKind.WAIVED) else "yes"
        return f"{answer}, as far as judged" if self.not_judged() or self._missed else answer

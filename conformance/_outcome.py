"""How a verdict appears in pytest: the outcome of the report, the text of a failure, the letter and the word.

A warned rule is a passed test with a word of its own. Rules that are not applicable or blocked are skipped tests to
JUnit and other plugins, since nothing was proven, but they have words, counts and reasons of their own here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance._collection import ReplayItem, RuleItem, WaiverItem, waiver_failure
from conformance._tally import PAYLOAD
from conformance._verdict import FindingText, Verdict, seen_from
from conformance.catalogue import CATALOGUE
from conformance.report.finding import Commands, FailureText, describe
from conformance.run import OutcomeKind

if TYPE_CHECKING:
    from conformance._options import Options
    from conformance.waivers import WaiverVerdict

_WORDS: dict[str, tuple[str, str, tuple[str, dict[str, bool]]]] = {
    OutcomeKind.WARNED: ("warned", "w", ("WARNED", {"yellow": True})),
    OutcomeKind.NOT_APPLICABLE: ("not applicable", "-", ("NOT APPLICABLE", {"cyan": True})),
    OutcomeKind.BLOCKED: ("blocked", "b", ("BLOCKED", {"yellow": True})),
    OutcomeKind.WAIVED: ("waived", "v", ("WAIVED", {"yellow": True})),
}
_SKIPPED = (OutcomeKind.NOT_APPLICABLE, OutcomeKind.BLOCKED)


def status(report: pytest.CollectReport | pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Category, letter and word of a report of ours that did not fail; None leaves it to pytest."""
    payload = getattr(report, PAYLOAD, None)
    if payload is None or report.failed or "verdict" not in payload:
        return None
    return _WORDS.get(payload["verdict"]["outcome"])


class Outcomes:
    """Knows what fails, and writes what is shown."""

    def __init__(self, options: Options, commands: Commands) -> None:
        self._strict = options.strict
        self._commands = commands

    def put(self, item: pytest.Item, report: pytest.TestReport, excinfo: pytest.ExceptionInfo[BaseException] | None) -> None:
        """Set the outcome of a report, where the item is ours, and attach the result as plain data.

        Once there is a verdict it stands: what is raised later is garbage of the app that pytest came upon under
        ``-W error``, and is shown beside it.
        """
        if isinstance(item, RuleItem):
            if item.verdict is not None:
                if excinfo is not None:
                    report.sections.append(("raised after the verdict", str(report.longrepr)))
                    report.outcome, report.longrepr = "passed", None
                self._put_rule(item, item.verdict, report)
            elif excinfo is not None:
                reason = f"{excinfo.type.__name__}: {excinfo.value}"
                verdict = Verdict(item.rule.id, OutcomeKind.ERROR, reason)
                setattr(report, PAYLOAD, {"verdict": verdict.to_json(), "crash": reason})
        elif isinstance(item, WaiverItem) and item.verdict is not None:
            self._put_waiver(item, item.verdict, report)
        elif isinstance(item, ReplayItem) and item.result is not None:
            self._put_replay(item, report)

    def _put_waiver(self, item: WaiverItem, verdict: WaiverVerdict, report: pytest.TestReport) -> None:
        setattr(report, PAYLOAD, {"waiver": [verdict.waiver.number, verdict.state.value, verdict.message]})
        if verdict.state.fails:
            file = seen_from(item.config.invocation_params.dir, Path(item.subject_under_test.waivers.file))
            report.outcome, report.longrepr = "failed", waiver_failure(verdict, file)

    def _put_rule(self, item: RuleItem, verdict: Verdict, report: pytest.TestReport) -> None:
        setattr(report, PAYLOAD, {"verdict": verdict.to_json()})
        item.user_properties += [
            ("rule", verdict.rule),
            ("severity", str(item.rule.severity)),
            ("verdict", verdict.outcome.value),
            ("clauses", " ".join(item.rule.clauses)),
        ]
        if verdict.fails(self._strict):
            report.outcome, report.longrepr = "failed", str(describe(verdict, item.rule, self._commands))
        elif verdict.outcome in _SKIPPED:
            report.outcome, report.longrepr = "skipped", (item.nodeid.partition("::")[0], 0, verdict.reason)

    def _put_replay(self, item: ReplayItem, report: pytest.TestReport) -> None:
        result = item.result
        assert result is not None
        word = str(result.verdict).upper()
        base = item.config.invocation_params.dir
        payload = {"file": seen_from(base, item.file), "verdict": word, "message": result.message}
        setattr(report, PAYLOAD, {"replay": payload})
        if word == "FIXED":
            return
        blocks = [f"{word}: {result.message}"]
        for reported in result.findings:
            verdict = Verdict(reported.finding.rule, OutcomeKind.FAILED, findings=(FindingText.of(reported, base),))
            blocks.append(str(describe(verdict, CATALOGUE[verdict.rule], self._commands)))
        report.outcome, report.longrepr = "failed", "\n\n".join(blocks)

    def dress(self, report: pytest.TestReport) -> None:
        """Give a failed report of ours its coloured text and its one-line summary; these do not cross processes."""
        payload: dict[str, Any] = getattr(report, PAYLOAD, None) or {}
        if not report.failed:
            return
        text: Any = None
        if "crash" in payload:
            text = FailureText.plain(str(report.longrepr), payload["crash"])
        elif "verdict" in payload:
            verdict = Verdict.from_json(payload["verdict"])
            text = describe(verdict, CATALOGUE[verdict.rule], self._commands)
        elif payload:
            text = FailureText.plain(str(report.longrepr))
        if text is not None:
            report.longrepr = text

"""The text of a failure, in the manner of a good compiler: what is wrong, where, what was seen, and how to mend it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance._verdict import FindingText, Verdict
    from conformance.catalogue import Rule

WIDTH = 100
LABEL = 10
FINDINGS_SHOWN = 5
"""More findings of one rule are counted only; the JSON report has them all."""


@dataclass(frozen=True)
class Line:
    """One line and how a terminal marks it (members as of pytest's TerminalWriter)."""

    text: str = ""
    markup: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Crash:
    """What pytest shows of a failure where it has one line only."""

    message: str
    path: str = ""
    lineno: int = 0

    def __str__(self) -> str:
        return self.message


class FailureText:
    """A failure as pytest's terminal and JUnit writers take it: ``toterminal``, ``str`` and a one-line ``reprcrash``."""

    def __init__(self, lines: Iterable[Line], summary: str) -> None:
        self.lines = tuple(lines)
        self.reprcrash = Crash(summary)

    @classmethod
    def plain(cls, text: str, summary: str = "") -> FailureText:
        """A text without colours; its first line is the summary unless there is one."""
        lines = text.splitlines() or [""]
        return cls((Line(line) for line in lines), summary or lines[0])

    def toterminal(self, tw: object) -> None:
        """Write it, with colours where the terminal has them."""
        for line in self.lines:
            tw.line(line.text, **line.markup)  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return "\n".join(line.text for line in self.lines)


def describe(verdict: Verdict, rule: Rule, commands: Commands) -> FailureText:
    """The text of a verdict with open findings, or with a reason (blocked, error)."""
    shown = verdict.open_findings
    if not shown:
        first, *rest = verdict.reason.splitlines() or ["no reason given"]
        summary = f"{verdict.outcome.value}: {first}"
        again = _field("run again", commands.again(rule), wrap=False)
        return FailureText([_head(rule, summary), *(Line(f"  {line}") for line in rest), *again], summary)
    lines: list[Line] = []
    before: FindingText | None = None
    for finding in shown[:FINDINGS_SHOWN]:
        lines += [*([Line()] if lines else []), *_finding(rule, finding, commands, before)]
        before = finding
    more = len(shown) - FINDINGS_SHOWN
    if more > 0:
        lines += [Line(), Line(f"... and {more} more; --conformance-json FILE lists them all")]
    waived = len(verdict.findings) - len(shown)
    if waived:
        lines += [Line(), Line(f"{waived} more finding{'s are' if waived > 1 else ' is'} waived")]
    return FailureText(lines, shown[0].message)


class Commands:
    """The command lines that show a finding again."""

    def __init__(self, options: Iterable[str]) -> None:
        self._start = ["pytest", *options]

    def replay(self, file: str) -> str:
        """Run the saved session."""
        return _join([*self._start, f"--replay={file}"])

    def again(self, rule: Rule) -> str:
        """Run everything that this rule needs."""
        return _join([*self._start, f"conformance/{rule.area}::{rule.title}"])


def _join(words: list[str]) -> str:
    import shlex

    return shlex.join(words)


def _head(rule: Rule, message: str) -> Line:
    return Line(f"{rule.id} {rule.name}: {message}", {"red" if rule.severity == "error" else "yellow": True, "bold": True})


def _finding(rule: Rule, finding: FindingText, commands: Commands, before: FindingText | None) -> Iterable[Line]:
    """The lines of one finding; what would only repeat the one before it is left out."""
    yield _head(rule, finding.message)
    if finding.where:
        yield Line(f"  --> {finding.where}", {"blue": True})
    yield from _field("session", finding.session)
    yield from _field("seen", finding.seen)
    yield from _field("log", "\n".join(finding.log))
    if before is None or (before.device, before.mend, before.clauses) != (finding.device, finding.mend, finding.clauses):
        yield from _field("device", finding.device)
        yield from _field("mend", finding.mend, green=True)
        yield from _field("clauses", ", ".join(finding.clauses))
    again = commands.replay(finding.replay) if finding.replay else commands.again(rule)
    yield from _field("replay", again, wrap=False)
    yield from _field("waive by", finding.fingerprint)


def _field(label: str, text: str, *, wrap: bool = True, **markup: bool) -> Iterable[Line]:
    head = f"  {label:<{LABEL}}"
    for line in text.splitlines():
        parts = textwrap.wrap(line, WIDTH - LABEL - 2, break_long_words=False, break_on_hyphens=False) if wrap else [line]
        for part in parts or [""]:
            yield Line((head + part).rstrip(), markup)
            head = " " * (LABEL + 2)

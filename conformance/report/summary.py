"""The section that closes a run: warnings in full, what was not judged and why, and the answer in one line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from conformance.report.finding import Commands, Line, describe
from conformance.rules import NOT_JUDGED
from conformance.run import OutcomeKind

if TYPE_CHECKING:
    from conformance._tally import Tally
    from conformance._verdict import Verdict

_UNJUDGED = (OutcomeKind.NOT_APPLICABLE, OutcomeKind.BLOCKED, OutcomeKind.WAIVED, OutcomeKind.ERROR)


def summary(tally: Tally, commands: Commands, verbosity: int, strict: bool) -> Iterator[Line]:
    """The lines of the section. With ``-q`` only what needs somebody's attention, and the last line."""
    warned = [] if strict else tally.of(OutcomeKind.WARNED)
    if verbosity >= 0:
        for verdict in warned:
            yield from describe(verdict, tally.rules[verdict.rule], commands).lines
            yield Line()
    else:
        yield from _grouped("warned", ((v.rule, v.findings[0].message) for v in warned))
    for kind in _UNJUDGED:
        if verbosity >= 0 or kind in (OutcomeKind.BLOCKED, OutcomeKind.ERROR):
            yield from _grouped(kind.value.replace("-", " "), ((v.rule, _reason(v)) for v in tally.of(kind)))
    yield from _grouped("not run", ((rule, tally.why_not_run(rule)) for rule in tally.not_run()))
    for name in tally.missed:
        yield Line(f"{name}: the app copes with that, and what it does where there is one was not judged")
    yield _answer(tally)


def _reason(verdict: Verdict) -> str:
    return verdict.reason.partition("\n")[0] or "no reason given"


def _grouped(title: str, rules: Iterable[tuple[str, str]]) -> Iterator[Line]:
    """One line per reason, with the rules that share it."""
    by_reason: dict[str, list[str]] = {}
    for rule, reason in rules:
        by_reason.setdefault(reason, []).append(rule)
    for reason, ids in by_reason.items():
        yield Line(f"{title}: {' '.join(_ranges(ids))} ({reason})")


def _ranges(ids: list[str]) -> Iterator[str]:
    """Runs of three and more consecutive numbers as one: BK701..BK712."""
    numbers = [int(rule.removeprefix("BK")) for rule in ids]
    start = 0
    for end in range(1, len(ids) + 1):
        if end < len(ids) and numbers[end] == numbers[end - 1] + 1:
            continue
        if end - start > 2:
            yield f"{ids[start]}..{ids[end - 1]}"
        else:
            yield from ids[start:end]
        start = end


def _answer(tally: Tally) -> Line:
    counts = tally.counts()
    always = ("passed", "failed", "warned", "not-applicable", "blocked", "waived")
    shown = [*always, *(name for name in ("error", "not-run") if counts[name])]
    notes = {"not-applicable": f" ({len(tally.not_judged())} {NOT_JUDGED})"} if tally.not_judged() else {}
    numbers = ", ".join(f"{counts[name]} {name.replace('-', ' ')}{notes.get(name, '')}" for name in shown)
    colour = {"yes": "green", "no": "red"}.get(tally.compliant.partition(",")[0], "yellow")
    return Line(f"compliant: {tally.compliant} - {numbers}", {colour: True, "bold": True})

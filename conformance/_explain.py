"""``--conformance-explain BK401``: what a rule means, without running anything."""

from __future__ import annotations

import difflib
import textwrap

import pytest

from conformance.report.finding import LABEL, WIDTH


def explain(rule_id: str) -> str:
    """The catalogue's text on a rule, given by id or name. Raises UsageError naming close ones when there is none."""
    from conformance.catalogue import CATALOGUE

    by_name = {rule.name: rule for rule in CATALOGUE.values()}
    rule = CATALOGUE.get(rule_id.upper()) or by_name.get(rule_id.lower())
    if rule is None:
        close = difflib.get_close_matches(rule_id.upper(), CATALOGUE, n=3)
        close += difflib.get_close_matches(rule_id.lower(), by_name, n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else f"; rules are {', '.join(CATALOGUE)}"
        raise pytest.UsageError(f"--conformance-explain={rule_id}: there is no such rule{hint}")
    consequence = "fails the run" if rule.severity == "error" else "fails the run only with --conformance-strict"
    fields = (
        ("fires when", rule.fires_when),
        ("device", rule.device),
        ("mend", rule.mend),
        ("severity", f"{rule.severity}: {consequence}"),
        ("clauses", f"{', '.join(rule.clauses)} ({rule.source})"),
        ("run it", f"pytest --extension=SPEC conformance/{rule.area}::{rule.title}"),
    )
    return "\n".join([f"{rule.id} {rule.name}", *(_field(label, text) for label, text in fields if text)])


def _field(label: str, text: str) -> str:
    indent = " " * (LABEL + 4)
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=f"  {label:<{LABEL}}  ",
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )

"""Which sessions are run for which rules (see the catalogue's "Which sessions feed which rule").

A suite yields groups of sessions; each session is run once and judged by every rule that it can feed. Suites are run in
the order of `SUITES` and never out of it: the module state of a Python subject lives on in the interpreter, so that
processes which ask for different rules first agree only when they run the same sessions in the same order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.suites import compatibility, faults, info, lifecycle, multi, nominal, repeat, storage, text, versions
from conformance.suites.session import SessionGroups, SuiteContext

VALUE_RULES = frozenset(
    ("BK101", "BK102", "BK103", "BK104", "BK105", "BK106", "BK107", "BK201", "BK202", "BK301", "BK302")
) | frozenset(f"BK40{n}" for n in range(3, 10))
"""Judged wherever a value appears."""

TIME_RULES = frozenset(("BK401", "BK402", "BK410", "BK411", "BK504", "BK509"))
"""Judged in every session whose time no condition changes."""

NOMINAL_RULES = frozenset(("BK501", "BK502", "BK503", "BK505", "BK512", "BK515")) | frozenset(f"BK60{n}" for n in range(1, 10))
"""Judged in nominal sessions only, also in one on a device that was healed; BK607 needs two in a row."""

FUZZ = "fuzz"
"""The suite without fixed groups: its sessions are drawn (conformance/suites/fuzz.py)."""

_IN_ORDER = VALUE_RULES | TIME_RULES


@dataclass(frozen=True, slots=True)
class Suite:
    """A named source of session groups, and the rules that its sessions can feed."""

    name: str
    feeds: frozenset[str]
    groups: Callable[[SuiteContext], SessionGroups]


def _nothing_fixed(context: SuiteContext) -> SessionGroups:
    yield from ()


SUITES: tuple[Suite, ...] = (
    Suite("nominal", _IN_ORDER | NOMINAL_RULES, nominal.groups),
    Suite("repeat", _IN_ORDER | NOMINAL_RULES | {"BK510", "BK511"}, repeat.groups),
    Suite("info", _IN_ORDER | {"BK506", "BK507", "BK904"}, info.groups),
    Suite("text", _IN_ORDER | {"BK514"}, text.groups),
    Suite("versions", _IN_ORDER | {"BK508"}, versions.groups),
    Suite("lifecycle", _IN_ORDER, lifecycle.groups),
    Suite("compatibility", _IN_ORDER | {"BK513"}, compatibility.groups),
    Suite("multi", _IN_ORDER, multi.groups),
    Suite("storage", _IN_ORDER | NOMINAL_RULES | {"BK901", "BK902", "BK903", "BK904"}, storage.groups),
    Suite("conditions", _IN_ORDER | NOMINAL_RULES | {"BK510", "BK901", "BK902", "BK903", "BK904"}, faults.groups),
    Suite(FUZZ, _IN_ORDER | {"BK507", "BK508", "BK514", "BK901", "BK902", "BK903", "BK904"}, _nothing_fixed),
)


def suites_feeding(rule_id: str) -> tuple[Suite, ...]:
    """The suites whose sessions can judge the rule, in order; none for rules about files (7xx, 8xx)."""
    return tuple(suite for suite in SUITES if rule_id in suite.feeds)


def suites_needed(rule_id: str) -> int:
    """How many suites have to be run before the rule can be judged: those that feed it, and those before them."""
    return max((number for number, suite in enumerate(SUITES, 1) if rule_id in suite.feeds), default=0)

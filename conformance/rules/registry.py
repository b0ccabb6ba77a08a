"""Which predicate judges which rule, and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from conformance.catalogue import CatalogueError, Finding, rule
from conformance.evidence import Evidence
from conformance.rules.needs import Need, whole_run

Predicate = Callable[[Evidence], Iterator[Finding]]
"""A pure function from evidence to the findings of one rule."""

_registered: dict[str, Predicate] = {}
_needs: dict[str, Need] = {}

PREDICATES: Mapping[str, Predicate] = MappingProxyType(_registered)
"""The predicate of every rule that this version judges, by rule id."""

NEEDS: Mapping[str, Need] = MappingProxyType(_needs)
"""By rule id: without what evidence the predicate finds nothing."""

NOT_JUDGED = "not judged by this version"
"""What is said of the other rules of the catalogue."""


def judges_whole_runs(rule_id: str) -> bool:
    """Whether the rule judges all sessions of a run together, and nothing less."""
    return NEEDS.get(rule_id) is whole_run


def predicate(rule_id: str, need: Need) -> Callable[[Predicate], Predicate]:
    """Register the decorated function for this rule. Without what it needs it finds nothing, and need not be called.

    Raises CatalogueError for an unknown rule or a second predicate.
    """
    rule(rule_id)
    if rule_id in _registered:
        raise CatalogueError(f"{rule_id} has a predicate already")

    def register(function: Predicate) -> Predicate:
        _registered[rule_id] = function
        _needs[rule_id] = need
        return function

    return register

"""Which predicate judges which rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from conformance.catalogue import CatalogueError, Finding, rule
from conformance.evidence import Evidence

Predicate = Callable[[Evidence], Iterator[Finding]]
"""A pure function from evidence to the findings of one rule."""

_registered: dict[str, Predicate] = {}

PREDICATES: Mapping[str, Predicate] = MappingProxyType(_registered)
"""The predicate of every rule that this version judges, by rule id."""

NOT_JUDGED = "not judged by this version"
"""What is said of the other rules of the catalogue."""


def predicate(rule_id: str) -> Callable[[Predicate], Predicate]:
    """Register the decorated function for this rule. Raises CatalogueError for an unknown rule or a second predicate."""
    rule(rule_id)
    if rule_id in _registered:
        raise CatalogueError(f"{rule_id} has a predicate already")

    def register(function: Predicate) -> Predicate:
        _registered[rule_id] = function
        return function

    return register

"""Conformance suites and rules for backup extensions.

``judge(record)`` gives the findings of a session. The public names load on first use: an installed plugin that has
nothing to do must cost nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.catalogue import CATALOGUE, Finding, Rule, Severity
    from conformance.evidence import Evidence
    from conformance.rules import judge

__all__ = ["CATALOGUE", "Evidence", "Finding", "Rule", "Severity", "judge"]

_HOMES = {
    "CATALOGUE": "conformance.catalogue",
    "Evidence": "conformance.evidence",
    "Finding": "conformance.catalogue",
    "Rule": "conformance.catalogue",
    "Severity": "conformance.catalogue",
    "judge": "conformance.rules",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""The rule catalogue: what is judged, how severe it is, what the device does about it and how to mend it.

The rules themselves are data, ``catalogue.toml`` beside this module; a rule that cites no clause does not load.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any

AREAS = ("return", "fallback", "exclusion", "progress", "lifecycle", "data", "package", "source", "conditions")
"""Areas by the hundreds digit of the id, BK1xx first."""

_ID = re.compile(r"BK[1-9]\d\d")
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")
_CLAUSE = re.compile(r"C-\d{3}|V-\d\d|(clauses|control-plane|data-plane) \d+(\.\d+)*( #\d+)?")
_TEXTS = ("name", "severity", "source", "fires_when", "device", "mend")


class CatalogueError(ValueError):
    """The catalogue cannot be read, or a rule is asked for that it does not have; the message names the rule."""


class Severity(StrEnum):
    """How a finding counts: an error fails a run, a warning only under ``--conformance-strict``."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Id, name and meaning are stable: a new meaning gets a new id.

    ``clauses`` are C-nnn or V-nn of docs/spec/clauses.md, or chapters such as "control-plane 2.4"; ``source`` says who
    requires it; ``fires_when``, ``device`` (what the device does) and ``mend`` are one sentence or two each.
    """

    id: str
    name: str
    severity: Severity
    area: str
    clauses: tuple[str, ...]
    fires_when: str
    device: str
    mend: str
    source: str

    @property
    def title(self) -> str:
        """Id and name, as in the id of the rule's test: "BK401-progress-late"."""
        return f"{self.id}-{self.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One break of a rule in one session.

    ``message`` is the one-line verdict; ``seen`` the values and virtual times (in seconds since the session began) behind
    it; ``where`` "file:line" of the callback or of the throw, in ArkTS "file:line:column", or ""; ``log`` the app's own
    output around it, each line with its time. ``fingerprint`` is equal for findings of the same rule with the same cause,
    whatever the session; ``plan`` and ``conditions`` are those of the session's record.
    """

    rule: str
    message: str
    seen: str
    device: str
    mend: str
    clauses: tuple[str, ...]
    where: str = ""
    log: tuple[str, ...] = ()
    fingerprint: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    conditions: tuple[Mapping[str, Any], ...] = ()


def parse_catalogue(text: str) -> Mapping[str, Rule]:
    """The rules of a TOML text, in id order. Raises CatalogueError for anything that is incomplete or unknown."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"the rule catalogue is no TOML: {error}") from None
    rules = [_rule(identifier, table) for identifier, table in tables.items()]
    names = [rule.name for rule in rules]
    for rule in rules:
        if names.count(rule.name) > 1:
            raise CatalogueError(f"{rule.id}: the name {rule.name!r} is taken twice")
    return MappingProxyType({rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)})


def _rule(identifier: str, table: Any) -> Rule:
    if not _ID.fullmatch(identifier) or not isinstance(table, dict):
        raise CatalogueError(f"{identifier}: no rule; an id is BK and three digits, from BK100 on")
    for member in table.keys() - {*_TEXTS, "clauses"}:
        raise CatalogueError(f"{identifier}: unknown member {member!r}")
    for member in _TEXTS:
        text = table.get(member)
        if not isinstance(text, str) or not text.strip() or "\n" in text:
            raise CatalogueError(f"{identifier}: {member} is missing, empty or not one line")
    clauses = table.get("clauses")
    if not isinstance(clauses, list) or not clauses:
        raise CatalogueError(f"{identifier}: a rule without a clause is not judged; name the text that requires it")
    for clause in clauses:
        if not isinstance(clause, str) or not _CLAUSE.fullmatch(clause):
            raise CatalogueError(f"{identifier}: {clause!r} is no clause (C-018, V-07, control-plane 2.4)")
    if not _NAME.fullmatch(table["name"]):
        raise CatalogueError(f"{identifier}: the name {table['name']!r} is not lower-case words joined by hyphens")
    if table["severity"] not in tuple(Severity):
        raise CatalogueError(f"{identifier}: severity is {' or '.join(Severity)}, not {table['severity']!r}")
    texts = {member: table[member] for member in _TEXTS if member != "severity"}
    area = AREAS[int(identifier[2]) - 1]
    return Rule(id=identifier, severity=Severity(table["severity"]), area=area, clauses=tuple(clauses), **texts)


CATALOGUE: Mapping[str, Rule] = parse_catalogue(files("conformance").joinpath("catalogue.toml").read_text(encoding="utf-8"))
"""Every rule by id, in id order."""


def rule(identifier: str) -> Rule:
    """The rule with this id. Raises CatalogueError when there is none."""
    try:
        return CATALOGUE[identifier]
    except KeyError:
        first, *_, last = CATALOGUE
        raise CatalogueError(f"there is no rule {identifier!r}; rules are {first} to {last}, see docs/rules.md") from None

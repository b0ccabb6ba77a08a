"""BK704 and BK705: fields of the profile that the device does not read, and values that it passes over (data-plane 1.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.package_findings import as_json, close_to, written
from conformance.rules.package_profile import GATE, Profile, readable_profile
from conformance.rules.registry import predicate
from conformance.schemas import load_schema

_ARTICLES = {"array": "an array", "object": "an object", "string": "a string", "boolean": "a boolean"}


@predicate("BK704", needs.package)
def unknown_field(evidence: Evidence) -> Iterator[Finding]:
    """A field that the device does not read, with the known one that is nearest."""
    for profile, error in _errors(evidence, "additionalProperties"):
        schema: Any = error.schema
        found: Any = error.instance
        for name in (name for name in found if name not in schema["properties"]):
            path = (*error.absolute_path, name)
            close = close_to(name, [known for known in schema["properties"] if known not in found])
            message = f"the device does not read {written(path)}{close}"
            seen = f'"{name}": {as_json(found[name])}'
            yield profile.finding("BK704", path, message, seen, cause=written(path))


@predicate("BK705", needs.package)
def wrong_type(evidence: Evidence) -> Iterator[Finding]:
    """A known field, or an element of one, of a type that the device ignores; the gate itself is BK703."""
    for profile, error in _errors(evidence, "type"):
        path = tuple(error.absolute_path)
        if path == (GATE,):
            continue
        message = f"{written(path)} is {as_json(error.instance)}, not {_ARTICLES[str(error.validator_value)]}"
        seen = f'"{path[0]}": {as_json(profile.fields[str(path[0])])}'
        yield profile.finding("BK705", path, message, seen, cause=written(path))


def _errors(evidence: Evidence, keyword: str) -> Iterator[tuple[Profile, ValidationError]]:
    profile = readable_profile(evidence)
    if profile is None:
        return
    for error in _validator().iter_errors(profile.fields):
        if error.validator == keyword:
            yield profile, error


@cache
def _validator() -> Draft202012Validator:
    schema: Mapping[str, Any] = load_schema("backup-config")
    return Draft202012Validator(schema)

"""The JSON Schemas: beside the packages in a checkout, inside this package in an installed wheel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator


@cache
def load_schema(name: str) -> Mapping[str, Any]:
    """The schema ``<name>.schema.json``, e.g. "result". Raises FileNotFoundError naming where it was looked for."""
    file = f"{name}.schema.json"
    installed = files("conformance").joinpath("_schemas", file)
    checkout = Path(__file__).resolve().parents[1] / "schemas" / file
    for place in (installed, checkout):
        if place.is_file():
            schema: Mapping[str, Any] = json.loads(place.read_text(encoding="utf-8"))
            return schema
    raise FileNotFoundError(f"no schema {file!r}, neither in {installed} nor in {checkout.parent}")


@cache
def matcher(name: str, definition: str = "") -> Callable[[Any], bool]:
    """A test whether a value has the shape of this schema, or of one of its ``$defs``; compiled once.

    What is nested more deeply than the validator can follow has no known shape.
    """
    schema = load_schema(name)
    if definition:
        schema = {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]}
    validator = Draft202012Validator(schema)

    def matches(value: Any) -> bool:
        try:
            return bool(validator.is_valid(value))
        except RecursionError:
            return False

    return matches

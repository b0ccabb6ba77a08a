"""What is wrong with an answer of onProcess: a pure function of the text, remembered by text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from conformance.json_text import NotJsonError, read_json
from conformance.schemas import matcher

_KEPT_TEXTS = 512
_has_shape = matcher("progress")
_NAMES = {int: "a number", float: "a number", str: "a string", bool: "a boolean", list: "an array", dict: "an object"}


class Progress(NamedTuple):
    """One entry of progressInfo."""

    name: str
    processed: float
    total: float

    @property
    def in_range(self) -> bool:
        """0 <= processed <= total, and both finite (C-049)."""
        finite = math.isfinite(self.processed) and math.isfinite(self.total)
        return finite and 0 <= self.processed <= self.total


@dataclass(frozen=True, slots=True)
class Answer:
    """A non-empty answer: by rule (BK403 to BK405) what is wrong, and its entries when the shape is right.

    ``good``: nothing is wrong with it, the values of its entries included.
    """

    faults: Mapping[str, str]
    entries: tuple[Progress, ...] = ()
    good: bool = False


@lru_cache(maxsize=_KEPT_TEXTS)
def read_answer(text: str) -> Answer:
    """The answer, decoded once more when it is a JSON string that holds JSON (BK405)."""
    faults: dict[str, str] = {}
    try:
        value = read_json(text)
    except NotJsonError as error:
        return Answer({"BK403": str(error)})
    if isinstance(value, str):
        try:
            value = read_json(value)
        except NotJsonError as error:
            return Answer({"BK403": f"inside the JSON string: {error}"})
        faults["BK405"] = text
    if not _has_shape(value):
        faults["BK404"] = _shape_fault(value)
        return Answer(faults)
    entries = value["progressInfo"]
    progress = tuple(Progress(e["name"], e["processed"], e["total"]) for e in entries)
    return Answer(faults, progress, not faults and all(entry.in_range for entry in progress))


def _shape_fault(value: Any) -> str:
    if not isinstance(value, dict):
        return f"it is {_kind(value)}, not an object"
    entries = value.get("progressInfo")
    if not isinstance(entries, list):
        return "progressInfo is missing" if entries is None else f"progressInfo is {_kind(entries)}, not an array"
    if not entries:
        return "progressInfo has no entry"
    for index, entry in enumerate(entries):
        fault = _entry_fault(entry)
        if fault:
            return f"progressInfo[{index}]{fault}"
    return "it is not the documented shape"


def _entry_fault(entry: Any) -> str:
    if not isinstance(entry, dict):
        return f" is {_kind(entry)}, not an object"
    for member, wanted in (("name", "a string"), ("processed", "a number"), ("total", "a number")):
        if member not in entry:
            return f".{member} is missing"
        if _kind(entry[member]) != wanted:
            return f".{member} is {_kind(entry[member])}, not {wanted}"
    if _kind(entry.get("isPercentage", False)) != "a boolean":
        return f".isPercentage is {_kind(entry['isPercentage'])}, not a boolean"
    return ""


def _kind(value: Any) -> str:
    return "null" if value is None else _NAMES[type(value)]

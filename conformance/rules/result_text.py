"""What is wrong with the text that an Ex callback returned: a pure function of the text, remembered by text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.json_text import NotJsonError, is_json, read_json
from conformance.schemas import matcher

KNOWN_TYPES = frozenset({"ErrorInfo", "CountInfo", "CompatibilityInfo"})
"""Types of a result that some published reader knows (clauses 2.3)."""

_KEPT_TEXTS = 512
_MATCHERS = {callback: matcher("result", callback) for callback in ("onBackupEx", "onRestoreEx")}


@lru_cache(maxsize=_KEPT_TEXTS)
def result_faults(callback: str, text: str) -> Mapping[str, str]:
    """By rule (BK102 to BK107): what is wrong with a non-empty result, on one line. BK102 and BK106 keep others away."""
    faults: dict[str, str] = {}
    lost = _lost_characters(text)
    try:
        value = read_json(text)
    except NotJsonError as error:
        faults["BK102"] = str(error)
        if not (lost and is_json(text.replace("\0", ""))):
            return faults
    else:
        _judge_value(callback, value, faults)
    if lost:
        faults["BK107"] = lost
    return faults


def _judge_value(callback: str, value: Any, faults: dict[str, str]) -> None:
    if isinstance(value, str) and is_json(value):
        faults["BK106"] = value
    elif not _MATCHERS[callback](value):
        faults["BK103"] = _shape_fault(callback, value)
    else:
        unknown = sorted({kind for kind in _types(value) if kind not in KNOWN_TYPES})
        if unknown:
            faults["BK104"] = ", ".join(map(repr, unknown))
        codes = [entry["errorCode"] for entry in _entries(value) if isinstance(entry.get("errorCode"), str)]
        if codes:
            faults["BK105"] = repr(codes[0])


def _entries(value: dict[str, Any]) -> list[dict[str, Any]]:
    entries = value.get("resultInfo")
    if not isinstance(entries, list):
        return []
    return [entry for entry in entries if isinstance(entry, dict)]


def _types(value: dict[str, Any]) -> Iterator[str]:
    for entry in _entries(value):
        if isinstance(entry.get("type"), str):
            yield entry["type"]
    if "errorCode" in value and isinstance(value.get("type"), str):
        yield value["type"]


def _shape_fault(callback: str, value: Any) -> str:
    """The first thing that is wrong, seen from the shape that the author seems to have meant."""
    if not isinstance(value, dict):
        return f"it is {_kind(value)}, not an object"
    if "resultInfo" in value:
        return _rich_fault(value["resultInfo"])
    if "compatibleDirMapping" in value and "errorCode" not in value:
        if callback == "onRestoreEx":
            return "compatibleDirMapping is read from onBackupEx only, and there is no ErrorInfo"
        return "compatibleDirMapping is not an array of 1 to 1000 non-empty strings"
    for member, wanted in (("type", "a string"), ("errorCode", "a number"), ("errorInfo", "a string")):
        if member not in value:
            return f"{member} is missing"
        if _kind(value[member]) != wanted:
            return f"{member} is {_kind(value[member])}, not {wanted}"
    return "it has none of the known shapes"


def _rich_fault(entries: Any) -> str:
    if not isinstance(entries, list):
        return f"resultInfo is {_kind(entries)}, not an array"
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            return f"resultInfo[{index}] is {_kind(entry)}, not an object"
        if not isinstance(entry.get("type"), str):
            return f"resultInfo[{index}] has no string type"
    return "resultInfo has none of the known shapes"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def _lost_characters(text: str) -> str:
    position = text.find("\0")
    if position >= 0:
        return f"a NUL at character {position}"
    if not text.isascii():
        for position, character in enumerate(text):
            if "\ud800" <= character <= "\udfff":
                return f"an unpaired surrogate U+{ord(character):04X} at character {position}"
    return ""

"""Values on their way between an app's JavaScript and a kit: what JSON cannot say is an object with one member of these.

``$bytes`` base64, ``$bigint`` decimal digits, ``$number`` NaN or an infinity, ``$json`` an object or a mixed list as text.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.kits.preferences.xml_format import BigInt

INTEGER_LIMIT = 1 << 63
"""Whole numbers up to here fit into SQLite."""


_HALF = re.compile("[\ud800-\udfff]")


def _whole(value: Any) -> Any:
    """Without halves of characters, which native code does not get either."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return {_whole(key): _whole(item) for key, item in value.items()} if isinstance(value, dict) else value


_READ: Mapping[str, Callable[[str], Any]] = {
    "$bytes": base64.b64decode,
    "$bigint": BigInt,
    "$number": lambda text: float(text.replace("Infinity", "inf")),
    "$json": lambda text: _whole(json.loads(text)),
}


def from_app(value: Any) -> Any:
    """What a kit takes for a value of the app; lists member by member."""
    if isinstance(value, list):
        return [from_app(item) for item in value]
    if not isinstance(value, dict):
        return value
    for kind, read in _READ.items():
        if value.keys() == {kind}:
            return read(value[kind])
    return {key: from_app(item) for key, item in value.items()}


def to_app(value: Any) -> Any:
    """What the app's JavaScript makes a value of again."""
    if isinstance(value, (bytes, bytearray)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, BigInt):
        return {"$bigint": str(int(value))}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$number": str(value).replace("inf", "Infinity").replace("nan", "NaN")}
    if isinstance(value, (list, tuple)):
        return [to_app(item) for item in value]
    if isinstance(value, dict):
        return {"$json": json.dumps(value)}
    return value


def plain(value: Any) -> Any:
    """``value`` with every dataclass in it as a dict, for what an error carries."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) and not isinstance(value, type) else value

"""Reading JSON as RFC 8259 has it, where Python's own reader is more lenient or gives up earlier."""

from __future__ import annotations

import json
from typing import Any

_DIGITS = 300
"""Whole numbers with more digits are read as doubles, as every other reader does; Python would refuse the longest."""


class NotJsonError(ValueError):
    """The text is not RFC 8259 JSON; the message says where, on one line."""


def _constant(name: str) -> Any:
    raise NotJsonError(f"{name} is no JSON number")


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS else float(digits)


_DECODER = json.JSONDecoder(parse_constant=_constant, parse_int=_whole_number)


def read_json(text: str) -> Any:
    """The value of a JSON text. Numbers beyond a double become infinite. Raises NotJsonError."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJsonError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise NotJsonError("nested too deeply for any reader") from None


def is_json(text: str) -> bool:
    """True when the text is RFC 8259 JSON."""
    try:
        read_json(text)
    except NotJsonError:
        return False
    return True

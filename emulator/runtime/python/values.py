"""Python values seen with JavaScript's eyes."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import Any

from emulator.ability import Undefined
from emulator.record import Value
from emulator.runtime.realm import UNDEFINED

MAX_TEXT = 200


def value_of(value: Any) -> Value:
    """What the device sees: only a plain str is a string; None is undefined; an awaitable that is neither coroutine nor
    Future is a thenable that is no Promise (control-plane 2.4).
    """
    if type(value) is str:
        return Value("string", value)
    if value is None or isinstance(value, Undefined):
        return UNDEFINED
    if isinstance(value, bool):
        return Value("boolean", "true" if value else "false")
    if isinstance(value, (int, float)):
        return Value("number", repr(value))
    if isinstance(value, BaseException):
        return Value("error", f"{type(value).__name__}: {value}"[:MAX_TEXT])
    if inspect.iscoroutine(value) or asyncio.isfuture(value):
        return Value("promise", type(value).__name__)
    if hasattr(value, "__await__"):
        return Value("thenable", type(value).__name__)
    return Value("object", _describe(value)[:MAX_TEXT])


def _describe(value: Any) -> str:
    """A text without addresses, so that records stay equal."""
    if isinstance(value, (dict, list, tuple)):
        try:
            return json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            pass
    return type(value).__name__

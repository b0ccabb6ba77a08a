"""Python values seen with JavaScript's eyes."""

from __future__ import annotations

import asyncio
import json
from types import CoroutineType
from typing import Any

from emulator.ability import Undefined
from emulator.record import Value
from emulator.runtime.python.words import error_text, text_of
from emulator.runtime.realm import UNDEFINED

MAX_TEXT = 200


def value_of(value: Any) -> Value:
    """What the device sees: only a plain str is a string; None is undefined; an awaitable that is neither coroutine nor
    Future is a thenable that is no Promise (control-plane 2.4).

    The class alone says what a value is: ``__class__``, and with it isinstance, may be code of the app.
    """
    if type(value) is str:
        return Value("string", value)
    if value is None or issubclass(type(value), Undefined):
        return UNDEFINED
    kind = type(value)
    if kind is bool:
        return Value("boolean", "true" if value else "false")
    if issubclass(kind, (int, float)):
        return Value("number", text_of(value, repr))
    if issubclass(kind, BaseException):
        return Value("error", error_text(value)[:MAX_TEXT])
    if is_promise(value):
        return Value("promise", kind.__name__)
    if hasattr(kind, "__await__"):
        return Value("thenable", kind.__name__)
    return Value("object", _describe(value)[:MAX_TEXT])


def is_promise(value: Any) -> bool:
    """Whether ``value`` is what the device takes for a Promise: a coroutine or a Future."""
    kind = type(value)
    return issubclass(kind, CoroutineType) or (hasattr(kind, "_asyncio_future_blocking") and asyncio.isfuture(value))


def _describe(value: Any) -> str:
    """A text without addresses, so that records stay equal."""
    if issubclass(type(value), str):
        return f"{type(value).__name__}, a subclass of str"
    if issubclass(type(value), (dict, list, tuple)):
        try:
            return json.dumps(value)
        except Exception:
            pass
    return type(value).__name__

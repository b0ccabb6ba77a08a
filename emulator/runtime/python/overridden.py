"""Which callbacks an app has: those of its class, and those that its instances come by otherwise, and where each is."""

from __future__ import annotations

import functools
import inspect
from contextlib import suppress
from types import FunctionType, MethodType
from typing import Any

from emulator.ability import CALLBACKS, BackupExtensionAbility
from emulator.runtime.python.subject import shown

_EMPTY = vars(BackupExtensionAbility)
"""What the base class has: bodies that do nothing."""


def of_class(cls: type[Any]) -> dict[str, Any]:
    """Callbacks that ``cls`` or a base of it defines, by name, in the documented order."""
    found = {name: inspect.getattr_static(cls, name, None) for name in CALLBACKS}
    return {name: callback for name, callback in found.items() if callback is not None and callback is not _EMPTY.get(name)}


def of_instance(instance: Any) -> dict[str, Any]:
    """Those of its class, and what ``instance`` itself answers to these names: what it was given in ``__init__``, also in
    place of a callback of the class, and what it hands on in ``__getattr__``.
    """
    defined = of_class(type(instance))
    own = getattr(instance, "__dict__", {})
    found: dict[str, Any] = {}
    for name in CALLBACKS:
        if name in defined and name not in own:
            found[name] = defined[name]
            continue
        with suppress(Exception):  # code of the app's; the device hears of it when it makes the call
            callback = getattr(instance, name, None)
            if callable(callback) and not _is_empty_body(callback, name):
                found[name] = callback
    return found


def not_callable(instance: Any) -> str:
    """What stands under the name of a callback and cannot be called, as "name is a str"; "" if nothing does.

    None takes an inherited callback away, and what a property gives is known when the device asks for it.
    """
    own = getattr(instance, "__dict__", {})
    for name in CALLBACKS:
        value = own.get(name, inspect.getattr_static(type(instance), name, None))
        if value is not None and not callable(value) and not hasattr(type(value), "__get__"):
            return f"{name} is a {type(value).__name__}"
    return ""


def _is_empty_body(callback: Any, name: str) -> bool:
    return type(callback) is MethodType and callback.__func__ is _EMPTY.get(name)


def place_of(callback: Any) -> str:
    """Where its code is, as ``file:line``, or ""."""
    function = _function(callback)
    code = getattr(inspect.unwrap(function), "__code__", None) if function is not None else None
    return f"{shown(code.co_filename)}:{code.co_firstlineno}" if code is not None else ""


def _function(callback: Any) -> FunctionType | None:
    """The function behind a callable: bound, with arguments of its own, or an object that is called."""
    while not isinstance(callback, FunctionType):
        if issubclass(type(callback), functools.partial):
            callback = callback.func
        elif type(callback) in (MethodType, staticmethod, classmethod):
            callback = callback.__func__
        else:
            call = inspect.getattr_static(type(callback), "__call__", None)
            if not isinstance(call, FunctionType):
                return None
            callback = call
    return callback

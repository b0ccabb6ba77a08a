"""What the app's own modules made before the surface was in place. A test module, for one, is imported by pytest long
before any device is booted: its locks are real ones, in which a suspended thread would block the whole interpreter.
"""

from __future__ import annotations

import queue
import threading
import types
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from emulator.runtime.python.locks import VirtualLock, VirtualRLock, real_lock, real_rlock
from emulator.runtime.python.loop_bound import is_loop_bound, keep_apart

_LOCK: type[Any] = type(real_lock())
_RLOCK: type[Any] = type(real_rlock())
_CONTAINERS = (list, tuple, set, frozenset, deque)

OursFor = Callable[[Any], Any]
Put = Callable[[Any, str, Any], None]


def adopt(module: types.ModuleType, ours_for: OursFor, put: Put) -> None:
    """Look through the module's names and those of its classes. ``ours_for(value)`` knows what stands for a real object,
    or None; ``put(owner, name, value)`` replaces one.
    """
    for owner in (module, *_classes_of(module)):
        for name, value in list(vars(owner).items()):
            if name.startswith("__"):
                continue
            function = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
            if isinstance(function, types.FunctionType):
                _adopt_defaults(function, ours_for, put)
                continue
            for inside in _loop_bound(value, module.__name__.partition(".")[0]):
                keep_apart(inside)
            ours = ours_for(value)
            if ours is None:
                ours = _virtual(value)
            if ours is not None:
                put(owner, name, ours)


def _loop_bound(value: Any, package: str) -> Iterator[Any]:
    """What of asyncio ``value`` is or holds: in containers, and in attributes of objects whose class is of the package."""
    rest, known = [value], set[int]()
    while rest:
        value = rest.pop()
        kind = type(value)
        if id(value) in known:
            continue
        known.add(id(value))
        if is_loop_bound(value):
            yield value
        elif kind is dict:
            rest.extend(value.values())
        elif kind in _CONTAINERS:
            rest.extend(value)
        elif str(kind.__module__).partition(".")[0] == package:
            with suppress(AttributeError):  # it has slots
                rest.extend(object.__getattribute__(value, "__dict__").values())


def _classes_of(module: types.ModuleType) -> list[type]:
    return [v for v in list(vars(module).values()) if isinstance(v, type) and v.__module__ == module.__name__]


def _adopt_defaults(function: types.FunctionType, ours_for: OursFor, put: Put) -> None:
    """``def wait(clock=time.monotonic)`` has kept the real clock."""
    if function.__defaults__:
        values = tuple(_or_ours(value, ours_for) for value in function.__defaults__)
        if any(new is not old for new, old in zip(values, function.__defaults__, strict=True)):
            put(function, "__defaults__", values)
    if function.__kwdefaults__:
        named = {name: _or_ours(value, ours_for) for name, value in function.__kwdefaults__.items()}
        if any(named[name] is not value for name, value in function.__kwdefaults__.items()):
            put(function, "__kwdefaults__", named)


def _or_ours(value: Any, ours_for: OursFor) -> Any:
    ours = ours_for(value)
    return value if ours is None else ours


def _virtual(value: Any) -> Any:
    """A virtual lock in place of a free real one. What stands on a lock gets its lock inside, and is itself kept."""
    if type(value) is _LOCK:
        return None if value.locked() else VirtualLock()
    if type(value) is _RLOCK:
        return VirtualRLock()
    if isinstance(value, threading.Condition):
        _mend(value)
    elif isinstance(value, (threading.Event, threading.Semaphore, threading.Barrier)):
        _mend(value._cond)  # type: ignore[union-attr]
    elif isinstance(value, queue.Queue) and type(value.mutex) is _LOCK and not value.mutex.locked():
        value.mutex = VirtualLock()  # type: ignore[assignment]
        for condition in (value.not_empty, value.not_full, value.all_tasks_done):
            condition.__init__(value.mutex)  # type: ignore[misc]
    return None


def _mend(condition: Any) -> None:
    lock = condition._lock
    if type(lock) is _LOCK and not lock.locked():
        condition.__init__(VirtualLock())
    elif type(lock) is _RLOCK:
        condition.__init__(VirtualRLock())

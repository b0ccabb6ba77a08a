"""asyncio's locks, events and queues that the app's modules hold: every process begins with them as they were imported.

Modules are imported once, and a lock for which somebody has waited belongs to that one's loop for good. So what such an
object knows is kept apart for each process.
"""

from __future__ import annotations

import copy
from asyncio import mixins
from collections import deque
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from emulator.kernel import current_thread

_KEPT = "_kept_apart"
_CONTAINERS = (deque, list, dict, set)


def is_loop_bound(value: Any) -> bool:
    """Whether ``value`` is a Lock, Event, Condition, Semaphore, Barrier or Queue of asyncio, or of a class made of one."""
    return issubclass(type(value), mixins._LoopBoundMixin)


def keep_apart(value: Any) -> None:
    """From now on each process has what ``value`` knows, and what is inside it knows, to itself."""
    names = vars(value)
    cls: Any = type(value)
    if _KEPT in names or not _can_be_kept(cls):
        return
    for inner in list(names.values()):
        if is_loop_bound(inner):
            keep_apart(inner)
    names[_KEPT] = WeakKeyDictionary()
    value.__class__ = _kept_apart(cls)


def _can_be_kept(cls: type[Any]) -> bool:
    """Not where the app's class finds or sets its attributes in a way of its own, or has slots."""
    ways: tuple[Any, Any] = (cls.__getattribute__, cls.__setattr__)
    return ways == (object.__getattribute__, object.__setattr__) and not any("__slots__" in vars(base) for base in cls.__mro__)


def _names_of(value: Any) -> dict[str, Any]:
    """The attributes that ``value`` has in the process that is running; its own outside of all."""
    own: dict[str, Any] = object.__getattribute__(value, "__dict__")
    thread = current_thread()
    if thread is None or thread.owner is None:
        return own
    kept: WeakKeyDictionary[Any, dict[str, Any]] = own[_KEPT]
    names = kept.get(thread.owner)
    if names is None:
        names = {n: copy.copy(v) if type(v) in _CONTAINERS else v for n, v in own.items() if n != _KEPT}
        kept[thread.owner] = names
    return names


@lru_cache(maxsize=64)
def _kept_apart(cls: Any) -> type[Any]:
    """A class like ``cls`` whose instances have attributes of their own in each process."""

    class KeptApart(cls):  # type: ignore[misc]
        def __getattribute__(self, name: str) -> Any:
            names = _names_of(self)
            if name == "__dict__":
                return names
            return names[name] if name in names else super().__getattribute__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            _names_of(self)[name] = value

        def __delattr__(self, name: str) -> None:
            del _names_of(self)[name]

    KeptApart.__name__, KeptApart.__qualname__, KeptApart.__module__ = cls.__name__, cls.__qualname__, cls.__module__
    return KeptApart

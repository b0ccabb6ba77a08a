"""What is left to chance: the app's random numbers, random bytes and temporary names come from the device's seed."""

from __future__ import annotations

import itertools
import os
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from emulator.kernel import current_thread

_REAL_URANDOM = os.urandom
_REAL_NAMES: Callable[[], Iterator[str]] = tempfile._get_candidate_names  # type: ignore[attr-defined]
_ON_THE_WAY = ("tempfile.", "emulator.runtime.python.")
"""Modules that ask for a name on behalf of whoever called them."""
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


def install(replace: Callable[[Any, str, Any, Any], None]) -> None:
    """Replace the functions; ``replace`` is told of every one, so as to find it under other names."""
    for name in random.__all__:
        method = getattr(random, name)
        if getattr(method, "__self__", None) is random._inst:
            replace(random, name, method, _random_function(name, method))
    replace(os, "urandom", _REAL_URANDOM, _urandom)
    replace(tempfile, "_get_candidate_names", _REAL_NAMES, _candidate_names)


def _random_function(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the random module; the app's numbers begin anew, from the device's seed, with every process."""

    def draw(*args: Any, **kwargs: Any) -> Any:
        thread = current_thread()
        return (real if thread is None else getattr(thread.owner.random, name))(*args, **kwargs)

    draw.__name__ = draw.__qualname__ = name
    return draw


def _urandom(size: int, /) -> bytes:
    """os.urandom, and with it uuid and secrets."""
    thread = current_thread()
    return _REAL_URANDOM(size) if thread is None else bytes(thread.owner.entropy.randbytes(size))


def _candidate_names() -> Iterator[str]:
    """The names that tempfile tries one after the other; its own come from a generator that outlives a process.

    The emulator makes its own directories on the app's threads, too. In NamedTemporaryFile the name is chosen inside of
    open(), which is ours on a disk with faults.
    """
    thread, frame = current_thread(), sys._getframe(1)
    while frame.f_back is not None and f"{frame.f_globals.get('__name__')}.".startswith(_ON_THE_WAY):
        frame = frame.f_back
    if thread is None or frame.f_globals.get("__name__", "").startswith("emulator."):
        return _REAL_NAMES()
    entropy = thread.owner.entropy
    return ("".join(entropy.choices(_NAME_CHARACTERS, k=8)) for _ in itertools.count())

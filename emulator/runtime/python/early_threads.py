"""Threads that code of the app starts while no process of it runs: when its module is imported, or its first instance made.

On the device each process imports the module anew and has such a thread of its own. Here the module is imported once, and
a real thread would run beside the emulated ones, on the same locks and queues.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from emulator.runtime.python.subject import shown

_POOL = "concurrent.futures.thread"
"""A pool is another one in every process (emulator.runtime.python.pools): its threads may begin early."""


class StartedEarly(BaseException):
    """Code of the app starts a thread; ``place`` is the file and line. No ``except Exception`` of the app sees it."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


_watched: list[Callable[[], tuple[str, ...]]] = []
_places: list[str] = []


@contextmanager
def refused(roots: Callable[[], tuple[str, ...]]) -> Iterator[None]:
    """While this is entered no thread that code under ``roots()`` starts begins. Raises StartedEarly, at the end of it at the
    latest. Threads of libraries are none of the app's, and are real.
    """
    _watched.append(roots)
    try:
        yield
    finally:
        _watched.pop()
        if _places:
            place = _places[0]
            _places.clear()
            raise StartedEarly(place) from None


def check() -> None:
    """A real thread is about to start."""
    for roots in _watched[-1:]:
        place = _place(sys._getframe(1), roots())
        if place:
            _places.append(place)
            raise StartedEarly(place)


def _place(frame: FrameType | None, roots: tuple[str, ...]) -> str:
    """Where code under ``roots`` asks for the thread, itself or through the standard library; "" when it is not that code."""
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if name == _POOL:
            return ""
        if name.partition(".")[0] not in _BETWEEN:
            file = frame.f_code.co_filename
            return f"{shown(file)}:{frame.f_lineno}" if file.startswith(roots) else ""
        frame = frame.f_back
    return ""


_BETWEEN = sys.stdlib_module_names | {"emulator"}

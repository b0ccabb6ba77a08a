"""Telling the user's Ctrl-C from a KeyboardInterrupt that the app raises: the first ends the run, the second is the app's."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import Kernel, current_thread

_pressed: list[bool] = [False]


@contextmanager
def watched() -> Iterator[None]:
    """While this is entered, a real SIGINT is remembered before it raises KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def pressed(number: int, frame: Any) -> None:
        _pressed[0] = True
        if callable(before):
            before(number, frame)
        raise KeyboardInterrupt

    _pressed[0] = False
    signal.signal(signal.SIGINT, pressed)
    try:
        with NotLost():
            yield
    finally:
        signal.signal(signal.SIGINT, before)


class NotLost:
    """A Ctrl-C that was swallowed on its way, by the app or in a destructor, comes up again at the end of this."""

    def __enter__(self) -> None:
        """Nothing was swallowed yet."""

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if _pressed[0] and (interrupted or kind is None):
            _pressed[0] = False
            if not interrupted:
                raise KeyboardInterrupt


def reraise_real(error: BaseException, kernel: Kernel) -> None:
    """When ``error`` is the user's own Ctrl-C, leave the app's code and raise it where the kernel was started."""
    if isinstance(error, KeyboardInterrupt) and _pressed[0]:
        _pressed[0] = False
        thread = current_thread()
        kernel.hub.throw(KeyboardInterrupt())
        if thread is not None:
            thread.check()  # it goes on to die, and for nothing else

"""The app's prints: what its threads write to stdout and stderr goes to the record, everybody else's goes where it went."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import Killed, current_thread


class _Router:
    """Stands in for a stream; whole lines of the app's threads become log events."""

    def __init__(self, stream: Any, name: str) -> None:
        self._stream = stream
        self._name = name
        self._open_lines: dict[int, str] = {}

    def write(self, text: str) -> int:
        thread = current_thread()
        if thread is None or thread.owner is None:
            return int(self._stream.write(text))
        thread.check()
        lines = (self._open_lines.pop(id(thread), "") + text).split("\n")
        for line in lines[:-1]:
            thread.owner.log(self._name, line)
        if lines[-1]:
            self._open_lines[id(thread)] = lines[-1]
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def routed() -> Iterator[None]:
    """Route both streams while this is entered. Warnings are Python's words, not the app's: they stay out of the record,
    where they would be the first time and, as Python tells each only once, not the second.
    """
    before = sys.stdout, sys.stderr
    show, unraisable = warnings.showwarning, sys.unraisablehook

    def show_outside(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, file: Any = None, line: str | None = None
    ) -> None:
        show(message, category, filename, lineno, file if file is not None else before[1], line)

    def tell(error: Any) -> None:
        if error.exc_type is not Killed:  # a finalizer of the app, in a process that is gone
            unraisable(error)

    warnings.showwarning = show_outside
    sys.unraisablehook = tell
    sys.stdout, sys.stderr = _Router(before[0], "stdout"), _Router(before[1], "stderr")
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        warnings.showwarning = show
        if sys.unraisablehook is tell:
            sys.unraisablehook = unraisable

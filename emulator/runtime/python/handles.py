"""What a loop gives for a callback that it will call: asyncio's handles, as light as the loop needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any, Protocol

from emulator.runtime.python.words import text_of


class CountsCancelled(Protocol):
    """A loop that wants to know how many of its timers will never be called."""

    cancelled_timers: int


class _Light:
    """``callback`` is None once it is cancelled."""

    __slots__ = ()

    callback: Callable[..., object] | None
    args: tuple[Any, ...]
    context: Context

    def cancel(self) -> None:
        """Never call it."""
        self.callback = None  # type: ignore[misc]
        self.args = ()  # type: ignore[misc]

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return self.callback is None

    def get_context(self) -> Context:
        """The context in which it is called."""
        return self.context

    def __repr__(self) -> str:
        called = text_of(self.callback, _name)
        return f"<{type(self).__name__} {'cancelled' if self.callback is None else called}>"


def _name(callback: Any) -> str:
    return getattr(callback, "__qualname__", None) or repr(callback)


class Handle(_Light, asyncio.Handle):
    """A callback that is ready."""

    __slots__ = ("args", "callback", "context")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...], context: Context) -> None:
        self.callback = callback
        self.args = args
        self.context = context


class TimerHandle(_Light, asyncio.TimerHandle):
    """A callback that is due at ``when()``; ``scheduled`` while the loop has it on its heap, where equal times are a tie."""

    __slots__ = ("args", "at_s", "callback", "context", "loop", "scheduled")

    def __init__(
        self, when: float, callback: Callable[..., object], args: tuple[Any, ...], loop: CountsCancelled, context: Context
    ) -> None:
        self.at_s = when
        self.loop = loop
        self.scheduled = True
        self.callback = callback
        self.args = args
        self.context = context

    def cancel(self) -> None:
        """Never call it."""
        if self.callback is not None and self.scheduled:
            self.loop.cancelled_timers += 1
        self.callback = None
        self.args = ()

    def when(self) -> float:
        """When it is due, in seconds of the loop's clock."""
        return self.at_s

    def __lt__(self, other: object) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

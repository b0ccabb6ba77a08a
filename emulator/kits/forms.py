"""The three forms of a kit's functions: at once, as a promise, and with a callback at the end.

What a pool thread does on the device is done at the next turn of the app's loop, in one piece; what it takes in virtual time
passes before the promise settles, and keeps nobody else from running.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from emulator.kernel import current_thread
from emulator.kernel.events import NS_PER_S
from emulator.kits.place import Place, here, is_lent

_T = TypeVar("_T", bound=type)


def at_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The synchronous form: whoever calls it waits as long as the storage takes."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        place = here()
        if is_lent():
            return function(*args, **kwargs)
        try:
            return function(*args, **kwargs)
        finally:
            thread = current_thread()
            taken_ns = place.take_ns()
            if taken_ns and thread is not None:
                thread.sleep(taken_ns)

    return call


def promised(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The form that gives an awaitable, or, when the last argument is a function, calls it with error and value."""

    @functools.wraps(function)
    def start(*args: Any, **kwargs: Any) -> asyncio.Future[Any] | None:
        callback = kwargs.pop("callback", None)
        if callback is None and args and _is_callback(args[-1]):
            *args, callback = args  # type: ignore[assignment]
        future = in_the_pool(here(), functools.partial(function, *args, **kwargs))
        if callback is None:
            return future
        future.add_done_callback(lambda done: callback(done.exception(), None if done.exception() else done.result()))
        return None

    start.__name__ = start.__qualname__ = name
    start.__doc__ = f"`{function.__name__}` as a promise; with a function as the last argument, as a callback."
    return start


def both_forms(function: Callable[..., Any], name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """``name`` and ``nameSync``: as a promise or with a callback, and at once."""
    return promised(function, name), at_once(function)


def in_the_pool(place: Place, job: Callable[[], Any]) -> asyncio.Future[Any]:
    """Do ``job`` at the next turn of the loop of whoever is running."""
    loop = asyncio.get_event_loop()
    future: asyncio.Future[Any] = loop.create_future()

    def settle(method: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            method(value)

    def work() -> None:
        try:
            method, value = future.set_result, job()
        except Exception as error:
            method, value = future.set_exception, error
        taken_ns = place.take_ns()
        if taken_ns:
            loop.call_later(taken_ns / NS_PER_S, settle, method, value)
        else:
            settle(method, value)

    loop.call_soon(work)
    return future


def in_all_forms(cls: _T) -> _T:
    """For each method ``...Sync`` of a class, the one without the suffix as well."""
    for name, method in list(vars(cls).items()):
        if name.endswith("Sync"):
            setattr(cls, name, at_once(method))
            plain = name.removesuffix("Sync")
            if plain not in vars(cls):
                setattr(cls, plain, promised(method, plain))
    return cls


def _is_callback(value: Any) -> bool:
    return callable(value) and not isinstance(value, type)

"""concurrent.futures.ThreadPoolExecutor in virtual time: a pool that a module keeps is another one in every process.

On the device each process has the module to itself. Here the processes of an app, one after the other or several at once,
share one interpreter, so that the threads and the jobs of a pool are kept apart by process.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from weakref import WeakKeyDictionary

from emulator.kernel import current_thread
from emulator.runtime.python.locks import VirtualLock
from emulator.runtime.python.work import call_tag

_real_submit = ThreadPoolExecutor.submit

_STATE: dict[str, Callable[[], Any]] = {
    "_work_queue": lambda: queue.SimpleQueue(),
    "_idle_semaphore": lambda: threading.Semaphore(0),
    "_threads": set,
    "_broken": bool,
    "_shutdown": bool,
    "_shutdown_lock": VirtualLock,
}
"""The attributes in which a pool keeps its threads and jobs, and what a pool has in them that has not been used yet."""


class _OfProcess:
    """An attribute with a value of its own in each of the app's processes, beside that of the code outside of any."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, pool: ThreadPoolExecutor | None, _cls: type[Any]) -> Any:
        if pool is None:
            return self
        values = _values(pool)
        if self._name not in values:
            if current_thread() is None:
                raise AttributeError(self._name)
            values[self._name] = _STATE[self._name]()
        return values[self._name]

    def __set__(self, pool: ThreadPoolExecutor, value: Any) -> None:
        _values(pool)[self._name] = value


def _values(pool: ThreadPoolExecutor) -> dict[str, Any]:
    app = current_thread()
    if app is None:
        return pool.__dict__
    by_process: WeakKeyDictionary[Any, dict[str, Any]] = pool.__dict__.setdefault("_emulated_by_process", WeakKeyDictionary())
    return by_process.setdefault(app.owner, {})


def submit(self: ThreadPoolExecutor, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
    """ThreadPoolExecutor.submit: the job is work of the call that submits it."""
    if current_thread() is not None:
        fn = _Job(fn, call_tag.get())
    return _real_submit(self, fn, *args, **kwargs)


class _Job:
    """A pool's job: work of the call that submitted it, whichever call its thread was started in."""

    __slots__ = ("_fn", "_tag")

    def __init__(self, fn: Any, tag: int | None) -> None:
        self._fn = fn
        self._tag = tag

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        thread = current_thread()
        if thread is not None:
            thread.tag = self._tag
            call_tag.set(self._tag)
        return self._fn(*args, **kwargs)


def install() -> None:
    """Replace the method and the attributes."""
    ThreadPoolExecutor.submit = submit  # type: ignore[method-assign,assignment]
    for name in _STATE:
        setattr(ThreadPoolExecutor, name, _OfProcess(name))


def uninstall() -> None:
    """Put the real ones back."""
    ThreadPoolExecutor.submit = _real_submit  # type: ignore[method-assign]
    for name in _STATE:
        delattr(ThreadPoolExecutor, name)

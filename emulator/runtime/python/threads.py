"""threading.Thread in virtual time: a thread that the app starts is a greenlet of its process.

The methods of the real class are replaced, so that subclasses and names imported earlier work as well.
"""

from __future__ import annotations

import _threading_local
import itertools
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any

from emulator.kernel import AppThread, Killed, current_thread
from emulator.runtime.python import early_threads
from emulator.runtime.python.words import text_of
from emulator.runtime.python.work import call_tag

_real_start = threading.Thread.start
_real_join = threading.Thread.join
_real_is_alive = threading.Thread.is_alive
_real_current_thread = threading.current_thread
_real_get_ident = threading.get_ident
_real_enumerate = threading.enumerate
_real_active_count = threading.active_count
_real_ident = threading.Thread.__dict__["ident"]

EMULATED = "_emulated_by"
"""Attribute of a Thread that runs as a greenlet."""

FIRST_IDENT = 1_000_000
"""Identifiers of the app's threads begin here."""


def start(self: threading.Thread) -> None:
    """Thread.start."""
    app = current_thread()
    if app is None:
        early_threads.check()
        _real_start(self)
        return
    if EMULATED in self.__dict__:
        raise RuntimeError("threads can only be started once")
    if not self._initialized:  # type: ignore[attr-defined]
        raise RuntimeError("thread.__init__() not called")
    process = app.owner
    process.refuse_if_dead(app)
    tag = call_tag.get()

    def body() -> None:
        call_tag.set(tag)
        try:
            self.run()
        except (Killed, SystemExit):
            pass
        except BaseException as error:
            thread.check()
            text = text_of(error, _last_lines)
            thread.check()
            process.log("excepthook", f"Exception in thread {self.name}: {text}")

    thread = process.spawn_thread(f"js/{len(process.threads)}", lambda: copy_context().run(body))
    thread.tag = tag
    thread.language["thread"] = self
    self.__dict__[EMULATED] = thread
    self._ident = FIRST_IDENT + len(process.threads)  # type: ignore[attr-defined]
    self._started.set()  # type: ignore[attr-defined]
    thread.begin()


def _last_lines(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip()


def join(self: threading.Thread, timeout: float | None = None) -> None:
    """Thread.join: waits in virtual time; outside the app a thread of an ended process is not waited for."""
    emulated: AppThread | None = self.__dict__.get(EMULATED)
    if emulated is None:
        _real_join(self, timeout)
        return
    me = current_thread()
    if me is None or emulated.ended:
        return
    if me is emulated:
        raise RuntimeError("cannot join current thread")
    if timeout is not None and timeout <= 0:
        return

    def wake() -> None:
        me.wake(emulated)

    emulated.on_end.append(wake)
    try:
        me.park(None if timeout is None else round(timeout * 1e9), emulated)
    finally:
        if wake in emulated.on_end:
            emulated.on_end.remove(wake)


def is_alive(self: threading.Thread) -> bool:
    """Thread.is_alive."""
    emulated: AppThread | None = self.__dict__.get(EMULATED)
    return not emulated.ended if emulated is not None else _real_is_alive(self)


def current_python_thread() -> threading.Thread:
    """threading.current_thread: the main thread of the process is the interpreter's main thread object."""
    app = current_thread()
    if app is None:
        return _real_current_thread()
    found: threading.Thread | None = app.language.get("thread")
    return found if found is not None else threading.main_thread()


def get_ident() -> int:
    """threading.get_ident."""
    app = current_thread()
    if app is None:
        return _real_get_ident()
    found = app.language.get("thread")
    return int(found.ident) if found is not None else FIRST_IDENT


def ident(self: threading.Thread) -> int | None:
    """Thread.ident: to the app its main thread has the number that get_ident gives there."""
    if self is threading.main_thread() and current_thread() is not None:
        return FIRST_IDENT
    found: int | None = self._ident  # type: ignore[attr-defined]
    return found


def enumerate_threads() -> list[threading.Thread]:
    """threading.enumerate: to the app, the threads of its own process."""
    app = current_thread()
    if app is None:
        return _real_enumerate()
    alive = [t.language["thread"] for t in app.owner.threads if "thread" in t.language and not t.ended]
    return [threading.main_thread(), *alive]


def active_count() -> int:
    """threading.active_count."""
    return len(enumerate_threads())


class Local(_threading_local.local):
    """threading.local: one set of attributes for each thread of the app, fresh in each process, and for each real one."""


def _whose() -> Any:
    app = current_thread()
    return app if app is not None else _real_current_thread()


def future_hash(self: Future[Any]) -> int:
    """Future.__hash__: no address, as `as_completed` and `wait` keep sets, whose order must be the same in every run."""
    number: int | None = self.__dict__.get(_NUMBER)
    if number is None:
        app = current_thread()
        number = object.__hash__(self) if app is None else _next_number(app)
        self.__dict__[_NUMBER] = number
    return number


_NUMBER = "_emulated_number"


def _next_number(app: AppThread) -> int:
    numbers: Iterator[int] = app.owner.threads[0].language.setdefault("futures", itertools.count())
    return next(numbers)


def install() -> None:
    """Replace the methods."""
    threading.Thread.start = start  # type: ignore[method-assign]
    threading.Thread.join = join  # type: ignore[method-assign]
    threading.Thread.is_alive = is_alive  # type: ignore[method-assign]
    threading.Thread.ident = property(ident)  # type: ignore[assignment,method-assign]
    threading.enumerate = enumerate_threads
    threading.active_count = active_count
    Future.__hash__ = future_hash  # type: ignore[method-assign,assignment]
    _threading_local.current_thread = _whose  # type: ignore[attr-defined]


def uninstall() -> None:
    """Put the real ones back."""
    threading.Thread.start = _real_start  # type: ignore[method-assign]
    threading.Thread.join = _real_join  # type: ignore[method-assign]
    threading.Thread.is_alive = _real_is_alive  # type: ignore[method-assign]
    threading.Thread.ident = _real_ident  # type: ignore[method-assign]
    threading.enumerate = _real_enumerate
    threading.active_count = _real_active_count
    del Future.__hash__
    _threading_local.current_thread = _real_current_thread  # type: ignore[attr-defined]

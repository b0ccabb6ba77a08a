"""Putting the virtual names in place: once, for good, and by who is running, so that only the app's threads notice."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import contextlib
import datetime
import os
import queue
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import AppThread, current_thread
from emulator.runtime.python import clock, locks, refusals, ticks, threads
from emulator.runtime.python.loop import VirtualEventLoop

CPU_COUNT = 8
"""The cores of the emulated device: pools that size themselves by it are the same on every machine."""

HARNESS = frozenset(
    ("emulator", "conformance", "hypothesis", "pytest", "_pytest", "pluggy", "xdist", "execnet", "coverage", "pytest_timeout")
)
"""Packages that keep the real names whoever is running: a collector's or finalizer's callback of theirs may come in the
middle of the app's code, and must not cost it any time."""

_installed: list[bool] = [False]
_loading: list[int] = [0]
_replaced: dict[int, tuple[Any, Any]] = {}
"""id of a real function: the function (kept alive) and ours."""
_patched: list[tuple[Any, str, Any]] = []
_scanned: set[str] = set()


def install() -> None:
    """Replace the names, in every module that has them. Does nothing the second time."""
    if _installed[0]:
        return
    _installed[0] = True
    AppThread.switch_hook = staticmethod(_save_loop)
    for name, (real, ours) in clock.FUNCTIONS.items():
        _replace(time, name, real, ours)
    _replace(asyncio, "new_event_loop", asyncio.new_event_loop, _new_event_loop)
    _replace(asyncio, "get_event_loop", asyncio.get_event_loop, _get_event_loop)
    _replace(asyncio, "set_event_loop", asyncio.set_event_loop, _set_event_loop)
    _replace(threading, "Lock", threading.Lock, _lock)
    _replace(threading, "RLock", threading.RLock, _rlock)
    _replace(threading, "_allocate_lock", locks.real_lock, _lock)
    _replace(threading, "current_thread", threading.current_thread, threads.current_python_thread)
    _replace(threading, "get_ident", threading.get_ident, threads.get_ident)
    _replace(os, "cpu_count", os.cpu_count, _cpu_count)
    if sys.version_info >= (3, 13):
        _replace(os, "process_cpu_count", os.process_cpu_count, _cpu_count)
    _set(queue, "SimpleQueue", queue._PySimpleQueue)  # type: ignore[attr-defined]
    rebind()
    for module, name in ((threading, "_time"), (queue, "time")):
        _set(module, name, clock.library_monotonic)
    _set(concurrent.futures.thread, "_global_shutdown_lock", locks.VirtualLock())
    for name, (_real, cls) in clock.CLASSES.items():
        _set(datetime, name, cls)
    threads.install()
    for name in random.__all__:
        method = getattr(random, name)
        if getattr(method, "__self__", None) is random._inst:  # type: ignore[attr-defined]
            _replace(random, name, method, _random_function(name, method))
    refusals.install()


def uninstall() -> None:
    """Put every real name back, also where a module had imported it."""
    if not _installed[0]:
        return
    refusals.uninstall()
    threads.uninstall()
    AppThread.switch_hook = None
    for owner, name, real in reversed(_patched):
        setattr(owner, name, real)
    _patched.clear()
    _replaced.clear()
    _scanned.clear()
    _installed[0] = False


def rebind() -> None:
    """Reach the names that modules imported before, under whatever name they keep them."""
    for module_name, module in list(sys.modules.items()):
        if module_name in _scanned:
            continue
        _scanned.add(module_name)
        names = getattr(module, "__dict__", None)
        package = module_name.partition(".")[0]
        if not isinstance(names, dict) or package in ("emulator", "conformance"):
            continue
        if package in HARNESS:
            _keep_real(module, names)
        else:
            _make_virtual(module, names)


def _make_virtual(module: Any, names: dict[str, Any]) -> None:
    own = _is_the_apps(module)
    for name, value in list(names.items()):
        found = _replaced.get(id(value))
        if found is not None and found[0] is value:
            _set(module, name, found[1])
        elif own and isinstance(value, type):
            for real, ours in clock.CLASSES.values():
                if value is real:
                    _set(module, name, ours)


def _keep_real(module: Any, names: dict[str, Any]) -> None:
    ours = {id(virtual): real for real, virtual in _replaced.values()}
    for name, value in list(names.items()):
        if id(value) in ours:
            setattr(module, name, ours[id(value)])


@contextmanager
def loading() -> Iterator[None]:
    """While the app's modules are imported: locks that they make are theirs."""
    _loading[0] += 1
    try:
        yield
    finally:
        _loading[0] -= 1


def watch(roots: tuple[str, ...]) -> None:
    """Code under ``roots`` is the app's own."""
    ticks.watch(roots)


def main_loop() -> VirtualEventLoop:
    """A new loop for the thread that is running, which becomes its current one."""
    thread = current_thread()
    assert thread is not None
    loop = _new_loop(thread)
    thread.event_loop = loop
    return loop


def forget(process: Any) -> None:
    """The process is over: its loops are closed, and what was suspended in them ends without a word."""
    for loop in process.loops:
        loop.set_exception_handler(lambda _loop, _context: None)
        for task in asyncio.all_tasks(loop):
            coroutine: Any = task.get_coro()
            with contextlib.suppress(BaseException):
                coroutine.close()
        loop.close()
    process.loops.clear()


# by who is running ---------------------------------------------------------------------------------------------------


def _is_app() -> bool:
    return current_thread() is not None or _loading[0] > 0


def _lock() -> Any:
    return locks.VirtualLock() if _is_app() else locks.real_lock()


def _rlock() -> Any:
    return locks.VirtualRLock() if _is_app() else _REAL_RLOCK()


_REAL_RLOCK: Callable[[], Any] = threading.RLock
_REAL_NEW_LOOP = asyncio.new_event_loop
_REAL_GET_LOOP = asyncio.get_event_loop
_REAL_SET_LOOP = asyncio.set_event_loop
_REAL_CPU_COUNT = os.cpu_count


def _random_function(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    """A function of the random module; the app's numbers begin anew, from the device's seed, with every process."""

    def draw(*args: Any, **kwargs: Any) -> Any:
        thread = current_thread()
        return (real if thread is None else getattr(thread.owner.random, name))(*args, **kwargs)

    draw.__name__ = draw.__qualname__ = name
    return draw


def _cpu_count() -> int | None:
    return CPU_COUNT if current_thread() is not None else _REAL_CPU_COUNT()


def _new_loop(thread: AppThread) -> VirtualEventLoop:
    loop = VirtualEventLoop(thread)
    thread.owner.loops.append(loop)
    return loop


def _new_event_loop() -> asyncio.AbstractEventLoop:
    thread = current_thread()
    return _REAL_NEW_LOOP() if thread is None else _new_loop(thread)


def _get_event_loop() -> asyncio.AbstractEventLoop:
    thread = current_thread()
    if thread is None:
        return _REAL_GET_LOOP()
    running = asyncio._get_running_loop()
    if running is not None:
        return running
    loop: asyncio.AbstractEventLoop | None = getattr(thread, "event_loop", None)
    if loop is None:
        if thread is not thread.owner.threads[0]:
            raise RuntimeError("There is no current event loop in this thread.")
        loop = thread.owner.main_loop()
    return loop


def _set_event_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    thread = current_thread()
    if thread is None:
        _REAL_SET_LOOP(loop)
    else:
        thread.event_loop = loop


def _save_loop() -> Callable[[], None]:
    """The running loop is the OS thread's; here every thread of the app has its own (see docs/decisions.md)."""
    loop = asyncio._get_running_loop()
    if loop is None:
        return _nothing
    asyncio._set_running_loop(None)
    return lambda: asyncio._set_running_loop(loop)


def _nothing() -> None:
    asyncio._set_running_loop(None)


def _is_the_apps(module: Any) -> bool:
    file = getattr(module, "__file__", None) or ""
    return bool(ticks._roots) and file.startswith(ticks._roots)


def _replace(owner: Any, name: str, real: Any, ours: Any) -> None:
    _replaced[id(real)] = (real, ours)
    _set(owner, name, ours)


def _set(owner: Any, name: str, ours: Any) -> None:
    _patched.append((owner, name, getattr(owner, name)))
    setattr(owner, name, ours)

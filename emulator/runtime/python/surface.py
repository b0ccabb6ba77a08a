"""Putting the virtual names in place: once, for good, and by who is running, so that only the app's threads notice."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import datetime
import logging
import os
import queue
import sched
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

from emulator.kernel import AppThread, current_thread
from emulator.runtime.python import (
    adopt,
    chance,
    clock,
    event_loops,
    file_times,
    in_order,
    locks,
    log_handlers,
    outside,
    pools,
    refusals,
    threads,
    ticks,
    unawaited,
)

CPU_COUNT = 8
"""The cores of the emulated device: pools that size themselves by it are the same on every machine."""

HARNESS = frozenset(
    ("emulator", "conformance", "hypothesis", "pytest", "_pytest", "pluggy", "xdist", "execnet", "coverage", "pytest_timeout")
)
"""Packages that keep the real names whoever is running: a collector's or finalizer's callback of theirs may come in the
middle of the app's code, and must not cost it any time."""

_installed: list[bool] = [False]
_reaches_files: list[bool] = [False]
_replaced: dict[int, tuple[Any, Any]] = {}
"""id of a real function: the function (kept alive) and ours."""
_patched: list[tuple[Any, str, Any]] = []
_scanned: set[str] = set()
_supported: list[tuple[set[Any], Any]] = []
"""What the sets of os that tell a function's abilities were told of ours."""


def install() -> None:
    """Replace the names, in every module that has them. Does nothing the second time."""
    if _installed[0]:
        return
    _installed[0] = True
    AppThread.switch_hook = staticmethod(event_loops.put_aside)
    for name, (real, ours) in clock.FUNCTIONS.items():
        _replace(time, name, real, ours)
    for name, (real, ours) in event_loops.FUNCTIONS.items():
        _replace(asyncio, name, real, ours)
    _replace(asyncio, "as_completed", asyncio.as_completed, in_order.as_completed)
    _replace(threading, "Lock", threading.Lock, locks.Lock)
    _replace(threading, "RLock", threading.RLock, _rlock)
    _replace(threading, "_allocate_lock", locks.real_lock, locks.Lock)
    _replace(threading, "current_thread", threading.current_thread, threads.current_python_thread)
    _replace(threading, "get_ident", threading.get_ident, threads.get_ident)
    _replace(os, "cpu_count", os.cpu_count, _cpu_count)
    _replace(signal, "getsignal", signal.getsignal, _getsignal)
    if sys.version_info >= (3, 13):
        _replace(os, "process_cpu_count", os.process_cpu_count, _cpu_count)
    _set(queue, "SimpleQueue", queue._PySimpleQueue)  # type: ignore[attr-defined]
    _set(threading, "local", threads.Local)
    chance.install(_replace)
    _set(logging.Logger, "addHandler", log_handlers.add)
    _set(warnings, "_warn_unawaited_coroutine", unawaited.note)
    refusals.install(_replace)
    file_times.install(_replace)
    rebind()
    for module, name in ((threading, "_time"), (queue, "time")):
        _set(module, name, clock.library_monotonic)
    _set(concurrent.futures.thread, "_global_shutdown_lock", locks.VirtualLock())
    for name, (_real, cls) in clock.CLASSES.items():
        _set(datetime, name, cls)
    _set(sched.scheduler.__init__, "__defaults__", (time.monotonic, time.sleep))
    threads.install()
    pools.install()
    outside.install()
    event_loops.install_policy()


def reach_files() -> None:
    """From now on file work asks the disk of who is running. Does nothing the second time."""
    if not _reaches_files[0]:
        from emulator.runtime.python import file_surface  # with sqlite3, which healthy devices do without

        _reaches_files[0] = True
        file_surface.install(_replace)
        _scanned.clear()
        rebind()


def uninstall() -> None:
    """Put every real name back, also where a module had imported it."""
    if not _installed[0]:
        return
    _reaches_files[0] = False
    for known, ours in _supported:
        known.discard(ours)
    _supported.clear()
    refusals.uninstall()
    event_loops.uninstall_policy()
    pools.uninstall()
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
    if not _installed[0]:
        return
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
    for name, value in list(names.items()):
        found = _replaced.get(id(value))
        if found is not None and found[0] is value:
            _set(module, name, found[1])
    if _is_the_apps(module):
        adopt.adopt(module, _ours_for, _set)


def _ours_for(value: Any) -> Any:
    """What stands for a real object that the app's own code holds, or None."""
    found = _replaced.get(id(value))
    if found is not None and found[0] is value:
        return found[1]
    return next((ours for real, ours in clock.CLASSES.values() if value is real), None)


def _keep_real(module: Any, names: dict[str, Any]) -> None:
    ours = {id(virtual): real for real, virtual in _replaced.values()}
    for name, value in list(names.items()):
        if id(value) in ours:
            setattr(module, name, ours[id(value)])


def watch(roots: tuple[str, ...]) -> None:
    """Code under ``roots`` is the app's own: it is counted, and its modules are looked through once more."""
    known = set(ticks._roots)
    ticks.watch(roots)
    if not known.issuperset(roots):
        _scanned.difference_update([name for name, module in list(sys.modules.items()) if _is_the_apps(module)])
        rebind()


# by who is running ---------------------------------------------------------------------------------------------------


def _rlock() -> Any:
    return locks.VirtualRLock() if locks.is_app() else _REAL_RLOCK()


_REAL_RLOCK: Callable[[], Any] = threading.RLock
_REAL_GETSIGNAL = signal.getsignal
_REAL_CPU_COUNT = os.cpu_count


def _getsignal(number: int, /) -> Any:
    """The app has no handlers; a Runner of asyncio, for one, then sets none either."""
    return _REAL_GETSIGNAL(number) if current_thread() is None else signal.SIG_DFL


def _cpu_count() -> int | None:
    return CPU_COUNT if current_thread() is not None else _REAL_CPU_COUNT()


def _is_the_apps(module: Any) -> bool:
    file = getattr(module, "__file__", None) or ""
    return isinstance(file, str) and any(file == root or file.startswith(root.rstrip(os.sep) + os.sep) for root in ticks._roots)


def _replace(owner: Any, name: str, real: Any, ours: Any) -> None:
    _replaced[id(real)] = (real, ours)
    _set(owner, name, ours)
    for known in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids):
        if real in known:
            known.add(ours)
            _supported.append((known, ours))


def _set(owner: Any, name: str, ours: Any) -> None:
    _patched.append((owner, name, getattr(owner, name)))
    setattr(owner, name, ours)

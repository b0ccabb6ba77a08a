"""Putting the virtual names in place: once, for good, and by who is running, so that only the app's threads notice."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import contextlib
import datetime
import itertools
import logging
import os
import queue
import random
import sched
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from emulator.kernel import AppThread, current_thread
from emulator.runtime.python import (
    adopt,
    clock,
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
from emulator.runtime.python.loop import VirtualEventLoop

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
    AppThread.switch_hook = staticmethod(_save_loop)
    for name, (real, ours) in clock.FUNCTIONS.items():
        _replace(time, name, real, ours)
    _replace(asyncio, "new_event_loop", asyncio.new_event_loop, _new_event_loop)
    _replace(asyncio, "get_event_loop", asyncio.get_event_loop, _get_event_loop)
    _replace(asyncio, "set_event_loop", asyncio.set_event_loop, _set_event_loop)
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
    for name in random.__all__:
        method = getattr(random, name)
        if getattr(method, "__self__", None) is random._inst:
            _replace(random, name, method, _random_function(name, method))
    _replace(os, "urandom", os.urandom, _urandom)
    _replace(tempfile, "_get_candidate_names", _REAL_NAMES, _candidate_names)
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
    if sys.version_info < (3, 14):
        asyncio.set_event_loop_policy(_Policy(asyncio.get_event_loop_policy()))


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
    if sys.version_info < (3, 14):
        policy = asyncio.get_event_loop_policy()
        if isinstance(policy, _Policy):
            asyncio.set_event_loop_policy(policy.real)
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


loading = locks.loading


def watch(roots: tuple[str, ...]) -> None:
    """Code under ``roots`` is the app's own: it is counted, and its modules are looked through once more."""
    known = set(ticks._roots)
    ticks.watch(roots)
    if not known.issuperset(roots):
        _scanned.difference_update([name for name, module in list(sys.modules.items()) if _is_the_apps(module)])
        rebind()


def main_loop() -> VirtualEventLoop:
    """A new loop for the thread that is running, which becomes its current one."""
    thread = current_thread()
    assert thread is not None
    loop = _new_loop(thread)
    thread.language["event_loop"] = loop
    return loop


def forget(process: Any) -> None:
    """The process is over: its loops are closed, and what was suspended in them ends without a word.

    When code of the app keeps this from coming to its end, the next call goes on behind that code.
    """
    while process.loops:
        loop = process.loops[0]
        loop.set_exception_handler(lambda _loop, _context: None)
        with contextlib.suppress(BaseException):
            loop.close()
        known = {task for task, _ in loop.work.tasks}
        loop.work.tasks += [(task, None) for task in asyncio.all_tasks(loop) if task not in known]
        while loop.work.tasks:
            task, _ = loop.work.tasks.pop()
            if not task.done():
                with contextlib.suppress(BaseException):
                    task.get_coro().close()
        process.loops.remove(loop)


# by who is running ---------------------------------------------------------------------------------------------------


def _rlock() -> Any:
    return locks.VirtualRLock() if locks.is_app() else _REAL_RLOCK()


_REAL_RLOCK: Callable[[], Any] = threading.RLock
_REAL_NEW_LOOP = asyncio.new_event_loop
_REAL_GET_LOOP = asyncio.get_event_loop
_REAL_SET_LOOP = asyncio.set_event_loop
_REAL_GETSIGNAL = signal.getsignal
_REAL_CPU_COUNT = os.cpu_count
_REAL_URANDOM = os.urandom
_REAL_NAMES: Callable[[], Iterator[str]] = tempfile._get_candidate_names  # type: ignore[attr-defined]
_ON_THE_WAY = ("tempfile.", "emulator.runtime.python.")
"""Modules that ask for a name on behalf of whoever called them."""
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789_"


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


def _getsignal(number: int, /) -> Any:
    """The app has no handlers; a Runner of asyncio, for one, then sets none either."""
    return _REAL_GETSIGNAL(number) if current_thread() is None else signal.SIG_DFL


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
    loop: asyncio.AbstractEventLoop | None = thread.language.get("event_loop")
    if loop is None:
        if thread is not thread.owner.threads[0]:
            raise RuntimeError("There is no current event loop in this thread.")
        loop = thread.owner.realm.main_loop()
    return loop


def _set_event_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    thread = current_thread()
    if thread is None:
        _REAL_SET_LOOP(loop)
    else:
        thread.language["event_loop"] = loop


def _save_loop() -> Callable[[], None] | None:
    """The running loop, and who finalizes asynchronous generators, are the OS thread's; here every thread of the app has
    its own (see docs/decisions.md). None when there is nothing to put aside: whoever has something does so when it leaves.
    """
    loop = asyncio._get_running_loop()
    hooks = sys.get_asyncgen_hooks()
    if loop is None and hooks == _NO_HOOKS:
        return None
    # Python 3.14 keeps the current task with the OS thread as well, older versions with the loop: taking it along is right
    # in both.
    task = asyncio.current_task(loop) if loop is not None else None
    if loop is not None and task is not None:
        asyncio.tasks._leave_task(loop, task)
    _no_loop()

    def restore() -> None:
        asyncio._set_running_loop(loop)
        sys.set_asyncgen_hooks(*hooks)
        if loop is not None and task is not None:
            asyncio.tasks._enter_task(loop, task)

    return restore


_NO_HOOKS = (None, None)


def _no_loop() -> None:
    asyncio._set_running_loop(None)
    sys.set_asyncgen_hooks(None, None)


class _Policy(asyncio.AbstractEventLoopPolicy):
    """What asyncio itself asks for the current loop, where it has no running one; everybody else gets what was there."""

    def __init__(self, real: asyncio.AbstractEventLoopPolicy) -> None:
        self.real = real

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """The current loop of who is running."""
        return self.real.get_event_loop() if current_thread() is None else _get_event_loop()

    def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Make ``loop`` the current one of who is running."""
        if current_thread() is None:
            self.real.set_event_loop(loop)
        else:
            _set_event_loop(loop)

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A new loop for who is running."""
        return self.real.new_event_loop() if current_thread() is None else _new_event_loop()

    def get_child_watcher(self) -> Any:
        """For subprocesses of everybody but the app."""
        return self.real.get_child_watcher()

    def set_child_watcher(self, watcher: Any) -> None:
        """For subprocesses of everybody but the app."""
        self.real.set_child_watcher(watcher)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


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

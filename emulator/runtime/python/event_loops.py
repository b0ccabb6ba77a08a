"""Which event loop is the current one: to the app's threads their own, to everybody else asyncio's."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from typing import Any

from emulator.kernel import AppThread, current_thread
from emulator.runtime.python.loop import VirtualEventLoop

_REAL_NEW_LOOP = asyncio.new_event_loop
_REAL_GET_LOOP = asyncio.get_event_loop
_REAL_SET_LOOP = asyncio.set_event_loop
_NO_HOOKS = (None, None)


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


FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "new_event_loop": (_REAL_NEW_LOOP, _new_event_loop),
    "get_event_loop": (_REAL_GET_LOOP, _get_event_loop),
    "set_event_loop": (_REAL_SET_LOOP, _set_event_loop),
}
"""Name in asyncio: the real function and ours."""


def put_aside() -> Callable[[], None] | None:
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


def install_policy() -> None:
    """Put ours around the policy that is there; Python 3.14 asks nobody any more."""
    if sys.version_info < (3, 14):
        asyncio.set_event_loop_policy(_Policy(asyncio.get_event_loop_policy()))


def uninstall_policy() -> None:
    """Put back the one that was there."""
    if sys.version_info < (3, 14):
        policy = asyncio.get_event_loop_policy()
        if isinstance(policy, _Policy):
            asyncio.set_event_loop_policy(policy.real)

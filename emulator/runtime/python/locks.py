"""threading's locks in virtual time. Condition, Event, Semaphore, Barrier and Queue of the standard library stand on them.

A lock works for everybody: for the app's threads it waits in virtual time, for other threads it is the real lock inside.
"""

from __future__ import annotations

import _thread
from collections import deque
from typing import Any

from emulator.kernel import AppThread, current_thread

real_lock = _thread.allocate_lock


class VirtualLock:
    """threading.Lock. A release hands the lock to whoever waits longest; a thread that takes again what it has just
    released lets the others that are due at this time go first, as a scheduler that is fair does.
    """

    __slots__ = ("__weakref__", "_inner", "_left", "_owner", "_waiting")

    def __init__(self) -> None:
        self._inner = real_lock()
        self._owner: AppThread | None = None
        self._waiting: deque[AppThread] = deque()
        self._left: tuple[AppThread, int] | None = None

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take the lock; ``timeout`` in seconds, -1 for ever."""
        if not blocking and timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        if timeout < 0 and timeout != -1:
            raise ValueError("timeout value must be a non-negative number")
        self._drop_dead_owner()
        thread = current_thread()
        if thread is None:
            return self._inner.acquire(blocking, timeout)
        if self._left == (thread, thread.kernel.now_ns):
            self._left = None
            thread.yield_to_others()
        if self._inner.acquire(False):
            self._owner = thread
            return True
        if not blocking or timeout == 0:
            return False
        self._waiting.append(thread)
        woken = False
        try:
            woken = thread.park(None if timeout == -1 else int(timeout * 1e9))
        finally:
            if not woken and thread in self._waiting:
                self._waiting.remove(thread)
        return woken

    def release(self) -> None:
        """Give the lock to the next in line, or leave it free."""
        if not self._inner.locked():
            raise RuntimeError("release unlocked lock")
        thread = current_thread()
        self._left = (thread, thread.kernel.now_ns) if thread is not None else None
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.dying and not waiter.ended:
                self._owner = waiter
                waiter.wake()
                return
        self._owner = None
        self._inner.release()

    def locked(self) -> bool:
        """Whether somebody has it."""
        self._drop_dead_owner()
        return self._inner.locked()

    def _drop_dead_owner(self) -> None:
        """A lock that a thread of an ended process held is free: every process begins with fresh ones."""
        owner = self._owner
        if owner is not None and not owner.owner.alive and owner is not current_thread():
            self._owner = None
            self._waiting.clear()
            if self._inner.locked():
                self._inner.release()

    def _at_fork_reinit(self) -> None:
        self.__init__()  # type: ignore[misc]

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class VirtualRLock:
    """threading.RLock: may be taken again by the thread that has it."""

    __slots__ = ("__weakref__", "_count", "_holder", "_lock")

    def __init__(self) -> None:
        self._lock = VirtualLock()
        self._holder: Any = None
        self._count = 0

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """Take it once more, or wait as for a Lock."""
        me = _me()
        if self._holder == me and self._lock.locked():
            self._count += 1
            return True
        taken = self._lock.acquire(blocking, timeout)
        if taken:
            self._holder, self._count = me, 1
        return taken

    def release(self) -> None:
        """Give it back once."""
        if self._holder != _me():
            raise RuntimeError("cannot release un-acquired lock")
        self._count -= 1
        if not self._count:
            self._holder = None
            self._lock.release()

    def _is_owned(self) -> bool:
        return bool(self._holder == _me() and self._lock.locked())

    def _release_save(self) -> tuple[int, Any]:
        state = self._count, self._holder
        self._count, self._holder = 0, None
        self._lock.release()
        return state

    def _acquire_restore(self, state: tuple[int, Any]) -> None:
        self._lock.acquire()
        self._count, self._holder = state

    def _at_fork_reinit(self) -> None:
        self.__init__()  # type: ignore[misc]

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


def _me() -> object:
    thread = current_thread()
    return thread if thread is not None else _thread.get_ident()

"""threading's locks in virtual time. Condition, Event, Semaphore, Barrier and Queue of the standard library stand on them.

A lock works for everybody: for the app's threads it waits in virtual time, for other threads it is the real lock inside.
"""

from __future__ import annotations

import _thread
import random
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import AppThread, current_thread

real_lock = _thread.allocate_lock
real_rlock = _thread.RLock

LOADING_SEED = 0
"""What the random module is seeded with while the app's modules are imported."""


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
        if timeout > threading.TIMEOUT_MAX:
            raise OverflowError("timestamp out of range for platform time_t")
        thread = current_thread()
        if thread is None:
            return self._inner.acquire(blocking, timeout)
        if self._left == (thread, thread.kernel.now_ns) and not thread.dying:
            self._left = None
            thread.yield_to_others()
        if self._inner.acquire(False):
            self._owner = thread
            return True
        if not blocking or timeout == 0:
            return False
        self._waiting.append(thread)
        try:
            return thread.park(None if timeout == -1 else round(timeout * 1e9), self)
        finally:
            if thread in self._waiting:
                self._waiting.remove(thread)

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
                waiter.wake(self)
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

    def _recursion_count(self) -> int:
        return self._count if self._is_owned() else 0

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


class _LockMeta(type):
    """Lets every lock count as an instance of the name that the app knows, as from 3.13 on it is a class."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, (VirtualLock, type(real_lock())))

    def __call__(cls) -> Any:
        return VirtualLock() if is_app() else real_lock()


class Lock(metaclass=_LockMeta):
    """threading.Lock by who is running."""


_loading: list[int] = [0]


@contextmanager
def loading() -> Iterator[None]:
    """While the app's modules are imported: locks that they make are theirs, and random numbers that they draw are the
    same in every run, at nobody else's cost.
    """
    state = random.getstate()
    random.seed(LOADING_SEED)
    _loading[0] += 1
    try:
        yield
    finally:
        _loading[0] -= 1
        random.setstate(state)


def is_app() -> bool:
    """Whether what is made now is made by the app."""
    return current_thread() is not None or _loading[0] > 0


def _me() -> object:
    thread = current_thread()
    return thread if thread is not None else _thread.get_ident()

"""What would really wait or leave the process: refused by name when the app asks for it, untouched for everybody else."""

from __future__ import annotations

import _thread
import builtins
import functools
import multiprocessing
import multiprocessing.pool
import multiprocessing.process
import os
import select
import selectors
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import current_thread


class NotAvailable(RuntimeError):
    """The emulated device does not have ``name``. Rules do not judge a session that ends because of it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not available on the emulated device")
        self.name = name


_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")

REFUSED: list[tuple[Any, tuple[str, ...]]] = [
    (subprocess.Popen, ("__init__",)),
    (_thread, ("start_new_thread", "start_new")),
    (multiprocessing.process.BaseProcess, ("start",)),
    (multiprocessing.pool.ThreadPool, ("__init__",)),  # it waits for descriptors
    (
        multiprocessing,
        (
            "Pool",
            "Manager",
            "Queue",
            "JoinableQueue",
            "Lock",
            "RLock",
            "Semaphore",
            "BoundedSemaphore",
            "Condition",
            "Event",
            "Barrier",
        ),
    ),
    (
        socket.socket,
        ("connect", "connect_ex", "bind", "listen", "accept", "sendto", "sendmsg", "recvfrom", "recv", "recv_into", "recvmsg"),
    ),
    (
        socket,
        (
            "create_connection",
            "create_server",
            "getaddrinfo",
            "gethostbyname",
            "gethostbyname_ex",
            "gethostbyaddr",
            "getnameinfo",
        ),
    ),
    *((getattr(selectors, name), ("select",)) for name in _SELECTORS if hasattr(selectors, name)),
    (select, ("select", "poll", "epoll", "kqueue")),
    (
        signal,
        (
            "signal",
            "alarm",
            "setitimer",
            "pause",
            "sigwait",
            "sigwaitinfo",
            "sigtimedwait",
            "pthread_kill",
            "pthread_sigmask",
            "raise_signal",
            "set_wakeup_fd",
            "siginterrupt",
        ),
    ),
    (builtins, ("input",)),
    (
        os,
        (
            "fork",
            "forkpty",
            "system",
            "popen",
            "posix_spawn",
            "posix_spawnp",
            "spawnv",
            "spawnve",
            "execv",
            "execve",
            "execvp",
            "execvpe",
            "wait",
            "waitpid",
            "wait3",
            "wait4",
            "waitid",
            "kill",
            "killpg",
            "abort",
            "_exit",
        ),
    ),
]
"""Owner, and the names on it that are refused; names that a platform does not have are left out."""

_real: list[tuple[Any, str, Any]] = []
_allowed: list[int] = [0]


@contextmanager
def allowed() -> Iterator[None]:
    """For the harness's own needs on a thread of the app, such as the pipe that every event loop makes."""
    _allowed[0] += 1
    try:
        yield
    finally:
        _allowed[0] -= 1


def install(replace: Callable[[Any, str, Any, Any], None]) -> None:
    """Put the refusing wrappers in place; ``replace`` is told of every function, so as to find it under other names."""
    for owner, names in REFUSED:
        for name in names:
            found = getattr(owner, name, None)
            if found is None:
                continue
            if not isinstance(owner, type):
                replace(owner, name, found, _refusing(found, f"{owner.__name__}.{name}"))
                continue
            whole = f"{owner.__module__}.{owner.__name__}"
            _real.append((owner, name, owner.__dict__.get(name)))
            setattr(owner, name, _refusing(found, whole if name in ("__init__", "start") else f"{whole}.{name}"))
    # A pool that was refused is given up like any other, and is asked for the state that it never got.
    _real.append((multiprocessing.pool.Pool, "_state", None))
    multiprocessing.pool.Pool._state = ""  # type: ignore[attr-defined]


def uninstall() -> None:
    """Take them away."""
    for owner, name, found in reversed(_real):
        if found is None:
            delattr(owner, name)
        else:
            setattr(owner, name, found)
    _real.clear()


class _ClassMeta(type):
    """A class that the app cannot call, and that is the real one in everything else."""

    real: Any
    shown: str

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        _refuse_the_app(cls.shown)
        return cls.real(*args, **kwargs)

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.real)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.real, name)


def _refuse_the_app(shown: str) -> None:
    thread = current_thread()
    if thread is not None and not _allowed[0]:
        thread.owner.refuse(shown)


def _refusing(real: Any, shown: str) -> Any:
    if isinstance(real, type):
        return _ClassMeta(real.__name__, (), {"real": real, "shown": shown})

    @functools.wraps(real)
    def refuse(*args: Any, **kwargs: Any) -> Any:
        _refuse_the_app(shown)
        return real(*args, **kwargs)

    return refuse

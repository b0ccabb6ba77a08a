"""What would really wait or leave the process: refused by name when the app asks for it, untouched for everybody else."""

from __future__ import annotations

import functools
import multiprocessing.process
import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from emulator.kernel import current_thread


class NotAvailable(RuntimeError):
    """The emulated device does not have ``name``. Rules do not judge a session that ends because of it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not available on the emulated device")
        self.name = name


REFUSED: list[tuple[Any, tuple[str, ...]]] = [
    (subprocess.Popen, ("__init__",)),
    (multiprocessing.process.BaseProcess, ("start",)),
    (
        socket.socket,
        ("connect", "connect_ex", "bind", "listen", "accept", "sendto", "recvfrom", "recv", "recv_into"),
    ),
    (socket, ("create_connection", "create_server", "getaddrinfo", "gethostbyname")),
    (select, ("select", "poll", "epoll", "kqueue")),
    (signal, ("signal", "alarm", "setitimer", "pause", "sigwait", "sigwaitinfo", "pthread_kill", "raise_signal")),
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


def install() -> None:
    """Put the refusing wrappers in place."""
    for owner, names in REFUSED:
        for name in names:
            found = owner.__dict__.get(name) if isinstance(owner, type) else getattr(owner, name, None)
            shown = f"{owner.__module__}.{owner.__name__}" if isinstance(owner, type) else f"{owner.__name__}.{name}"
            if isinstance(owner, type) and found is None:
                found = getattr(owner, name, None)
            if found is None:
                continue
            _real.append((owner, name, owner.__dict__.get(name)))
            setattr(owner, name, _refusing(found, shown if name in ("__init__", "start") else _dotted(owner, name)))


def uninstall() -> None:
    """Take them away."""
    for owner, name, found in reversed(_real):
        if found is None:
            delattr(owner, name)
        else:
            setattr(owner, name, found)
    _real.clear()


def _dotted(owner: Any, name: str) -> str:
    return f"{owner.__module__}.{name}" if isinstance(owner, type) else f"{owner.__name__}.{name}"


def _refusing(real: Any, shown: str) -> Any:
    @functools.wraps(real)
    def refuse(*args: Any, **kwargs: Any) -> Any:
        thread = current_thread()
        if thread is not None and not _allowed[0]:
            thread.owner.refuse(shown)
        return real(*args, **kwargs)

    return refuse

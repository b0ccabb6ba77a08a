"""The times of an app's files as the device would give them: on the host they carry the host's.

In the end of a callback, what it wrote is stamped with the device's time (`emulator.extension.process`). Here is what the app
itself sees before that: a file has the time at which it was last opened for writing, whichever way its status is asked for.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from emulator.kernel import current_thread
from emulator.runtime.python import paths
from emulator.storage.sandbox import Sandbox

Replace = Callable[[Any, str, Any, Any], None]

_WRITTEN = frozenset(("open", "os.truncate", "os.utime", "sqlite3.connect"))
"""Audit events behind which a file may have a new time."""
_MORE = ("st_blksize", "st_blocks", "st_rdev", "st_flags", "st_gen", "st_birthtime")
"""Of a status, beside the ten that every system has."""
_REAL_UTIME = os.utime
"""It asks no disk with faults."""

_looking: list[bool] = [False]


def install(replace: Replace) -> None:
    """Put the functions of os in place that tell a file's status."""
    for name in ("stat", "lstat", "fstat"):
        real = getattr(os, name)
        replace(os, name, real, _telling(real))


def note(process: Any, event: str, places: Iterable[str], writes: bool) -> None:
    """An audit event of the app's: something is about to happen at these real paths.

    The entries of a listing tell their status without asking anybody, so that what was written there is stamped before.
    """
    if writes and event in _WRITTEN:
        now_ns = process.wall_epoch_ns + process.kernel.now_ns
        process.written_at.update(dict.fromkeys(places, now_ns))
    elif event == "os.rename" and process.written_at:
        _move(process.written_at, *places)
    elif event == "os.scandir":
        for directory in places:
            for host in [host for host in process.written_at if os.path.dirname(host) == directory]:
                with suppress(OSError):
                    if process.sandbox.is_of_the_host(paths.REAL_LSTAT(host).st_mtime_ns):
                        _stamp(process, host)


def _move(written_at: dict[str, int], source: str, target: str) -> None:
    for host in [host for host in written_at if host == source or host.startswith(source + os.sep)]:
        written_at[target + host[len(source) :]] = written_at.pop(host)


def _telling(real: Any) -> Any:
    @functools.wraps(real)
    def look(*args: Any, **kwargs: Any) -> os.stat_result:
        status: os.stat_result = real(*args, **kwargs)
        thread = current_thread()
        process = thread.owner if thread is not None else None
        if process is None or _looking[0] or not process.sandbox.exists or process.bundle.subject.language != "python":
            return status
        if paths.is_the_stacks(sys._getframe(1)):
            return status
        _looking[0] = True  # where a path leads is found out with the same functions
        try:
            host = _place(process, real.__name__, *args, **kwargs)
            return _on_the_device(process, host, status) if process.sandbox.inside(host) else status
        finally:
            _looking[0] = False

    return look


def _place(
    process: Any,
    function: str,
    path: Any = None,
    *,
    fd: int | None = None,
    dir_fd: int | None = None,
    follow_symlinks: bool = True,
) -> str:
    """The real path of what is asked about; "" where nobody can tell."""
    where: Any = fd if path is None else path
    if isinstance(where, int):
        return paths.path_of(where) or ""
    text = paths.below(dir_fd, os.fsdecode(where))
    if text is None:
        return ""
    return paths.real_path(text, process.real_directories, name_itself=function == "lstat" or not follow_symlinks)


def _on_the_device(process: Any, host: str, status: os.stat_result) -> os.stat_result:
    """A status with the device's times. The time of its last change cannot be set on any system: it is the mtime here."""
    sandbox: Sandbox = process.sandbox
    mtime_ns = status.st_mtime_ns
    if sandbox.is_of_the_host(mtime_ns):
        mtime_ns = _stamp(process, host)
    atime_ns = mtime_ns if sandbox.is_of_the_host(status.st_atime_ns) else status.st_atime_ns
    times = {"st_atime": atime_ns, "st_mtime": mtime_ns, "st_ctime": mtime_ns}
    return os.stat_result(
        (*status[:7], *(ns // 10**9 for ns in times.values())),
        {name: ns / 1e9 for name, ns in times.items()}
        | {f"{name}_ns": ns for name, ns in times.items()}
        | {name: getattr(status, name) for name in _MORE if hasattr(status, name)},
    )


def _stamp(process: Any, host: str) -> int:
    """The device's time of something written by the app, which carries it from now on. What no audit event told of, as a
    directory, is as old as the process.
    """
    at_ns: int | None = process.written_at.get(host)
    if at_ns is None:
        return int(process.born_ns)
    _REAL_UTIME(host, ns=(at_ns, at_ns), follow_symlinks=False)
    return at_ns

"""What a Python subject touches outside its sandbox: Python's audit events tell, however the app got hold of the function.

The device shows an app its own directories and nothing else. A subject's interpreter needs more: what Python itself reads
while it imports, looks up a locale or a time zone, or asks for randomness is not the app's doing.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from types import FrameType
from typing import Any

from emulator.kernel import AppThread, current_thread

_READING = {"os.listdir": 0, "os.scandir": 0, "os.chdir": 0, "os.walk": 0, "os.getxattr": 0, "os.listxattr": 0}
_WRITING = {
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.symlink": 2,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "os.truncate": 1,
    "os.setxattr": 1,
    "sqlite3.connect": 1,
}
"""Audit events of file work that changes something, and how many of their first arguments are paths."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_INTERPRETER = tuple(
    dict.fromkeys(
        os.path.realpath(path) + os.sep
        for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values())
        if path and os.path.realpath(path) != os.sep
    )
)
_SYSTEM = ("/usr/share/zoneinfo/", "/usr/share/locale/", "/usr/lib/locale/", "/etc/localtime", "/dev/urandom", "/dev/random")
_NOWHERE = ("/dev/null",)
_STANDARD = tuple(os.path.realpath(path) + os.sep for path in {sysconfig.get_paths()["stdlib"], os.path.dirname(os.__file__)})

_installed: list[bool] = [False]


def install() -> None:
    """Listen from now on, for good: Python has no way to take an audit hook away. Does nothing the second time."""
    if not _installed[0]:
        _installed[0] = True
        sys.addaudithook(_hear)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        paths, writes = arguments[:1], _opens_to_write(arguments)
    elif event in _WRITING:
        paths, writes = arguments[: _WRITING[event]], True
    elif event in _READING:
        paths, writes = arguments[:1], False
    else:
        return
    thread = current_thread()
    if thread is None or thread.owner is None or not thread.owner.alive or thread.dying:
        return
    for path in paths:
        _look(thread, path, writes)


def _opens_to_write(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITES)


def _look(thread: AppThread, path: Any, writes: bool) -> None:
    if isinstance(path, int) or path is None:
        return
    try:
        shown = os.fsdecode(path)
    except TypeError:
        return
    if shown in (":memory:", "") or shown.startswith("file:"):
        return
    process = thread.owner
    whole = os.path.realpath(shown)
    if process.sandbox.holds(whole):
        process.wrote_files = process.wrote_files or writes
        return
    if whole in _NOWHERE:
        return
    if (not writes and _is_pythons(whole, process.bundle.subject)) or _is_somebody_elses(sys._getframe(2)):
        return
    process.touched_outside(shown, writes)


def _is_pythons(path: str, subject: Any) -> bool:
    return path.startswith((*_INTERPRETER, *_SYSTEM, *subject.roots)) or path + os.sep in _INTERPRETER


def _is_somebody_elses(frame: FrameType | None) -> bool:
    """The emulator works on the app's threads too, and so does ``import``; the nearest caller that is no library tells.

    The runtime's wrappers only pass on what the app asked for.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return True
        name = frame.f_globals.get("__name__", "")
        ours = name.startswith("emulator.")
        if ours and not name.startswith("emulator.runtime."):
            return True
        if not ours and not file.startswith(_STANDARD) and not file.startswith("<frozen"):
            return False
        frame = frame.f_back
    return True

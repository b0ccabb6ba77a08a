"""What a Python subject touches outside its sandbox: Python's audit events tell, however the app got hold of the function.

The device shows an app its own directories and nothing else. A subject's interpreter needs more: what Python itself reads
while it imports, looks up a locale or a time zone, or asks for randomness is not the app's doing.
"""

from __future__ import annotations

import os
import stat
import sys
import sysconfig
from types import FrameType
from typing import Any

import emulator
from emulator.kernel import AppThread, current_thread
from emulator.runtime.python import file_times, paths
from emulator.storage.sandbox import OF_THE_APP

_READING = frozenset(("os.listdir", "os.scandir", "os.chdir", "os.walk", "os.getxattr", "os.listxattr"))
_CONNECTED = "sqlite3.connect/handle"
_WRITING: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.mkdir": ((0, 2),),
    "os.rmdir": ((0, 1),),
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.truncate": ((0, None),),
    "os.setxattr": ((0, None),),
    "sqlite3.connect": ((0, None),),
}
"""Audit events of file work that changes something: where a path stands among the arguments, and where the descriptor of
the directory that it is relative to. What a new link points at is not touched."""

_HEARD = _READING | _WRITING.keys() | {"open", _CONNECTED}

_NAMES = frozenset(("os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink"))
"""Events about the name itself: a link that stands there is not followed."""

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_INTERPRETER = tuple(
    dict.fromkeys(
        os.path.realpath(path) + os.sep
        for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values())
        if path and os.path.realpath(path) != os.sep
    )
)
_OURS = os.path.dirname(os.path.realpath(emulator.__file__)) + os.sep
"""Read for the lines of a traceback whose way led through the emulator, which may be no installed package."""
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
    if event not in _HEARD:
        return
    thread = current_thread()
    if thread is None or thread.owner is None or not thread.owner.alive or thread.dying:
        return
    if thread.owner.bundle.subject.language != "python":  # its kits tell
        return
    if paths.is_the_stacks(sys._getframe(1)):
        return
    if event == _CONNECTED:
        thread.owner.databases.append(arguments[0])
        return
    if event == "open":
        touched, writes = _opened(arguments), _opens_to_write(arguments)
    elif event in _READING:
        touched, writes = [*arguments[:1]], False
    else:
        touched, writes = [_from_directory(arguments, *places) for places in _WRITING[event]], True
    places = [_look(thread, path, writes, event) for path in touched]
    file_times.note(thread.owner, event, places, writes)


def _opened(arguments: tuple[Any, ...]) -> list[Any]:
    """The path that was opened. The event of ``os.open`` does not say which directory a relative path begins at."""
    path, mode = arguments[0], arguments[1] if len(arguments) > 1 else None
    if mode is None and isinstance(path, str | bytes) and not os.path.isabs(path):
        return []
    return [path]


def _from_directory(arguments: tuple[Any, ...], place: int, directory: int | None) -> Any:
    """A path, joined to the directory whose descriptor it was given with; None when nobody can tell which that is."""
    path = arguments[place]
    fd = arguments[directory] if directory is not None and directory < len(arguments) else None
    if isinstance(path, int) or not isinstance(fd, int):
        return path
    return paths.below(fd, os.fsdecode(path))


def _opens_to_write(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITES)


def _look(thread: AppThread, path: Any, writes: bool, event: str) -> str:
    """The real path, "" where there is none; where it is no business of the app's, it is told."""
    if isinstance(path, int) or path is None:
        return ""
    try:
        shown = os.fsdecode(path)
    except TypeError:
        return ""
    if shown in (":memory:", "") or shown.startswith("file:"):
        return ""
    process = thread.owner
    if event == "os.symlink" or (event in _NAMES and not _is_file_or_nothing(shown)):
        process.real_directories.clear()
    whole = paths.real_path(shown, process.real_directories, name_itself=event in _NAMES)
    inside = process.sandbox.inside(whole)
    if inside and writes:
        process.wrote_files = True
    if f"{inside}/".startswith(OF_THE_APP) or whole in _NOWHERE:
        return whole
    if (writes or not _is_pythons(whole, process.bundle.subject)) and not _is_somebody_elses(sys._getframe(2)):
        process.touched_outside(inside or shown, writes)
    return whole


def _is_file_or_nothing(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):
        return True


def _is_pythons(path: str, subject: Any) -> bool:
    return path.startswith((*_INTERPRETER, _OURS, *_SYSTEM, *subject.roots)) or path + os.sep in _INTERPRETER


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

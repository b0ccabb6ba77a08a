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

_STACK = ("emulator.storage.", "emulator.extension.")
"""Modules whose own file work is never the app's, though much of it is done on the app's threads."""

_PASSING_ON = frozenset(("os", "shutil"))
"""Modules of the standard library that do file work for whoever calls them."""

_NAMES = frozenset(("os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink"))
"""Events about the name itself: a link that stands there is not followed."""

_ABSENT = -1
"""How an audit event says that no descriptor was given."""

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
    if _is_the_stacks(sys._getframe(1)):
        return
    if event == _CONNECTED:
        thread.owner.databases.append(arguments[0])
        return
    if event == "open":
        paths, writes = _opened(arguments), _opens_to_write(arguments)
    elif event in _READING:
        paths, writes = [*arguments[:1]], False
    else:
        paths, writes = [_from_directory(arguments, *places) for places in _WRITING[event]], True
    for path in paths:
        _look(thread, path, writes, event)


def _is_the_stacks(frame: FrameType | None) -> bool:
    """A quick look at who calls, through those that only pass on, before anything is done about paths."""
    while frame is not None:
        name: str = frame.f_globals.get("__name__", "")
        if name not in _PASSING_ON and not name.startswith("emulator.runtime."):
            return name.startswith(_STACK)
        frame = frame.f_back
    return False


def _opened(arguments: tuple[Any, ...]) -> list[Any]:
    """The path that was opened. The event of ``os.open`` does not say which directory a relative path begins at."""
    path, mode = arguments[0], arguments[1] if len(arguments) > 1 else None
    if mode is None and isinstance(path, str | bytes) and not os.path.isabs(path):
        return []
    return [path]


def _from_directory(arguments: tuple[Any, ...], place: int, directory: int | None) -> Any:
    """A path, joined to the directory whose descriptor it was given with; None when nobody can tell which that is."""
    path = arguments[place]
    fd = arguments[directory] if directory is not None and directory < len(arguments) else _ABSENT
    if not isinstance(fd, int) or fd < 0 or isinstance(path, int) or os.path.isabs(path):
        return path
    try:
        return os.path.join(os.readlink(f"/proc/self/fd/{fd}"), os.fsdecode(path))
    except OSError:
        return None


def _opens_to_write(arguments: tuple[Any, ...]) -> bool:
    flags = arguments[2] if len(arguments) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITES)


def _look(thread: AppThread, path: Any, writes: bool, event: str) -> None:
    if isinstance(path, int) or path is None:
        return
    try:
        shown = os.fsdecode(path)
    except TypeError:
        return
    if shown in (":memory:", "") or shown.startswith("file:"):
        return
    process = thread.owner
    whole = _real(shown, process.real_directories, event)
    inside = process.sandbox.inside(whole)
    if inside:
        process.wrote_files = process.wrote_files or writes
    if f"{inside}/".startswith(OF_THE_APP) or whole in _NOWHERE:
        return
    if (not writes and _is_pythons(whole, process.bundle.subject)) or _is_somebody_elses(sys._getframe(2)):
        return
    process.touched_outside(inside or shown, writes)


def _real(shown: str, known: dict[str, str], event: str) -> str:
    """Where a path leads. Directories are remembered until one may have gone, or a link may have come: looking at each step of
    each path would be most of what an app's file work costs.
    """
    above, name = os.path.split(shown)
    if event == "os.symlink" or (event in _NAMES and not _is_file_or_nothing(shown)):
        known.clear()
    if name in ("", ".", "..") or not os.path.isabs(shown):
        return os.path.realpath(shown)
    if above not in known:
        known[above] = os.path.realpath(above)
    if event in _NAMES or not os.path.islink(shown):
        return os.path.join(known[above], name)
    return os.path.realpath(shown)


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

"""Who works on files, and where a path of the app's leads."""

from __future__ import annotations

import os
import stat
from types import FrameType

_STACK = ("emulator.storage.", "emulator.extension.")
"""Modules whose own file work is never the app's, though much of it is done on the app's threads."""

_PASSING_ON = frozenset(("os", "shutil", "genericpath", "posixpath", "pathlib", "pathlib._local", "pathlib._os"))
"""Modules of the standard library that do file work for whoever calls them."""

REAL_LSTAT = os.lstat


def is_the_stacks(frame: FrameType | None) -> bool:
    """Whether the emulator itself works on files there: a quick look at who calls, through those that only pass on."""
    while frame is not None:
        name: str = frame.f_globals.get("__name__", "")
        if name not in _PASSING_ON and not name.startswith("emulator.runtime."):
            return name.startswith(_STACK)
        frame = frame.f_back
    return False


def path_of(fd: int) -> str | None:
    """The real path of an open file or directory; None where the host does not tell."""
    try:
        return os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return None


def below(fd: int | None, path: str) -> str | None:
    """A path that is relative to an open directory, which ``fd`` is unless it is None or below 0; None where nobody can tell."""
    if fd is None or fd < 0 or os.path.isabs(path):
        return path
    above = path_of(fd)
    return None if above is None else os.path.join(above, path)


def _is_link(path: str) -> bool:
    try:
        return stat.S_ISLNK(REAL_LSTAT(path).st_mode)
    except (OSError, ValueError):
        return False


def real_path(shown: str, known: dict[str, str], *, name_itself: bool = False) -> str:
    """Where a path leads; ``name_itself``: not followed when it is a link. ``known``: where directories lead, as long as nothing
    was done to one. Looking at each step of each path would be most of what an app's file work costs.
    """
    above, name = os.path.split(shown)
    if name in ("", ".", "..") or not os.path.isabs(shown):
        return os.path.realpath(shown)
    if above not in known:
        known[above] = os.path.realpath(above)
    if name_itself or not _is_link(shown):
        return os.path.join(known[above], name)
    return os.path.realpath(shown)

"""Copying a directory that a user gives as a sandbox, with everything that an app can have in it; it is only ever read."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from pathlib import Path


def copy_given(source: Path, target: Path) -> None:
    """Copy what lies below ``source`` into ``target``, with modes and times; links, FIFOs and sockets stay what they are.

    A file that may not be read becomes one of the same size and mode, which nobody will read there either; of a directory
    that may not be read there is only the directory. Sockets and FIFOs are left out where the host refuses them. Raises OSError.
    """
    pending = [(str(source), str(target))]
    directories = []
    while pending:
        directory = pending.pop()
        directories.append(directory)
        os.makedirs(directory[1], exist_ok=True)
        for name in _names(directory[0]):
            below = (f"{directory[0]}/{name}", f"{directory[1]}/{name}")
            mode = os.lstat(below[0]).st_mode
            if stat.S_ISDIR(mode):
                pending.append(below)
            else:
                _copy_node(*below, mode)
    for copied in reversed(directories):
        shutil.copystat(*copied)


def _names(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except PermissionError:
        return []


def _copy_node(source: str, target: str, mode: int) -> None:
    if stat.S_ISREG(mode):
        _copy_file(source, target)
    elif stat.S_ISLNK(mode):
        os.symlink(os.readlink(source), target)
        shutil.copystat(source, target, follow_symlinks=False)
    elif stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        with contextlib.suppress(OSError, AttributeError):
            os.mknod(target, mode)
            shutil.copystat(source, target)


def _copy_file(source: str, target: str) -> None:
    try:
        shutil.copyfile(source, target)
    except PermissionError:
        with open(target, "wb") as file:
            file.truncate(os.lstat(source).st_size)
    shutil.copystat(source, target)

"""Reading, copying and removing a tree of the host in which an app has changed modes and made odd files.

The tree is ours whatever its modes say, also where the harness does not run as root: a mode that is in the way is opened for
the moment and put back. What is no regular file, directory or link is never opened, since a FIFO would wait for its writer.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def accessible(path: str | Path) -> Iterator[None]:
    """The owner may do everything with the file or directory meanwhile."""
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & stat.S_IRWXU == stat.S_IRWXU:
        yield
        return
    os.chmod(path, mode | stat.S_IRWXU)
    try:
        yield
    finally:
        os.chmod(path, mode)


def with_access(top: Path, path: str, work: Callable[[str], T]) -> T:
    """``work(path)``; where a mode is in its way, once more with everything from ``top`` down to the path accessible."""
    try:
        return work(path)
    except PermissionError:
        with ExitStack() as opened:
            for parent in reversed(Path(path).relative_to(top).parents):
                opened.enter_context(accessible(top / parent))
            opened.enter_context(accessible(path))
            return work(path)


def entries_of(directory: str) -> list[os.DirEntry[str]]:
    """What is in a directory, in name order."""
    with os.scandir(directory) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def copy_tree(source: str, target: str) -> None:
    """Copy a tree with its modes and times; ``target`` is made. Odd files of the copy are those of the source."""
    os.mkdir(target)
    with accessible(source):
        for entry in entries_of(source):
            copy = os.path.join(target, entry.name)
            if entry.is_dir(follow_symlinks=False):
                copy_tree(entry.path, copy)
            elif entry.is_symlink():
                os.symlink(os.readlink(entry.path), copy)
            elif entry.is_file(follow_symlinks=False):
                with accessible(entry.path):
                    shutil.copyfile(entry.path, copy)
                shutil.copystat(entry.path, copy)
            else:
                os.link(entry.path, copy, follow_symlinks=False)
    shutil.copystat(source, target)


def remove_tree(root: Path) -> None:
    """Remove a tree; harmless when there is none."""
    shutil.rmtree(root, ignore_errors=True)
    if root.is_dir():
        _open_directories(str(root))
        shutil.rmtree(root, ignore_errors=True)


def _open_directories(directory: str) -> None:
    os.chmod(directory, stat.S_IRWXU)
    for entry in entries_of(directory):
        if entry.is_dir(follow_symlinks=False):
            _open_directories(entry.path)

"""What fileIo does with whole directories and copies: mkdir with parents, rmdir with contents, copyDir, moveDir, listFile."""

# ruff: noqa: N815 - the names are the API's.
from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from emulator.kits.errors import file_error
from emulator.kits.file_io.system import FileSystem
from emulator.storage.os_errors import os_error

MAX_SUFFIX = 256


@dataclass(frozen=True, slots=True)
class Conflict:
    """One pair of paths that copyDir or moveDir left alone because the destination was there."""

    srcFile: str
    destFile: str


def is_directory(system: FileSystem, path: str) -> bool:
    """Whether a directory is there, links followed."""
    try:
        return stat.S_ISDIR(system.status(path).st_mode)
    except OSError:
        return False


def exists(system: FileSystem, path: str) -> bool:
    """Whether anything is there, links followed."""
    try:
        system.status(path)
    except FileNotFoundError:
        return False
    return True


def make_directories(system: FileSystem, path: str) -> None:
    """With every missing parent; EEXIST when it is there already (mkdir_core.cpp: with the option, existence is checked)."""
    if exists(system, path):
        raise os_error(errno.EEXIST, path)
    missing = [path.rstrip("/")]
    while (parent := os.path.dirname(missing[-1])) and parent != "/" and not exists(system, parent):
        missing.append(parent)
    for directory in reversed(missing):
        system.mkdir(directory)


def remove_tree(system: FileSystem, path: str) -> None:
    """rmdir of the device removes what is in the directory, too (rmdir_core.cpp)."""
    status = system.status(path, follow=False)
    if not stat.S_ISDIR(status.st_mode):
        system.unlink(path)
        return
    for name in system.names(path):
        remove_tree(system, f"{path}/{name}")
    system.rmdir(path)


def copy_file(system: FileSystem, source: str | int, target: str | int) -> None:
    """Over what is there. A full disk leaves the part that fitted."""
    if isinstance(source, int) and isinstance(target, int):
        system.copy(source, target)
    elif isinstance(source, int):
        with system.opened(str(target), os.O_RDWR | os.O_CREAT | os.O_TRUNC) as fd:
            system.copy(source, fd)
    else:
        with system.opened(source, os.O_RDONLY) as fd:
            copy_file(system, fd, target)


def move_file(system: FileSystem, source: str, target: str, throw: bool) -> None:
    """A rename. With ``throw`` EEXIST when the destination is there; EINVAL for directories (move_core.cpp)."""
    if is_directory(system, source) or is_directory(system, target):
        raise os_error(errno.EINVAL)
    if not system.access(source, False, True):
        raise os_error(errno.ENOENT, source)
    if throw and exists(system, target):
        raise os_error(errno.EEXIST, target)
    system.rename(source, target)


def copy_directory(system: FileSystem, source: str, target: str, overwrite: bool) -> None:
    """``source`` itself comes to be below ``target`` (copy_dir_core.cpp). EEXIST with the conflicts as data."""
    source, target = source.rstrip("/"), target.rstrip("/")
    into_itself = f"{target}/".startswith(f"{source}/") or os.path.dirname(source) == target
    if not is_directory(system, source) or not is_directory(system, target) or into_itself:
        raise os_error(errno.EINVAL)
    conflicts = list(_copy_below(system, source, f"{target}/{os.path.basename(source)}", overwrite))
    if conflicts:
        raise file_error(errno.EEXIST, conflicts)


def _copy_below(system: FileSystem, source: str, target: str, overwrite: bool) -> Iterator[Conflict]:
    if not exists(system, target):
        system.mkdir(target)
    for name in system.names(source):
        old, new = f"{source}/{name}", f"{target}/{name}"
        if stat.S_ISDIR(system.status(old, follow=False).st_mode):
            yield from _copy_below(system, old, new, overwrite)
        elif exists(system, new) and not overwrite:
            yield Conflict(old, new)
        else:
            if exists(system, new):
                system.unlink(new)
            copy_file(system, old, new)


THROW_DIRECTORY, THROW_FILE, REPLACE_FILE, REPLACE_DIRECTORY = range(4)
"""The modes of moveDir."""


def move_directory(system: FileSystem, source: str, target: str, mode: int) -> None:
    """``source`` itself comes to be below ``target`` (movedir.cpp). EEXIST with the conflicts as data, ENOTEMPTY in mode 0."""
    source, target = source.rstrip("/"), target.rstrip("/")
    if not is_directory(system, source) or not is_directory(system, target) or mode not in range(4):
        raise os_error(errno.EINVAL)
    new = f"{target}/{os.path.basename(source)}"
    if exists(system, new) and system.names(new):
        if mode == THROW_DIRECTORY:
            raise os_error(errno.ENOTEMPTY, new)
        if mode == REPLACE_DIRECTORY:
            remove_tree(system, new)
    conflicts = list(_move_below(system, source, new, mode))
    if conflicts:
        raise file_error(errno.EEXIST, conflicts)


def _move_below(system: FileSystem, source: str, target: str, mode: int) -> Iterator[Conflict]:
    if not exists(system, target):
        system.rename(source, target)
        return
    if not is_directory(system, target):
        yield Conflict(source, target)
        return
    left = 0
    for name in system.names(source):
        old, new = f"{source}/{name}", f"{target}/{name}"
        if stat.S_ISDIR(system.status(old, follow=False).st_mode):
            below = list(_move_below(system, old, new, mode))
        elif is_directory(system, new) or (exists(system, new) and mode == THROW_FILE):
            below = [Conflict(old, new)]
        else:
            below = []
            system.rename(old, new)
        left += len(below)
        yield from below
    if not left:
        system.rmdir(source)


def list_directory(system: FileSystem, path: str, options: Mapping[str, Any]) -> list[str]:
    """Names, or with ``recursion`` the paths of regular files below, from the slash on (listfile_core.cpp); in name order."""
    chosen = options.get("filter") or {}
    _check_filter(options, chosen)
    limit = options.get("listNum", 0)
    found = _recursive(system, path, chosen) if options.get("recursion") else _flat(system, path, chosen)
    names = []
    for name in found:
        names.append(name)
        if len(names) == limit:
            break
    return names


def _flat(system: FileSystem, path: str, chosen: Mapping[str, Any]) -> Iterator[str]:
    return (name for name in system.names(path) if _matches(system, path, name, chosen))


def _recursive(system: FileSystem, path: str, chosen: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name in system.names(path):
        mode = system.status(f"{path}/{name}", follow=False).st_mode
        if stat.S_ISDIR(mode):
            yield from _recursive(system, f"{path}/{name}", chosen, f"{above}/{name}")
        elif stat.S_ISREG(mode) and _matches(system, path, name, chosen):
            yield f"{above}/{name}"


def _check_filter(options: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
    suffixes = chosen.get("suffix", [".a"])
    good = all(1 < len(s) <= MAX_SUFFIX and s[0] == "." and s[1:].isalnum() for s in suffixes)
    sizes = (options.get("listNum", 0), chosen.get("fileSizeOver", 0), chosen.get("lastModifiedAfter", 0))
    if not suffixes or not good or chosen.get("displayName", ["*"]) == [] or min(sizes) < 0:
        raise os_error(errno.EINVAL)


def _matches(system: FileSystem, path: str, name: str, chosen: Mapping[str, Any]) -> bool:
    """Directories pass the filter of suffixes."""
    suffixes, names = chosen.get("suffix"), chosen.get("displayName")
    if suffixes and f".{name.rpartition('.')[2]}" not in suffixes and not is_directory(system, f"{path}/{name}"):
        return False
    if names and not any(fnmatch.fnmatchcase(name, n) and name.startswith(".") <= n.startswith(".") for n in names):
        return False
    if "fileSizeOver" not in chosen and "lastModifiedAfter" not in chosen:
        return True
    status = system.status(f"{path}/{name}")
    return bool(status.st_size > chosen.get("fileSizeOver", -1) and status.st_mtime > chosen.get("lastModifiedAfter", -1))

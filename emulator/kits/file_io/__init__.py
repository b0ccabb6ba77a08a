"""fileIo: @ohos.file.fs for Python subjects. Every function as ``nameSync``, as an awaitable, and with a callback at the end.

Paths are device paths or what the context's getters give; errors are BusinessErrors with the published codes.
"""

# ruff: noqa: N803, N816 - the names are the API's.
from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from emulator.kits.errors import BusinessError, file_error
from emulator.kits.file_io import trees
from emulator.kits.file_io.objects import (
    AccessModeType,
    File,
    OpenMode,
    RandomAccessFile,
    ReaderIterator,
    ReaderIteratorResult,
    Stat,
    Stream,
    WhenceType,
    fill,
    host_flags,
    offset_of,
    part_of,
    stat_of,
    wanted_size,
)
from emulator.kits.file_io.system import FileSystem
from emulator.kits.file_io.trees import Conflict
from emulator.kits.forms import at_once, both_forms
from emulator.kits.place import here
from emulator.storage.os_errors import os_error

__all__ = [
    "AccessModeType",
    "BusinessError",
    "Conflict",
    "File",
    "OpenMode",
    "RandomAccessFile",
    "ReaderIterator",
    "ReaderIteratorResult",
    "Stat",
    "Stream",
    "WhenceType",
    "access",
    "accessSync",
    "close",
    "closeSync",
    "copyDir",
    "copyDirSync",
    "copyFile",
    "copyFileSync",
    "createRandomAccessFile",
    "createRandomAccessFileSync",
    "createStream",
    "createStreamSync",
    "fdatasync",
    "fdatasyncSync",
    "fdopenStream",
    "fdopenStreamSync",
    "fsync",
    "fsyncSync",
    "listFile",
    "listFileSync",
    "lseek",
    "lstat",
    "lstatSync",
    "mkdir",
    "mkdirSync",
    "mkdtemp",
    "mkdtempSync",
    "moveDir",
    "moveDirSync",
    "moveFile",
    "moveFileSync",
    "open",
    "openSync",
    "read",
    "readLines",
    "readLinesSync",
    "readSync",
    "readText",
    "readTextSync",
    "rename",
    "renameSync",
    "rmdir",
    "rmdirSync",
    "stat",
    "statSync",
    "symlink",
    "symlinkSync",
    "truncate",
    "truncateSync",
    "unlink",
    "unlinkSync",
    "utimes",
    "utimesSync",
    "write",
    "writeSync",
]

F = TypeVar("F", bound=Callable[..., Any])
Options = Mapping[str, Any]


def system() -> FileSystem:
    """The system calls of the process whose app is running."""
    place = here()
    found: FileSystem | None = place.kept.get("fileIo")
    if found is None:
        found = place.kept["fileIo"] = FileSystem(place)
    return found


def _throwing(function: F) -> F:
    """With OSErrors as BusinessErrors."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except OSError as error:
            raise file_error(error.errno or 0) from error

    return call  # type: ignore[return-value]


def _number(file: File | int) -> int:
    return file if isinstance(file, int) else file.fd


@_throwing
def _open(path: str, mode: int = OpenMode.READ_ONLY) -> File:
    """Open a file."""
    return File(system().open(path, host_flags(mode)), path, os.path.basename(path))


@_throwing
def _close(file: File | int) -> None:
    """Close a file or a descriptor."""
    system().close(_number(file))


@_throwing
def _read(fd: int, buffer: Any, options: Options | None = None) -> int:
    """Read into ``buffer``; ``options``: offset, length. Gives how many bytes there were."""
    options = options or {}
    return fill(buffer, system().read(fd, wanted_size(buffer, options), offset_of(options)))


@_throwing
def _write(fd: int, data: Any, options: Options | None = None) -> int:
    """Write text or bytes; ``options``: offset, length, encoding. Gives how many bytes fitted."""
    options = options or {}
    return system().write(fd, part_of(data, options), offset_of(options))


@_throwing
def _read_text(path: str, options: Options | None = None) -> str:
    """The text of a file; ``options``: offset, length, encoding. EINVAL for an offset behind its end."""
    options = options or {}
    offset = offset_of(options)
    with system().opened(path, os.O_RDONLY) as fd:
        size = system().status(fd).st_size
        if (offset or 0) > size or options.get("encoding", "utf-8") != "utf-8":
            raise os_error(errno.EINVAL)
        return system().read(fd, min(size, options.get("length", size)), offset).decode("utf-8", "surrogateescape")


@_throwing
def _read_lines(path: str, options: Options | None = None) -> ReaderIterator:
    """The lines of a file."""
    return ReaderIterator(_read_text(path, options))


@_throwing
def _access(path: str, mode: int = AccessModeType.EXIST) -> bool:
    """Whether it is there; EACCES or EROFS when it is and may not be used so."""
    return system().access(path, mode & AccessModeType.READ != 0, mode & AccessModeType.WRITE != 0)


@_throwing
def _stat(file: str | int) -> Stat:
    """Status of a path or descriptor, links followed."""
    return stat_of(system().status(file))


@_throwing
def _lstat(path: str) -> Stat:
    """Status of a path, of a link itself."""
    return stat_of(system().status(path, follow=False))


@_throwing
def _mkdir(path: str, recursion: bool | None = None) -> None:
    """Make a directory; with ``recursion`` its missing parents, too."""
    if recursion:
        trees.make_directories(system(), path)
    else:
        system().mkdir(path)


@_throwing
def _mkdtemp(prefix: str) -> str:
    """Make a directory whose name ends in six characters in place of ``XXXXXX``; gives its path."""
    if not prefix.endswith("XXXXXX"):
        raise os_error(errno.EINVAL)
    while True:
        path = prefix[:-6] + "".join(here().random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6))
        if not trees.exists(system(), path):
            system().mkdir(path)
            return path


@_throwing
def _rmdir(path: str) -> None:
    """Remove a directory with all that is in it."""
    trees.remove_tree(system(), path)


@_throwing
def _unlink(path: str) -> None:
    """Remove a file."""
    system().unlink(path)


@_throwing
def _rename(oldPath: str, newPath: str) -> None:
    """Rename, also over a file that is there."""
    system().rename(oldPath, newPath)


@_throwing
def _copy_file(src: str | int, dest: str | int, mode: int = 0) -> None:
    """Copy a file over what is there; both by path or descriptor. ``mode`` can only be 0."""
    if mode:
        raise os_error(errno.EINVAL)
    trees.copy_file(system(), src, dest)


@_throwing
def _copy_dir(src: str, dest: str, mode: int = 0) -> None:
    """Copy a directory below another. ``mode`` 0: EEXIST, the conflicts as data; 1: overwrite."""
    trees.copy_directory(system(), src, dest, mode == 1)


@_throwing
def _move_file(src: str, dest: str, mode: int = 0) -> None:
    """Move a file. ``mode`` 0: over what is there; 1: EEXIST."""
    trees.move_file(system(), src, dest, mode == 1)


@_throwing
def _move_dir(src: str, dest: str, mode: int = 0) -> None:
    """Move a directory below another. ``mode`` 0: ENOTEMPTY, 1: EEXIST with conflicts as data, 2: file by file, 3: replace."""
    trees.move_directory(system(), src, dest, mode)


@_throwing
def _list_file(path: str, options: Options | None = None) -> list[str]:
    """Names in a directory; ``options``: recursion, listNum, filter (suffix, displayName, fileSizeOver, lastModifiedAfter)."""
    return trees.list_directory(system(), path, options or {})


@_throwing
def _truncate(file: str | int, length: int = 0) -> None:
    """Cut or lengthen a file."""
    if length < 0:
        raise os_error(errno.EINVAL)
    if isinstance(file, int):
        system().truncate(file, length)
        return
    with system().opened(file, os.O_RDWR) as fd:
        system().truncate(fd, length)


@_throwing
def _fsync(fd: int) -> None:
    """Write to the disk what is buffered."""
    system().sync(fd)


@_throwing
def _symlink(target: str, srcPath: str) -> None:
    """Make a link at ``srcPath``."""
    system().symlink(target, srcPath)


@_throwing
def _utimes(path: str, mtime: float) -> None:
    """Set the time of the last change, in ms since 1970."""
    if mtime < 0:
        raise os_error(errno.EINVAL)
    system().set_times(path, system().status(path).st_atime_ns, int(mtime * 1_000_000))


@_throwing
def _lseek(fd: int, offset: int, whence: int = WhenceType.SEEK_SET) -> int:
    """Move the pointer of a descriptor; gives where it stands."""
    return system().seek(fd, offset, whence)


_STREAM_FLAGS = {
    "r": os.O_RDONLY,
    "r+": os.O_RDWR,
    "w": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "w+": os.O_RDWR | os.O_CREAT | os.O_TRUNC,
    "a": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "a+": os.O_RDWR | os.O_CREAT | os.O_APPEND,
}


@_throwing
def _create_stream(path: str, mode: str) -> Stream:
    """A buffered file; ``mode``: r, r+, w, w+, a, a+."""
    if mode not in _STREAM_FLAGS:
        raise os_error(errno.EINVAL)
    return Stream(system(), system().open(path, _STREAM_FLAGS[mode]), mode)


@_throwing
def _fdopen_stream(fd: int, mode: str) -> Stream:
    """A buffered file of an open descriptor, which it closes."""
    if mode not in _STREAM_FLAGS:
        raise os_error(errno.EINVAL)
    system().status(fd)
    return Stream(system(), fd, mode)


@_throwing
def _create_random_access_file(
    file: str | File, mode: int = OpenMode.READ_ONLY, options: Options | None = None
) -> RandomAccessFile:
    """A file with a pointer of its own; ``options``: start, end."""
    options = options or {}
    fd = system().open(file, host_flags(mode)) if isinstance(file, str) else file.fd
    return RandomAccessFile(system(), fd, options.get("start", 0), options.get("end"))


access, accessSync = both_forms(_access, "access")
close, closeSync = both_forms(_close, "close")
copyDir, copyDirSync = both_forms(_copy_dir, "copyDir")
copyFile, copyFileSync = both_forms(_copy_file, "copyFile")
createRandomAccessFile, createRandomAccessFileSync = both_forms(_create_random_access_file, "createRandomAccessFile")
createStream, createStreamSync = both_forms(_create_stream, "createStream")
fdatasync, fdatasyncSync = both_forms(_fsync, "fdatasync")
fdopenStream, fdopenStreamSync = both_forms(_fdopen_stream, "fdopenStream")
fsync, fsyncSync = both_forms(_fsync, "fsync")
listFile, listFileSync = both_forms(_list_file, "listFile")
lstat, lstatSync = both_forms(_lstat, "lstat")
mkdir, mkdirSync = both_forms(_mkdir, "mkdir")
mkdtemp, mkdtempSync = both_forms(_mkdtemp, "mkdtemp")
moveDir, moveDirSync = both_forms(_move_dir, "moveDir")
moveFile, moveFileSync = both_forms(_move_file, "moveFile")
open, openSync = both_forms(_open, "open")  # noqa: A001
read, readSync = both_forms(_read, "read")
readLines, readLinesSync = both_forms(_read_lines, "readLines")
readText, readTextSync = both_forms(_read_text, "readText")
rename, renameSync = both_forms(_rename, "rename")
rmdir, rmdirSync = both_forms(_rmdir, "rmdir")
stat, statSync = both_forms(_stat, "stat")
symlink, symlinkSync = both_forms(_symlink, "symlink")
truncate, truncateSync = both_forms(_truncate, "truncate")
unlink, unlinkSync = both_forms(_unlink, "unlink")
utimes, utimesSync = both_forms(_utimes, "utimes")
write, writeSync = both_forms(_write, "write")
lseek = at_once(_lseek)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"fileIo has no {name!r} in this version (docs/kits.md)")

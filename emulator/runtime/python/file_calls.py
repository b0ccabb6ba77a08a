"""The functions of os that touch files or directories, each asking the disk before the real one is called."""

from __future__ import annotations

import errno
import functools
import os
from collections.abc import Callable
from typing import Any

from emulator.runtime.python.files import AppFiles, acting, bytes_left, can_be_made, status_of
from emulator.storage.os_errors import os_error


def _changing(real: Any, operation: str, parameters: tuple[str, ...]) -> Any:
    """What has to be there: the real call complains where it is not."""

    @functools.wraps(real)
    def change(*args: Any, **kwargs: Any) -> Any:
        files = acting()
        if files is not None:
            found = [_argument(parameter, place, args, kwargs) for place, parameter in enumerate(parameters)]
            devices = [files.device_path(*argument) for argument in found]
            if any(devices) and status_of(*found[0]) is not None:
                for device in filter(None, devices):
                    files.disk.changing(operation, device)
        return real(*args, **kwargs)

    return change


def _making(real: Any, operation: str, parameter: str, place: int) -> Any:
    """What must not be there yet."""

    @functools.wraps(real)
    def make(*args: Any, **kwargs: Any) -> Any:
        files = acting()
        if files is not None:
            path, dir_fd = _argument(parameter, place, args, kwargs)
            device = files.device_path(path, dir_fd)
            if device is not None and can_be_made(path, dir_fd):
                files.disk.changing(operation, device)
        return real(*args, **kwargs)

    return make


def _argument(parameter: str, place: int, args: Any, kwargs: Any) -> tuple[Any, int | None]:
    """The path that a call gives, and the descriptor of the directory that it starts from."""
    path = args[place] if place < len(args) else kwargs.get(parameter, kwargs.get("fd"))
    return path, kwargs.get(f"{parameter}_dir_fd", kwargs.get("dir_fd"))


def _listing(real: Any) -> Any:
    @functools.wraps(real)
    def look(path: Any = None) -> Any:
        files = acting()
        device = files.device_path("." if path is None else path) if files is not None else None
        if files is not None and device is not None:
            files.disk.changing("look", device)
        return real(path)

    return look


def _access(real: Any) -> Any:
    @functools.wraps(real)
    def access(path: Any, mode: int, **kwargs: Any) -> bool:
        files = acting()
        device = files.device_path(path, kwargs.get("dir_fd")) if files is not None else None
        if files is not None and device is not None and mode != os.F_OK:
            try:
                files.disk.changing("access" if mode & os.W_OK else "look", device)
            except OSError:
                return False
        return bool(real(path, mode, **kwargs))

    return access


def _os_open(real: Any) -> Any:
    @functools.wraps(real)
    def open_descriptor(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        files = acting()
        device = files.device_path(path, dir_fd) if files is not None else None
        if files is None or device is None:
            return int(real(path, flags, mode, dir_fd=dir_fd))
        files.will_open(path, device, flags & (os.O_WRONLY | os.O_RDWR) != 0, flags & os.O_CREAT != 0, dir_fd)
        fd = int(real(path, flags, mode, dir_fd=dir_fd))
        files.paths[fd] = device
        return fd

    return open_descriptor


def _os_close(real: Any) -> Any:
    @functools.wraps(real)
    def close(fd: int) -> None:
        files = acting()
        real(fd)
        if files is not None:
            files.paths.pop(fd, None)

    return close


def _os_dup(real: Any) -> Any:
    @functools.wraps(real)
    def dup(fd: int, *args: Any, **kwargs: Any) -> int:
        files = acting()
        copy = int(real(fd, *args, **kwargs))
        if files is not None:
            files.paths.pop(copy, None)
            if fd in files.paths:
                files.paths[copy] = files.paths[fd]
        return copy

    return dup


def _reading(real: Any, request: Callable[..., tuple[int, int | None]]) -> Any:
    @functools.wraps(real)
    def read(fd: int, *args: Any) -> Any:
        files = acting()
        if files is not None and fd in files.paths:
            size, offset = request(*args)
            files.will_read(files.paths[fd], fd, size, offset)
        return real(fd, *args)

    return read


def _writing(real: Any) -> Any:
    @functools.wraps(real)
    def write(fd: int, data: Any, *args: Any) -> int:
        files = acting()
        if files is None or fd not in files.paths:
            return int(real(fd, data, *args))
        view = memoryview(data).cast("B")
        return int(real(fd, view[: files.will_write(files.paths[fd], view.nbytes)], *args))

    return write


def _writing_vector(real: Any) -> Any:
    @functools.wraps(real)
    def write(fd: int, buffers: Any, *args: Any) -> int:
        files = acting()
        if files is None or fd not in files.paths:
            return int(real(fd, buffers, *args))
        data = b"".join(buffers)
        return int(real(fd, [data[: files.will_write(files.paths[fd], len(data))]], *args))

    return write


def _sendfile(real: Any) -> Any:
    @functools.wraps(real)
    def sendfile(out_fd: int, in_fd: int, offset: Any, count: int, *args: Any, **kwargs: Any) -> int:
        files = acting()
        if files is not None:
            count = _will_copy(files, in_fd, out_fd, offset, count)
        return int(real(out_fd, in_fd, offset, count, *args, **kwargs))

    return sendfile


def _copy_file_range(real: Any) -> Any:
    @functools.wraps(real)
    def copy_file_range(src: int, dst: int, count: int, offset_src: int | None = None, offset_dst: int | None = None) -> int:
        files = acting()
        if files is not None:
            count = _will_copy(files, src, dst, offset_src, count)
        return int(real(src, dst, count, offset_src, offset_dst))

    return copy_file_range


def _will_copy(files: AppFiles, source: int, target: int, offset: int | None, count: int) -> int:
    """Ask for a copy inside the kernel; how many bytes fit."""
    left = bytes_left(source, offset)
    size = count if left is None else min(count, left)
    if source in files.paths:
        files.will_read(files.paths[source], source, size, offset)
    if target in files.paths and size:
        return files.will_write(files.paths[target], size)
    return count


def _fallocate(real: Any) -> Any:
    @functools.wraps(real)
    def posix_fallocate(fd: int, offset: int, length: int) -> None:
        files = acting()
        if files is not None and fd in files.paths and files.will_write(files.paths[fd], length) < length:
            raise os_error(errno.ENOSPC, files.paths[fd])
        real(fd, offset, length)

    return posix_fallocate


def _total(buffers: Any) -> int:
    return sum(memoryview(buffer).nbytes for buffer in buffers)


WRAPPERS: dict[str, Callable[[Any], Any]] = {
    "open": _os_open,
    "close": _os_close,
    "dup": _os_dup,
    "dup2": _os_dup,
    "listdir": _listing,
    "scandir": _listing,
    "access": _access,
    "read": lambda real: _reading(real, lambda size: (size, None)),
    "pread": lambda real: _reading(real, lambda size, offset: (size, offset)),
    "readv": lambda real: _reading(real, lambda buffers: (_total(buffers), None)),
    "preadv": lambda real: _reading(real, lambda buffers, offset, flags=0: (_total(buffers), offset)),
    "readinto": lambda real: _reading(real, lambda buffer: (memoryview(buffer).nbytes, None)),
    "write": _writing,
    "pwrite": _writing,
    "writev": _writing_vector,
    "pwritev": _writing_vector,
    "sendfile": _sendfile,
    "copy_file_range": _copy_file_range,
    "posix_fallocate": _fallocate,
    "mkdir": lambda real: _making(real, "mkdir", "path", 0),
    "mkfifo": lambda real: _making(real, "mkfifo", "path", 0),
    "mknod": lambda real: _making(real, "mknod", "path", 0),
    "symlink": lambda real: _making(real, "symlink", "dst", 1),
    "link": lambda real: _making(real, "link", "dst", 1),
    "rmdir": lambda real: _changing(real, "rmdir", ("path",)),
    "unlink": lambda real: _changing(real, "unlink", ("path",)),
    "remove": lambda real: _changing(real, "unlink", ("path",)),
    "rename": lambda real: _changing(real, "rename", ("src", "dst")),
    "replace": lambda real: _changing(real, "rename", ("src", "dst")),
    "truncate": lambda real: _changing(real, "truncate", ("path",)),
    "ftruncate": lambda real: _changing(real, "truncate", ("fd",)),
    "chmod": lambda real: _changing(real, "chmod", ("path",)),
    "fchmod": lambda real: _changing(real, "chmod", ("fd",)),
    "chown": lambda real: _changing(real, "chown", ("path",)),
    "fchown": lambda real: _changing(real, "chown", ("fd",)),
    "lchown": lambda real: _changing(real, "chown", ("path",)),
    "utime": lambda real: _changing(real, "utime", ("path",)),
    "setxattr": lambda real: _changing(real, "setxattr", ("path",)),
    "removexattr": lambda real: _changing(real, "removexattr", ("path",)),
}
"""What is put around each function, by its name in os."""

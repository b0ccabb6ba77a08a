"""What the kits throw: BusinessError, and the codes of @ohos.file.fs (file_api n_error.h, errCodeTable)."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Any

FILE_IO = 13_900_000
"""Codes of fileIo are this and the suffix of the table."""

_SUFFIXES = (
    ("EPERM", "Operation not permitted"),
    ("ENOENT", "No such file or directory"),
    ("ESRCH", "No such process"),
    ("EINTR", "Interrupted system call"),
    ("EIO", "I/O error"),
    ("ENXIO", "No such device or address"),
    ("E2BIG", "Arg list too long"),
    ("EBADF", "Bad file descriptor"),
    ("ECHILD", "No child processes"),
    ("EAGAIN", "Try again"),
    ("ENOMEM", "Out of memory"),
    ("EACCES", "Permission denied"),
    ("EFAULT", "Bad address"),
    ("EBUSY", "Device or resource busy"),
    ("EEXIST", "File exists"),
    ("EXDEV", "Cross-device link"),
    ("ENODEV", "No such device"),
    ("ENOTDIR", "Not a directory"),
    ("EISDIR", "Is a directory"),
    ("EINVAL", "Invalid argument"),
    ("ENFILE", "File table overflow"),
    ("EMFILE", "Too many open files"),
    ("ETXTBSY", "Text file busy"),
    ("EFBIG", "File too large"),
    ("ENOSPC", "No space left on device"),
    ("ESPIPE", "Illegal seek"),
    ("EROFS", "Read-only file system"),
    ("EMLINK", "Too many links"),
    ("EDEADLK", "Resource deadlock would occur"),
    ("ENAMETOOLONG", "File name too long"),
    ("ENOSYS", "Function not implemented"),
    ("ENOTEMPTY", "Directory not empty"),
    ("ELOOP", "Too many symbolic links encountered"),
    ("EWOULDBLOCK", "Operation would block"),
    ("EBADR", "Invalid request descriptor"),
    ("ENOSTR", "Device not a stream"),
    ("ENODATA", "No data available"),
    ("EOVERFLOW", "Value too large for defined data type"),
    ("EBADFD", "File descriptor in bad state"),
    ("ERESTART", "Interrupted system call should be restarted"),
    ("EDQUOT", "Quota exceeded"),
)
UNKNOWN = (FILE_IO + 42, "Unknown error")
"""What every errno without a code of its own becomes, such as ENOKEY of a locked area."""

FILE_IO_CODES: dict[str, tuple[int, str]] = {name: (FILE_IO + n, text) for n, (name, text) in enumerate(_SUFFIXES, 1)}
"""Code and message by the name of the errno."""


@dataclass(eq=False)
class BusinessError(Exception):
    """What a kit or a client method throws or rejects with, and what a client callback gets as its error.

    ``data`` is what the function adds, such as the conflicts of copyDir, or the bundle's name where the real error of a
    client callback carries it (control-plane 6.1).
    """

    code: int
    message: str
    data: Any = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def to_json(self) -> dict[str, Any]:
        """``{"code", "message", "data"}``."""
        return {"code": int(self.code), "message": self.message, "data": self.data}


def file_error(number: int, data: Any = None) -> BusinessError:
    """The error for an errno of the host."""
    code, message = FILE_IO_CODES.get(errno.errorcode.get(number, ""), UNKNOWN)
    return BusinessError(code, message, data)

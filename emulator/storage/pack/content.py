"""Bytes from one open file to another, in memory that does not grow with them."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

STEP = 512 * 1024
"""Bytes that the packer and the unpacker of the device move at a time."""

_IN_KERNEL_AT_ONCE = 1 << 30
_NOT_THERE = frozenset((errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV, errno.EBADF, errno.ENOTSOCK, errno.EPERM))
_Mover = Callable[[int, int, int], int]


def move(source: int, target: int, size: int) -> int:
    """Copy up to ``size`` bytes between the current positions of two file descriptors. Gives how many there were.

    The kernel copies where it can; what it refuses is read and written. Raises OSError of the host.
    """
    moved = 0
    for mover in _MOVERS:
        try:
            while moved < size:
                step = mover(source, target, min(size - moved, _IN_KERNEL_AT_ONCE))
                if not step:
                    break
                moved += step
        except OSError as error:
            if error.errno not in _NOT_THERE:
                raise
        else:
            # Some file systems copy nothing and say so without an error: only reading tells where a file ends.
            if moved == size or mover is _read_and_write:
                break
    return moved


def _copy_file_range(source: int, target: int, size: int) -> int:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "only Linux copies between files in the kernel")
    return os.copy_file_range(source, target, size)


def _sendfile(source: int, target: int, size: int) -> int:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "only Linux sends to a file")
    return os.sendfile(target, source, None, size)


def _read_and_write(source: int, target: int, size: int) -> int:
    data = os.read(source, min(size, STEP))
    view = memoryview(data)
    while view:
        view = view[os.write(target, view) :]
    return len(data)


_MOVERS: tuple[_Mover, ...] = (_copy_file_range, _sendfile, _read_and_write)

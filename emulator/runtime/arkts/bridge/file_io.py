"""fileIo for ArkTS: the operations behind @ohos.file.fs, @ohos.fileio, @ohos.file.hash and @ohos.file.statvfs."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Mapping
from typing import Any

from emulator.kits import file_io
from emulator.kits.errors import file_error
from emulator.kits.file_io.objects import File, Stat
from emulator.runtime.arkts.bridge.app import App, Operation, Operations
from emulator.runtime.arkts.bridge.handles import handles_of
from emulator.runtime.arkts.bridge.place import at_its_place, files_of
from emulator.runtime.arkts.bridge.values import from_app, to_app
from emulator.storage.os_errors import os_error

TOTAL_BYTES = 128 * 1024**3
"""The size of the emulated device's data partition."""
FREE_BYTES = 64 * 1024**3
"""What is free on it unless a condition says otherwise."""
APP_UID = 20_010_044
"""uid and gid of an app's files."""

Options = Mapping[str, Any] | None


def _same(function: Callable[..., Any], writes: bool = True) -> Operation:
    """An operation that is a function of the kit: arguments and value need no translation."""
    return at_its_place(lambda app, *args: function(*args), writes)


def _file(file: File) -> dict[str, Any]:
    return {"fd": file.fd, "path": file.path, "name": file.name}


def _open(app: App, path: str, mode: int) -> Any:
    return _file(file_io.openSync(path, mode))


def _dup(app: App, fd: int) -> Any:
    try:
        files = files_of(app)
        path = files.path_of(fd) or ""
        return _file(File(files.dup(fd), path, os.path.basename(path)))
    except OSError as error:
        raise file_error(error.errno or 0) from error


def _read(app: App, fd: int, size: int, offset: int | None) -> Any:
    return _filled(size, lambda buffer: file_io.readSync(fd, buffer, _at(offset)))


def _filled(size: int, read: Callable[[bytearray], int]) -> Any:
    buffer = bytearray(size)
    return to_app(bytes(buffer[: read(buffer)]))


def _at(offset: int | None) -> dict[str, int]:
    return {} if offset is None else {"offset": offset}


def _write(app: App, fd: int, data: Any, offset: int | None) -> int:
    return int(file_io.writeSync(fd, from_app(data), _at(offset)))


def _stat(app: App, file: str | int) -> Any:
    return _status(app, file_io.statSync(file), files_of(app).status(file))


def _lstat(app: App, path: str) -> Any:
    return _status(app, file_io.lstatSync(path), files_of(app).status(path, follow=False))


def _status(app: App, stat: Stat, status: os.stat_result) -> dict[str, Any]:
    """Times as text, for they are BigInts. The host's ctime, owner and inode are replaced by what every run agrees on."""
    whole = {"mode": stat.mode, "uid": APP_UID, "gid": APP_UID, "size": stat.size, "location": stat.location}
    times = {"atime": stat.atime, "mtime": stat.mtime, "ctime": stat.mtime}
    exact = {"atimeNs": str(stat.atimeNs), "mtimeNs": str(stat.mtimeNs), "ctimeNs": str(stat.mtimeNs)}
    return {**whole, **times, **exact, "ino": str(files_of(app).inode(status))}


def _read_lines(app: App, path: str, options: Options) -> list[str]:
    return list(file_io.readLinesSync(path, options))


def _lock(app: App, fd: int, exclusive: bool) -> None:
    _asking(lambda: files_of(app).lock(fd, exclusive))


def _unlock(app: App, fd: int) -> None:
    _asking(lambda: files_of(app).unlock(fd))


def _asking(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except OSError as error:
        raise file_error(error.errno or 0) from error


# streams ---------------------------------------------------------------------------------------------------------------


def _create_stream(app: App, path: str, mode: str) -> int:
    return handles_of(app).keep(file_io.createStreamSync(path, mode))


def _fdopen_stream(app: App, fd: int, mode: str) -> int:
    return handles_of(app).keep(file_io.fdopenStreamSync(fd, mode))


def _create_random_access_file(app: App, file: str | Mapping[str, Any], mode: int, options: Options) -> dict[str, int]:
    target = file if isinstance(file, str) else File(file["fd"], file["path"], file["name"])
    made = file_io.createRandomAccessFileSync(target, mode, options)
    return {"handle": handles_of(app).keep(made), "fd": made.fd}


def _stream_read(app: App, handle: int, size: int, offset: int | None) -> Any:
    return _filled(size, lambda buffer: _stream(app, handle).readSync(buffer, _at(offset)))


def _stream_write(app: App, handle: int, data: Any, offset: int | None) -> int:
    return int(_stream(app, handle).writeSync(from_app(data), _at(offset)))


def _stream_flush(app: App, handle: int) -> None:
    _stream(app, handle).flushSync()


def _stream_close(app: App, handle: int) -> None:
    stream = _stream(app, handle)
    handles_of(app).drop(handle)
    stream.closeSync()


def _stream_seek(app: App, handle: int, offset: int, whence: int) -> int:
    return int(_stream(app, handle).seek(offset, whence))


def _stream_pointer(app: App, handle: int, pointer: int | None) -> int:
    """Where a random access file stands; it is put there first unless ``pointer`` is None."""
    file = _stream(app, handle)
    if pointer is not None:
        file.setFilePointer(pointer)
    return int(file.filePointer)


def _stream(app: App, handle: int) -> Any:
    """EIO after its close (fs_stream.cpp: the entity is gone)."""
    try:
        return handles_of(app).get(handle)
    except KeyError:
        raise file_error(errno.EIO) from None


# other modules ---------------------------------------------------------------------------------------------------------

_ALGORITHMS = ("md5", "sha1", "sha256")


def _hash(app: App, path: str, algorithm: str) -> str:
    """Hexadecimal digits in capitals (@ohos.file.hash)."""

    def work() -> str:
        if algorithm not in _ALGORITHMS:
            raise os_error(errno.EINVAL)
        digest, files = hashlib.new(algorithm), files_of(app)
        with files.opened(path, os.O_RDONLY) as fd:
            while data := files.read(fd, 64 * 1024):
                digest.update(data)
        return digest.hexdigest().upper()

    return str(_asking(work))


def _digest(app: App, algorithm: str, data: Any) -> str:
    if algorithm not in _ALGORITHMS:
        raise file_error(errno.EINVAL)
    return hashlib.new(algorithm, from_app(data)).hexdigest().upper()


def _space(app: App, path: str, free: bool) -> int:
    """Bytes of the partition that holds ``path`` (@ohos.file.statvfs)."""
    _asking(lambda: files_of(app).status(path))
    room = files_of(app).disk.room()
    return min(FREE_BYTES, FREE_BYTES if room is None else room) if free else TOTAL_BYTES


OPERATIONS: Operations = {
    "fileIo.open": at_its_place(_open),
    "fileIo.dup": at_its_place(_dup),
    "fileIo.close": _same(file_io.closeSync),
    "fileIo.read": at_its_place(_read, writes=False),
    "fileIo.write": at_its_place(_write),
    "fileIo.readText": _same(file_io.readTextSync, writes=False),
    "fileIo.readLines": at_its_place(_read_lines, writes=False),
    "fileIo.access": _same(file_io.accessSync, writes=False),
    "fileIo.stat": at_its_place(_stat, writes=False),
    "fileIo.lstat": at_its_place(_lstat, writes=False),
    "fileIo.mkdir": _same(file_io.mkdirSync),
    "fileIo.mkdtemp": _same(file_io.mkdtempSync),
    "fileIo.rmdir": _same(file_io.rmdirSync),
    "fileIo.unlink": _same(file_io.unlinkSync),
    "fileIo.rename": _same(file_io.renameSync),
    "fileIo.copyFile": _same(file_io.copyFileSync),
    "fileIo.copyDir": _same(file_io.copyDirSync),
    "fileIo.moveFile": _same(file_io.moveFileSync),
    "fileIo.moveDir": _same(file_io.moveDirSync),
    "fileIo.listFile": _same(file_io.listFileSync, writes=False),
    "fileIo.truncate": _same(file_io.truncateSync),
    "fileIo.fsync": _same(file_io.fsyncSync),
    "fileIo.symlink": _same(file_io.symlinkSync),
    "fileIo.utimes": _same(file_io.utimesSync),
    "fileIo.lseek": _same(file_io.lseek, writes=False),
    "fileIo.lock": at_its_place(_lock, writes=False),
    "fileIo.unlock": at_its_place(_unlock, writes=False),
    "fileIo.createStream": at_its_place(_create_stream),
    "fileIo.fdopenStream": at_its_place(_fdopen_stream),
    "fileIo.createRandomAccessFile": at_its_place(_create_random_access_file),
    "fileIo.streamRead": at_its_place(_stream_read, writes=False),
    "fileIo.streamWrite": at_its_place(_stream_write),
    "fileIo.streamFlush": at_its_place(_stream_flush),
    "fileIo.streamClose": at_its_place(_stream_close),
    "fileIo.streamSeek": at_its_place(_stream_seek),
    "fileIo.streamPointer": at_its_place(_stream_pointer),
    "fileHash.hash": at_its_place(_hash, writes=False),
    "fileHash.digest": at_its_place(_digest, writes=False),
    "statvfs.space": at_its_place(_space, writes=False),
}
"""Operations by name."""

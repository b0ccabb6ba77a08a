"""The unpacker: a tar in staging becomes files again, and damage passes in silence (data-plane 4.3, 4.4)."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator

from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.inside import OPEN_TO_READ, Inside
from emulator.storage.pack.content import STEP
from emulator.storage.pack.header import BLOCK, padded
from emulator.storage.paths import PATH_LIMIT_BYTES, is_file_path_valid
from emulator.storage.unpack.events import UnpackEvent, What
from emulator.storage.unpack.header import TarHeader, parse_header
from emulator.storage.unpack.pax import PaxUnreadable, read_pax_path
from emulator.storage.unpack.source import TarSource
from emulator.storage.unpack.target import OpenTarget, Target

LONGEST_NAME = 4096
"""Bytes of a long name, its NUL included; with more the unpacker stops."""

STDIO_BUFFER = 1024
"""musl's BUFSIZ: what is not larger waits in stdio's buffer, and that it did not fit is noticed by nobody."""

_ENCODING, _ERRORS = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()


def untar(
    inside: Inside,
    tar: str,
    root: str = "/",
    listed: Collection[str] | None = None,
    disk: Disk = HEALTHY_DISK,
    umask: int = 0o022,
) -> Iterator[UnpackEvent]:
    """Unpack the archive at the device path ``tar`` below the device path ``root``, while the events are taken.

    ``listed``: the paths of its manifest, without leading slash, in the incremental flow (empty lets everything pass);
    None in the full flow. Raises OSError when the archive cannot be opened, and for nothing else.
    """
    if not disk.healthy:
        disk.opening(tar, False)
    fd = os.open(inside.host(tar), OPEN_TO_READ)
    target = Target(inside, disk, umask)
    try:
        yield from _Unpacker(TarSource(fd, tar, disk), target, root, listed, disk).run()
    finally:
        target.close()
        os.close(fd)


_Handler = Callable[["_Unpacker", TarHeader, str], UnpackEvent | None]


class _Unpacker:
    def __init__(self, source: TarSource, target: Target, root: str, listed: Collection[str] | None, disk: Disk) -> None:
        self._source = source
        self._target = target
        self._root = root.strip("/")
        self._incremental = listed is not None
        self._listed = listed or ()
        self._disk = disk
        self._next_name = b""

    def run(self) -> Iterator[UnpackEvent]:
        while (block := self._next_block()) is not None:
            header = parse_header(block)
            if header is None:
                if block[0]:
                    yield UnpackEvent(What.BAD_FORMAT, "", stops=True)
                return
            name = (self._next_name or header.name).decode(_ENCODING, _ERRORS)
            self._next_name = b""
            event = _HANDLERS.get(header.kind, _Unpacker._skip)(self, header, name.removeprefix("/"))
            if event is not None:
                yield event
                if event.stops:
                    return

    def _next_block(self) -> bytes | None:
        """The next header; None at the end. A block that begins with NUL takes the next one with it."""
        block = self._source.read(BLOCK)
        if len(block) < BLOCK:
            return None
        if block[0] == 0 and block[156:157] != b"L":
            tail = self._source.read(BLOCK)
            if len(tail) == BLOCK and tail[0] == 0:
                return None
        return block

    def _file(self, header: TarHeader, name: str) -> UnpackEvent:
        behind = self._source.position + padded(header.size)
        if self._listed and name.rstrip("\0") not in self._listed:
            event = UnpackEvent(What.FILTERED, _cut(name))
        elif not _is_valid(path := self._real_path(name)):
            return UnpackEvent(What.FORBIDDEN, path, stops=True)
        else:
            event = self._write(_cut(path), header)
        self._source.position = behind
        return event

    def _write(self, path: str, header: TarHeader) -> UnpackEvent:
        try:
            target = self._target.open(path, header.mode)
        except OSError as error:
            return UnpackEvent(What.FAILED, path, errno=error.errno)
        try:
            what, written, number = self._copy(target, path, header.size)
            if what in (What.FILE, What.LOST):
                failed = self._target.finish(target, path, header.mode, header.mtime)
                return UnpackEvent(what, path, written, failed)
            self._target.leave_unfinished(target)
            return UnpackEvent(what, path, written, number, stops=self._incremental)
        finally:
            os.close(target.fd)

    def _copy(self, target: OpenTarget, path: str, size: int) -> tuple[What, int, int | None]:
        if self._disk.healthy:
            written = self._source.copy_to(target.fd, size)
            return (What.FILE if written == size else What.TRUNCATED), written, None
        return self._copy_asking(target, path, size)

    def _copy_asking(self, target: OpenTarget, path: str, size: int) -> tuple[What, int, int | None]:
        written = 0
        while written < size:
            wanted = min(size - written, STEP)
            data = self._source.read(wanted)
            fits, number = self._fitting(path, data)
            os.write(target.fd, data[:fits])
            written += fits
            if number is not None:
                return (What.LOST if len(data) <= STDIO_BUFFER else What.FAILED), written, number
            if len(data) < wanted:
                return What.TRUNCATED, written, None
        return What.FILE, written, None

    def _fitting(self, path: str, data: bytes) -> tuple[int, int | None]:
        """How much of ``data`` the device's disk takes, and why not all."""
        fits = 0
        try:
            while fits < len(data):
                fits += self._disk.writing("/" + path, len(data) - fits)
        except OSError as error:
            return fits, error.errno
        return fits, None

    def _directory(self, header: TarHeader, name: str) -> UnpackEvent | None:
        path = self._real_path(name)
        if not _is_valid(path):
            return UnpackEvent(What.FORBIDDEN, path, stops=True)
        path = _cut(path).removesuffix("/")
        try:
            if path:
                self._target.make_directories(path, header.mode)
        except OSError as error:
            # The device only looks whether something is there; a file of that name is as good as a directory.
            if not self._target.exists(path):
                return UnpackEvent(What.FAILED, path, errno=error.errno)
        return UnpackEvent(What.DIRECTORY, path)

    def _long_name(self, header: TarHeader, name: str) -> UnpackEvent | None:
        behind = self._source.position + padded(header.size)
        if header.size > LONGEST_NAME:
            return UnpackEvent(What.BAD_FORMAT, name, stops=True)
        self._next_name = self._source.read(header.size)
        checked = [name] if self._incremental else [name, os.fsdecode(self._next_name)]
        if not all(map(is_file_path_valid, checked)):
            return UnpackEvent(What.FORBIDDEN, name, stops=True)
        if len(self._next_name) < header.size:
            return UnpackEvent(What.BAD_FORMAT, name, stops=True)
        self._source.position = behind
        return None

    def _pax(self, header: TarHeader, name: str) -> UnpackEvent | None:
        try:
            self._next_name = read_pax_path(self._source)
        except PaxUnreadable:
            return UnpackEvent(What.BAD_FORMAT, name, stops=True)
        return None

    def _link(self, header: TarHeader, name: str) -> UnpackEvent:
        return UnpackEvent(What.IGNORED, _cut(name))

    def _skip(self, header: TarHeader, name: str) -> UnpackEvent:
        self._source.position += padded(header.size)
        return UnpackEvent(What.IGNORED, _cut(name))

    def _real_path(self, name: str) -> str:
        """GenRealPath without its leading slash."""
        if not name:
            return ""
        return f"{self._root}/{name.removeprefix('/')}" if self._root else name.removeprefix("/")


def _is_valid(path: str) -> bool:
    """The path check, which nearly every path passes at a glance: a character has four bytes at most."""
    return (".." not in path and len(path) <= PATH_LIMIT_BYTES // 4) or is_file_path_valid(path)


def _cut(name: str) -> str:
    """A name as the kernel sees it, which ends at a NUL."""
    return name.partition("\0")[0]


_HANDLERS: dict[bytes, _Handler] = {
    b"0": _Unpacker._file,
    b"\0": _Unpacker._file,
    b"5": _Unpacker._directory,
    b"L": _Unpacker._long_name,
    b"x": _Unpacker._pax,
    b"2": _Unpacker._link,
}

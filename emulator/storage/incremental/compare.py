"""What an incremental backup sends: the stat list against the manifest of the last one (data-plane 5.4)."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.incremental.manifest import ReportLine
from emulator.storage.inside import Inside
from emulator.storage.names import BIG_BOUNDARY_BYTES, extension

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_STEP = 1 << 20


class HashHangs(Exception):
    """Hashing opens a FIFO and waits for its writer for ever."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome, each part sorted by path and without doubles; paths have no leading slash.

    ``all`` is the manifest for the next backup, changed or not; ``small`` goes into tars, ``big`` travels by itself.
    """

    all: tuple[ReportLine, ...]
    small: tuple[ReportLine, ...]
    big: tuple[ReportLine, ...]


def compare(
    inside: Inside, local: Iterable[ReportLine], previous: Mapping[str, ReportLine], disk: Disk = HEALTHY_DISK
) -> Comparison:
    """Compare the stat list's lines with the previous manifest; an empty one means that nothing is compared (mode A).

    A file that cannot be hashed though it would have to be is left out altogether. Raises HashHangs.
    """
    known: dict[str, ReportLine] = {}
    sent: dict[str, ReportLine] = {}
    for line, is_sent in _decided(inside, local, previous, disk):
        known.setdefault(line.path, line)
        if is_sent:
            sent.setdefault(line.path, line)
    big = {path for path, line in sent.items() if not line.is_directory and line.size > BIG_BOUNDARY_BYTES}
    return Comparison(
        _sorted(known.values()),
        _sorted(line for path, line in sent.items() if path not in big),
        _sorted(sent[path] for path in big),
    )


def hash_content(inside: Inside, path: str, disk: Disk = HEALTHY_DISK) -> str:
    """SHA-256 of a file's content in upper-case hex. Raises OSError when it cannot be read, HashHangs for a FIFO."""
    host = inside.host(path)
    mode = os.lstat(host).st_mode
    if not disk.healthy:
        disk.opening("/" + path, False)
    if not mode & stat.S_IRUSR:
        raise PermissionError(path)
    if stat.S_ISFIFO(mode):
        raise HashHangs(path)
    digest = hashlib.sha256()
    fd = os.open(host, _READ)
    try:
        while data := _read(fd, path, disk):
            digest.update(data)
    finally:
        os.close(fd)
    return digest.hexdigest().upper()


def _read(fd: int, path: str, disk: Disk) -> bytes:
    if not disk.healthy:
        disk.reading("/" + path, _STEP)
    return os.read(fd, _STEP)


def _decided(
    inside: Inside, local: Iterable[ReportLine], previous: Mapping[str, ReportLine], disk: Disk
) -> Iterator[tuple[ReportLine, bool]]:
    """Each line as it goes into "all", and whether it is sent."""
    for line in local:
        if not line.path:
            continue
        before = previous.get(line.path)
        if line.is_directory:
            yield _known(line, ""), line.flag and before is None
        elif before is not None and (line.size, line.mtime) == (before.size, before.mtime):
            yield _known(line, before.hash), False
        else:
            try:
                content = hash_content(inside, line.path, disk)
            except OSError:
                continue
            yield _known(line, content), line.flag and (before is None or before.hash != content)


def _known(line: ReportLine, content: str) -> ReportLine:
    """A stat list's line as one of a manifest, whose flag says whether it is called a tar."""
    return line._replace(hash=content, flag=extension(line.path) == "tar")


def _sorted(lines: Iterable[ReportLine]) -> tuple[ReportLine, ...]:
    return tuple(sorted(lines, key=lambda line: os.fsencode(line.path)))

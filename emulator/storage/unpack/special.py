"""The data of special old versions: blobs are named by where they go, and tars say where they are unpacked (data-plane 4.8)."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Collection, Iterator, Sequence

from emulator.codes import Code
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.incremental.manifest import read_report
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, MANIFEST_SUFFIX, hash_file_path
from emulator.storage.pack.index import IndexEntry, IndexThrows, read_entries
from emulator.storage.pack.staging import RESTORE
from emulator.storage.paths import is_file_path_valid, rooted
from emulator.storage.transfer import DataError
from emulator.storage.unpack.big_files import set_status
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.untar import untar

INDEX = f"{RESTORE}/{MANAGE_JSON}"
"""The name under which a caller asks for the index's handle."""

LONGEST_FILE_NAME_BYTES = 255


def report_path(path: str) -> str:
    """Where the ``.rp`` of the blob ``path`` lies: beside it, under a name of 32 digits where its own would be too long."""
    report = path + MANIFEST_SUFFIX
    directory, _, name = report.rpartition("/")
    if len(os.fsencode(name)) <= LONGEST_FILE_NAME_BYTES:
        return report
    return f"{directory}/{hash_file_path(report)}"


def special_restore(inside: Inside, *, disk: Disk = HEALTHY_DISK, umask: int = 0o022) -> Iterator[Restored]:
    """Big files get mode and times where they lie, then the tars are unpacked. Coming to the end means result 0.

    Raises DataError when the app does not get to restore: the errno with which the index could not be opened, 13900020 for
    an index that throws, or EINVAL for the first tar that fails, behind which nothing is unpacked.
    """
    tars: list[IndexEntry] = []
    for entry in _read_index(inside, disk):
        if entry.is_big_file or entry.is_user_tar:
            yield _big_file(inside, disk, entry)
        else:
            tars.append(entry)
    yield from _tars(inside, disk, umask, tars)
    for path in (INDEX, INDEX + MANIFEST_SUFFIX):
        _delete(inside, disk, path)


def _read_index(inside: Inside, disk: Disk) -> tuple[IndexEntry, ...]:
    try:
        return read_entries(_read(inside, disk, INDEX))
    except OSError as error:
        raise DataError(error.errno or errno.EIO, str(error)) from error
    except IndexThrows as error:
        raise DataError(Code.E_INVAL, str(error)) from error


def _big_file(inside: Inside, disk: Disk, entry: IndexEntry) -> Restored:
    path = rooted(entry.file_name)
    if not is_file_path_valid(entry.file_name):
        return Restored(entry.file_name, path, What.FORBIDDEN)
    try:
        host = inside.host(path)
        size = os.stat(host).st_size
    except OSError as error:
        return Restored(entry.file_name, path, What.FAILED, errno=error.errno)
    failed = set_status(disk, host, path, entry.stat)
    _delete(inside, disk, report_path(path))
    return Restored(entry.file_name, path, What.FILE, size, failed)


def _tars(inside: Inside, disk: Disk, umask: int, tars: Sequence[IndexEntry]) -> Iterator[Restored]:
    for entry in tars:
        name = entry.file_name
        if not entry.path or not is_file_path_valid(name) or not is_file_path_valid(f"{entry.path.removesuffix('/')}/"):
            raise DataError(errno.EINVAL, f"{name} cannot be unpacked at {entry.path or 'no path'}")
        report = name + MANIFEST_SUFFIX
        try:
            for event in untar(inside, name, entry.path, _listed(inside, disk, report) or None, disk, umask):
                yield Restored(name, f"/{event.path}" if event.path else "", event.what, event.size, event.errno)
        except OSError as error:
            raise DataError(errno.EINVAL, str(error)) from error
        for path in (name, report):
            _delete(inside, disk, path)


def _listed(inside: Inside, disk: Disk, report: str) -> Collection[str]:
    try:
        return read_report(_read(inside, disk, report))
    except OSError:
        return ()


def _read(inside: Inside, disk: Disk, path: str) -> bytes:
    if not disk.healthy:
        disk.opening(path, False)
    with open(inside.host(path), "rb") as file:
        return file.read()


def _delete(inside: Inside, disk: Disk, path: str) -> None:
    with contextlib.suppress(OSError):
        disk.changing("unlink", path)
        os.unlink(inside.entry(path))

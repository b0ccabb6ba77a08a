"""The two restore flows over a staging directory: first the tars, then the big files (data-plane 4.2, 4.7)."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Collection, Generator, Iterator
from typing import NamedTuple

from emulator.codes import Code
from emulator.storage.disk import HEALTHY_DISK, Disk
from emulator.storage.incremental.manifest import read_report
from emulator.storage.inside import Inside
from emulator.storage.names import MANAGE_JSON, MANIFEST_SUFFIX, extension
from emulator.storage.pack.index import IndexEntry, IndexThrows, read_entries, read_names
from emulator.storage.pack.staging import RESTORE
from emulator.storage.paths import PUBLIC_HOME, is_file_path_valid, rooted
from emulator.storage.transfer import DataError
from emulator.storage.unpack.big_files import BigFiles
from emulator.storage.unpack.events import Restored, What
from emulator.storage.unpack.untar import untar


class _Flow(NamedTuple):
    """What differs between the two flows, and what both need."""

    inside: Inside
    staging: str
    full_backup_only: bool
    filters: bool
    disk: Disk
    umask: int
    without_tar: bool

    @property
    def root(self) -> str:
        return self.staging if self.full_backup_only else "/"

    def blob(self, name: str) -> str:
        """The device path of a blob; to the device a name ends at a NUL."""
        return f"{self.staging}/{name}".partition("\0")[0]


def incremental_restore(
    inside: Inside,
    *,
    full_backup_only: bool = False,
    without_tar: bool = False,
    staging: str = RESTORE,
    clear: bool = True,
    disk: Disk = HEALTHY_DISK,
    umask: int = 0o022,
) -> Iterator[Restored]:
    """Steps 1 to 5 of the flow that JS callers use. Coming to the end means result 0: onRestore is next.

    ``without_tar``: the caller said isSupportWithoutTar, and big files stay in staging (data-plane 4.9).

    Raises DataError when the app does not get to restore: the errno with which the last tar could not be opened (nothing
    else was done to the big files, and staging has to be wiped), or 13900020 for an index that throws or for a big file
    without its ``.rp`` (the tars are unpacked by then).
    """
    flow = _Flow(inside, staging, full_backup_only, True, disk, umask, without_tar)
    names, entries = _read_index(flow)
    result = yield from _tars(flow, names, entries)
    if result:
        raise DataError(result, os.strerror(result))
    yield from _big_files(flow, entries)
    if clear:
        _delete(flow, MANAGE_JSON)


def full_restore(
    inside: Inside,
    *,
    full_backup_only: bool = False,
    without_tar: bool = False,
    staging: str = RESTORE,
    disk: Disk = HEALTHY_DISK,
    umask: int = 0o022,
) -> Iterator[Restored]:
    """The native session's flow: no ``.rp`` for tars, which stay when they cannot be unpacked; big files come in any case.

    Raises DataError as `incremental_restore`, the errno only at the end.
    """
    flow = _Flow(inside, staging, full_backup_only, False, disk, umask, without_tar)
    names, entries = _read_index(flow)
    result = yield from _tars(flow, names, entries)
    yield from _big_files(flow, entries)
    if result:
        raise DataError(result, os.strerror(result))


def _read_index(flow: _Flow) -> tuple[tuple[str, ...], tuple[IndexEntry, ...]]:
    text = _read_file(flow, MANAGE_JSON) or b""
    try:
        return read_names(text), read_entries(text)
    except IndexThrows as error:
        raise DataError(Code.E_INVAL, str(error)) from error


def _tars(flow: _Flow, names: Collection[str], entries: Collection[IndexEntry]) -> Generator[Restored, None, int]:
    """Unpack every tar in order of the names; gives the last name's result, which for another blob than a tar is 0."""
    user_tars = {entry.file_name for entry in entries if entry.is_user_tar}
    result = 0
    for name in names:
        result = 0
        if extension(name) == "tar" and name not in user_tars:
            if flow.filters and not is_file_path_valid(f"{flow.staging}/{name}"):
                result = errno.EINVAL
            else:
                result = yield from _tar(flow, name)
    return result


def _tar(flow: _Flow, name: str) -> Generator[Restored, None, int]:
    listed = read_report(_read_file(flow, name + MANIFEST_SUFFIX) or b"") if flow.filters else None
    result = 0
    try:
        for event in untar(flow.inside, flow.blob(name), flow.root, listed, flow.disk, flow.umask):
            yield Restored(name, f"/{event.path}" if event.path else "", event.what, event.size, event.errno)
    except OSError as error:
        result = error.errno or errno.EIO
    if flow.filters or not result:
        _delete(flow, name)
    return result


def _big_files(flow: _Flow, entries: Collection[IndexEntry]) -> Iterator[Restored]:
    mover = BigFiles(flow.inside, flow.staging, flow.root, flow.disk, flow.umask)
    for entry in entries:
        if not (entry.is_big_file or entry.is_user_tar):
            continue
        if entry.path.startswith(PUBLIC_HOME):  # for a plug-in of the service, which is not called for ordinary apps
            yield Restored(entry.file_name, entry.path, What.IGNORED)
            continue
        if flow.without_tar:
            yield Restored(entry.file_name, rooted(entry.path), What.STAGED)
            continue
        manifest = _read_file(flow, entry.file_name + MANIFEST_SUFFIX)
        if manifest is None:
            raise DataError(Code.E_INVAL, f"{entry.file_name}{MANIFEST_SUFFIX} cannot be opened")
        yield mover.restore(entry, manifest)


def _read_file(flow: _Flow, name: str) -> bytes | None:
    """A file of staging; None when it cannot be opened."""
    try:
        if not flow.disk.healthy:
            flow.disk.opening(flow.blob(name), False)
        with open(flow.inside.host(flow.blob(name)), "rb") as file:
            return file.read()
    except OSError:
        return None


def _delete(flow: _Flow, name: str) -> None:
    """Remove a blob and its manifest, as far as they are there."""
    for path in (flow.blob(name), flow.blob(name + MANIFEST_SUFFIX)):
        with contextlib.suppress(OSError):
            flow.disk.changing("unlink", path)
            os.unlink(flow.inside.entry(path))

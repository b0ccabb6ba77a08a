"""zlib for ArkTS: ZIP archives, made and unpacked by way of the app's own files, so that nothing leaves the sandbox."""

from __future__ import annotations

import io
import os
import stat
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from emulator.kernel.events import NS_PER_S
from emulator.kits.errors import BusinessError
from emulator.kits.file_io.trees import is_directory, make_directories
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.place import DeviceFiles, at_its_place, files_of
from emulator.runtime.arkts.bridge.values import from_app

NO_SOURCE = (900_001, "The input source file is invalid.")
NO_DESTINATION = (900_002, "The input destination file is invalid.")
NO_ZIP = (900_003, "The input source file is not ZIP format or damaged.")

DEFAULT_LEVEL = -1


def _compress(app: App, sources: Sequence[str], target: str, options: Mapping[str, Any]) -> None:
    """Files and folders into ``target``. A folder is its contents, or with keepTopLevelFolder itself."""
    files, archive = files_of(app), io.BytesIO()
    level = options.get("level", DEFAULT_LEVEL)
    method = zipfile.ZIP_STORED if level == 0 else zipfile.ZIP_DEFLATED
    moment = time.gmtime((app.process.wall_epoch_ns + app.now_ns()) // NS_PER_S)[:6]
    with zipfile.ZipFile(archive, "w", method, compresslevel=None if level == DEFAULT_LEVEL else level) as made:
        for source in sources:
            for name, content in _entries(files, source, bool(options.get("keepTopLevelFolder"))):
                made.writestr(zipfile.ZipInfo(name, moment), content, method)
    _write(files, target, archive.getvalue())


def _entries(files: DeviceFiles, source: str, keep_top: bool) -> Iterator[tuple[str, bytes]]:
    if ".." in source.split("/"):
        raise BusinessError(*NO_SOURCE)
    try:
        top = os.path.basename(source.rstrip("/"))
        if not is_directory(files, source):
            yield top, _read(files, source)
            return
        yield from _below(files, source.rstrip("/"), f"{top}/" if keep_top else "")
    except OSError:
        raise BusinessError(*NO_SOURCE) from None


def _below(files: DeviceFiles, directory: str, prefix: str) -> Iterator[tuple[str, bytes]]:
    for name in files.names(directory):
        path = f"{directory}/{name}"
        mode = files.status(path, follow=False).st_mode
        if stat.S_ISDIR(mode):
            yield f"{prefix}{name}/", b""
            yield from _below(files, path, f"{prefix}{name}/")
        elif stat.S_ISREG(mode):
            yield f"{prefix}{name}", _read(files, path)


def _decompress(app: App, source: str, target: str) -> None:
    """Into a directory that is there."""
    files = files_of(app)
    archive = _archive(files, source)
    if ".." in target.split("/") or not is_directory(files, target):
        raise BusinessError(*NO_DESTINATION)
    for entry in archive.infolist():
        if ".." in entry.filename.split("/"):
            raise BusinessError(*NO_ZIP)
        path = f"{target.rstrip('/')}/{entry.filename.strip('/')}"
        _make(files, path if entry.is_dir() else os.path.dirname(path))
        if not entry.is_dir():
            _write(files, path, _content(archive, entry))


def _archive(files: DeviceFiles, source: str) -> zipfile.ZipFile:
    try:
        content = b"" if ".." in source.split("/") else _read(files, source)
    except OSError:
        raise BusinessError(*NO_SOURCE) from None
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        raise BusinessError(*(NO_SOURCE if ".." in source.split("/") else NO_ZIP)) from None


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        raise BusinessError(*NO_ZIP) from None


def _make(files: DeviceFiles, directory: str) -> None:
    if is_directory(files, directory):
        return
    try:
        make_directories(files, directory)
    except OSError:
        raise BusinessError(*NO_DESTINATION) from None


def _read(files: DeviceFiles, path: str) -> bytes:
    with files.opened(path, os.O_RDONLY) as fd:
        return files.read(fd, files.status(fd).st_size)


def _write(files: DeviceFiles, path: str, content: bytes) -> None:
    """NO_DESTINATION also when it does not fit."""
    try:
        if ".." in path.split("/"):
            raise BusinessError(*NO_DESTINATION)
        with files.opened(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as fd:
            while content:
                content = content[files.write(fd, content) :]
    except OSError:
        raise BusinessError(*NO_DESTINATION) from None


def _original_size(app: App, source: str) -> int:
    """Bytes of all entries together."""
    return sum(entry.file_size for entry in _archive(files_of(app), source).infolist())


_CHECKSUMS = {"crc32": zlib.crc32, "adler32": zlib.adler32}


def _checksum(app: App, name: str, begin: int, data: Any) -> int:
    return _CHECKSUMS[name](from_app(data), begin)


OPERATIONS: Operations = {
    "zlib.compress": at_its_place(_compress),
    "zlib.decompress": at_its_place(_decompress),
    "zlib.originalSize": at_its_place(_original_size),
    "zlib.checksum": at_its_place(_checksum),
}
"""Operations by name."""

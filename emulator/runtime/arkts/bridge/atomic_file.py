"""AtomicFile of fileIo for ArkTS: what is not an operation of fileIo already."""

from __future__ import annotations

import errno
import os
import string
from typing import Any

from emulator.kits.errors import file_error
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.place import at_its_place, files_of
from emulator.runtime.arkts.bridge.values import to_app

LETTERS = string.ascii_lowercase + string.digits
PATTERN = "XXXXXX"
OWNER_ALONE = 0o600
"""The mode that mkstemp gives to its files."""


def _make_temporary(app: App, template: str) -> str:
    """mkstemp: the path of a new file, with letters for the X at the end. Whatever is wrong is ENOENT, as on the device."""
    files, random = files_of(app), app.process.random
    if "/" not in template or not template.endswith(PATTERN):
        raise file_error(errno.ENOENT)
    while True:
        path = template.removesuffix(PATTERN) + "".join(random.choices(LETTERS, k=len(PATTERN)))
        try:
            files.close(files.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ALONE))
        except FileExistsError:
            continue
        except OSError:
            raise file_error(errno.ENOENT) from None
        return path


def _read_fully(app: App, path: str) -> Any:
    """All bytes of a file. EIO for an empty one, and for what cannot be read."""
    files = files_of(app)
    try:
        fd = files.open(path, os.O_RDONLY)
    except OSError as error:
        raise file_error(error.errno or 0) from error
    try:
        data = files.read(fd, files.status(fd).st_size)
    except OSError:
        raise file_error(errno.EIO) from None
    finally:
        files.close(fd)
    if not data:
        raise file_error(errno.EIO)
    return to_app(data)


OPERATIONS: Operations = {
    "atomicFile.makeTemporary": at_its_place(_make_temporary),
    "atomicFile.readFully": at_its_place(_read_fully, writes=False),
}
"""Operations by name."""

"""The names of blobs: tars, big files and what is told from their names (data-plane 3.2, 3.6).

Paths are device paths as str; bytes that are no UTF-8 are surrogates, as `os.fsdecode` gives them.
"""

from __future__ import annotations

import os

from emulator.storage.inside import Inside
from emulator.storage.name_hash import gen_hash_name
from emulator.storage.pack.staging import BACKUP

MANAGE_JSON = "manage.json"
MANIFEST_SUFFIX = ".rp"
BIG_BOUNDARY_BYTES = 2_097_152
"""A file of more bytes is a blob of its own, outside of no-tar mode (data-plane 0.2)."""


def extension(path: str) -> str:
    """ExtractFileExt: what follows the last dot of the whole path, not of the file's name; "" without a dot."""
    return path.rpartition(".")[2] if "." in path else ""


def tar_name(number: int, epoch_ms: int | None = None) -> str:
    """The name of the process's tar ``number``, from 0; ``epoch_ms`` is the start of an incremental backup."""
    return f"part.{number}.tar" if epoch_ms is None else f"{epoch_ms}_part.{number}.tar"


class FullBlobNames:
    """AddBigFile: names of big files in the full flow.

    One object lives as long as the process: a second backup gives every file another name (data-plane 9, item 33).
    """

    def __init__(self) -> None:
        self._used: set[str] = set()

    def name(self, path: str) -> str:
        """The blob name of ``path`` (absolute); hash and extension, so that it may hold a slash."""
        digits, tried = gen_hash_name(path), 0
        while digits in self._used:
            digits = gen_hash_name(f"{path}{tried}")
            tried += 1
        self._used.add(digits)
        suffix = extension(path)
        return f"{digits}.{suffix}" if suffix else digits


class IncrementalBlobNames:
    """GetIncrmentBigInfos: names of big files in the incremental flow; one object for one backup."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def name(self, path: str) -> str:
        """The blob name of ``path`` (without leading slash): 16 digits, or 32 after exactly one collision."""
        name = first = gen_hash_name(path)
        tried = 0
        while name in self._used:
            digits = gen_hash_name(f"{path}{tried}")
            name = digits if tried else first + digits
            tried += 1
        self._used.add(name)
        return name


def check_own_pack_tar(path: str, inside: Inside) -> bool:
    """CheckOwnPackTar: whether ``path`` is a tar of the backup itself, in its staging or below."""
    directory, _, name = path.rpartition("/")
    if extension(path) != "tar" or "part" not in name.partition(".")[0]:
        return False
    try:
        found = inside.device(inside.directory(directory).host)
    except OSError:
        return False
    return f"{found}/".startswith(f"{BACKUP}/")


def is_user_tar(path: str, inside: Inside, *, no_tar: bool = False) -> bool:
    """CheckUserTar: whether the big file ``path`` is a tar of the app's own; it has to exist (data-plane 3.6)."""
    if extension(path) != "tar":
        return False
    try:
        size = os.stat(inside.host(path)).st_size
    except OSError:
        return False
    return no_tar or size > BIG_BOUNDARY_BYTES


def hash_file_path(path: str) -> str:
    """HashFilePath: the hash of the file's name, twice."""
    return gen_hash_name(path.rpartition("/")[2]) * 2

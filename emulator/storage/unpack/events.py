"""What became of an entry of a tar or of a big file. Neither the app nor the caller hears of any of it (data-plane 4.4)."""

from __future__ import annotations

import enum
from typing import NamedTuple


class What(enum.Enum):
    """The outcome for one file, directory or entry."""

    FILE = "file"
    """Written. With an errno: its mode or time could not be set."""

    DIRECTORY = "directory"
    """Made, or something of that name was there already and is untouched."""

    FILTERED = "filtered"
    """A file that the manifest does not list."""

    IGNORED = "ignored"
    """A symbolic link or another type that is never created; a big file of the public home."""

    STAGED = "left in staging"
    """A big file of a restore without tars, which the device does not move."""

    FAILED = "failed"
    """Could not be made, or not be written; errno says why."""

    TRUNCATED = "truncated"
    """The archive ends within the content: a part of the file stays."""

    LOST = "lost"
    """The disk was full when stdio wrote its buffer: the file is short or empty, and the device does not notice."""

    FORBIDDEN = "forbidden"
    """The name leads out of a directory. In a tar the rest is not unpacked."""

    BAD_FORMAT = "bad format"
    """No header where one should be, or one that cannot be used: the rest of the tar is not unpacked."""


class UnpackEvent(NamedTuple):
    """``path`` has no leading slash; ``size`` are the bytes that are there now; ``stops``: the archive ends here."""

    what: What
    path: str
    size: int = 0
    errno: int | None = None
    stops: bool = False


class Restored(NamedTuple):
    """An event of the blob ``blob``. ``path`` is a device path, empty where a damaged archive has no entry to name."""

    blob: str
    path: str
    what: What
    size: int = 0
    errno: int | None = None

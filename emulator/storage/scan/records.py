"""What a scan finds: files that leave, and what stays behind and why."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from emulator.storage.scan.roots import Root


class Fate(Enum):
    """What becomes of a file or directory in a full backup (data-plane 2.2); the value is for people."""

    SMALL = "packed into a tar"
    BIG = "sent as a file of its own"
    EMPTY_DIRECTORY = "packed as an empty directory"
    LINK_AS_EMPTY_FILE = "an include names a link to a small file: it comes back as an empty file"
    FIFO_BLOCKS = "an include names a FIFO: whoever packs it waits for ever"
    UNREADABLE = "its mode does not let the app read it: left out without a word"
    UNREACHABLE = "its directory's mode does not let the app look it up: left out without a word"
    EXCLUDED = "taken away by an exclude"
    SYMLINK = "a symbolic link: skipped"
    FIFO = "a FIFO: skipped"
    SOCKET = "a socket: skipped"
    DEVICE = "a device node: skipped"
    TOO_LONG = "its path has 4096 bytes or more: dropped"
    MISSING = "nothing is there any more, or an include names a link to nothing"
    OUTSIDE = "in no include"

    @property
    def leaves(self) -> bool:
        """Whether it leaves the sandbox with its content."""
        return self in (Fate.SMALL, Fate.BIG, Fate.EMPTY_DIRECTORY)

    @property
    def word(self) -> str:
        """Its name in records and reports: in lower case, with hyphens."""
        return self.name.lower().replace("_", "-")


class ScannedFile(NamedTuple):
    """A file or an empty directory that the scan takes. An empty directory ends with a slash and has size 0.

    ``path`` is the device path as scanned (not normalised), ``recorded`` the name under which it is recorded, another one
    below a mapped directory; ``size`` in bytes as `stat` gives it; ``big`` files are sent as they are. ``fate`` is SMALL,
    BIG or EMPTY_DIRECTORY, or what goes wrong with it later, when it is packed or opened.
    """

    path: str
    recorded: str
    size: int
    big: bool
    fate: Fate
    root: Root

    @property
    def is_directory(self) -> bool:
        """Whether it is an empty directory."""
        return self.path.endswith("/")


class LeftOut(NamedTuple):
    """What the scan met and did not take; of a directory, everything below it is left out as well.

    ``exclude`` is the exclude that decided, as the profile has it, "" when none did.
    """

    path: str
    fate: Fate
    root: Root
    exclude: str = ""


class Scan(NamedTuple):
    """One full scan: what is packed, in the order of packing; what is sent as it is, in the order of sending; the rest.

    ``left_out`` holds only what was met: nothing outside the roots or below a directory that was not entered.
    """

    small: tuple[ScannedFile, ...]
    big: tuple[ScannedFile, ...]
    left_out: tuple[LeftOut, ...]
    roots: tuple[Root, ...]

    @property
    def size(self) -> int:
        """The data size in bytes that the service is told: small and big files (data-plane 2.2)."""
        return sum(file.size for file in self.small) + sum(file.size for file in self.big)


class ScanThrows(OSError):
    """The scan throws at a root, which ends the backup with 13900020; ``scan`` is what it had found until then."""

    def __init__(self, error: OSError, root: Root, scan: Scan) -> None:
        super().__init__(error.errno, error.strerror, root.path)
        self.root = root
        self.scan = scan

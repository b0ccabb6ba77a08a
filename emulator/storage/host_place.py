"""Where on the host sandboxes and archives are made."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path

MEMORY_BYTES = 1024**3
"""They are made in memory when so much is free there."""


@lru_cache(maxsize=1)
def roomy_place() -> str | None:
    """Memory, where the system offers enough of it as a directory: making and removing sandboxes is most of a session.

    None for the usual place. Whoever sets TMPDIR has decided otherwise.
    """
    memory = Path("/dev/shm")
    try:
        if os.environ.get("TMPDIR"):
            return None
        return str(memory) if shutil.disk_usage(memory).free >= MEMORY_BYTES else None
    except OSError:
        return None


class Places:
    """Directories for devices, each under the lowest number that is free.

    A device that follows another one gets the same directory, emptied: an absolute path that an app keeps in its files means
    the same on its new phone, as it does on a real one.
    """

    def __init__(self) -> None:
        self._process = os.getpid()
        self._base: Path | None = None
        self._taken: set[int] = set()

    def take(self) -> Path:
        """A new, empty directory that nobody else can enter. Raises OSError."""
        home = self._home()
        number = next(n for n in count() if n not in self._taken)
        place = home / str(number)
        place.mkdir()
        self._taken.add(number)
        return place

    def give_back(self, place: Path) -> None:
        """The directory has been removed; the last one takes their home with it."""
        self._taken.discard(int(place.name))
        if not self._taken:
            with suppress(OSError):
                place.parent.rmdir()

    def _home(self) -> Path:
        if self._process != os.getpid():  # a fork has its own devices
            self._process, self._base, self._taken = os.getpid(), None, set()
        if self._base is not None and not self._taken:
            try:
                self._base.mkdir(mode=0o700)
            except FileExistsError:  # it could not be removed, or is somebody else's now
                self._base = None
        if self._base is None:
            self._base = Path(tempfile.mkdtemp(prefix="backup-devices-", dir=roomy_place()))
        return self._base


PLACES = Places()
"""Those of this process."""

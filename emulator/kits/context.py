"""BackupExtensionContext: the directories of the app and of the backup (clauses 1.7, data-plane 1.10)."""

from __future__ import annotations

from emulator.storage.sandbox import Sandbox

EL1, EL2, EL3, EL4, EL5 = range(5)
"""The values of ``area`` (AreaMode): which encryption level the directories lie in."""

LEVELS = ("el1", "el2", "el3", "el4", "el5")
"""Their names in device paths."""
_WITH_BACKUP = (EL1, EL2)


class BackupExtensionContext:
    """``self.context`` of an extension. Getters give host paths of directories, which exist once they have been asked for.

    The docstrings give the device path for EL2; only ``backupDir`` ends with a slash, as on the device.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._area = EL2

    @property
    def area(self) -> int:
        """The encryption level, EL1 to EL5 (0 to 4). Setting it switches the directories (C-065); other values are ignored."""
        return self._area

    @area.setter
    def area(self, value: int) -> None:
        if value in range(len(LEVELS)):
            self._area = int(value)

    def _storage(self, below: str, level: str | None = None) -> str:
        return self._sandbox.directory(f"data/storage/{level or LEVELS[self._area]}/{below}")

    def _of_module(self, name: str) -> str:
        return self._storage(f"base/haps/{self._sandbox.module}/{name}")

    @property
    def filesDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/files``."""
        return self._of_module("files")

    @property
    def cacheDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/cache``, which no backup takes unless an include names it."""
        return self._of_module("cache")

    @property
    def tempDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/temp``, which no backup takes unless an include names it."""
        return self._of_module("temp")

    @property
    def preferencesDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/preferences``."""
        return self._of_module("preferences")

    @property
    def databaseDir(self) -> str:
        """``/data/storage/el2/database/<module>``."""
        return self._storage(f"database/{self._sandbox.module}")

    @property
    def distributedFilesDir(self) -> str:
        """``/data/storage/el2/distributedfiles``; EL3 and above have none of their own."""
        return self._storage("distributedfiles", "el1" if self._area == EL1 else "el2")

    @property
    def cloudFileDir(self) -> str:
        """``/data/storage/el2/cloud`` in every area."""
        return self._storage("cloud", "el2")

    @property
    def resourceDir(self) -> str:
        """``/data/storage/el1/bundle/<module>/resources/resfile`` in every area."""
        return self._storage(f"bundle/{self._sandbox.module}/resources/resfile", "el1")

    @property
    def bundleCodeDir(self) -> str:
        """``/data/storage/el1/bundle`` in every area."""
        return self._storage("bundle", "el1")

    @property
    def backupDir(self) -> str:
        """``/data/storage/el2/base/.backup/``, read-only (C-063); empty in any area but EL1 and EL2 (C-064)."""
        return self._storage("base/.backup") + "/" if self._area in _WITH_BACKUP else ""

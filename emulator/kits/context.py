"""BackupExtensionContext: the directories of the app and of the backup (clauses 1.7)."""

from __future__ import annotations

from emulator.storage.sandbox import Sandbox

EL1, EL2 = 0, 1
_AREAS = {EL1: "el1", EL2: "el2"}


class BackupExtensionContext:
    """``self.context`` of an extension. Getters give host paths of directories that exist.

    Setting ``area`` (0 = EL1, 1 = EL2) switches all of them; ``backupDir`` is empty for other areas (C-064).
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.area: int = EL2

    def _module_dir(self, name: str) -> str:
        area = _AREAS.get(self.area, "el2")
        return self._sandbox.directory(f"data/storage/{area}/base/haps/{self._sandbox.module}/{name}")

    @property
    def filesDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/files``."""
        return self._module_dir("files")

    @property
    def cacheDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/cache``, which no backup takes."""
        return self._module_dir("cache")

    @property
    def tempDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/temp``, which no backup takes."""
        return self._module_dir("temp")

    @property
    def preferencesDir(self) -> str:
        """``/data/storage/el2/base/haps/<module>/preferences``."""
        return self._module_dir("preferences")

    @property
    def databaseDir(self) -> str:
        """``/data/storage/el2/database/<module>``."""
        return self._sandbox.directory(f"data/storage/{_AREAS.get(self.area, 'el2')}/database/{self._sandbox.module}")

    @property
    def distributedFilesDir(self) -> str:
        """``/data/storage/el2/distributedfiles``."""
        return self._sandbox.directory("data/storage/el2/distributedfiles")

    @property
    def resourceDir(self) -> str:
        """``/data/storage/el1/bundle/<module>/resources/resfile``."""
        return self._sandbox.directory(f"data/storage/el1/bundle/{self._sandbox.module}/resources/resfile")

    @property
    def bundleCodeDir(self) -> str:
        """``/data/storage/el1/bundle``."""
        return self._sandbox.directory("data/storage/el1/bundle")

    @property
    def backupDir(self) -> str:
        """``/data/storage/el1|el2/base/.backup/`` with its trailing slash; empty for any other area."""
        area = _AREAS.get(self.area)
        return self._sandbox.directory(f"data/storage/{area}/base/.backup") + "/" if area else ""

"""preferences: @ohos.data.preferences for Python subjects. One XML file per instance, read at once, written at flush.

What a full or broken disk leaves behind is what the device's own code leaves (preferences_xml_utils.cpp, SaveXmlFile).
"""

# ruff: noqa: N802, N803, N816 - the names are the API's.
from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.kits.file_io.system import FileSystem
from emulator.kits.forms import both_forms, in_all_forms
from emulator.kits.place import here
from emulator.kits.preferences import xml_format

__all__ = [
    "MAX_KEY_LENGTH",
    "MAX_VALUE_LENGTH",
    "BusinessError",
    "Preferences",
    "deletePreferences",
    "deletePreferencesSync",
    "getPreferences",
    "getPreferencesSync",
    "removePreferencesFromCache",
    "removePreferencesFromCacheSync",
]

MAX_KEY_LENGTH = 1024
MAX_VALUE_LENGTH = 16 * 1024 * 1024
INNER_ERROR = 15_500_000
DELETE_FAILED = 15_500_010


@in_all_forms
class Preferences:
    """One instance: the values in memory, and the file that flush writes them to."""

    def __init__(self, system: FileSystem, path: str) -> None:
        self._system = system
        self._path = path
        self._values = self._load()

    def getSync(self, key: str, defValue: Any) -> Any:
        """The value, or ``defValue``."""
        return self._values.get(_checked(key), defValue)

    def getAllSync(self) -> dict[str, Any]:
        """All of them."""
        return dict(self._values)

    def putSync(self, key: str, value: Any) -> None:
        """In memory, until flush."""
        if isinstance(value, (str, bytes, bytearray)) and _length(value) > MAX_VALUE_LENGTH:
            raise BusinessError(INNER_ERROR, "The value length exceeds 16 MB.")
        self._values[_checked(key)] = value

    def hasSync(self, key: str) -> bool:
        """Whether there is a value."""
        return _checked(key) in self._values

    def deleteSync(self, key: str) -> None:
        """In memory, until flush."""
        self._values.pop(_checked(key), None)

    def clearSync(self) -> None:
        """All of them, in memory, until flush."""
        self._values.clear()

    def flushSync(self) -> None:
        """Write the file. The old one is kept as ``.bak`` meanwhile, and stays so when writing fails.

        A short write counts as success, as it does on the device: the file is cut off then.
        """
        try:
            if _exists(self._system, self._path):
                self._system.rename(self._path, f"{self._path}.bak")
            with self._system.opened(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as fd:
                self._system.write(fd, xml_format.encode(self._values))
            _remove(self._system, f"{self._path}.bak")
        except OSError as error:
            raise BusinessError(INNER_ERROR, "Inner error.") from error

    def _load(self) -> dict[str, Any]:
        """What is in the file; a file that cannot be parsed is put aside as ``.broken``, and the ``.bak`` takes its place."""
        for _ in range(2):
            try:
                return xml_format.decode(self._content())
            except ValueError:
                self._system.rename(self._path, f"{self._path}.broken")
            except FileNotFoundError:
                pass
            except OSError:
                self._system.disk.kept_from_app(self._system.place.device_path(self._system.place.host_path(self._path)))
                return {}
            if not _exists(self._system, f"{self._path}.bak"):
                break
            self._system.rename(f"{self._path}.bak", self._path)
        return {}

    def _content(self) -> bytes:
        with self._system.opened(self._path, os.O_RDONLY) as fd:
            return self._system.read(fd, self._system.status(fd).st_size)


def _checked(key: str) -> str:
    if not key:
        raise BusinessError(INNER_ERROR, "The key is empty.")
    if len(key.encode()) > MAX_KEY_LENGTH:
        raise BusinessError(INNER_ERROR, "The key length exceeds 1024 characters.")
    return key


def _length(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else len(value)


def _exists(system: FileSystem, path: str) -> bool:
    try:
        system.status(path)
    except OSError:
        return False
    return True


def _remove(system: FileSystem, path: str) -> None:
    if _exists(system, path):
        system.unlink(path)


def _path(context: Any, options: str | Mapping[str, Any]) -> str:
    name = options if isinstance(options, str) else str(options.get("name", ""))
    if not name:
        raise BusinessError(INNER_ERROR, "The file name is empty.")
    if "/" in name:
        raise BusinessError(INNER_ERROR, "Relative path is not allowed.")
    return f"{context.preferencesDir}/{name}"


def _instances() -> dict[str, Preferences]:
    """The instances of the process whose app is running, by path."""
    instances: dict[str, Preferences] = here().kept.setdefault("preferences", {})
    return instances


def _get(context: Any, options: str | Mapping[str, Any]) -> Preferences:
    """The instance of this name; the same object until it is removed from the cache. ``options``: a name, or {"name": ...}."""
    path, instances = _path(context, options), _instances()
    if path not in instances:
        instances[path] = Preferences(FileSystem(here()), path)
    return instances[path]


def _delete(context: Any, options: str | Mapping[str, Any]) -> None:
    """Remove the instance and its files."""
    path = _path(context, options)
    _instances().pop(path, None)
    system = FileSystem(here())
    try:
        for suffix in ("", ".bak", ".broken"):
            _remove(system, path + suffix)
    except OSError as error:
        raise BusinessError(DELETE_FAILED, "Failed to delete the user preferences persistence file.") from error


def _forget(context: Any, options: str | Mapping[str, Any]) -> None:
    """Remove the instance from memory; its file stays, and what was not flushed is lost."""
    _instances().pop(_path(context, options), None)


getPreferences, getPreferencesSync = both_forms(_get, "getPreferences")
deletePreferences, deletePreferencesSync = both_forms(_delete, "deletePreferences")
removePreferencesFromCache, removePreferencesFromCacheSync = both_forms(_forget, "removePreferencesFromCache")

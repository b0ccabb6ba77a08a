"""preferences for ArkTS: instances stay here, values cross one by one. ``directory`` is the context's preferencesDir."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from emulator.kits import preferences
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.handles import handles_of
from emulator.runtime.arkts.bridge.place import at_its_place
from emulator.runtime.arkts.bridge.values import from_app, to_app


def _context(directory: str) -> Any:
    return SimpleNamespace(preferencesDir=directory)


def _get_preferences(app: App, directory: str, name: str) -> int:
    return handles_of(app).keep(preferences.getPreferencesSync(_context(directory), name))


def _delete_preferences(app: App, directory: str, name: str) -> None:
    preferences.deletePreferencesSync(_context(directory), name)


def _remove_from_cache(app: App, directory: str, name: str) -> None:
    preferences.removePreferencesFromCacheSync(_context(directory), name)


def _of(app: App, handle: int) -> preferences.Preferences:
    found: preferences.Preferences = handles_of(app).get(handle)
    return found


def _get(app: App, handle: int, key: str, default: Any) -> Any:
    return to_app(_of(app, handle).getSync(key, from_app(default)))


def _get_all(app: App, handle: int) -> list[Any]:
    """Pairs, since a key may be anything."""
    return [[key, to_app(value)] for key, value in _of(app, handle).getAllSync().items()]


def _put(app: App, handle: int, key: str, value: Any) -> None:
    _of(app, handle).putSync(key, from_app(value))


def _has(app: App, handle: int, key: str) -> bool:
    return _of(app, handle).hasSync(key)


def _delete(app: App, handle: int, key: str) -> None:
    _of(app, handle).deleteSync(key)


def _clear(app: App, handle: int) -> None:
    _of(app, handle).clearSync()


def _flush(app: App, handle: int) -> None:
    _of(app, handle).flushSync()


OPERATIONS: Operations = {
    "preferences.getPreferences": at_its_place(_get_preferences),
    "preferences.deletePreferences": at_its_place(_delete_preferences),
    "preferences.removePreferencesFromCache": at_its_place(_remove_from_cache),
    "preferences.get": at_its_place(_get),
    "preferences.getAll": at_its_place(_get_all),
    "preferences.put": at_its_place(_put),
    "preferences.has": at_its_place(_has),
    "preferences.delete": at_its_place(_delete),
    "preferences.clear": at_its_place(_clear),
    "preferences.flush": at_its_place(_flush),
}
"""Operations by name."""

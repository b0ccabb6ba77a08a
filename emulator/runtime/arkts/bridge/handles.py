"""Objects that stay on this side while the app's JavaScript holds a number for each."""

from __future__ import annotations

import itertools
from typing import Any

from emulator.runtime.arkts.bridge.app import App
from emulator.runtime.arkts.bridge.place import place_of_app


class Handles:
    """The objects of one app process, by number."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._objects: dict[int, Any] = {}

    def keep(self, value: Any) -> int:
        """The number of an object; the same object has one number only."""
        for number, kept in self._objects.items():
            if kept is value:
                return number
        number = next(self._numbers)
        self._objects[number] = value
        return number

    def get(self, number: int) -> Any:
        """The object. Raises KeyError for a number that was not given, or was dropped."""
        return self._objects[number]

    def drop(self, number: int) -> None:
        """Nobody has it any more."""
        self._objects.pop(number, None)


def handles_of(app: App) -> Handles:
    """Those of the app's process; they go with it."""
    handles: Handles = place_of_app(app).kept.setdefault("handles", Handles())
    return handles

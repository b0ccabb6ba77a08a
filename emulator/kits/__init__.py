"""What the app's code may call: ``from emulator.kits import fileIo, preferences, relationalStore``."""

from __future__ import annotations

import importlib
from typing import Any

_KITS = {
    "fileIo": "emulator.kits.file_io",
    "preferences": "emulator.kits.preferences",
    "relationalStore": "emulator.kits.relational_store",
}


def __getattr__(name: str) -> Any:
    """A kit is loaded when somebody asks for it."""
    if name not in _KITS:
        raise AttributeError(f"no kit {name!r}; there are {', '.join(_KITS)}")
    return importlib.import_module(_KITS[name])

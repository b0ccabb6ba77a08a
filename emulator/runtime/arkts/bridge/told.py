"""What an app tells services that the emulated device does not have: it stands in the record's log and has no effect."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from emulator.runtime.arkts.bridge.app import App, Operations


def console(app: App, level: str, text: str) -> None:
    """A kit's own line of output."""
    app.process.log("stderr" if level in ("warn", "error") else "stdout", text)


def _telling(name: str) -> Callable[..., None]:
    def tell(app: App, *values: Any) -> None:
        app.process.log("hilog", f"I {name}: {' '.join(map(json.dumps, values))}")

    return tell


_SERVICES = ("commonEvent.publish", "hiAppEvent.write", "hiSysEvent.write", "workScheduler.startWork")

OPERATIONS: Operations = {"console": console, **{name: _telling(name) for name in _SERVICES}}
"""By ``kit.name``."""

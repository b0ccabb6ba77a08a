"""settings for ArkTS: one table for the device, in memory."""

from __future__ import annotations

from emulator.runtime.arkts.bridge.app import App, Operations


def _get(app: App, domain: str, name: str) -> str | None:
    return app.process.host.settings.get((domain, name))


def _set(app: App, domain: str, name: str, value: str) -> bool:
    app.process.host.settings[domain, name] = value
    return True


OPERATIONS: Operations = {"settings.get": _get, "settings.set": _set}
"""Operations by name."""

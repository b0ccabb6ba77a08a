"""The context of an extension: its directories, and what it tells of the app."""

from __future__ import annotations

from typing import Any

from emulator.kits.context import BackupExtensionContext
from emulator.runtime.arkts.bridge.app import App, Operations


def directory(app: App, level: str, area: int, name: str) -> str:
    """The device path of a context's directory, which exists afterwards."""
    sandbox = app.process.sandbox
    context = BackupExtensionContext(sandbox)
    context.area = area
    path = str(getattr(context, name))
    shown = sandbox.device_path(path)
    if level == "application" and path:
        shown = shown.replace(f"/haps/{sandbox.module}", "").replace(f"/{sandbox.module}", "")
        sandbox.directory(shown)
    return shown


def about(app: App) -> dict[str, Any]:
    """What the context tells of the app."""
    bundle, module = app.process.bundle, app.process.sandbox.module
    name = bundle.full_name.partition(":")[0]
    return {
        "applicationInfo": {"name": name, "enabled": True},
        "currentHapModuleInfo": {"name": module},
        "extensionAbilityInfo": {"bundleName": name, "moduleName": module},
    }


OPERATIONS: Operations = {"context.directory": directory, "context.about": about}
"""By ``kit.name``."""

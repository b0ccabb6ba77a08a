"""What the app's JavaScript may ask of Python, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from emulator.kits.context import BackupExtensionContext

if TYPE_CHECKING:
    from emulator.runtime.arkts.thread import JsThread


def directory(app: JsThread, level: str, area: int, name: str) -> str:
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


def about(app: JsThread) -> dict[str, Any]:
    """What the context tells of the app."""
    bundle, module = app.process.bundle, app.process.sandbox.module
    name = bundle.full_name.partition(":")[0]
    return {
        "applicationInfo": {"name": name, "enabled": True},
        "currentHapModuleInfo": {"name": module},
        "extensionAbilityInfo": {"bundleName": name, "moduleName": module},
    }


OPERATIONS: Mapping[str, Callable[..., Any]] = {"context.directory": directory, "context.about": about}
"""Every operation, by ``kit.name``."""

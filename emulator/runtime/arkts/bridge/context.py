"""The context of an extension: its directories, and what it tells of the app."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from emulator.kits.context import BackupExtensionContext
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.storage.sandbox import Sandbox


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


@functools.lru_cache(maxsize=8)
def paths_of(module: str) -> dict[str, str]:
    """The device paths of a context's directories in EL2, by name. None of them is made."""
    context = BackupExtensionContext(_Unmade(Path(), module))
    getters = [name for name, member in vars(BackupExtensionContext).items() if isinstance(member, property)]
    return {name: getattr(context, name) for name in getters if name != "area"}


class _Unmade(Sandbox):
    def directory(self, device_path: str) -> str:
        return f"/{device_path}"


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

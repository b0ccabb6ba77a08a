"""bundleManager and fileUri for ArkTS: what an app may know of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.kernel.events import NS_PER_MS
from emulator.plan import ORDINARY_VERSION
from emulator.runtime.arkts.bridge.app import App, Operations
from emulator.runtime.arkts.bridge.file_io import APP_UID

WITH_APPLICATION, WITH_HAP_MODULE, WITH_EXTENSION, WITH_SIGNATURE = 0x01, 0x02, 0x08, 0x80
BACKUP_EXTENSION = 9
"""ExtensionAbilityType.BACKUP."""


def _name(app: App) -> str:
    """The bundle's name, without the number of a clone."""
    return app.process.bundle.full_name.partition(":")[0]


def _self(app: App, flags: int) -> dict[str, Any]:
    """A BundleInfo; the version is the ordinary one, for the emulated device installs no other."""
    clone = int(app.process.bundle.full_name.partition(":")[2] or 0)
    installed_ms = app.process.wall_epoch_ns // NS_PER_MS
    info: dict[str, Any] = {
        "name": _name(app),
        "vendor": "example",
        "versionCode": ORDINARY_VERSION.code,
        "versionName": ORDINARY_VERSION.name,
        "minCompatibleVersionCode": ORDINARY_VERSION.code,
        "targetVersion": app.process.bundle.profile.api_level,
        "hapModulesInfo": [],
        "reqPermissionDetails": [],
        "permissionGrantStates": [],
        "routerMap": [],
        "installTime": installed_ms,
        "updateTime": installed_ms,
        "appIndex": clone,
    }
    if flags & WITH_APPLICATION:
        info["appInfo"] = _application(_name(app), clone)
    if flags & WITH_HAP_MODULE:
        info["hapModulesInfo"] = [_module(app, bool(flags & WITH_EXTENSION))]
    if flags & WITH_SIGNATURE:
        info["signatureInfo"] = {"appId": f"{_name(app)}_emulated", "fingerprint": "0" * 64, "appIdentifier": "0"}
    return info


def _application(name: str, clone: int) -> dict[str, Any]:
    texts = {"description": "", "label": name, "icon": "", "appProvisionType": "release", "appDistributionType": "none"}
    switches = {"enabled": True, "removable": True, "systemApp": False, "debug": False, "dataUnclearable": False}
    numbers = {"descriptionId": 0, "labelId": 0, "iconId": 0, "accessTokenId": 1, "uid": APP_UID, "bundleType": 0}
    lists: dict[str, Any] = {"permissions": [], "metadataArray": []}
    where = {"process": name, "codePath": f"/data/app/el1/bundle/public/{name}"}
    return {"name": name, **texts, **switches, **numbers, **lists, **where, "appIndex": clone}


def _module(app: App, extensions: bool) -> dict[str, Any]:
    package = app.process.bundle.package
    return {
        "name": package.module,
        "mainElementName": "",
        "moduleName": package.module,
        "bundleName": _name(app),
        "type": 1,
        "abilitiesInfo": [],
        "metadata": [],
        "deviceTypes": ["default"],
        "extensionAbilitiesInfo": [_extension(app, e.entry.get("name", "")) for e in package.extensions] if extensions else [],
    }


def _extension(app: App, name: str) -> Mapping[str, Any]:
    module = app.process.bundle.package.module
    return {"bundleName": _name(app), "moduleName": module, "name": name, "extensionAbilityType": BACKUP_EXTENSION}


OPERATIONS: Operations = {"bundleManager.self": _self, "bundleManager.name": _name}
"""Operations by name."""

"""A subject that breaks on a word of its own source, and the same subject mended."""

from __future__ import annotations

import json

from conformance.suites.control import PROGRESS, RESULT
from emulator import BackupExtensionAbility


class Vip(BackupExtensionAbility):
    """Breaks on one type of info element that no corpus has, unless its detail is a string."""

    def onBackupEx(self, backupInfo: str) -> str:
        for element in json.loads(backupInfo or "[]"):
            if element["type"] == "vip" and not isinstance(element.get("detail"), str):
                raise KeyError("no such customer")
        return RESULT

    def onProcess(self) -> str:
        return PROGRESS


class Mended(Vip):
    """The same without the fault."""

    def onBackupEx(self, backupInfo: str) -> str:
        return RESULT

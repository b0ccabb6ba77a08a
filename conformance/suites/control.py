"""The control subject: so plain that whatever goes wrong with it is the harness' own fault.

Its results are constants and it keeps no state, so two runs of a session can only differ through the emulated device.
"""

from __future__ import annotations

from emulator.ability import BackupExtensionAbility, BundleVersion

RESULT = '{"type":"ErrorInfo","errorCode":0,"errorInfo":""}'
PROGRESS = '{"progressInfo":[{"name":"control","processed":1,"total":1}]}'


class Control(BackupExtensionAbility):
    """Answers every callback at once."""

    def onBackupEx(self, backupInfo: str) -> str:
        """A constant result."""
        return RESULT

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        """A constant result."""
        return RESULT

    def onProcess(self) -> str:
        """A constant progress."""
        return PROGRESS

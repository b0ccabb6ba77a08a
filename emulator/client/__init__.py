"""The privileged caller of ``@ohos.file.backup``, as a small Python API: sessions, and the callbacks they take."""

from emulator.client.callbacks import Callbacks
from emulator.client.sessions import (
    BSessionRestore,
    BSessionRestoreAsync,
    IncrementalBackupSession,
    SessionBackup,
    SessionRestore,
    get_backup_info,
    update_send_rate,
    update_timer,
)

__all__ = [
    "BSessionRestore",
    "BSessionRestoreAsync",
    "Callbacks",
    "IncrementalBackupSession",
    "SessionBackup",
    "SessionRestore",
    "get_backup_info",
    "update_send_rate",
    "update_timer",
]

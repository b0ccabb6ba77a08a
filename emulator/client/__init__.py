"""The privileged caller of ``@ohos.file.backup``, as a small Python API: sessions, and the callbacks they take."""

from emulator.client.callbacks import Callbacks
from emulator.client.sessions import (
    BSessionRestore,
    BSessionRestoreAsync,
    IncrementalBackupSession,
    Promise,
    SessionBackup,
    SessionRestore,
    get_backup_info,
    update_send_rate,
    update_timer,
)
from emulator.service.reverse import FileReady
from emulator.service.session import Capability
from emulator.storage.transfer import Blob

__all__ = [
    "BSessionRestore",
    "BSessionRestoreAsync",
    "Blob",
    "Callbacks",
    "Capability",
    "FileReady",
    "IncrementalBackupSession",
    "Promise",
    "SessionBackup",
    "SessionRestore",
    "get_backup_info",
    "update_send_rate",
    "update_timer",
]

"""GeneralCallbacks of ``@ohos.file.backup``: what a caller of the backup is told (control-plane 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.service.errors import BusinessError
from emulator.service.reverse import FileReady

OnBundle = Callable[[BusinessError | None, str | None], Any]


@dataclass(slots=True)
class Callbacks:
    """One object with any of the callbacks; missing ones are not called.

    ``on_bundle_begin(err, name)`` and ``on_bundle_end(err, name)`` get ``(None, name)`` on success and ``(error, None)``
    otherwise, with the name in ``error.data``. ``on_file_ready(err, file)``, ``on_file_ready_batch(err, files)``,
    ``on_all_bundles_end(err)``,
    ``on_result_report(name, result)``, ``on_process(name, process)``, ``on_backup_service_died()``,
    ``on_backup_size_report(report)``.
    """

    on_file_ready: Callable[[BusinessError | None, FileReady | None], Any] | None = None
    on_file_ready_batch: Callable[[BusinessError | None, list[FileReady] | None], Any] | None = None
    on_bundle_begin: OnBundle | None = None
    on_bundle_end: OnBundle | None = None
    on_all_bundles_end: Callable[[BusinessError | None], Any] | None = None
    on_result_report: Callable[[str, str], Any] | None = None
    on_process: Callable[[str, str], Any] | None = None
    on_backup_service_died: Callable[[], Any] | None = None
    on_backup_size_report: Callable[[str], Any] | None = None

    def dispatch(self, callback: str, args: tuple[Any, ...]) -> None:
        """Call the member for the real name ``callback``."""
        if callback in ("onBundleBegin", "onBundleEnd"):
            member = self.on_bundle_begin if callback == "onBundleBegin" else self.on_bundle_end
            if member is not None:
                member(args[0], args[1] if len(args) > 1 else None)
        elif callback == "onFileReady" and self.on_file_ready is not None:
            self.on_file_ready(args[0], args[1] if len(args) > 1 else None)
        elif callback == "onFileReadyBatch" and self.on_file_ready_batch is not None:
            self.on_file_ready_batch(args[0], args[1] if len(args) > 1 else None)
        elif callback == "onAllBundlesEnd" and self.on_all_bundles_end is not None:
            self.on_all_bundles_end(args[0])
        elif callback == "onResultReport" and self.on_result_report is not None:
            self.on_result_report(args[0], args[1])
        elif callback == "onProcess" and self.on_process is not None:
            self.on_process(args[0], args[1])
        elif callback == "onBackupSizeReport" and self.on_backup_size_report is not None:
            self.on_backup_size_report(args[0])
        elif callback == "onBackupServiceDied" and self.on_backup_service_died is not None:
            self.on_backup_service_died()

"""GeneralCallbacks of ``@ohos.file.backup``: what a caller of the backup is told (control-plane 6.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.kits.errors import BusinessError
from emulator.service.reverse import FileReady

OnBundle = Callable[[BusinessError | None, str | None], Any]


@dataclass(slots=True)
class Callbacks:
    """One object with any of the callbacks; missing ones are not called.

    ``on_bundle_begin(err, name)`` and ``on_bundle_end(err, name)`` get ``(None, name)`` on success and ``(error, None)``
    otherwise, with the name in ``error.data``. The others are ``on_file_ready(err, file)``, ``on_file_ready_batch(err, files)``,
    ``on_all_bundles_end(err)``, ``on_result_report(name, result)``, ``on_process(name, process)``,
    ``on_backup_service_died()`` and ``on_backup_size_report(report)``.
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
        """Call the member for the real name ``callback``; arguments that it was not given are None."""
        name, count = _MEMBERS[callback]
        member = getattr(self, name)
        if member is not None:
            member(*args[:count], *(None,) * (count - len(args)))


_MEMBERS = {
    "onBundleBegin": ("on_bundle_begin", 2),
    "onBundleEnd": ("on_bundle_end", 2),
    "onFileReady": ("on_file_ready", 2),
    "onFileReadyBatch": ("on_file_ready_batch", 2),
    "onAllBundlesEnd": ("on_all_bundles_end", 1),
    "onResultReport": ("on_result_report", 2),
    "onProcess": ("on_process", 2),
    "onBackupSizeReport": ("on_backup_size_report", 1),
    "onBackupServiceDied": ("on_backup_service_died", 0),
}
"""By the real name of a callback: the member, and with how many arguments it is called."""

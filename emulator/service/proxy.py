"""What the extension may ask the service for: the E->S messages, for one bundle of the session (control-plane 1.3, 5, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.codes import Code
from emulator.kernel.events import NS_PER_S
from emulator.service.details import file_error_envelope, progress_envelope
from emulator.service.reverse import FileReady
from emulator.service.session import BundleEntry, Scenario, Session
from emulator.storage.transfer import Blob

if TYPE_CHECKING:
    from emulator.service.service import BackupService


class ExtensionFace:
    """Serves one entry; a bundle that is no longer in the session is refused."""

    def __init__(self, service: BackupService, session: Session, entry: BundleEntry) -> None:
        self._service = service
        self._session = session
        self._entry = entry

    @property
    def _refused(self) -> bool:
        session = self._service.session
        return session is not self._session or session.entries.get(self._entry.name) is not self._entry

    async def app_file_ready(self, blob: Blob) -> int:
        """AppFileReady with one file of a backup."""
        if "/" in blob.uri:
            return Code.E_INVAL
        if self._refused:
            return Code.E_PERM
        self._note(blob)
        self._session.reverse.on_file_ready(FileReady(self._entry.name, blob.uri, blob))
        return await self._toggled((blob.uri,))

    async def app_file_readys(self, files: Sequence[tuple[str, Blob]]) -> int:
        """AppFileReadys with a group of files, each with the text that says what it is."""
        if self._refused:
            return Code.E_PERM
        for text, blob in files:
            self._note(blob)
            self._session.reverse.on_file_of_batch(FileReady(self._entry.name, text, blob))
        return await self._toggled(tuple(blob.uri for _, blob in files))

    def _note(self, blob: Blob) -> None:
        self._service.journal.add(
            "file.out",
            bundle=self._entry.name,
            uri=blob.uri,
            path=blob.path,
            size=blob.size,
            files=[{"path": file.path, "size": file.size, "crc": file.crc} for file in blob.files],
        )

    async def app_file_error(self, uri: str, number: int) -> int:
        """AppFileReady with an errno in place of a file: the client's error names the bundle only (data-plane 3.8)."""
        if self._refused:
            return Code.E_PERM
        self._session.reverse.on_file_error(self._entry.name, number)
        return await self._toggled((uri,))

    async def app_manage_json_ready(self, names: list[str], index: Blob) -> int:
        """AppFileReady("manage.json"): every listed name is toggled."""
        if self._refused:
            return Code.E_PERM
        self._entry.received_manage_json = True
        self._session.reverse.on_file_ready(FileReady(self._entry.name, index.uri, index))
        return await self._toggled(tuple(names))

    async def _toggled(self, names: tuple[str, ...]) -> int:
        for name in names:
            self._entry.toggle(name)
        if self._entry.complete:
            await self._service.endings.completed_by_file(self._session, self._entry)
        return Code.OK

    def app_file_handle(self, uri: str, error: int) -> int:
        """AppFileReady of a restore: the client gets a handle to write to, or the errno of the extension's open."""
        if self._refused:
            return Code.E_PERM
        if error:
            self._session.reverse.on_file_error(self._entry.name, error)
        else:
            self._session.reverse.on_file_ready(FileReady(self._entry.name, uri, self._entry.connection.stub))
        return Code.OK

    def app_file_handles(self, opened: Sequence[tuple[str, int]]) -> int:
        """AppFileReadys of a restore: names with the errno of the extension's open, 0 for a handle."""
        if self._refused:
            return Code.E_PERM
        name, stub = self._entry.name, self._entry.connection.stub
        files = [FileReady(name, uri, stub) for uri, error in opened if not error]
        self._session.reverse.on_file_handles(name, files, [error for _, error in opened if error])
        return Code.OK

    def app_done(self, code: int) -> int:
        """AppDone / AppIncrementalDone (control-plane 5.6)."""
        if self._refused:
            return Code.E_PERM
        self._entry.received_app_done = True
        restore = self._session.scenario is Scenario.RESTORE
        if code or restore or self._entry.complete:
            self._service.release_allowed.add(self._entry.name)
        return Code.OK

    def get_ext_on_release(self) -> bool:
        """GetExtOnRelease."""
        return self._entry.name in self._service.release_allowed

    async def handle_ext_disconnect(self, is_app_result_report: bool, code: int) -> int:
        """HandleExtDisconnect: the bundle is done; an Ex result of a restore was reported as its end already."""
        if self._refused:
            return Code.E_PERM
        await self._service.endings.ext_disconnect(self._session, self._entry, is_app_result_report, code)
        return Code.OK

    async def service_result_report(self, text: str, scenario: int, code: int) -> int:
        """ServiceResultReport: in a restore the same reverse call ends the bundle for the client (1.7 #11a)."""
        if self._refused:
            return Code.E_PERM
        await self._session.reverse.on_result_report(self._entry.name, text)
        if self._session.scenario is Scenario.RESTORE:
            self._entry.restore_ended = True
            self._session.reverse.on_bundle_end(self._entry.name, code)
        return Code.OK

    async def report_app_process_info(self, text: str) -> int:
        """ReportAppProcessInfo: forwarded in the envelope of control-plane 3.6."""
        if self._refused:
            return Code.E_PERM
        epoch_s = (self._service.host.wall_epoch_ns + self._service.kernel.now_ns) // NS_PER_S
        await self._session.reverse.on_process(self._entry.name, progress_envelope(epoch_s, text))
        return Code.OK

    async def report_file_error(self, number: int, text: str) -> int:
        """ReportAppProcessInfo of a file that could not be packed."""
        if self._refused:
            return Code.E_PERM
        epoch_s = (self._service.host.wall_epoch_ns + self._service.kernel.now_ns) // NS_PER_S
        await self._session.reverse.on_process(self._entry.name, file_error_envelope(epoch_s, number, text))
        return Code.OK

    def start_ext_timer(self) -> bool:
        """StartExtTimer: False when an ext timer runs already or the bundle is gone."""
        return not self._refused and self._service.timers.start_ext(self._entry)

    def stop_ext_timer(self) -> bool:
        """StopExtTimer; the stored value of UpdateTimer is forgotten."""
        return not self._refused and self._service.timers.stop_ext(self._entry)

    def start_fwk_timer(self) -> bool:
        """StartFwkTimer."""
        return not self._refused and self._service.timers.start_fwk(self._entry)

    def refresh_data_size(self, size: int) -> int:
        """RefreshDataSize, in bytes."""
        self._entry.data_size = size
        return Code.OK

    def get_app_local_list(self) -> int:
        """GetAppLocalListAndDoIncrementalBackup: answers at once, the work is queued."""
        if self._refused:
            return Code.E_PERM
        self._service.pool.submit(self._service.start_get_fd_task, self._session, self._entry)
        return Code.OK

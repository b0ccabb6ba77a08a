"""The task of a backup behind the callbacks: scan or compare, pack, send, and say that it is done (data-plane 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from emulator.codes import Code
from emulator.extension.blobs import Outgoing
from emulator.extension.data_plane import Backup, SizedBackup
from emulator.extension.sending import Sender
from emulator.kernel import Future
from emulator.storage.config.bundle_info import BundleInfo
from emulator.storage.incremental.compare import HashHangs
from emulator.storage.incremental.stat_list import StatList
from emulator.storage.pack.tar import PackError, PackHangs
from emulator.storage.paths import rooted
from emulator.storage.transfer import DataError

if TYPE_CHECKING:
    from emulator.extension.stub import BackupExtExtension


class Packing:
    """The data half of one connection's backup. Its methods are jobs of the task thread."""

    def __init__(self, stub: BackupExtExtension) -> None:
        self.sender = Sender(stub.process, stub.service)
        self._stub = stub
        self._process = stub.process

    async def full(self, info: BundleInfo, result: str) -> None:
        """Scan and pack; ``info`` is the caller's, ``result`` what onBackupEx returned."""
        try:
            backup = self._scan(info, result)
        except DataError as error:
            self._data_failed(error)
            return
        await self._pack(backup)

    def _scan(self, info: BundleInfo, result: str) -> SizedBackup:
        """ScanAllDirsTask. Raises DataError, also where the service does not do its part (control-plane 5.2)."""
        process, service = self._process, self._stub.service
        if not process.tell("StopExtTimer", service.stop_ext_timer, broken=False):
            raise DataError(Code.E_INVAL, "StopExtTimer failed")
        backup = self._stub.data.full_backup(process, info, result)
        self._note_scan(backup)
        if backup.size and process.tell("RefreshDataSize", service.refresh_data_size, backup.size):
            raise DataError(Code.E_INVAL, "RefreshDataSize failed")
        if not process.tell("StartFwkTimer", service.start_fwk_timer, broken=False):
            raise DataError(Code.E_INVAL, "StartFwkTimer failed")
        return backup

    def _note_scan(self, backup: SizedBackup) -> None:
        left_out = [{"path": left.path, "why": left.why, "by": left.by} for left in backup.left_out]
        if backup.size or left_out:
            name = self._process.bundle.full_name
            self._process.journal.add("scan", bundle=name, size=backup.size, left_out=left_out)

    async def incremental(self, stats: StatList, previous: bytes) -> None:
        """Compare and pack."""
        if not self._process.tell("StartFwkTimer", self._stub.service.start_fwk_timer, broken=False):
            return
        try:
            backup = self._stub.data.incremental_backup(self._process, stats, previous)
        except DataError as error:
            self._data_failed(error)
            return
        except HashHangs as hangs:
            await self._hang(hangs.path)
        await self._pack(backup)

    async def _pack(self, backup: Backup) -> None:
        """Make every blob; what cannot be packed is told through the process channel (data-plane 3.5)."""
        blobs: list[Outgoing] = []
        try:
            for made in backup.blobs():
                if isinstance(made, Outgoing):
                    blobs.append(made)
                    await self._process.wait_for_disk(made.blob.size)
                else:
                    await self._report_file_error(made.error)
        except DataError as error:
            self._data_failed(error)
            return
        except (PackHangs, HashHangs) as hangs:
            await self._hang(hangs.path)
        self.sender.pool.submit(self._send_all, backup, blobs)

    async def _hang(self, path: str) -> NoReturn:
        """Wait for a FIFO's writer, which never comes."""
        self._process.journal.add("pack.hang", bundle=self._process.bundle.full_name, path=rooted(path))
        await Future[None](self._process.kernel)
        raise AssertionError(path)

    def _data_failed(self, error: DataError) -> None:
        self._stub.note_end("data", error.code)
        self._stub.app_done(error.code)

    async def _report_file_error(self, error: PackError) -> None:
        text = f"add file fail, path={error.path}, restorePath={error.recorded}"
        self._process.journal.add(
            "pack.error",
            bundle=self._process.bundle.full_name,
            path=rooted(error.path),
            errno=error.errno,
            garbles=error.header_written,
        )
        await self._process.send("ReportAppProcessInfo", self._stub.service.report_file_error(error.errno, text))

    async def _send_all(self, backup: Backup, blobs: list[Outgoing]) -> None:
        incremental = self._stub.scenario.is_incremental
        info = self._stub.want.info
        if info.is_support_without_tar and not incremental:
            code = await self.sender.send_groups(blobs, info.batch_size)
        else:
            code = await self.sender.send(blobs, incremental)
        code = await self.sender.send_index(backup.index(self.sender.listed)) or code
        self._stub.note_end("data", code)
        self._stub.app_done(code)

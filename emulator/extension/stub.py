"""The extension's stub object: one per connection, serves the service's messages, owns the state of control-plane 10."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol

from emulator.codes import Code
from emulator.extension.calls import CompatibilityCall, InfoCall, ResultCall
from emulator.extension.data_plane import DataPlane
from emulator.extension.incoming import Incoming, Placed, RestoreTerms, Trouble
from emulator.extension.packing import Packing
from emulator.extension.progress import Polling
from emulator.extension.release import BACKUP, RESTORE, Release
from emulator.extension.reports import error_report, rewrite_result
from emulator.extension.versions import LEGACY_PREFIXES, UPGRADE_PREFIX, version_for_on_restore, version_prefix
from emulator.extension.want import Want
from emulator.kernel import Future, Rank
from emulator.kernel.events import NS_PER_MS
from emulator.storage.incremental.stat_list import StatList
from emulator.storage.paths import is_file_path_valid
from emulator.storage.transfer import Blob, DataError

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess


class BackupRestoreScenario(IntEnum):
    """What the extension's reports are about (control-plane 1.4)."""

    FULL_BACKUP = 0
    INCREMENTAL_BACKUP = 1
    FULL_RESTORE = 2
    INCREMENTAL_RESTORE = 3

    @property
    def is_restore(self) -> bool:
        """True for both kinds of restore."""
        return self >= BackupRestoreScenario.FULL_RESTORE

    @property
    def is_incremental(self) -> bool:
        """True for the incremental kind of either."""
        return self in (BackupRestoreScenario.INCREMENTAL_BACKUP, BackupRestoreScenario.INCREMENTAL_RESTORE)


class ServiceProxy(Protocol):
    """The messages that the extension sends to the service (control-plane 1.3, E->S); each answers with a code or flag."""

    async def app_file_ready(self, blob: Blob) -> int: ...
    async def app_file_readys(self, files: Sequence[tuple[str, Blob]]) -> int: ...
    async def app_file_error(self, uri: str, number: int) -> int: ...
    async def app_manage_json_ready(self, names: list[str], index: Blob) -> int: ...
    def app_file_handle(self, uri: str, error: int) -> int: ...
    def app_file_handles(self, opened: Sequence[tuple[str, int]]) -> int: ...
    def app_done(self, code: int) -> int: ...
    async def service_result_report(self, text: str, scenario: int, code: int) -> int: ...
    async def report_app_process_info(self, text: str) -> int: ...
    async def report_file_error(self, number: int, text: str) -> int: ...
    def start_ext_timer(self) -> bool: ...
    def stop_ext_timer(self) -> bool: ...
    def start_fwk_timer(self) -> bool: ...
    def refresh_data_size(self, size: int) -> int: ...
    def get_app_local_list(self) -> int: ...
    def get_ext_on_release(self) -> bool: ...
    async def handle_ext_disconnect(self, is_app_result_report: bool, code: int) -> int: ...


class BackupExtExtension:
    """The native half of one connection. Its methods named after S->E messages are called by the service only."""

    def __init__(self, process: ExtensionProcess, service: ServiceProxy, data: DataPlane, want: Want) -> None:
        self.process = process
        self.service = service
        self.data = data
        self.want = want
        self.scenario = BackupRestoreScenario.FULL_BACKUP
        self.task = process.native_thread("task")
        self.release_pool = process.native_thread("relpool")
        self.polling = Polling(process, self._progress_failed, self._report_progress)
        self.release = Release(process)
        self.packing = Packing(self)
        self.incoming: Incoming | None = None
        self._result = ""

    # S->E messages -------------------------------------------------------------------------------------------------

    def handle_backup(self) -> int:
        """HandleBackup: queues the task and answers at once."""
        return self._begin_backup(BackupRestoreScenario.FULL_BACKUP)

    def incremental_on_backup(self) -> int:
        """IncrementalOnBackup: the same for an incremental backup."""
        return self._begin_backup(BackupRestoreScenario.INCREMENTAL_BACKUP)

    def handle_incremental_backup(self, stats: StatList, previous: bytes) -> int:
        """HandleIncrementalBackup: the service's list of files, and the manifest of the last backup; the extension packs."""
        self.task.submit(self.packing.incremental, stats, previous)
        return Code.OK

    def handle_restore(self, incremental: bool) -> int:
        """HandleRestore: with upgrade data (0.0.0.0, READY) the callbacks start at once, without any file."""
        scenario = BackupRestoreScenario.INCREMENTAL_RESTORE if incremental else BackupRestoreScenario.FULL_RESTORE
        self.scenario = scenario
        prefix = version_prefix(self.want.version.name)
        if not self.want.upgrade and prefix != UPGRADE_PREFIX:
            self.do_clear()
        terms = RestoreTerms(incremental, prefix in LEGACY_PREFIXES, self.want.info.is_support_without_tar, self.want.clear)
        self.incoming = self.data.incoming(self.process, terms)
        if self.want.upgrade and prefix == UPGRADE_PREFIX:
            self.task.submit(self._restore_callbacks)
        return Code.OK

    def get_file_handle(self, uri: str) -> int:
        """GetFileHandleWithUniqueFd / GetIncrementalFileHandle: answers through AppFileReady."""
        assert self.incoming is not None
        if self.scenario is BackupRestoreScenario.INCREMENTAL_RESTORE and not is_file_path_valid(uri):
            self.app_done(Code.E_INVAL)
            error: int = Code.E_INVAL
        else:
            error = self.incoming.open(uri)
        self.process.tell("AppFileReady", self.service.app_file_handle, uri, error)
        return Code.OK

    def get_file_handles(self, uris: Sequence[str]) -> int:
        """GetIncrementalFileHandles: one answer for all of them."""
        assert self.incoming is not None
        opened = [(uri, self.incoming.open_with_directories(uri)) for uri in uris]
        self.process.tell("AppFileReadys", self.service.app_file_handles, opened)
        return Code.OK

    def write_file(self, uri: str, content: Blob) -> None:
        """The caller wrote one blob into the handle that it got."""
        assert self.incoming is not None
        self.incoming.write(uri, content)

    def publish_file(self) -> int:
        """PublishFile / PublishIncrementalFile: everything is there; unpack, then call the app."""
        self.task.submit(self._unpack)
        return Code.OK

    def handle_clear(self) -> int:
        """HandleClear: both staging homes are emptied."""
        self.do_clear()
        return Code.OK

    def do_clear(self) -> None:
        """DoClear: staging is wiped, unless the caller wants to keep it (clearBackupData; data-plane 4.10)."""
        if self.want.clear:
            self.process.sandbox.clear_staging()

    async def handle_on_release(self, session_scenario: int) -> int:
        """HandleOnRelease, at most 5 s."""
        await self.release.by_service(session_scenario)
        return Code.OK

    async def get_backup_info(self) -> str:
        """GetBackupInfo: blocks for as long as the app does."""
        call = InfoCall(self.process)
        await call.run()
        return call.text

    async def handle_get_compatibility_info(self, ext_info: str, backup: bool) -> str:
        """HandleGetCompatibilityInfo: waits 1 s after the synchronous part."""
        if not self.process.bundle.profile.has_compatibility_info:
            return ""
        name = "getBackupCompatibilityInfo" if backup else "getRestoreCompatibilityInfo"
        call = CompatibilityCall(self.process, name, ext_info)
        await call.run()
        if call.answer.done:
            return call.answer.result()
        kernel = self.process.kernel
        due_ns = kernel.now_ns + self.process.bundle.profile.compatibility_wait_ms * NS_PER_MS
        answer: Future[str | None] = Future(kernel)
        timer = kernel.call_at(due_ns, Rank.TIMER, answer.set_result, None)
        self.process.journal.add("timer.start", timer="compatibility", bundle=self.process.bundle.full_name, due_ns=due_ns)
        call.answer.watch(answer.set_result)
        text = await answer
        kind = "timer.expired" if text is None else "timer.stop"
        self.process.journal.add(kind, timer="compatibility", bundle=self.process.bundle.full_name)
        timer.cancel()
        return text or ""

    def end(self) -> None:
        """OnDisconnect: the connection is gone."""
        self.polling.end()

    # the task ------------------------------------------------------------------------------------------------------

    def _begin_backup(self, scenario: BackupRestoreScenario) -> int:
        self.do_clear()
        if not self.process.bundle.allows_backup:
            return Code.E_FORBID
        self.scenario = scenario
        self.task.submit(self._run_callbacks, "onBackupEx", (self.want.ext_info,), "onBackup", ())
        return Code.OK

    async def _unpack(self) -> None:
        name = self.process.bundle.full_name
        assert self.incoming is not None
        try:
            for placed in self.incoming.restore():
                self._note_incoming(name, placed)
                await self.process.wait_for_disk(placed.size if isinstance(placed, Placed) else 0)
        except DataError as error:
            self.note_end("data", error.code)
            self.app_done(error.code)
            self.do_clear()
            return
        self.process.took_files()
        await self._restore_callbacks()

    def _note_incoming(self, bundle: str, placed: Placed | Trouble) -> None:
        if isinstance(placed, Placed):
            self.process.journal.add("file.in", bundle=bundle, uri=placed.uri, path=placed.path, size=placed.size, crc=placed.crc)
        else:
            self.process.journal.add("file.lost", bundle=bundle, uri=placed.uri, path=placed.path, why=placed.why)

    async def _restore_callbacks(self) -> None:
        if not self.process.tell("StartExtTimer", self.service.start_ext_timer, broken=False):
            return
        raw, plain = self.want.version, version_for_on_restore(self.want.version)
        await self._run_callbacks(
            "onRestoreEx",
            ({"code": raw.code, "name": raw.name}, self.want.ext_info),
            "onRestore",
            ({"code": plain.code, "name": plain.name},),
        )

    async def _run_callbacks(self, ex: str, ex_args: tuple[Any, ...], plain: str, plain_args: tuple[Any, ...]) -> None:
        """The strict order of control-plane 2.1."""
        if self.process.bundle.profile.has_progress and not await self.polling.start():
            return
        fell_back: Future[bool] = Future(self.process.kernel)

        async def ex_callback(failed: bool, text: str) -> None:
            if self.polling.exec_app_done:
                return
            call.mark_read()
            if failed:
                await self._error(text)
            elif text:
                self._result = text
                await self._ex_done(text)
            else:
                fell_back.set_result(True)
                return
            fell_back.set_result(False)

        call = ResultCall(self.process, ex, ex_args, ex_callback)
        await call.run()
        if not await fell_back:
            return
        if self.process.bundle.profile.v_01_empty_backup_result_calls == "onRestore" and plain == "onBackup":
            plain, plain_args = "onRestore", ({"code": self.want.version.code, "name": self.want.version.name},)

        async def plain_callback(failed: bool, text: str) -> None:
            if self.polling.exec_app_done:
                return
            plain_call.mark_read()
            if failed:
                await self._error(text)
            else:
                self._plain_done()

        plain_call = ResultCall(self.process, plain, plain_args, plain_callback)
        await plain_call.run()

    # what follows each outcome (control-plane 2.5); all of it runs on the main thread ----------------------------------

    async def _ex_done(self, text: str) -> None:
        self.polling.finish()
        self.note_end("ex", 0)
        if self.scenario is BackupRestoreScenario.FULL_BACKUP:
            self.task.submit(self.packing.full, self.want.info, self._result)
            await self._report(text, 0)
        elif self.scenario is BackupRestoreScenario.INCREMENTAL_BACKUP:
            self.process.tell("GetAppLocalListAndDoIncrementalBackup", self.service.get_app_local_list)
            await self._report(text, 0)
        else:
            await self._report(text, 0)
            self.release_pool.submit(self._release_and_disconnect, True, 0)

    def _plain_done(self) -> None:
        self.polling.finish()
        self.note_end("plain", 0)
        if self.scenario is BackupRestoreScenario.FULL_BACKUP:
            self.task.submit(self.packing.full, self.want.info, self._result)
        elif self.scenario is BackupRestoreScenario.INCREMENTAL_BACKUP:
            self.process.tell("GetAppLocalListAndDoIncrementalBackup", self.service.get_app_local_list)
        else:
            self.app_done(0)
            self.do_clear()

    async def _error(self, text: str) -> None:
        self.polling.finish()
        self.note_end("error", Code.E_EXCEPTION)
        if text:
            await self._report(error_report(Code.E_EXCEPTION, text), Code.E_EXCEPTION, rewrite=False)
        if text and self.scenario.is_restore:
            self.release_pool.submit(self._release_and_disconnect, True, int(Code.E_EXCEPTION))
        else:
            self.app_done(Code.E_EXCEPTION)
        self.do_clear()

    def _progress_failed(self) -> None:
        self.note_end("progress", Code.E_ETO)
        self.app_done(Code.E_ETO)

    async def _report_progress(self, text: str) -> None:
        await self.process.send("ReportAppProcessInfo", self.service.report_app_process_info(text))

    async def _report(self, text: str, code: int, rewrite: bool = True) -> None:
        text = rewrite_result(text) if rewrite else text
        await self.process.send("ServiceResultReport", self.service.service_result_report(text, self.scenario, code), code)

    def app_done(self, code: int) -> None:
        """AppDone / AppIncrementalDone and, where the service allows it, onRelease."""
        name = "AppIncrementalDone" if self.scenario.is_incremental else "AppDone"
        self.process.tell(name, self.service.app_done, code, code=code)
        if self.process.tell("GetExtOnRelease", self.service.get_ext_on_release, broken=False):
            self.release_pool.submit(self._release_and_disconnect, False, int(code))

    async def _release_and_disconnect(self, is_app_result_report: bool, code: int) -> None:
        if await self.release.by_extension(RESTORE if self.scenario.is_restore else BACKUP):
            await self.process.send("HandleExtDisconnect", self.service.handle_ext_disconnect(is_app_result_report, code), code)

    def note_end(self, why: str, code: int) -> None:
        """Write down why and how the app's part of the task ended."""
        self.process.journal.add(
            "task.end", process=self.process.number, bundle=self.process.bundle.full_name, why=why, code=int(code)
        )

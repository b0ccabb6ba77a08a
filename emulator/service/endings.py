"""How a bundle leaves the session: done, timed out, died, cancelled, released (control-plane 5.2, 6.6, 7.4, 7.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.codes import Code
from emulator.kernel.events import NS_PER_S
from emulator.service.session import Action, BundleEntry, RestoreType, Scenario, Session

if TYPE_CHECKING:
    from emulator.service.service import BackupService


class Endings:
    """Every path on which a bundle ends. ``session`` is the one that the path began in; when it is over, nothing happens."""

    def __init__(self, service: BackupService) -> None:
        self._service = service

    def _holds(self, session: Session | None, entry: BundleEntry) -> bool:
        current = self._service.session
        return session is not None and session is current and current.entries.get(entry.name) is entry

    # the normal ends -------------------------------------------------------------------------------------------------

    async def ext_disconnect(self, session: Session, entry: BundleEntry, is_app_result_report: bool, code: int) -> None:
        """HandleExtDisconnect (control-plane 1.6 #16 and #17)."""
        async with entry.mutex:
            if not self._holds(session, entry):
                return
            if not is_app_result_report:
                self._service.release_allowed.discard(entry.name)
            self._handle_clear(entry)
            self._service.timers.stop(entry)
            self._service.kernel.spawn(self._finish_disconnect(session, entry, is_app_result_report, code), "ipc")

    async def _finish_disconnect(self, session: Session, entry: BundleEntry, is_app_result_report: bool, code: int) -> None:
        await entry.connection.disconnect()
        if not self._holds(session, entry):
            return
        self.clear(session, entry)
        if not is_app_result_report:
            session.reverse.on_bundle_end(entry.name, code)
        self.all_finished(session)

    async def completed_by_file(self, session: Session, entry: BundleEntry) -> None:
        """The file set became complete after AppDone: no onRelease, and the end comes before the disconnect (5.6)."""
        self._handle_clear(entry)
        self._service.timers.stop(entry)
        session.reverse.on_bundle_end(entry.name)
        await entry.connection.disconnect()
        self.clear(session, entry)
        self.all_finished(session)

    # the service gives up ----------------------------------------------------------------------------------------------

    async def timed_out(self, session: Session | None, entry: BundleEntry) -> None:
        """The run timer expired: onRelease, disconnect, 13500003. On the timer thread, so that others wait behind it."""
        async with entry.mutex:
            if session is None or not self._holds(session, entry):
                return
            await self._handle_on_release(session, entry)
            await entry.connection.disconnect()
            self._service.timers.stop(entry)
            if self._holds(session, entry):
                self.clear(session, entry)
                session.reverse.on_bundle_end(entry.name, Code.E_ETO)
                self.all_finished(session)

    def connect_timed_out(self, session: Session | None, entry: BundleEntry) -> None:
        """The connect timer expired: onBundleBegin(13500002), no disconnect."""
        if session is not None and self._holds(session, entry):
            session.reverse.on_bundle_begin(entry.name, Code.E_BTO)
            self.clear(session, entry)
            self.all_finished(session)

    def start_failed(self, session: Session, entry: BundleEntry, begin: int, end: int) -> None:
        """A backup could not be started: two calls with different codes, and nothing is disconnected (9 #23)."""
        session.reverse.on_bundle_begin(entry.name, begin)
        session.reverse.on_bundle_end(entry.name, end)
        self._service.timers.stop(entry)
        self.clear(session, entry)
        self.all_finished(session)

    # the process is gone -----------------------------------------------------------------------------------------------

    def died(self, session: Session, entry: BundleEntry) -> None:
        """OnBackupExtensionDied (control-plane 6.6)."""
        if not self._holds(session, entry):
            return
        service, connection = self._service, entry.connection
        service.timers.stop_connect(entry)
        if not connection.has_connected:
            threshold_ns = int(service.profile.ams_boot_timeout_threshold_s * NS_PER_S)
            slow = service.kernel.now_ns - connection.started_ns >= threshold_ns
            self._end_dead(session, entry, Code.E_BTO if slow else Code.E_DIED)
            return
        service.timers.stop(entry)
        if entry.action is Action.CLEAN or not entry.clear_flag:
            cleaning = entry.action is Action.CLEAN
            self._end_dead(session, entry, Code.E_DIED, finished_first=cleaning, suppressed=cleaning and entry.restore_ended)
            return
        entry.action = Action.CLEAN
        if not service.scheduler.connect(session, entry, "clean"):
            self._end_dead(session, entry, Code.E_DIED, suppressed=entry.restore_ended)

    async def clean_after_death(self, session: Session, entry: BundleEntry) -> None:
        """The relaunched process: HandleClear, onRelease, disconnect; only then the client hears of the death."""
        if not self._holds(session, entry):
            return
        self._handle_clear(entry)
        await self._handle_on_release(session, entry)
        await entry.connection.disconnect()
        if self._holds(session, entry):
            self._end_dead(session, entry, Code.E_DIED, finished_first=True, suppressed=entry.restore_ended)

    def _end_dead(
        self, session: Session, entry: BundleEntry, code: int, finished_first: bool = False, suppressed: bool = False
    ) -> None:
        """``suppressed``: the client has its end already, and the look for the end of all goes with the second one."""
        self.clear(session, entry)
        if finished_first:
            self.all_finished(session)
        if not suppressed:
            session.reverse.on_bundle_end(entry.name, code)
            self.all_finished(session)

    # the client wants out ----------------------------------------------------------------------------------------------

    async def cancel(self, session: Session, entry: BundleEntry) -> None:
        """The queued task of cancel(): ends with success for the client (control-plane 7.4)."""
        async with entry.mutex:
            if not self._holds(session, entry):
                return
            self._handle_clear(entry)
            self._service.timers.stop(entry)
            await self._handle_on_release(session, entry)
            await entry.connection.disconnect()
            if self._holds(session, entry):
                self.clear(session, entry)
                if self._hears_of_cancel(session, entry):
                    session.reverse.on_bundle_end(entry.name)
                self.all_finished(session)

    def _hears_of_cancel(self, session: Session, entry: BundleEntry) -> bool:
        """A restore that waits for data is told of by the incremental family, whichever the client has (7.4)."""
        waits_for_data = entry.restore_type is RestoreType.RESTORE_DATA_WAIT_SEND
        return session.scenario is not Scenario.RESTORE or not waits_for_data or session.incremental

    async def deactivate(self, session: Session, why: str) -> None:
        """SessionDeactive, for release() and for the death of the client (control-plane 7.5)."""
        service = self._service
        async with service.session_lock:
            if service.session is not session:
                return
            goes_on = True
            for entry in session.in_order():
                if session.scenario is Scenario.RESTORE:
                    await self._tear_down_restore(session, entry)
                else:
                    goes_on = await self._tear_down_backup(session, entry, goes_on)
            session.releasing = True
            if not session.entries:
                self.over(session, why)

    async def _tear_down_backup(self, session: Session, entry: BundleEntry, goes_on: bool) -> bool:
        """Whether the bundles behind it are torn down as well: once HandleClear has failed, they are only forgotten."""
        self._service.timers.stop(entry)
        self._service.timers.stop_connect(entry)
        if goes_on and entry.action is Action.RUNNING:
            goes_on = not self._handle_clear(entry)
            await self._handle_on_release(session, entry)
            await entry.connection.disconnect()
        self.clear(session, entry, schedule=False)
        return goes_on

    async def _tear_down_restore(self, session: Session, entry: BundleEntry) -> None:
        if entry.action is Action.CLEAN or (entry.action is Action.RUNNING and entry.in_publish):
            return
        self._service.timers.stop(entry)
        self._service.timers.stop_connect(entry)
        if entry.action in (Action.START, Action.RUNNING):
            if entry.restore_type is not RestoreType.RESTORE_DATA_READDY:
                self._handle_clear(entry)
            await self._handle_on_release(session, entry)
            await entry.connection.disconnect()
        self.clear(session, entry, schedule=False)

    # shared ------------------------------------------------------------------------------------------------------------

    def clear(self, session: Session, entry: BundleEntry, schedule: bool = True) -> None:
        """ClearSessionAndSchedInfo: the entry goes, and waiting bundles may start."""
        self._service.clear_records.discard(entry.name)
        if entry.append_count:
            entry.append_count -= 1
        else:
            session.entries.pop(entry.name, None)
            entry.action = Action.FINISH
            self._service.timers.stop_connect(entry)
        if schedule:
            self._service.scheduler.schedule(session)

    def all_finished(self, session: Session) -> None:
        """OnAllBundlesFinished: told every time that the map is empty (control-plane 6.5)."""
        if self._service.session is not session or session.entries:
            return
        session.reverse.on_all_bundles_end()
        if session.releasing:
            self.over(session, "release")

    def over(self, session: Session, why: str) -> None:
        """The session is deactivated."""
        if self._service.session is session:
            self._service.session = None
            self._service.journal.add("session.end", why=why)

    def _handle_clear(self, entry: BundleEntry) -> int:
        stub = entry.connection.stub
        return int(entry.connection.tell("HandleClear", stub.handle_clear)) if stub is not None else Code.OK

    async def _handle_on_release(self, session: Session, entry: BundleEntry) -> None:
        stub = entry.connection.stub
        if stub is not None and session.scenario is not Scenario.CLEAN:
            handler = stub.handle_on_release(session.scenario.number)
            await entry.connection.send("HandleOnRelease", handler, Code.E_IPCSS, session.scenario.number)

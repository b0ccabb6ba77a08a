"""From WAIT to RUNNING: three extensions at a time, in name order, each connected and then started (control-plane 1.5)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from emulator.codes import HANDLE_RESTORE_CONNECT_TIMEOUT, Code
from emulator.extension.want import Want
from emulator.service.proxy import ExtensionFace
from emulator.service.session import OCCUPYING, Action, BundleEntry, RestoreType, Scenario, Session

if TYPE_CHECKING:
    from emulator.service.service import BackupService


class Scheduler:
    """SchedScheduler and the launch half of the service."""

    def __init__(self, service: BackupService) -> None:
        self._service = service

    def schedule(self, session: Session) -> None:
        """OnStartSched: start waiting bundles as long as fewer than the limit are at work."""
        entries = session.in_order()
        free = self._service.profile.concurrent_extensions - sum(entry.action in OCCUPYING for entry in entries)
        waiting = [entry for entry in entries if entry.action is Action.WAIT]
        for entry in waiting[: max(0, free)]:
            entry.action = Action.START
            self._service.sched_thread.submit(self._start, session, entry)

    async def _start(self, session: Session, entry: BundleEntry) -> None:
        if not self._current(session, entry):
            return
        self._service.timers.start_connect(entry)
        disconnected = await entry.connection.wait_disconnect_done()
        if not self._current(session, entry):
            return
        if not disconnected:
            self._connect_failed(session, entry, Code.E_INVAL)
        elif not self.connect(session, entry, "restore" if session.scenario is Scenario.RESTORE else "backup"):
            self._connect_failed(session, entry, Code.E_BEF)

    def _connect_failed(self, session: Session, entry: BundleEntry, code: int) -> None:
        session.reverse.on_bundle_begin(entry.name, code)
        self._service.timers.stop_connect(entry)
        self._service.endings.clear(session, entry)
        self._service.endings.all_finished(session)

    def listen(self, session: Session, entry: BundleEntry) -> None:
        """What becomes of the entry's connection is the session's business, unless a query takes it over (4.3)."""
        entry.connection.on_connected = lambda: self._ext_connect_done(session, entry)
        entry.connection.on_died = lambda: self._service.endings.died(session, entry)

    def connect(self, session: Session, entry: BundleEntry, purpose: str) -> bool:
        """SetWant and ConnectAbility; the want of a relaunch is the same as before."""
        upgrade = entry.restore_type is RestoreType.RESTORE_DATA_READDY
        want = Want(entry.ext_info, entry.version, upgrade, entry.info, entry.clear_flag)
        return entry.connection.connect(purpose, ExtensionFace(self._service, session, entry), want)

    def _ext_connect_done(self, session: Session, entry: BundleEntry) -> None:
        if not self._current(session, entry):
            return
        if entry.action is Action.START and entry.name in self._service.clear_records:
            entry.action = Action.CLEAN
        if entry.action is Action.CLEAN:
            self._service.sched_thread.submit(self._service.endings.clean_after_death, session, entry)
            return
        self._service.timers.stop_connect(entry)
        entry.action = Action.RUNNING
        if entry.clear_flag:
            self._service.clear_records.add(entry.name)
        self._service.sched_thread.post(self._run, session, entry)

    def _run(self, session: Session, entry: BundleEntry) -> None:
        if not self._current(session, entry) or entry.action is not Action.RUNNING:
            return
        if session.scenario is Scenario.BACKUP:
            self._service.timers.start_ext(entry)
            self._start_backup(session, entry)
        else:
            self._service.timers.start_fwk(entry)
            self._start_restore(session, entry)

    def _start_backup(self, session: Session, entry: BundleEntry) -> None:
        connection = entry.connection
        assert connection.stub is not None
        if session.incremental:
            code, end = connection.tell("IncrementalOnBackup", connection.stub.incremental_on_backup), Code.E_DIED
        else:
            code, end = connection.tell("HandleBackup", connection.stub.handle_backup), Code.E_INVAL
        if not self._current(session, entry):
            return
        if code:
            self._service.endings.start_failed(session, entry, code, end)
        else:
            session.reverse.on_bundle_begin(entry.name)

    def _start_restore(self, session: Session, entry: BundleEntry) -> None:
        connection = entry.connection
        assert connection.stub is not None
        incremental = entry.restore_type is RestoreType.RESTORE_DATA_WAIT_SEND and session.incremental
        restore = connection.stub.handle_restore
        code = connection.tell("HandleRestore", restore, incremental, broken=HANDLE_RESTORE_CONNECT_TIMEOUT)
        if not self._current(session, entry):
            return
        rewritten = not incremental and code == HANDLE_RESTORE_CONNECT_TIMEOUT
        session.reverse.on_bundle_begin(entry.name, Code.E_BTO if rewritten else code)
        for uri in sorted(entry.wanted_handles, key=os.fsencode):
            connection.tell("GetFileHandle", connection.stub.get_file_handle, uri)
        entry.wanted_handles.clear()

    def _current(self, session: Session, entry: BundleEntry) -> bool:
        return self._service.session is session and session.entries.get(entry.name) is entry

"""backup_sa: the session, its threads, and what a client may ask for (control-plane 1.3 C->S, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from emulator.codes import Code
from emulator.extension.versions import is_legacy
from emulator.kernel import Mutex, NativeThread
from emulator.kernel.events import NS_PER_MS, NS_PER_S
from emulator.kits.errors import BusinessError
from emulator.service.connection import Connection
from emulator.service.details import BundleInfos, conflict_report, read_infos
from emulator.service.endings import Endings
from emulator.service.queries import Queries
from emulator.service.reverse import Reverse
from emulator.service.scheduling import Scheduler
from emulator.service.session import (
    Action,
    BundleEntry,
    Capability,
    RestoreType,
    Scenario,
    Session,
    new_entry,
)
from emulator.service.sizes import Sizes
from emulator.service.timers import RunTimers
from emulator.storage.config.bundle_info import BundleInfo, read_bundle_info
from emulator.storage.paths import is_file_path_valid

if TYPE_CHECKING:
    from emulator.device import Device
    from emulator.extension.data_plane import DataPlane

DERIVED_USER = -1
"""A restore append without a user: whose the caller is (control-plane 1.10)."""


class BackupService:
    """The service while it lives. ``clear_records`` outlives it: it is on the device's disk."""

    def __init__(self, device: Device, data: DataPlane, clear_records: set[str]) -> None:
        self.device = device
        self.kernel = device.kernel
        self.journal = device.journal
        self.host = device.host
        self.profile = device.profile
        self.data = data
        self.clear_records = clear_records
        self.alive = True
        self.session: Session | None = None
        self.session_lock = Mutex(self.kernel)
        self.release_allowed: set[str] = set()
        self._threads: list[NativeThread] = []
        self.sched_thread = self._thread("sched")
        self.timers = RunTimers(self)
        self.endings = Endings(self)
        self.scheduler = Scheduler(self)

    @cached_property
    def timer_thread(self) -> NativeThread:
        """Handles timers that ran out, one after the other."""
        return self._thread("bundletimer")

    @cached_property
    def pool(self) -> NativeThread:
        """Works on what nobody waits for."""
        return self._thread("svcpool")

    def _thread(self, name: str) -> NativeThread:
        thread = NativeThread(self.kernel, name)
        self._threads.append(thread)
        return thread

    def stop(self) -> None:
        """Every thread of it stops where it is."""
        for thread in self._threads:
            thread.stop()

    @cached_property
    def queries(self) -> Queries:
        """What a client may ask outside a task."""
        return Queries(self)

    @cached_property
    def sizes(self) -> Sizes:
        """How much a backup would be."""
        return Sizes(self)

    # sessions --------------------------------------------------------------------------------------------------------

    def init_session(self, scenario: Scenario, incremental: bool, reverse: Reverse, caller: str) -> Session:
        """InitBackupSession and its siblings. Raises BusinessError 13500013 while any session is live."""
        live = self.session
        if live is not None:
            message = conflict_report(live.user_id, live.caller, self._clock(live.active_ns), live.scenario)
            self.journal.add("session.conflict", message=message)
            raise BusinessError(Code.E_CONFLICT, message)
        session = Session(scenario, incremental, reverse, caller, self.profile.user_id, self.kernel.now_ns)
        self.session = session
        self.journal.add("session.begin", scenario=scenario.value, user=session.user_id)
        return session

    def _clock(self, at_ns: int) -> str:
        ns = self.host.wall_epoch_ns + at_ns
        moment = datetime.fromtimestamp(ns // NS_PER_S, UTC)
        return f"{moment:%Y-%m-%d %H:%M:%S}:{ns // NS_PER_MS % 1000:03d}"

    # appends -----------------------------------------------------------------------------------------------------------

    async def append_backup(
        self,
        session: Session,
        names: Sequence[str],
        infos: Sequence[str | None],
        previous: Mapping[str, tuple[int, bytes]] | None = None,
    ) -> int:
        """AppendBundles[Details]BackupSession and the incremental forms.

        ``previous``: per bundle lastIncrementalTime in seconds, and the manifest of that backup.
        """
        code = self._verify(session)
        if code:
            if self.session is not None and self.session.scenario is Scenario.RESTORE:
                for name in names:
                    self.session.reverse.on_bundle_begin(name, Code.E_EMPTY)
            return self._answer(names, code)
        asked = list(zip(names, infos, strict=True)) if session.incremental else self._to_launch(session, names, infos)
        if self._breaks_on(asked):
            return self._answer(names, Code.EPERM)
        found = [name for name, _ in asked if (bundle := self.device.bundles.get(name)) and bundle.has_backup_extension]
        supported = {name for name in found if self.device.bundles[name].allows_backup}
        for name in found:
            if name not in supported:
                session.reverse.on_bundle_begin(name, Code.E_FORBID)
        for name, document in asked:
            if name not in supported:
                session.reverse.on_bundle_begin(name, Code.E_EMPTY)
                continue
            read = read_infos(document, session.user_id, False, session.incremental)
            entry = self._enter(session, name, read)
            entry.delay_time_s = min(read.delay_time_s, self.profile.max_delay_time_s)
            entry.info = self._bundle_info(document)
            entry.last_incremental_time, entry.previous_manifest = (previous or {}).get(name, (0, b""))
        return self._appended(session, names)

    async def append_restore(
        self,
        names: Sequence[str],
        infos: Sequence[str | None],
        capabilities: Mapping[str, Capability],
        restore_type: RestoreType,
        user_id: int = DERIVED_USER,
    ) -> int:
        """AppendBundlesRestoreSessionData[ByDetail]; ``capabilities`` is the old device's file.

        Whoever calls, the bundles join the session that is live, and none is as good as one (control-plane 6.2, 7.2).
        A device has one user: for another one nothing is installed, and what the session holds is not hers.
        """
        session = self.session
        if session is None:
            return self._answer(names, Code.OK)
        if session.scenario is Scenario.CLEAN:
            return self._answer(names, Code.E_INVAL)
        session.user_id = self.profile.user_id if user_id == DERIVED_USER else user_id
        asked = self._to_launch(session, names, infos)
        broken = self._breaks_on(asked)
        if broken or (asked and not capabilities):
            for name in names:
                session.reverse.on_bundle_begin(name, Code.E_EMPTY)
            return self._answer(names, Code.EPERM if broken else Code.E_INVAL)
        installed = self.device.bundles if session.user_id == self.profile.user_id else {}
        for name, _ in asked:
            if name not in installed or name not in capabilities:
                session.reverse.on_bundle_begin(name, Code.E_EMPTY)
        for name, document in asked:
            bundle, capability = installed.get(name), capabilities.get(name)
            if bundle is None or capability is None:
                continue
            if not bundle.has_backup_extension or not (capability.all_to_backup or is_legacy(capability.version)):
                session.reverse.on_bundle_begin(name, Code.E_FORBID)
                continue
            entry = self._enter(session, name, read_infos(document, session.user_id, False, False))
            entry.version = capability.version
            entry.restore_type = restore_type
            entry.info = self._bundle_info(document)
            entry.data_size = capability.space_occupied
        return self._appended(session, names)

    def _to_launch(self, session: Session, names: Sequence[str], infos: Sequence[str | None]) -> list[tuple[str, str | None]]:
        """HandleBroadcastOnlyBundles: names that are only to be broadcast leave the list before anything is asked of them."""
        return [
            (name, document)
            for name, document in zip(names, infos, strict=True)
            if not read_infos(document, session.user_id, False, False).broadcast_only
        ]

    def _breaks_on(self, asked: Sequence[tuple[str, str | None]]) -> bool:
        """Whether reading one of the apps' profiles throws, which is the end of the whole request (data-plane 1.2)."""
        found = [bundle for name, _ in asked if (bundle := self.device.bundles.get(name)) is not None]
        return any(bundle.has_backup_extension and bundle.config.throws for bundle in found)

    def _bundle_info(self, document: str | None) -> BundleInfo:
        info = read_bundle_info(document)
        return info if self.profile.supports_without_tar else replace(info, is_support_without_tar=False)

    def _enter(self, session: Session, name: str, read: BundleInfos | None = None) -> BundleEntry:
        entry, bundle = session.entries.get(name), self.device.bundles[name]
        if entry is not None:
            entry.append_again()
        else:
            entry = new_entry(self.kernel, name, bundle, Connection(self, bundle))
            session.entries[name] = entry
            self.scheduler.listen(session, entry)
        if read is not None:
            entry.ext_info = bundle.ext_info_override if bundle.ext_info_override is not None else read.ext_info
            entry.clear_flag = read.clear_backup_data
        return entry

    def _appended(self, session: Session, names: Sequence[str]) -> int:
        code = self._answer(names, Code.OK)
        if session.entries:
            self.scheduler.schedule(session)
        return code

    def _answer(self, names: Sequence[str], code: int) -> int:
        self.journal.add("append", bundles=list(names), result=int(code))
        return code

    def _verify(self, session: Session) -> int:
        if self.session is None or self.session.scenario is not session.scenario:
            return Code.E_INVAL
        return Code.OK if self.session is session else Code.E_PERM

    # during a session --------------------------------------------------------------------------------------------------

    async def get_file_handle(self, session: Session, name: str, uri: str) -> int:
        """GetFileHandle: requests made before RUNNING are kept and answered after onBundleBegin. 13900020 for a forbidden name
        and for a bundle that is not in the session; whose session it is, is looked at first (control-plane 7.2).
        """
        code, entry = self._verify(session), session.entries.get(name)
        if code:
            return code
        if entry is None or not is_file_path_valid(uri):
            return Code.E_INVAL
        if entry.action is not Action.RUNNING or entry.connection.stub is None:
            entry.wanted_handles.add(uri)
            return Code.OK
        return int(entry.connection.tell("GetFileHandle", entry.connection.stub.get_file_handle, uri))

    async def get_file_handles(self, session: Session, name: str, uris: Sequence[str]) -> int:
        """GetIncrementalFileHandles: one forbidden name refuses them all; before RUNNING names are kept without a look at
        them, and asked for one by one later (data-plane 4.9).
        """
        code, entry = self._verify(session), session.entries.get(name)
        if code:
            return code
        if entry is None:
            return Code.E_INVAL
        if entry.action is not Action.RUNNING or entry.connection.stub is None:
            entry.wanted_handles.update(uris)
            return Code.OK
        if not all(map(is_file_path_valid, uris)):
            return Code.E_INVAL
        return int(entry.connection.tell("GetIncrementalFileHandles", entry.connection.stub.get_file_handles, uris))

    async def publish_file(self, session: Session, name: str, uri: str) -> int:
        """PublishFile / PublishIncrementalFile: a non-empty uri of an app is refused with EPERM. The bundle counts as in publish
        also where there is nobody to tell yet.
        """
        code, entry = self._verify(session), session.entries.get(name)
        if code:
            return code
        if uri:
            return Code.EPERM
        if entry is None:
            return Code.E_INVAL
        entry.in_publish = session.incremental
        if entry.connection.stub is None:
            return Code.E_INVAL
        message = "PublishIncrementalFile" if session.incremental else "PublishFile"
        return int(entry.connection.tell(message, entry.connection.stub.publish_file))

    async def cancel(self, session: Session, name: str) -> int:
        """CancelForResult (control-plane 7.4): 0, 13500011 or 13500012."""
        entry = session.entries.get(name) if self.session is session else None
        if entry is None or entry.action in (Action.CLEAN, Action.FINISH):
            return Code.E_CANCEL_NO_TASK
        if entry.action in (Action.WAIT, Action.START):
            return Code.E_CANCEL_UNSTARTED_TASK
        self.pool.submit(self.endings.cancel, session, entry)
        return Code.OK

    async def release(self, session: Session, why: str = "release") -> int:
        """Release, and what happens when the client dies."""
        if self.session is not session:
            return Code.E_INVAL
        await self.endings.deactivate(session, why)
        return Code.OK

    async def update_timer(self, name: str, timeout_ms: int) -> bool:
        """UpdateTimer; False for a bundle that is not in the session, and while the service cleans up (1.12)."""
        session = self.session
        entry = session.entries.get(name) if session is not None else None
        if session is None or entry is None or session.scenario is Scenario.CLEAN:
            return False
        self.timers.update(entry, timeout_ms)
        return True

    async def update_send_rate(self, name: str, rate: int) -> bool:
        """UpdateSendRate; only for a connected bundle of a backup session."""
        session = self.session
        if session is None or session.scenario is not Scenario.BACKUP:
            return False
        entry = session.entries.get(name)
        if entry is None or entry.connection.stub is None or not entry.connection.is_connected:
            return False
        entry.connection.stub.packing.sender.set_rate(rate)
        return True

    async def start_get_fd_task(self, session: Session, entry: BundleEntry) -> None:
        """StartGetFdTask: the delay counts against the ext timer, then the service scans without any timer (1.8 #7)."""
        await self.kernel.sleep(entry.delay_time_s * NS_PER_S)
        stub = entry.connection.stub
        if self.session is not session or session.entries.get(entry.name) is not entry or stub is None:
            return
        self.timers.stop_ext(entry)
        stats = self.data.stat_list(entry.bundle, entry.last_incremental_time)
        entry.data_size = stats.incremental_size
        manifest = entry.previous_manifest
        code = entry.connection.tell("HandleIncrementalBackup", stub.handle_incremental_backup, stats, manifest)
        if code and self.session is session:
            session.reverse.on_bundle_end(entry.name, Code.E_DIED)
            self.endings.clear(session, entry)
            self.endings.all_finished(session)

    # life --------------------------------------------------------------------------------------------------------------

    def clean_residues(self) -> None:
        """What a restarted service does first: it occupies the session itself and cleans up after the bundles that were at
        work when its last life ended (control-plane 1.12).
        """
        names = sorted(name for name in self.clear_records if name in self.device.bundles)
        if not names:
            return
        session = self.init_session(Scenario.CLEAN, False, Reverse(self.kernel, self.journal, None), "BackupSA")
        session.releasing = True
        for name in names:
            self._enter(session, name)
        self.scheduler.schedule(session)

    def die(self) -> Session | None:
        """The service's process ends. Returns the session that it had."""
        self.alive = False
        session, self.session = self.session, None
        self.stop()
        for entry in session.in_order() if session else ():
            self.timers.stop(entry)
            self.timers.stop_connect(entry)
            process = entry.connection.process
            if process is not None and process.alive:
                process.on_died = lambda: None
                if entry.connection.stub is not None:
                    entry.connection.stub.do_clear()
                process.end("disconnect", "the service died")
        return session

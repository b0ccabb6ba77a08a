"""A client that carries out a plan: opens the session, appends, moves the files, and does its steps at their times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from emulator.client.callbacks import Callbacks
from emulator.client.sessions import (
    BSessionRestore,
    BSessionRestoreAsync,
    IncrementalBackupSession,
    SessionBackup,
    SessionRestore,
    update_send_rate,
    update_timer,
)
from emulator.client.special_archive import special_archive
from emulator.conditions import BitRot, Cancel, ClientDeath, Kill, ServiceDeath, Trigger, find_condition
from emulator.extension.versions import is_legacy
from emulator.guard import guarded
from emulator.kernel import Rank
from emulator.kits.errors import BusinessError
from emulator.plan import ClientStep, SessionKind, SessionPlan
from emulator.runtime.python import collector
from emulator.service.reverse import FileReady
from emulator.service.session import Capability
from emulator.storage.config.bundle_info import read_bundle_info
from emulator.storage.names import MANIFEST_SUFFIX
from emulator.storage.pack.index import IndexThrows, read_entries
from emulator.storage.planting import rot
from emulator.storage.transfer import Archive, Blob

if TYPE_CHECKING:
    from emulator.device import Device

SESSIONS: dict[SessionKind, type[Any]] = {
    SessionKind.FULL_BACKUP: SessionBackup,
    SessionKind.INCREMENTAL_BACKUP: IncrementalBackupSession,
    SessionKind.FULL_RESTORE: BSessionRestore,
    SessionKind.INCREMENTAL_RESTORE: SessionRestore,
    SessionKind.UPGRADE_RESTORE: BSessionRestoreAsync,
}


def carry_out(device: Device, plan: SessionPlan) -> tuple[bool, str]:
    """Run the whole session in virtual time. Whether the record is complete, and why not."""
    driver = _Driver(device, plan)
    with guarded(device.hang_limit_s), collector.HeldBack():
        try:
            driver.begin()
            device.run_until_idle()
            driver.note_stuck()
            driver.release()
            device.run_until_idle()
        finally:
            device.end_processes()
    driver.note_trees()
    for process in device.processes:
        if process.given_up:
            return False, process.given_up
    lacking = next((process.lacking for process in device.processes if process.lacking), "")
    return True, lacking and f"not available on the emulated device: {lacking}"


class _Driver:
    """The client of one plan."""

    def __init__(self, device: Device, plan: SessionPlan) -> None:
        self._device = device
        self._plan = plan
        self._session: Any = None
        self._archives: dict[str, Archive] = {}
        self._asked: dict[str, list[str]] = {}
        self._written: dict[str, int] = {}
        self._ended: set[str] = set()

    def begin(self) -> None:
        """Open, append, and schedule the steps and the conditions that strike from outside."""
        device, plan = self._device, self._plan
        for bundle in device.bundles.values():
            bundle.ext_info_override = plan.ext_info
        self._arm_conditions()
        before = [step for step in plan.steps if step.at_ns == 0 and step.action == "get_compatibility_info"]
        callbacks = Callbacks(
            on_file_ready=self._on_file_ready,
            on_file_ready_batch=self._on_file_ready_batch,
            on_bundle_begin=self._on_bundle_begin,
            on_bundle_end=self._on_bundle_end,
        )
        self._session = SESSIONS[plan.kind](device, callbacks)
        for step in before:
            self._step(step)
        if before:
            device.run_until_idle()
        self._append(plan.bundles)
        for step in plan.steps:
            if step not in before:
                device.kernel.call_at(device.kernel.now_ns + step.at_ns, Rank.TIMER, self._step, step)

    def release(self) -> None:
        """Give the session up, as a client does in the end."""
        if self._session is not None and self._device.service.session is not None:
            self._session.release()

    def note_stuck(self) -> None:
        """Write down the bundles that nothing will ever end."""
        session = self._device.service.session
        for entry in session.in_order() if session is not None else ():
            calls = [e for e in self._device.journal.events if e.kind == "call" and e.data["bundle"] == entry.name]
            callback = calls[-1].data["callback"] if calls else ""
            self._device.journal.add("stuck", bundle=entry.name, callback=callback)

    def note_trees(self) -> None:
        """Write down what a restore has left in the sandboxes."""
        if self._plan.kind.is_backup:
            return
        for name in self._plan.bundles:
            bundle = self._device.bundles.get(name)
            if bundle is not None and bundle.sandbox.exists:
                files = [
                    {"path": path, "size": size, "crc": crc, "rows": bundle.sandbox.rows(path)}
                    for path, size, crc in bundle.sandbox.tree()
                ]
                self._device.journal.add("tree", bundle=name, files=files)

    # conditions --------------------------------------------------------------------------------------------------------

    def _arm_conditions(self) -> None:
        for condition in self._device.conditions:
            if not isinstance(condition, Trigger):
                continue
            if condition.at_ns is not None:
                self._device.kernel.call_at(condition.at_ns, Rank.DEATH, self._strike, condition)
            elif condition.event is not None:
                self._device.journal.strike_at[condition.event] = lambda c=condition: self._strike(c)  # type: ignore[misc]

    def _strike(self, condition: Trigger) -> None:
        device = self._device
        device.journal.add("condition", name=type(condition).__name__, text="")
        if isinstance(condition, Kill):
            for process in device.processes:
                if process.alive:
                    process.end("killed")
        elif isinstance(condition, Cancel):
            device.kernel.call_at(device.kernel.now_ns, Rank.DEATH, self._cancel_all)
        elif isinstance(condition, ClientDeath):
            device.kernel.call_at(device.kernel.now_ns, Rank.DEATH, self._die)
        elif isinstance(condition, ServiceDeath):
            device.kernel.call_at(device.kernel.now_ns, Rank.DEATH, self._service_dies)

    def _cancel_all(self) -> None:
        if self._session is not None:
            for name in self._plan.bundles:
                self._session.cancel(name)

    def _die(self) -> None:
        if self._session is not None:
            self._session.die()

    def _service_dies(self) -> None:
        device = self._device
        session = device.service.die()
        device.journal.add("session.end", why="service-died")
        device.restart_service()
        if session is not None:
            device.kernel.spawn(session.reverse.on_backup_service_died(), "ipc")

    # steps -------------------------------------------------------------------------------------------------------------

    def _append(self, names: tuple[str, ...]) -> None:
        infos = None if self._plan.infos is None else [self._plan.infos] * len(names)
        if self._plan.kind.is_backup:
            self._session.append_bundles(names, infos)
            return
        capabilities = {}
        for name in names:
            bundle = self._device.bundles.get(name)
            if bundle is not None:
                archive = bundle.archive or self._device.archive_of(bundle)
                self._archives[name] = special_archive(archive) if self._is_special else archive
            size = sum(blob.size for blob in self._archives.get(name, Archive()).blobs)
            if bundle is not None:
                self._note_archive(name, bundle.package.full_backup_only, fresh=not bundle.sandbox.files())
            capabilities[name] = Capability(self._plan.version, space_occupied=size)
        self._session.append_bundles(capabilities, names, infos)

    def _note_archive(self, name: str, full_backup_only: bool, fresh: bool) -> None:
        """Write down what the client holds of an app's files, and whether the app has none yet on this device."""
        files = [
            {"path": file.path, "size": file.size, "crc": file.crc} for blob in self._archives[name].blobs for file in blob.files
        ]
        if files and self._plan.kind is not SessionKind.UPGRADE_RESTORE:
            self._device.journal.add("archive", bundle=name, full_backup_only=full_backup_only, fresh=fresh, files=files)

    def _step(self, step: ClientStep) -> None:
        result: Any = None
        device, session = self._device, self._session
        try:
            if step.action == "cancel":
                result = session.cancel(step.bundle)
            elif step.action == "release":
                session.release()
            elif step.action == "die":
                session.die()
            elif step.action == "append":
                self._append((step.bundle,))
            elif step.action == "update_timer":
                result = update_timer(device, step.bundle, step.value)
            elif step.action == "update_send_rate":
                result = update_send_rate(device, step.bundle, step.value)
            elif step.action == "get_backup_info":
                device.kernel.spawn(self._get_backup_info(step), "ipc")
                return
            elif step.action == "get_compatibility_info":
                device.kernel.spawn(self._get_compatibility_info(step), "ipc")
                return
        except BusinessError as error:
            result = error.to_json()
        device.journal.add("client.step", action=step.action, bundle=step.bundle, result=result)

    async def _get_backup_info(self, step: ClientStep) -> None:
        code, text = await self._device.service.queries.get_backup_info(step.bundle)
        self._device.journal.add("client.step", action=step.action, bundle=step.bundle, result=[int(code), text])

    async def _get_compatibility_info(self, step: ClientStep) -> None:
        code, text = await self._device.service.queries.get_compatibility_info(step.bundle, step.text)
        self._device.journal.add("client.step", action=step.action, bundle=step.bundle, result=[int(code), text])

    # files -------------------------------------------------------------------------------------------------------------

    def _on_file_ready(self, error: BusinessError | None, file: FileReady | None) -> None:
        if file is None:
            if not self._plan.kind.is_backup and error is not None and error.data is not None:
                self._answered(error.data)
            return
        name = file.bundle_name
        if self._plan.kind.is_backup:
            self._archives.setdefault(name, Archive()).keep(self._on_its_way(file.handle))
            return
        blob = next((b for b in self._archives[name].all_blobs if b.uri == file.uri), None)
        if blob is not None:
            self._session.write(file, blob)
        self._answered(name)

    def _on_file_ready_batch(self, error: BusinessError | None, files: list[FileReady] | None) -> None:
        for file in files or ():
            self._on_file_ready(None, file)
        if error is not None and error.data is not None:  # of all handles of the batch that are still missing
            self._written[error.data] = len(self._asked[error.data]) - 1
            self._answered(error.data)

    def _on_its_way(self, blob: Blob) -> Blob:
        conditions = self._device.conditions
        if find_condition(conditions, BitRot) is None:
            return blob
        return replace(blob, content=rot(blob.uri, blob.read(), conditions))

    def _answered(self, name: str) -> None:
        self._written[name] = self._written.get(name, 0) + 1
        if self._written[name] == len(self._asked[name]):
            self._session.publish_file(name)

    @property
    def _is_special(self) -> bool:
        """Whether the old version is one whose data takes a way of its own (data-plane 4.8)."""
        return is_legacy(self._plan.version)

    def _has_no_tars(self, name: str) -> bool:
        """Whether an archive left without tars, so that its names lead through directories."""
        is_plain = self._plan.kind is SessionKind.INCREMENTAL_RESTORE and not self._is_special
        return is_plain and any("/" in blob.uri for blob in self._archives[name].blobs)

    def _wanted(self, name: str) -> list[str]:
        """The handles that a restore asks for. Where the device makes no manifests of its own, it breaks on a big file
        without one (data-plane 9, item 30), unless it leaves big files alone.
        """
        archive = self._archives[name]
        full = self._plan.kind is SessionKind.FULL_RESTORE and not self._is_special
        moves = not read_bundle_info(self._plan.infos).is_support_without_tar
        extra = _moved(archive) if moves and (full or self._has_no_tars(name)) else ()
        return [*(blob.uri for blob in archive.blobs), *(f"{uri}{MANIFEST_SUFFIX}" for uri in extra), archive.index.uri]

    def _on_bundle_begin(self, error: BusinessError | None, name: str | None) -> None:
        if error is not None or name is None or self._plan.kind.is_backup:
            return
        if self._plan.kind is SessionKind.UPGRADE_RESTORE:
            return
        self._asked[name] = self._wanted(name)
        if self._has_no_tars(name):
            self._session.get_file_handles(name, self._asked[name])
            return
        for uri in self._asked[name]:
            self._session.get_file_handle(name, uri)

    def _on_bundle_end(self, error: BusinessError | None, name: str | None) -> None:
        if error is None and name is not None and self._plan.kind.is_backup and name in self._device.bundles:
            self._device.bundles[name].archive = self._archives.get(name, Archive())


def _moved(archive: Archive) -> list[str]:
    """The blobs that the index calls big files or tars of the app's own."""
    try:
        entries = read_entries(archive.index.read())
    except IndexThrows:
        return []
    names = {entry.file_name for entry in entries if entry.is_big_file or entry.is_user_tar}
    return [blob.uri for blob in archive.blobs if blob.uri in names]

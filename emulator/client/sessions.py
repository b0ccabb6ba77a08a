"""The session classes of ``@ohos.file.backup`` and of the native kit.

Time stands still in every call: what is due at this very time happens, nothing more. An answer that needs time is a
`Promise` whose ``result()`` is there once the device has been driven far enough.
"""

from __future__ import annotations

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from emulator.client.callbacks import Callbacks
from emulator.codes import Code
from emulator.device import Device, DeviceError
from emulator.kernel import Task
from emulator.kits.errors import BusinessError
from emulator.service.errors import TEXTS, rejection_code
from emulator.service.reverse import ClientCallbacks, FileReady, Reverse
from emulator.service.service import DERIVED_USER
from emulator.service.session import Capability, RestoreType, Scenario, Session
from emulator.storage.transfer import Blob


class Promise:
    """What a session method gives."""

    def __init__(self, task: Task) -> None:
        self._task = task

    @property
    def settled(self) -> bool:
        """Whether the answer is there."""
        return self._task.done

    def result(self) -> Any:
        """The answer. Raises BusinessError when it was rejected, DeviceError when it is not there yet."""
        if not self._task.done:
            raise DeviceError("the answer is not there yet: call device.run_until_idle() or device.advance() first")
        value = self._task.result()
        code, text = value if isinstance(value, tuple) else (value, None)
        if code:
            rejected = rejection_code(code)
            raise BusinessError(rejected, f"{TEXTS[rejected]}. Internal errno is {int(code)}")
        return text if isinstance(value, tuple) else value


class _ClientSession:
    """What all sessions have in common. Opening raises BusinessError 13500013 while another session is live."""

    scenario = Scenario.BACKUP
    incremental = False

    def __init__(self, device: Device, callbacks: ClientCallbacks | None = None, caller: str = "com.example.clone") -> None:
        self.device = device
        self._reverse = Reverse(device.kernel, device.journal, callbacks or Callbacks())
        self._service = device.service
        self._session: Session = device.service.init_session(self.scenario, self.incremental, self._reverse, caller)

    def cancel(self, name: str) -> int:
        """0 when the running bundle will end, 13500011 before it runs or without a service, 13500012 when there is none."""
        if not self.device.service.alive:
            return int(Code.E_CANCEL_UNSTARTED_TASK)  # what the client's library starts from
        return int(self._do(self._service.cancel(self._session, name)).result_now())

    def release(self) -> Promise:
        """Give the session up."""
        return self._do(self._service.release(self._session)).promise()

    def die(self) -> Promise:
        """The client's process dies."""
        self._reverse.die()
        return self._do(self._service.release(self._session, "client-died")).promise()

    def get_compatibility_info(self, name: str, ext_info: str = "") -> Promise:
        """Ask the app's extension; the answer is a string, "" when it has none."""
        return self._do(self._service.queries.get_compatibility_info(name, ext_info)).promise()

    def _do(self, handler: Coroutine[Any, Any, Any]) -> _Sent:
        return _Sent(self.device, handler)


class _Sent:
    """An IPC of the client under way."""

    def __init__(self, device: Device, handler: Coroutine[Any, Any, Any]) -> None:
        self._kernel = device.kernel
        self._task = self._kernel.spawn(handler, "ipc")
        if not self._kernel.running:
            self._kernel.run_due()

    def promise(self) -> Promise:
        return Promise(self._task)

    def result_in_time(self) -> Any:
        """The value of a call that the real API waits for; drives time until it is there."""
        self._kernel.run_until(self._task)
        return self.result_now()

    def result_now(self) -> Any:
        """The value of a call that the real API answers synchronously; needs no virtual time."""
        return self._task.result() if self._task.done else 0


def _documents(names: Sequence[str], infos: Sequence[str] | None) -> Sequence[str | None] | None:
    """The infos document of each bundle; None when their count is not that of the names."""
    if infos is None:
        return [None] * len(names)
    return infos if len(infos) == len(names) else None


class SessionBackup(_ClientSession):
    """A full backup (control-plane 1.6)."""

    def append_bundles(self, names: Sequence[str], infos: Sequence[str] | None = None) -> Promise | None:
        """Add bundles, each with its infos document. None, and nothing asked, where the counts differ (control-plane 2.2)."""
        documents = _documents(names, infos)
        if documents is None:
            return None
        return self._do(self._service.append_backup(self._session, names, documents)).promise()

    def get_backup_data_size(self, precise: bool, bundles: Mapping[str, int]) -> Promise:
        """How much a backup would be; ``bundles`` by name with lastIncrementalTime in seconds, 0 for never. The answer comes
        by on_backup_size_report: a guess of all data or, ``precise``, what the includes and excludes let through.
        """
        return self._do(self._service.sizes.report(self._session, precise, bundles)).promise()


class IncrementalBackupSession(SessionBackup):
    """An incremental backup (control-plane 1.8)."""

    incremental = True

    def append_bundles(
        self,
        names: Sequence[str],
        infos: Sequence[str] | None = None,
        previous: Mapping[str, tuple[int, bytes]] | None = None,
    ) -> Promise | None:
        """As in a full backup; ``previous`` has lastIncrementalTime, in seconds, and the manifest of that backup by bundle."""
        documents = _documents(names, infos)
        if documents is None:
            return None
        return self._do(self._service.append_backup(self._session, names, documents, previous)).promise()


class _RestoreSession(_ClientSession):
    """What the restores of the JavaScript API and of the native kit have in common."""

    scenario = Scenario.RESTORE
    restore_type = RestoreType.RESTORE_DATA_WAIT_SEND

    def append_bundles(
        self, capabilities: Mapping[str, Capability], names: Sequence[str], infos: Sequence[str] | None = None
    ) -> Promise | None:
        """Add bundles; ``capabilities`` is what the old device's capability file says of them. As in a backup, None and
        nothing asked where the counts of names and infos differ.
        """
        documents = self._documents(names, infos)
        if documents is None:
            return None
        handler = self._service.append_restore(names, documents, capabilities, self.restore_type)
        return self._do(handler).promise()

    def _documents(self, names: Sequence[str], infos: Sequence[str] | None) -> Sequence[str | None] | None:
        return _documents(names, infos)

    def get_file_handle(self, name: str, uri: str) -> Promise:
        """Ask for a handle to one file; it arrives by on_file_ready."""
        return self._do(self._service.get_file_handle(self._session, name, uri)).promise()

    def publish_file(self, name: str, uri: str = "") -> Promise:
        """All files of the bundle are written."""
        return self._do(self._service.publish_file(self._session, name, uri)).promise()

    def write(self, file: FileReady, blob: Blob) -> None:
        """Write a blob, and its manifest where there is one, into the handle that on_file_ready gave."""
        file.handle.write_file(file.uri, blob)


class SessionRestore(_RestoreSession):
    """The restore of the JavaScript API, always incremental (control-plane 1.9)."""

    incremental = True

    def get_file_handles(self, name: str, uris: Sequence[str]) -> Promise:
        """Ask for handles to files of a backup without tars; they arrive by on_file_ready_batch (data-plane 4.9)."""
        return self._do(self._service.get_file_handles(self._session, name, uris)).promise()


class BSessionRestore(_RestoreSession):
    """The native full restore (control-plane 1.7). An append with a wrong count of infos counts as one without."""

    def _documents(self, names: Sequence[str], infos: Sequence[str] | None) -> Sequence[str | None]:
        return _documents(names, infos) or [None] * len(names)


class BSessionRestoreAsync(BSessionRestore):
    """The upgrade restore: restoreType READY (control-plane 1.10)."""

    restore_type = RestoreType.RESTORE_DATA_READDY

    def append_bundles(
        self,
        capabilities: Mapping[str, Capability],
        names: Sequence[str],
        infos: Sequence[str] | None = None,
        user_id: int = DERIVED_USER,
    ) -> Promise | None:
        """As in any restore; ``user_id`` is whose app it is, -1 the caller's own."""
        documents = self._documents(names, infos)
        handler = self._service.append_restore(names, documents, capabilities, self.restore_type, user_id)
        return self._do(handler).promise()


def update_timer(device: Device, name: str, timeout_ms: int) -> bool:
    """backup.updateTimer: 0 to 14,400,000 ms, else BusinessError 401; False when the bundle is in no session."""
    if not 0 <= timeout_ms <= device.profile.max_update_timer_ms:
        raise BusinessError(401, f"timeout must be 0 to {device.profile.max_update_timer_ms} ms, not {timeout_ms}")
    return bool(_Sent(device, device.service.update_timer(name, timeout_ms)).result_now())


def update_send_rate(device: Device, name: str, rate: int) -> bool:
    """backup.updateSendRate: below 0 BusinessError 401, above the maximum clamped, 0 pauses."""
    if rate < 0:
        raise BusinessError(401, f"the send rate must not be negative, not {rate}")
    rate = min(rate, device.profile.max_send_rate_fds)
    return bool(_Sent(device, device.service.update_send_rate(name, rate)).result_now())


def get_backup_info(device: Device, name: str) -> str | None:
    """backup.getBackupInfo, which drives time until the app has answered, and no further; None on any error."""
    sent = _Sent(device, device.service.queries.get_backup_info(name))
    code, text = sent.result_in_time() or (1, "")
    return None if code else str(text)

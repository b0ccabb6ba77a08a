"""From the service to its client: the callbacks of `@ohos.file.backup`, with their exact arguments (control-plane 1.2, 6.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from emulator.kernel import Future, Kernel, NativeThread
from emulator.kits.errors import BusinessError
from emulator.service.errors import bundle_error, file_error
from emulator.storage.config.bundle_info import DEFAULT_BATCH_SIZE

if TYPE_CHECKING:
    from emulator.journal import Journal


@dataclass(frozen=True, slots=True)
class FileReady:
    """The file that onFileReady hands over. ``handle`` is the blob (backup), or what the client writes to (restore)."""

    bundle_name: str
    uri: str
    handle: Any

    def to_json(self) -> dict[str, Any]:
        """``{"bundleName", "uri"}``: descriptors mean nothing in a record."""
        return {"bundleName": self.bundle_name, "uri": self.uri}


class ClientCallbacks(Protocol):
    """Whoever takes the callbacks: called with the real name and the arguments."""

    def dispatch(self, callback: str, args: tuple[Any, ...]) -> None:
        """One callback."""


class Reverse:
    """The client's end of a session. A dead client is told nothing, and neither is a session without one."""

    def __init__(self, kernel: Kernel, journal: Journal, client: ClientCallbacks | None) -> None:
        self._kernel = kernel
        self._journal = journal
        self._client = client
        self._thread = NativeThread(kernel, "cljs")
        self._batch: list[FileReady] = []
        self.alive = True

    def on_bundle_begin(self, name: str, raw: int = 0) -> None:
        """Scheduled, without waiting."""
        self._schedule("onBundleBegin", _outcome(name, raw))

    def on_bundle_end(self, name: str, raw: int = 0) -> None:
        """Scheduled, without waiting, behind what is left of a batch."""
        self._flush()
        self._schedule("onBundleEnd", _outcome(name, raw))

    def on_all_bundles_end(self) -> None:
        """Scheduled; the code is always 0 and both arguments undefined."""
        self._schedule("onAllBundlesEnd", (None, None))

    def on_file_ready(self, file: FileReady) -> None:
        """Scheduled, without waiting."""
        self._schedule("onFileReady", (None, file))

    def on_file_of_batch(self, file: FileReady) -> None:
        """Collected; scheduled as onFileReadyBatch when a batch is full or a bundle ends (data-plane 3.10)."""
        self._batch.append(file)
        if len(self._batch) >= DEFAULT_BATCH_SIZE:
            self._flush()

    def on_file_handles(self, name: str, files: list[FileReady], errors: Sequence[int]) -> None:
        """The answer to getFileHandles, scheduled: onFileReadyBatch with the handles, and another one with the first error,
        which is all that JavaScript makes of a list of failures (data-plane 4.9).
        """
        if files:
            self._schedule("onFileReadyBatch", (None, files))
        if errors:
            self._schedule("onFileReadyBatch", (file_error(errors[0], name),))

    def _flush(self) -> None:
        if self._batch:
            batch, self._batch = self._batch, []
            self._schedule("onFileReadyBatch", (None, batch))

    def on_file_error(self, name: str, number: int) -> None:
        """Scheduled: onFileReady with the error of a system errno."""
        self._schedule("onFileReady", (file_error(number, name),))

    async def on_result_report(self, name: str, result: str) -> None:
        """Waits until the client's callback has returned."""
        await self._wait("onResultReport", (name, result))

    async def on_process(self, name: str, process: str) -> None:
        """Waits until the client's callback has returned."""
        await self._wait("onProcess", (name, process))

    async def on_backup_size_report(self, report: str) -> None:
        """Waits until the client's callback has returned."""
        await self._wait("onBackupSizeReport", (report,))

    async def on_backup_service_died(self) -> None:
        """Waits until the client's callback has returned."""
        await self._wait("onBackupServiceDied", (None,))

    def die(self) -> None:
        """The client is gone."""
        self.alive = False

    def _schedule(self, callback: str, args: tuple[Any, ...]) -> None:
        self._thread.post(self._deliver, callback, args)

    async def _wait(self, callback: str, args: tuple[Any, ...]) -> None:
        if self._thread.idle:
            self._kernel.call_at_once(self._thread.name, self._deliver, callback, args)
        else:
            over: Future[None] = Future(self._kernel)
            self._schedule(callback, args)
            self._thread.post(over.set_result, None)
            await over

    def _deliver(self, callback: str, args: tuple[Any, ...]) -> None:
        if not self.alive or self._client is None:
            return
        plain = [argument if argument is None or type(argument) is str else _plain(argument) for argument in args]
        self._journal.add("client", callback=callback, args=plain)
        self._client.dispatch(callback, args)


def _plain(argument: Any) -> Any:
    if isinstance(argument, list):
        return [_plain(item) for item in argument]
    return argument.to_json() if isinstance(argument, (BusinessError, FileReady)) else argument


def _outcome(name: str, raw: int) -> tuple[Any, ...]:
    return (None, name) if raw == 0 else (bundle_error(raw, name),)

"""Sending the files of a backup: one by one, no faster than the send rate, manage.json last (control-plane 5.4, 1.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.kernel import Future
from emulator.kernel.events import NS_PER_MS
from emulator.service.errors import REPORT_FILE_READY_FAIL, Code
from emulator.storage.transfer import Blob

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.extension.stub import ServiceProxy


class Sender:
    """The sending thread of one connection, with its rate in file descriptors per second (0 pauses)."""

    def __init__(self, process: ExtensionProcess, service: ServiceProxy) -> None:
        self.pool = process.native_thread("sendpool")
        self.rate = process.bundle.profile.send_rate_fds
        self._process = process
        self._service = service
        self._sent_in_window = 0
        self._window_ns = 0
        self._resumed: Future[None] | None = None

    def set_rate(self, rate: int) -> None:
        """UpdateFdSendRate."""
        self.rate = rate
        if rate and self._resumed is not None:
            self._resumed.set_result(None)

    async def send(self, blobs: list[Blob]) -> int:
        """All blobs, then manage.json. 0, or the raw code of a file that could not be reported."""
        result = 0
        self._window_ns = self._process.kernel.now_ns
        for blob in blobs:
            await self._wait_to_send()
            code = await self._ipc("AppFileReady", self._service.app_file_ready(blob))
            result = REPORT_FILE_READY_FAIL if code else result
            self._sent_in_window += 1
        names = [blob.uri for blob in blobs]
        code = await self._ipc("AppFileReady", self._service.app_manage_json_ready(names))
        return REPORT_FILE_READY_FAIL if code else result

    async def _wait_to_send(self) -> None:
        while self.rate == 0:
            self._resumed = Future(self._process.kernel)
            await self._resumed
        kernel = self._process.kernel
        window_end = self._window_ns + self._process.bundle.profile.send_window_ms * NS_PER_MS
        if self._sent_in_window >= self.rate and kernel.now_ns < window_end:
            await kernel.sleep(window_end - kernel.now_ns)
        if self._sent_in_window >= self.rate or kernel.now_ns >= window_end:
            self._sent_in_window = 0
            self._window_ns = kernel.now_ns

    async def _ipc(self, message: str, handler: Any) -> int:
        return int(await self._process.send(message, handler, 0, Code.E_IPCSS))

"""Sending the files of a backup: one by one, no faster than the send rate, manage.json last (data-plane 3.8, 3.9)."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from emulator.codes import REPORT_FILE_READY_FAIL
from emulator.extension.blobs import Outgoing
from emulator.kernel import Future
from emulator.kernel.events import NS_PER_MS
from emulator.storage.pack.index import IndexEntry
from emulator.storage.transfer import Blob

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.extension.stub import ServiceProxy


class _Window:
    """Descriptors sent since a moment; tars and big files have one together in the full flow, one each in the incremental."""

    def __init__(self, begin_ns: int) -> None:
        self.begin_ns = begin_ns
        self.sent = 0


class Sender:
    """The sending thread of one connection, with its rate in file descriptors per second (0 pauses)."""

    def __init__(self, process: ExtensionProcess, service: ServiceProxy) -> None:
        self.pool = process.native_thread("sendpool")
        self.rate = process.bundle.profile.send_rate_fds
        self.listed: list[IndexEntry] = []
        """What manage.json has to say, blob by blob."""
        self._process = process
        self._service = service
        self._resumed: Future[None] | None = None

    def set_rate(self, rate: int) -> None:
        """UpdateFdSendRate."""
        self.rate = rate
        if rate and self._resumed is not None:
            self._resumed.set_result(None)

    async def send(self, blobs: Iterable[Outgoing], incremental: bool = False) -> int:
        """The blobs in their order. 0, or the raw code of one that could not be reported."""
        result = 0
        now_ns = self._process.kernel.now_ns
        tars, big = _Window(now_ns), _Window(now_ns)
        for outgoing in blobs:
            window = tars if outgoing.is_tar and incremental else big
            if not outgoing.is_rest:
                await self._wait_to_send(window)
            if await self._report(outgoing):
                result = REPORT_FILE_READY_FAIL
            if outgoing.is_rest:
                window.sent = 1
                await self._wait_to_send(window)
            elif not incremental or outgoing.error != errno.EACCES:
                window.sent += 2 if outgoing.is_tar or incremental else 1
            self._refresh(window)
        return result

    async def send_groups(self, blobs: Iterable[Outgoing], size: int) -> int:
        """No-tar mode: groups of ``size`` blobs. 0, or the raw code of the last group if that could not be reported."""
        result, group = 0, list[Outgoing]()
        window = _Window(self._process.kernel.now_ns)
        for outgoing in blobs:
            await self._wait_to_send(window)
            group.append(outgoing)
            if len(group) >= size:
                result, group = await self._report_group(group), []
            window.sent += 1
            self._refresh(window)
        return await self._report_group(group) if group else result

    async def _report_group(self, group: list[Outgoing]) -> int:
        """One that cannot be opened keeps back the whole group, whose names are listed all the same (data-plane 9, item 32)."""
        readable = [outgoing for outgoing in group if outgoing.error != errno.EACCES]
        self.listed += [outgoing.entry for outgoing in readable]
        if any(outgoing.error for outgoing in readable):
            return REPORT_FILE_READY_FAIL
        now_ns = self._process.wall_epoch_ns + self._process.kernel.now_ns
        files = [(outgoing.info(now_ns), outgoing.blob) for outgoing in readable]
        code = await self._ipc("AppFileReadys", self._service.app_file_readys(files)) if files else 0
        return REPORT_FILE_READY_FAIL if code else 0

    async def send_index(self, index: Blob) -> int:
        """manage.json, at any rate. 0, or the raw code of what could not be reported."""
        names = [entry.file_name for entry in self.listed]
        code = await self._ipc("AppFileReady", self._service.app_manage_json_ready(names, index))
        return REPORT_FILE_READY_FAIL if code else 0

    async def _report(self, outgoing: Outgoing) -> int:
        """One blob. What may not be read is left out without a word; any other error is told, and listed all the same."""
        if outgoing.error == errno.EACCES:
            return 0
        self.listed.append(outgoing.entry)
        if outgoing.error:
            handler = self._service.app_file_error(outgoing.blob.uri, outgoing.error)
        else:
            handler = self._service.app_file_ready(outgoing.blob)
        code = await self._ipc("AppFileReady", handler)
        if not code and outgoing.is_tar:
            self._process.sandbox.remove_staged(outgoing.blob.path)
        return code

    async def _wait_to_send(self, window: _Window) -> None:
        while self.rate == 0:
            self._resumed = Future(self._process.kernel)
            await self._resumed
        if window.sent >= self.rate:
            kernel, window_end = self._process.kernel, self._end_of(window)
            if kernel.now_ns < window_end:
                await kernel.sleep(window_end - kernel.now_ns)
            window.begin_ns, window.sent = kernel.now_ns, 0

    def _refresh(self, window: _Window) -> None:
        """RefreshTimeInfo, behind every blob: the next window begins when this one is over."""
        if self._process.kernel.now_ns >= self._end_of(window):
            window.begin_ns, window.sent = self._process.kernel.now_ns, 0

    def _end_of(self, window: _Window) -> int:
        return window.begin_ns + self._process.bundle.profile.send_window_ms * NS_PER_MS

    async def _ipc(self, message: str, handler: Any) -> int:
        return int(await self._process.send(message, handler))

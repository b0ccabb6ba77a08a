"""SvcBackupConnection and the ability manager behind it: process start, OnConnect, disconnect, death (control-plane 5.1, 6.6)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from emulator.codes import Code
from emulator.conditions import ConnectError, ConnectTimeout, RefuseConnect, find_condition
from emulator.extension.process import ExtensionProcess
from emulator.extension.stub import BackupExtExtension, ServiceProxy
from emulator.extension.versions import is_legacy
from emulator.extension.want import Want
from emulator.kernel import Future, Rank
from emulator.kernel.events import NS_PER_S
from emulator.service.details import parses_on_connect

if TYPE_CHECKING:
    from emulator.device import InstalledBundle
    from emulator.service.service import BackupService


class Connection:
    """One connection to a bundle's extension. ``on_connected`` and ``on_died`` are the session's callbacks."""

    def __init__(self, service: BackupService, bundle: InstalledBundle) -> None:
        self._service = service
        self._kernel = service.kernel
        self.bundle = bundle
        self.process: ExtensionProcess | None = None
        self.stub: BackupExtExtension | None = None
        self.started_ns = 0
        self.is_connected = False
        self.has_connected = False
        self._over: Future[None] = Future(self._kernel)
        self._over.set_result(None)
        self.on_connected: Callable[[], None] = lambda: None
        self.on_died: Callable[[], None] = lambda: None

    def connect(self, purpose: str, proxy: ServiceProxy, want: Want = Want()) -> bool:  # noqa: B008 - frozen
        """ConnectAbility; False when the ability manager refuses at once. What comes of it arrives by the callbacks."""
        conditions = self._service.host.conditions
        if find_condition(conditions, ConnectError) is not None:
            self._service.journal.add("condition", name="ConnectError", text=self.bundle.full_name)
            return False
        self.started_ns = self._kernel.now_ns
        self.has_connected = False
        timeout = find_condition(conditions, ConnectTimeout)
        if timeout is not None:
            self._service.journal.add("condition", name="ConnectTimeout", text=self.bundle.full_name)
            if timeout.ams_gives_up_s is not None:
                at = self._kernel.now_ns + timeout.ams_gives_up_s * NS_PER_S
                self._kernel.call_at(at, Rank.TIMER, self._gone)
            return True
        self._kernel.call_soon(self._start, purpose, proxy, want)
        return True

    def _start(self, purpose: str, proxy: ServiceProxy, want: Want) -> None:
        process = self._service.device.start_process(self.bundle, purpose)
        self.process = process
        process.on_died = self._gone
        if self._refuses(purpose, want):
            process.end("disconnect", "OnConnect answered with no object")
            self._kernel.call_soon(self._gone)
            return
        self.stub = BackupExtExtension(process, proxy, self._service.data, want)
        self.is_connected = self.has_connected = True
        self._over = Future(self._kernel)
        self._kernel.call_soon(self.on_connected)

    def _refuses(self, purpose: str, want: Want) -> bool:
        if find_condition(self._service.host.conditions, RefuseConnect) is not None:
            self._service.journal.add("condition", name="RefuseConnect", text=self.bundle.full_name)
            return True
        legacy = purpose == "restore" and is_legacy(want.version)
        if not self.bundle.allows_backup and not legacy:
            return True
        on_backup = purpose in ("backup", "clean", "query") and self.bundle.profile.parses_details_on_connect
        return on_backup and not parses_on_connect(want.ext_info)

    def _gone(self) -> None:
        """OnAbilityDisconnectDone that the service did not ask for."""
        self.is_connected = False
        self._over.set_result(None)
        if self.stub is not None:
            self.stub.end()
        self.on_died()

    async def send(self, message: str, handler: Coroutine[Any, Any, Any], broken: Any, code: int = 0) -> Any:
        """An IPC to the extension; ``broken`` when it fails, or when the process dies before it answers."""
        process = self._reached(message, code)
        if process is None:
            handler.close()
            return broken
        caller = self._kernel.thread_name
        reply = process.reply(broken)
        process.serve(handler, reply)
        answer = await reply
        self._kernel.thread_name = caller
        return answer

    def tell(self, message: str, handler: Callable[..., Any], *args: Any, broken: Any = Code.E_IPCSS) -> Any:
        """As `send`, of a message that is answered at once."""
        return broken if self._reached(message) is None else self._kernel.call_at_once("ipc", handler, *args)

    def _reached(self, message: str, code: int = 0) -> ExtensionProcess | None:
        """The process, when the message gets there."""
        process = self.process
        failed = self._service.host.ipc_fails(message)
        self._service.journal.add(
            "ipc", to="extension", message=message, bundle=self.bundle.full_name, code=int(code), failed=failed
        )
        return process if not failed and process is not None and process.alive else None

    async def disconnect(self) -> None:
        """DisconnectAbility: the process ends; a busy main thread makes the ability manager wait a second."""
        process = self.process
        if process is None or not self.is_connected:
            return
        self.is_connected = False
        process.on_died = lambda: None
        if process.alive and process.main_thread_busy:
            await self._kernel.sleep(NS_PER_S)
        stub = self.stub
        if stub is not None:
            stub.end()
        if process.alive:
            if stub is not None:
                stub.do_clear()
            process.end("disconnect")
            ended: Future[None] = Future(self._kernel)
            self._kernel.call_soon(ended.set_result, None)
            await ended
        self._over.set_result(None)

    async def wait_disconnect_done(self) -> bool:
        """WaitDisconnectDone: False when the extension is still connected after 3 s (control-plane 5.1)."""
        if self._over.done:
            return True
        outcome: Future[bool] = Future(self._kernel)
        wait_ns = int(self._service.profile.disconnect_wait_s * NS_PER_S)
        timer = self._kernel.call_at(self._kernel.now_ns + wait_ns, Rank.TIMER, outcome.set_result, False)
        self._over.watch(lambda _: outcome.set_result(True))
        done = await outcome
        timer.cancel()
        return done

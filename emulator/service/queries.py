"""What a caller may ask an extension outside a task: getBackupInfo and the compatibility pair (control-plane 4.2, 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulator.codes import Code
from emulator.extension.want import Want
from emulator.kernel import Future, Mutex, Rank
from emulator.kernel.events import NS_PER_S
from emulator.service.connection import Connection
from emulator.service.session import Scenario

if TYPE_CHECKING:
    from emulator.service.service import BackupService

Answer = tuple[int, str]
"""Code and text."""


class Queries:
    """Each query connects, calls and disconnects."""

    def __init__(self, service: BackupService) -> None:
        self._service = service
        self._one_by_one = Mutex(service.kernel)

    async def get_backup_info(self, name: str) -> Answer:
        """GetBackupInfo: 13500009 when the connect fails at once, 13500004 when the extension dies; one after the other."""
        async with self._one_by_one:
            return await self._get_backup_info(name)

    async def _get_backup_info(self, name: str) -> Answer:
        service = self._service
        if service.session is not None and service.session.scenario is Scenario.CLEAN:
            return Code.E_INVAL, ""
        bundle = service.device.bundles.get(name) if ":" not in name else None  # of clones the want knows nothing
        if bundle is None:
            return Code.E_BEF, ""
        connection = Connection(service, bundle)
        if not self._connect(connection):
            return Code.E_BEF, ""
        failed = await self._connected(connection)
        if failed:
            return failed, ""
        assert connection.stub is not None
        text = await connection.send("GetBackupInfo", connection.stub.get_backup_info(), None)
        await connection.disconnect()
        return (Code.E_IPCSS, "") if text is None else (Code.OK, text)

    async def get_compatibility_info(self, name: str, ext_info: str) -> Answer:
        """GetCompatibilityInfo; a bundle that runs in the session is torn down by it, and one that waits never gets to run:
        what its connection tells goes to the query for good (9 #37).
        """
        service, session = self._service, self._service.session
        if name.isdigit() or session is None or session.scenario is Scenario.CLEAN:
            return Code.E_INVAL, ""
        entry = session.entries.get(name)
        bundle = service.device.bundles.get(name)
        if bundle is None:
            return Code.E_BEF, ""
        if entry is not None and entry.connection.is_connected:
            connection = entry.connection
            await service.kernel.sleep(int(service.profile.connect_timer_s * NS_PER_S))
        else:
            connection = entry.connection if entry is not None else Connection(service, bundle)
            if not self._connect(connection, clear=entry is not None):
                return Code.E_BEF, ""
            failed = await self._connected(connection)
            if failed:
                return failed, ""
        if connection.stub is None:
            return Code.E_INVAL, ""
        backup = session.scenario is Scenario.BACKUP
        handler = connection.stub.handle_get_compatibility_info(ext_info, backup)
        text: Any = await connection.send("HandleGetCompatibilityInfo", handler, None)
        await connection.disconnect()
        return (Code.E_IPCSS, "") if text is None else (Code.OK, text)

    def _connect(self, connection: Connection, clear: bool = True) -> bool:
        return connection.connect("query", _NoSession(), Want(clear=clear))

    async def _connected(self, connection: Connection) -> int:
        """0, 13500004 when the extension died, 13900020 when it has not connected in time."""
        kernel = self._service.kernel
        outcome: Future[int] = Future(kernel)
        connection.on_connected = lambda: outcome.set_result(Code.OK)
        connection.on_died = lambda: outcome.set_result(Code.E_DIED)
        wait_ns = int(self._service.profile.connect_timer_s * NS_PER_S)
        timer = kernel.call_at(kernel.now_ns + wait_ns, Rank.TIMER, outcome.set_result, Code.E_INVAL)
        failed = await outcome
        timer.cancel()
        return failed


class _NoSession:
    """The service's face for a connection that runs no task: nothing is ever reported on it."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a query never sends {name}")

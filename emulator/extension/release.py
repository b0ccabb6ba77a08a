"""onRelease: once per connection, asked for by the extension itself or by the service (control-plane 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.extension.calls import ReleaseCall
from emulator.kernel import Future, Mutex, Rank
from emulator.kernel.events import NS_PER_MS

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess

BACKUP, RESTORE = 1, 2
"""ExtensionScenario, the argument of onRelease (C-051)."""


class Release:
    """The release state of one connection."""

    def __init__(self, process: ExtensionProcess) -> None:
        self._process = process
        self._lock = Mutex(process.kernel)
        self._released = False

    async def by_extension(self, scenario: int) -> bool:
        """Paths E1 and E2: the synchronous part may take for ever, the Promise 5 s. False when it was done before."""
        async with self._lock:
            if self._released:
                return False
            self._released = True
            if self._process.bundle.profile.has_release:
                call = ReleaseCall(self._process, scenario)
                await call.run()
                await self._within_limit(call)
        return True

    async def by_service(self, scenario: int) -> None:
        """Paths S1 to S4: at most 5 s in all, but not before an earlier release is over."""
        async with self._lock:
            if self._released or not self._process.bundle.profile.has_release:
                self._released = True
                return
            self._released = True
            call = ReleaseCall(self._process, scenario)
            self._process.realm.post(call)
            await self._within_limit(call)

    async def _within_limit(self, call: ReleaseCall) -> None:
        if call.done.done:
            return
        process, kernel = self._process, self._process.kernel
        due_ns = kernel.now_ns + process.bundle.profile.release_wait_ms * NS_PER_MS
        over: Future[bool] = Future(kernel)
        timer = kernel.call_at(due_ns, Rank.TIMER, over.set_result, False)
        call.done.watch(over.set_result)
        process.journal.add("timer.start", timer="release", bundle=process.bundle.full_name, due_ns=due_ns)
        if await over:
            timer.cancel()
            process.journal.add("timer.stop", timer="release", bundle=process.bundle.full_name)
        else:
            process.journal.add("timer.expired", timer="release", bundle=process.bundle.full_name)
            process.journal.add("release.overrun", process=process.number, bundle=process.bundle.full_name, call=call.number)

"""How the native half reads what a callback did: the result matrix of control-plane 2.4, one class per kind of callback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from emulator.kernel import Future, Rank
from emulator.runtime.realm import AppError, Completion

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess

NativeCallback = Callable[[bool, str], Awaitable[None]]
"""``(failed, text)``: the string read, or with ``failed`` the message of what was thrown."""


class Call:
    """One call of a callback.

    ``event_over`` is settled when the event on the main thread is over, that is when a native caller, which waits
    without any time limit, goes on (control-plane 1.2).
    """

    def __init__(self, process: ExtensionProcess, callback: str, args: tuple[Any, ...] = ()) -> None:
        self.process = process
        self.callback = callback
        self.args = args
        self.number = process.bundle.next_call_number()
        self.event_over: Future[None] = Future(process.kernel)

    async def run(self) -> None:
        """Post the call and wait until its event is over."""
        self.process.realm.post(self)
        await self.event_over

    def over(self) -> None:
        """The event is over."""
        self.event_over.set_result(None)

    def mark_read(self) -> None:
        """The device uses the value of this call."""
        self.process.journal.add("call.read", call=self.number)

    async def returned(self, completion: Completion) -> None:
        """The native return parser."""

    async def settled(self, completion: Completion) -> None:
        """The reaction to the Promise."""

    async def uncaught(self, error: AppError, survived: Callable[[], Awaitable[None]]) -> None:
        """An Error reached the uncaught handler (control-plane 2.6): the process exits, unless the app observes errors."""
        profile = self.process.bundle.profile
        if profile.error_observer:
            await survived()
            return
        self.process.log(
            "crash", ": ".join(filter(None, (error.type, error.text))) + (f" ({error.where})" if error.where else "")
        )
        if profile.exit_is_posted:
            kernel = self.process.kernel
            kernel.call_at(kernel.now_ns, Rank.BARRIER, self.process.end, "exit", error.type)
            await survived()
        else:
            self.process.end("exit", error.type)


class ResultCall(Call):
    """onBackupEx, onBackup, onRestoreEx, onRestore: awaited, and read by ``native`` unless the task is over already."""

    def __init__(self, process: ExtensionProcess, callback: str, args: tuple[Any, ...], native: NativeCallback) -> None:
        super().__init__(process, callback, args)
        self._native = native

    async def returned(self, completion: Completion) -> None:
        """The left-hand rows of the matrix: everything but Promises is decided inside the event."""
        if completion.outcome == "promise":
            return
        if completion.outcome == "threw":
            await self._threw(completion.error)
            return
        await self._native(False, _text(completion))

    async def settled(self, completion: Completion) -> None:
        """A rejection with a non-Error is lost: napi_fatal_exception refuses it and nobody is called (2.4)."""
        if completion.outcome == "fulfilled":
            await self._native(False, _text(completion))
        elif completion.error is not None and completion.error.is_error:
            await self._threw(completion.error)

    async def _threw(self, error: AppError | None) -> None:
        if error is None:
            await self._native(True, "")
        elif error.is_error:
            await self.uncaught(error, lambda: self._native(True, ""))
        else:
            await self._native(True, error.text if error.is_string else "")


class ProgressCall(Call):
    """onProcess: only a string that is returned at once counts; whatever is thrown is cleared (control-plane 3.3)."""

    def __init__(self, process: ExtensionProcess, native: Callable[[str, Call], Awaitable[None]]) -> None:
        super().__init__(process, "onProcess")
        self._native = native

    async def returned(self, completion: Completion) -> None:
        """Anything but a string is read as ""."""
        await self._native(_text(completion), self)


class ReleaseCall(Call):
    """onRelease: ``done`` is settled when it is over, however it ended (control-plane 4.1)."""

    def __init__(self, process: ExtensionProcess, scenario: int) -> None:
        super().__init__(process, "onRelease", (scenario,))
        self.done: Future[bool] = Future(process.kernel)

    async def returned(self, completion: Completion) -> None:
        """Any value that is no Promise ends it, and so does a thrown string."""
        if completion.outcome == "promise":
            return
        if completion.error is not None and completion.error.is_error:
            await self.uncaught(completion.error, self._finish)
        await self._finish()

    async def settled(self, completion: Completion) -> None:
        """A rejection with a non-Error lets the full time pass."""
        if completion.error is not None and completion.error.is_error:
            await self.uncaught(completion.error, self._finish)
        elif completion.error is None:
            await self._finish()

    async def _finish(self) -> None:
        if not self.done.done:
            self.mark_read()
        self.done.set_result(True)


class InfoCall(Call):
    """getBackupInfo: a string, or a Promise that is resolved when the event ends; errors are ignored (control-plane 4.2)."""

    def __init__(self, process: ExtensionProcess) -> None:
        super().__init__(process, "getBackupInfo")
        self.text = ""

    async def returned(self, completion: Completion) -> None:
        """The plain string."""
        self.text = _text(completion)
        self.mark_read()

    async def settled(self, completion: Completion) -> None:
        """Only counts when it happens inside the event: afterwards nobody looks any more."""
        self.text = _text(completion)


class CompatibilityCall(Call):
    """getBackup/RestoreCompatibilityInfo: only a Promise of a string counts (control-plane 4.3)."""

    def __init__(self, process: ExtensionProcess, callback: str, ext_info: str) -> None:
        super().__init__(process, callback, (ext_info,))
        self.answer: Future[str] = Future(process.kernel)

    async def returned(self, completion: Completion) -> None:
        """A thrown string becomes the answer; a string returned at once does not."""
        error = completion.error
        if error is not None and error.is_error:
            await self.uncaught(error, self._nothing)
        elif error is not None:
            self._take(error.text if error.is_string else "")

    async def settled(self, completion: Completion) -> None:
        """A Promise of a string is the answer; a rejection with a non-Error lets the time run out."""
        if completion.outcome == "fulfilled":
            self._take(_text(completion))
        elif completion.error is not None and completion.error.is_error:
            await self.uncaught(completion.error, self._nothing)

    def _take(self, text: str) -> None:
        if not self.answer.done:
            self.mark_read()
        self.answer.set_result(text)

    async def _nothing(self) -> None:
        self._take("")


def _text(completion: Completion) -> str:
    return completion.value.text if completion.error is None and completion.value.is_string else ""

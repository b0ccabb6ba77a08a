"""onProcess polling: the first call, the 5 s loop, the time limits, and who is told (control-plane 3.2)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from emulator.extension.calls import Call, ProgressCall
from emulator.kernel import NativeThread, Rank, Timer
from emulator.kernel.events import NS_PER_MS, NS_PER_S

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess


class Polling:
    """The polling state of one connection. ``on_failure`` tells the service that the bundle is given up; ``on_report``
    passes a non-empty answer on.
    """

    def __init__(
        self,
        process: ExtensionProcess,
        on_failure: Callable[[], None],
        on_report: Callable[[str], Coroutine[Any, Any, None]],
    ) -> None:
        self._process = process
        self._kernel = process.kernel
        self._on_failure = on_failure
        self._on_report = on_report
        self._first = False
        self._stop = False
        self._late = False
        self._count = 0
        self._timer: Timer | None = None
        self._expired: set[int] = set()
        self._round = 0
        self._tick: Timer | None = None
        profile = process.bundle.profile
        self._interval_ns = int(profile.progress_interval_s * NS_PER_S)
        self._limit_ns = profile.progress_limit_ms * NS_PER_MS
        self._reports = process.native_thread("reportpool")
        self.exec_app_done = False
        """True once polling has failed the bundle: late results of the work are then discarded."""

    @cached_property
    def _pool(self) -> NativeThread:
        """Makes the calls behind the first."""
        return self._process.native_thread("procpool")

    @cached_property
    def _timer_thread(self) -> NativeThread:
        """Handles deadlines that have passed."""
        return self._process.native_thread("proctimer")

    async def start(self) -> bool:
        """The first call, which blocks; False when its time limit failed the bundle, so that nothing else is called."""
        self._first = True
        self._stop = False
        number = self._arm(self._process.bundle.profile.first_progress_limit_ms * NS_PER_MS)
        await self._call(number)
        if self.exec_app_done:
            return False
        self._first = False
        self._wait_for_next()
        return True

    def finish(self) -> None:
        """The work is over: no further polls. An armed timer stays, and is harmless."""
        if not self._stop:
            self._note_stop("finished")
        self._stop_polling()
        self._first = False
        self.exec_app_done = False
        self._count = 0

    def end(self) -> None:
        """The stub is gone."""
        self._stop_polling()

    def _wait_for_next(self) -> None:
        if not self._stop:
            self._tick = self._kernel.call_at(
                self._kernel.now_ns + self._interval_ns, Rank.TIMER, self._kernel.call_soon, self._poll
            )

    def _poll(self) -> None:
        """One round of the polling thread."""
        self._kernel.thread_name = "poll"
        if self._stop or not self._process.alive:
            return
        self._pool.submit(self._queued_call, self._arm(self._limit_ns))
        self._wait_for_next()

    def _arm(self, limit_ns: int) -> int:
        self._round += 1
        deadline = self._kernel.now_ns + limit_ns
        self._process.journal.add(
            "poll.armed",
            process=self._process.number,
            bundle=self._process.bundle.full_name,
            poll=self._round,
            deadline_ns=deadline,
            first=self._first,
        )
        self._timer = self._kernel.call_at(deadline, Rank.TIMER, self._passed, self._round)
        return self._round

    async def _queued_call(self, number: int) -> None:
        if self._stop:
            self._process.journal.add("poll.skipped", process=self._process.number, poll=number)
            return
        await self._call(number)

    async def _call(self, number: int) -> None:
        call = ProgressCall(self._process, partial(self._result, number))
        self._process.journal.add("poll.called", process=self._process.number, poll=number, call=call.number)
        await call.run()

    def _passed(self, number: int) -> None:
        self._timer_thread.post(self._expire, number)

    def _expire(self, number: int) -> None:
        profile = self._process.bundle.profile
        limit = profile.progress_timeout_max_count if profile.v_07_timeouts_that_end == 4 else 2
        self._expired.add(number)
        failed = self._count >= limit or (self._first and profile.progress_is_guarded)
        if failed:
            self._note_stop("failed")
            self._stop_polling()
            self._first = False
            self.exec_app_done = True
            self._count = 0
        else:
            self._count += 1
            self._late = True
        self._process.journal.add("poll.timeout", process=self._process.number, poll=number, count=self._count, failed=failed)
        if failed:
            self._on_failure()

    async def _result(self, number: int, text: str, call: Call) -> None:
        dropped = self._late and self._process.bundle.profile.progress_is_guarded
        self._process.journal.add(
            "poll.answered",
            process=self._process.number,
            poll=number,
            verdict="late" if number in self._expired else "accepted",
            text=text,
            dropped=dropped,
        )
        if dropped:
            self._late = False
            return
        call.mark_read()
        if self._timer is not None:
            self._timer.cancel()
        self._first = False
        self._count = 0
        if text:
            self._reports.submit(self._on_report, text)
        else:
            self._note_stop("empty")
            self._stop_polling()

    def _note_stop(self, why: str) -> None:
        if not self._stop:
            self._process.journal.add(
                "poll.stopped", process=self._process.number, bundle=self._process.bundle.full_name, why=why
            )

    def _stop_polling(self) -> None:
        self._stop = True
        if self._tick is not None:
            self._tick.cancel()

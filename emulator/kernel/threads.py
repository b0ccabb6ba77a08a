"""The app's threads: each a greenlet, so that it can stop anywhere in the app's code and go on at its own time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

import greenlet

from emulator.kernel.events import Kernel, Rank, Timer
from emulator.kernel.fuel import Fuel
from emulator.kernel.native import Task

MAX_DEATH_THROES = 100
"""How often a thread that swallows its own death is told again before it is left suspended for ever."""

SwitchHook = Callable[[], Callable[[], None]]


class Killed(BaseException):
    """Ends the app's code when its process is gone. No ``except Exception`` sees it, and catching it changes nothing."""


class AppThread(greenlet.greenlet):
    """One thread of the app: the main thread of the extension process or a worker.

    ``body`` is its code. ``owner`` is whatever the creator wants to find again from running code (the process).
    Only the thread itself calls `sleep`, `park`, `charge` and `run_native`; anybody calls `wake` and `kill`.
    """

    switch_hook: SwitchHook | None = None
    """Set by the runtime: saves per-thread state of the language before a switch, returns what restores it."""
    tracer: Callable[..., Any] | None = None
    """Trace function that is on while the app's code runs, where ticks are counted by tracing."""
    _abandoned: list[AppThread] = []

    def __init__(self, kernel: Kernel, name: str, body: Callable[[], None], owner: Any = None) -> None:
        super().__init__(self._main, kernel.hub)
        self.kernel = kernel
        self.name = name
        self.owner = owner
        self.dying = False
        self.ended = False
        self.on_end: list[Callable[[], None]] = []
        self._body = body
        self._parked = False
        self._wake_timer: Timer | None = None
        self._throes = 0
        self._alone_ns = 0
        self.fuel = Fuel()
        self.tag: int | None = None
        """Which piece of the owner's work started it; kept for whoever asks what is still running."""

    def begin(self) -> None:
        """Let it start, at this very time and after what is already due."""
        self._schedule(self.kernel.now_ns)

    @property
    def runnable(self) -> bool:
        """True when it runs, or will run again by itself: not ended and not waiting without a deadline."""
        return not self.ended and (not self._parked or self._wake_timer is not None)

    @property
    def wakes_at_ns(self) -> int | None:
        """When it goes on by itself; None when it waits for another thread to wake it."""
        return self._wake_timer.at_ns if self._wake_timer is not None else None

    def sleep(self, ns: int) -> None:
        """Go on ``ns`` later."""
        self.check()
        self._schedule(self.kernel.now_ns + max(0, ns))
        if self._leave():
            self.fuel.new_turn()

    def park(self, timeout_ns: int | None = None) -> bool:
        """Wait for `wake`. True when woken, False when ``timeout_ns`` passed first (None: wait for ever)."""
        self.check()
        self._parked = True
        if timeout_ns is not None:
            self._schedule(self.kernel.now_ns + max(0, timeout_ns))
        if self._leave():
            self.fuel.new_turn()
        woken = not self._parked
        self._parked = False
        return woken

    def wake(self) -> None:
        """End its `park` at this very time; harmless when it is not parked."""
        if self._parked and not self.dying:
            self._parked = False
            if self._wake_timer is not None:
                self._wake_timer.cancel()
            self._schedule(self.kernel.now_ns)

    def charge(self, ns: int) -> None:
        """Let ``ns`` of computing pass. When that reaches the next event of another thread, that event runs first."""
        self.check()
        kernel = self.kernel
        target = kernel.now_ns + ns
        next_ns = kernel.next_ns
        if next_ns is None:
            self._alone_ns += ns
            if self._alone_ns > kernel.stuck_escape_ns:
                self.owner.end_stuck()
                self.check()
        else:
            self._alone_ns = 0
        if next_ns is None or next_ns > target:
            kernel.now_ns = target
            return
        self._schedule(target)
        self._leave()

    def use_fuel(self, ticks: int = 0) -> None:
        """Account for ``ticks`` of computing; time passes once the free ones are used up."""
        self.fuel.left -= ticks
        while self.fuel.left < 0:
            self.charge(self.fuel.refill() * self.owner.cpu_factor)

    def run_native(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Let native code run on this thread: the thread is busy until ``coroutine`` has returned its value."""
        if self.dying:
            coroutine.close()
        self.check()
        task = Task(self.kernel, coroutine, self.name)
        task.step()
        if not task.done:
            task.watch(lambda _value: self.wake())
            self.park()
        self.kernel.thread_name = self.name
        self.check()
        return task.result()

    def yield_to_others(self) -> None:
        """Let every other thread that can run at this very time do so first."""
        self.check()
        self._wake_timer = self.kernel.call_at(self.kernel.now_ns, Rank.BARRIER, self._resume)
        self._leave()

    def check(self) -> None:
        """Raise Killed when the process is gone; the one place where the app's code learns of it."""
        if not self.dying:
            return
        self._throes += 1
        if self._throes > MAX_DEATH_THROES:
            self._abandoned.append(self)
            self.ended = True
            self.kernel.hub.switch()
        raise Killed

    def kill(self) -> None:
        """End it: at once when it is suspended, at its next step when it is the one that runs."""
        if self.ended or self.dying:
            return
        self.dying = True
        self.fuel.left = 0
        if self._wake_timer is not None:
            self._wake_timer.cancel()
        if greenlet.getcurrent() is self:
            return
        if not self:
            self.ended = True
            self._ended()
            return
        self.parent = greenlet.getcurrent()
        try:
            self.throw(Killed)
        except Killed:
            self.ended = True

    def _schedule(self, at_ns: int) -> None:
        self._wake_timer = self.kernel.call_at(at_ns, Rank.APP, self._resume)

    def _resume(self) -> None:
        self._wake_timer = None
        if self.ended:
            return
        self.kernel.thread_name = self.name
        if AppThread.tracer is None:
            self.switch()
            return
        sys.settrace(AppThread.tracer)
        try:
            self.switch()
        finally:
            sys.settrace(None)

    def _leave(self) -> bool:
        """Let the kernel run; True when time has passed in the meantime."""
        restore = AppThread.switch_hook() if AppThread.switch_hook is not None else None
        left_at_ns = self.kernel.now_ns
        try:
            self.kernel.hub.switch()
        finally:
            if restore is not None:
                restore()
        self.kernel.thread_name = self.name
        self.kernel.switches += 1
        self.check()
        return self.kernel.now_ns > left_at_ns

    def _main(self) -> None:
        try:
            self.check()
            self._body()
        except Killed:
            pass
        finally:
            self.ended = True
            self._ended()

    def _ended(self) -> None:
        for callback in self.on_end:
            callback()
        self.on_end = []


def current_thread() -> AppThread | None:
    """The app's thread that is running, or None in code that is not the app's."""
    try:
        running = greenlet.getcurrent()
    except RuntimeError:
        return None  # the interpreter is shutting down
    return running if isinstance(running, AppThread) else None

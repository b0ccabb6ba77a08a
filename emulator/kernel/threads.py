"""The app's threads: each on a greenlet, so that it can stop anywhere in the app's code and go on at its own time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

import greenlet

from emulator.kernel.carriers import Carrier, carrier_for
from emulator.kernel.events import Kernel, Rank, Timer
from emulator.kernel.fuel import POLL_TICKS, REST_NS, Fuel
from emulator.kernel.native import Task

MAX_DEATH_THROES = 100
"""How often a thread that swallows its own death is told again before it is left suspended for ever."""

SwitchHook = Callable[[], Callable[[], None] | None]


class Killed(BaseException):
    """Ends the app's code when its process is gone. No ``except Exception`` sees it, and catching it changes nothing."""


class AppThread:
    """One thread of the app: the main thread of the extension process or a worker.

    ``body`` is its code. ``owner`` is whatever the creator wants to find again from running code (the process).
    Only the thread itself calls `sleep`, `park`, `charge` and `run_native`; anybody calls `wake` and `kill`.
    """

    switch_hook: SwitchHook | None = None
    """Set by the runtime: puts per-thread state of the language aside before a switch, returns what restores it."""
    tracer: Callable[..., Any] | None = None
    """Trace function that is on while the app's code runs, where ticks are counted by tracing."""

    def __init__(self, kernel: Kernel, name: str, body: Callable[[], None], owner: Any = None) -> None:
        self.kernel = kernel
        self.name = name
        self.owner = owner
        self.ended = False
        self.on_end: list[Callable[[], None]] = []
        self._body = body
        self.carrier: Carrier | None = None
        """What it runs on, from its first step to its last; None before and after."""
        self._dying = False
        self._parked = False
        self._waits_for: object = None
        self._wake_timer: Timer | None = None
        self._throes = 0
        self.fuel = Fuel()
        self.tag: int | None = None
        """Which piece of the owner's work started it; kept for whoever asks what is still running."""
        self.language: dict[str, Any] = {}
        """What the app's language keeps per thread."""

    def begin(self) -> None:
        """Let it start, at this very time and after what is already due."""
        self._schedule(self.kernel.now_ns)

    @property
    def dying(self) -> bool:
        """True when its process is gone: its next step, a tick included, raises Killed."""
        return self._dying

    @dying.setter
    def dying(self, value: bool) -> None:
        self._dying = value
        if value:
            self.fuel.left = 0

    @property
    def runnable(self) -> bool:
        """True when it runs, or will run again by itself: not ended and not waiting without a deadline."""
        return not self.ended and (not self._parked or self._wake_timer is not None)

    @property
    def endless(self) -> bool:
        """True when it goes on by itself, and has done so beyond all measure."""
        return self.runnable and self.fuel.beyond_measure

    def sleep(self, ns: int) -> None:
        """Go on ``ns`` later."""
        self.check()
        self._escape()
        left_at_ns = self.kernel.now_ns
        if not self._pass_alone(left_at_ns + ns):
            self._schedule(left_at_ns + max(0, ns))
            self._leave()
        self._rest(self.kernel.now_ns - left_at_ns)

    def park(self, timeout_ns: int | None = None, for_: object = None) -> bool:
        """Wait for a `wake` for the same thing. True when woken, False when ``timeout_ns`` passed first (None: for ever)."""
        if self._dying:
            self.check()
        self._escape()
        left_at_ns = self.kernel.now_ns
        if timeout_ns is not None and self._pass_alone(left_at_ns + timeout_ns):
            self._rest(timeout_ns)
            return False
        self._parked = True
        self._waits_for = for_
        if timeout_ns is not None:
            self._schedule(left_at_ns + max(0, timeout_ns))
        self._leave()
        woken = not self._parked
        self._parked = False
        self._waits_for = None
        if not woken or self.kernel.now_ns > left_at_ns:
            self._rest(self.kernel.now_ns - left_at_ns)
        return woken

    def wake(self, for_: object = None) -> None:
        """End its `park` for this thing at this very time; harmless when it waits for something else, or not at all."""
        if self._parked and self._waits_for is for_ and not self._dying:
            self._parked = False
            if self._wake_timer is not None:
                self._wake_timer.cancel()
            self._schedule(self.kernel.now_ns)

    def charge(self, ns: int) -> None:
        """Let ``ns`` of computing pass. When that reaches the next event of another thread, that event runs first."""
        self.check()
        self._escape()
        target = self.kernel.now_ns + ns
        if not self._pass_alone(target):
            self._schedule(target)
            self._leave()

    def _pass_alone(self, target_ns: int) -> bool:
        """Go on at ``target_ns`` without a detour over the heap, where nothing else is due until then."""
        kernel = self.kernel
        next_ns, until_ns = kernel.next_ns, kernel.until_ns
        if target_ns <= kernel.now_ns or (next_ns is not None and next_ns <= target_ns):
            return False
        if until_ns is not None and target_ns > until_ns:
            return False
        kernel.now_ns = target_ns
        return True

    def use_fuel(self, ticks: int = 0) -> None:
        """Account for ``ticks`` of computing; time passes once the free ones are used up."""
        self.fuel.left -= ticks
        while self.fuel.left < 0:
            self.charge(self.fuel.refill() * (self.owner.cpu_factor if self.owner is not None else 1))

    def run_native(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Let native code run on this thread: the thread is busy until ``coroutine`` has returned its value."""
        if self._dying:
            coroutine.close()
            self.check()
        self.kernel.thread_name = self.name
        try:
            waited = coroutine.send(None)
        except StopIteration as stop:
            value = stop.value
        else:
            task = Task(self.kernel, coroutine, self.name).waits_for(waited)
            task.watch(lambda _value: self.wake(task))
            self.park(None, task)
            value = task.result()
        self.kernel.thread_name = self.name
        if self._dying:
            self.check()
        return value

    def yield_to_others(self, rank: int = Rank.BARRIER) -> None:
        """Let every other thread that can run at this very time do so first; with a higher rank also those that yield."""
        self.check()
        if self.kernel.next_ns != self.kernel.now_ns:
            return
        self._wake_timer = self.kernel.call_at(self.kernel.now_ns, rank, self._resume)
        self._leave()

    def check(self) -> None:
        """Raise Killed when the process is gone; the one place where the app's code learns of it."""
        if not self._dying:
            return
        self._throes += 1
        if self._throes > MAX_DEATH_THROES:
            self.abandon()
        raise Killed

    def abandon(self) -> None:
        """Never go on: called by the thread itself, when it is dying and does not heed it."""
        self.ended = True
        assert self.carrier is not None
        parent = self.carrier.parent
        assert parent is not None
        while True:
            parent.switch()

    def kill(self) -> None:
        """End it: at once when it is suspended, at its next step when it is the one that runs."""
        if self.ended or self._dying:
            return
        self.dying = True
        if self._wake_timer is not None:
            self._wake_timer.cancel()
        if self.carrier is None:
            self.ended = True
            self._ended()
            return
        running = greenlet.getcurrent()
        if running is not self.carrier:
            self.carrier.parent = running
            self._enter()  # where it left, it learns that it is dying

    def run_now(self) -> None:
        """Run it at this very event, up to where it waits for the first time."""
        self._enter()

    def _schedule(self, at_ns: int) -> None:
        self._wake_timer = self.kernel.call_at(at_ns, Rank.APP, self._resume)

    def _resume(self) -> None:
        self._wake_timer = None
        if not self.ended:
            self._enter()

    def _enter(self) -> None:
        """Be this thread until it leaves; what belongs to the caller's language state is put aside meanwhile."""
        if self.carrier is None:
            self.carrier = carrier_for(self, self._main, self.kernel.hub)
        caller = self.kernel.thread_name
        self.kernel.thread_name = self.name
        restore = AppThread.switch_hook() if AppThread.switch_hook is not None else None
        tracer = AppThread.tracer if sys.gettrace() is None else None
        if tracer is not None:
            sys.settrace(tracer)
        try:
            self.carrier.switch()
        finally:
            if tracer is not None:
                sys.settrace(None)
            if restore is not None:
                restore()
            self.kernel.thread_name = caller

    def _leave(self) -> None:
        """Let the kernel run."""
        restore = AppThread.switch_hook() if AppThread.switch_hook is not None else None
        try:
            self.kernel.hub.switch()
        finally:
            if restore is not None:
                restore()
        self.kernel.thread_name = self.name
        self.kernel.switches += 1
        if self._dying:
            self.check()

    def _rest(self, waited_ns: int) -> None:
        """A real wait makes computing free again; a very short one is charged instead."""
        if waited_ns >= REST_NS:
            self.fuel.new_turn()
        else:
            self.use_fuel(POLL_TICKS)

    def _escape(self) -> None:
        """Nothing but the app has happened for very long, and nothing ever will: end the process."""
        kernel = self.kernel
        if kernel.now_ns - kernel.device_event_ns > kernel.stuck_escape_ns and self.owner is not None:
            if kernel.device_event_due:
                return
            self.owner.end_stuck()
            self.check()

    def _main(self) -> None:
        try:
            self.check()
            self._body()
        except Killed:
            pass
        finally:
            self.ended = True
            assert self.carrier is not None
            if not self._dying:
                self.carrier.parent = self.kernel.hub
            self._ended()
            self.carrier = None

    def _ended(self) -> None:
        for callback in self.on_end:
            callback()
        self.on_end = []
        self.language.clear()
        self._body = _nothing  # what is kept of an ended thread, by a pool of the interpreter for one, keeps nothing else


def _nothing() -> None:
    """What an ended thread has left to do."""


def current_thread() -> AppThread | None:
    """The app's thread that is running, or None in code that is not the app's."""
    try:
        running = greenlet.getcurrent()
    except RuntimeError:
        return None  # a finalizer asks while the interpreter shuts down
    return running.load if isinstance(running, Carrier) else None

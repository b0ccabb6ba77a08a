"""The event heap: one clock in integer nanoseconds, and a strict order for what happens at equal times."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final, Literal

import greenlet

from emulator.kernel.native import Future, Task

TieOrder = Literal["fifo", "lifo"]

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000
FOR_EVER_NS = 1 << 63
"""Later than anything that is due: some three hundred years."""


class KernelError(RuntimeError):
    """The kernel is used in a way that it does not allow; always a fault of ours, never of the app."""


class Rank:
    """Who goes first at equal times: plain numbers, since every event is compared by them."""

    DEATH: Final = 0
    TIMER: Final = 1
    NATIVE: Final = 2
    APP: Final = 3
    BARRIER: Final = 4
    SETTLE: Final = 5


class Timer:
    """A scheduled event; `cancel` takes it off the heap. ``pending`` until it ran or was cancelled."""

    __slots__ = ("at_ns", "pending")

    def __init__(self, at_ns: int) -> None:
        self.at_ns = at_ns
        self.pending = True

    def cancel(self) -> None:
        """Make it never happen; harmless when it already did."""
        self.pending = False


_Entry = tuple[int, int, int, Timer | None, Callable[..., Any], tuple[Any, ...]]
"""Time, rank, order, who may cancel it, and what to call."""


class Kernel:
    """Discrete-event simulation on one OS thread.

    ``tie_order`` is the order of events with equal time and rank: first scheduled first, or its reverse, which exists to
    show that no verdict rests on the order of ties.
    """

    def __init__(self, tie_order: TieOrder = "fifo", stuck_escape_ns: int = 3_600 * NS_PER_S) -> None:
        self.now_ns = 0
        self.thread_name = "device"
        self.switches = 0
        """Counts the times that a thread of the app went on: the watchdog's sign of life."""
        self.stuck_escape_ns = stuck_escape_ns
        self.hub = greenlet.getcurrent()
        self._heap: list[_Entry] = []
        self._next_order = count(0, 1 if tie_order == "fifo" else -1).__next__
        self.running = False
        self.until_ns: int | None = None
        """Where the present `advance` or `run_due` ends: no thread of the app computes past it."""
        self.device_event_ns = 0
        """When the device itself, and not the app, last did something."""

    def call_at(self, at_ns: int, rank: int, callback: Callable[..., Any], *args: Any) -> Timer:
        """Schedule ``callback(*args)`` with one of the ranks of `Rank`. A time in the past is refused: time never runs back."""
        if at_ns < self.now_ns:
            raise KernelError(f"cannot schedule at {at_ns} ns, it is {self.now_ns} ns")
        timer = Timer(at_ns)
        heappush(self._heap, (at_ns, rank, self._next_order(), timer, callback, args))
        return timer

    def call_soon(self, callback: Callable[..., Any], *args: Any) -> None:
        """Schedule a native event for this very time, after what is already due."""
        heappush(self._heap, (self.now_ns, Rank.NATIVE, self._next_order(), None, callback, args))

    def sleep(self, ns: int) -> Future[None]:
        """Awaitable of a native thread that is done ``ns`` from now; it ranks as a timer of the device."""
        future: Future[None] = Future(self)
        self.call_at(self.now_ns + ns, Rank.TIMER, future.set_result, None)
        return future

    def spawn(self, coroutine: Coroutine[Any, Any, Any], thread_name: str) -> Task:
        """Run a native coroutine as soon as possible; its exceptions come out of `run_until_idle`."""
        task = Task(self, coroutine, thread_name)
        self.call_soon(task.step)
        return task

    async def call_inline(self, coroutine: Coroutine[Any, Any, Any], thread_name: str) -> Any:
        """Run a native coroutine on a thread of its own while the caller waits: without a detour over the heap for as long
        as it does not wait itself. It goes on when the caller is gone.
        """
        caller = self.thread_name
        self.thread_name = thread_name
        try:
            waited = coroutine.send(None)
        except StopIteration as stop:
            self.thread_name = caller
            return stop.value
        return await Task(self, coroutine, thread_name).waits_for(waited)

    def call_at_once(self, thread_name: str, function: Callable[..., Any], *args: Any) -> Any:
        """Run native code that never waits on a thread of its own, while the caller waits."""
        caller = self.thread_name
        self.thread_name = thread_name
        value = function(*args)
        self.thread_name = caller
        return value

    @property
    def next_ns(self) -> int | None:
        """The time of the next event, or None when nothing is due."""
        heap = self._heap
        while heap and (timer := heap[0][3]) is not None and not timer.pending:
            heappop(heap)
        return heap[0][0] if heap else None

    @property
    def next_is_app(self) -> bool:
        """True when the next event is that a thread of the app goes on."""
        return self.next_ns is not None and self._heap[0][1] >= Rank.APP

    @property
    def device_event_due(self) -> bool:
        """True when something other than the app's own threads will happen."""
        return any(entry[1] < Rank.APP and (entry[3] is None or entry[3].pending) for entry in self._heap)

    def run_until_idle(self) -> None:
        """Run events until none is left."""
        self._run(None)

    def run_until(self, future: Future[Any]) -> None:
        """Run events until ``future`` has its value, and what is due at that very time; or until none is left."""
        while not future.done and (due_ns := self.next_ns) is not None:
            self._run(due_ns)

    def run_due(self) -> None:
        """Run what is due at this very time, and what that makes due; time stands still."""
        self._run(self.now_ns)

    def advance(self, ns: int) -> None:
        """Run the events of the next ``ns`` nanoseconds; afterwards the clock stands exactly that much later."""
        if ns < 0:
            raise KernelError(f"cannot advance by {ns} ns: time never runs back")
        until = self.now_ns + ns
        self._run(until)
        self.now_ns = max(self.now_ns, until)

    def _run(self, until_ns: int | None) -> None:
        if self.running:
            raise KernelError("the kernel is running already: time is driven from outside only")
        if not self._heap:
            return
        self.running = True
        self.until_ns = until_ns
        self.hub = greenlet.getcurrent()
        heap, last_ns = self._heap, FOR_EVER_NS if until_ns is None else until_ns
        try:
            while heap and heap[0][0] <= last_ns:
                at_ns, rank, _, timer, callback, args = heappop(heap)
                if timer is not None:
                    if not timer.pending:
                        continue
                    timer.pending = False
                self.now_ns = at_ns
                if rank < Rank.APP:
                    self.device_event_ns = at_ns
                self.thread_name = "device"
                callback(*args)
        finally:
            self.running = False
            self.until_ns = None

"""asyncio in virtual time: an event loop that parks the app's thread instead of watching descriptors."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import sys
import weakref
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sized
from contextvars import Context, copy_context
from typing import Any

from emulator.kernel import AppThread, Killed, current_thread
from emulator.kernel.events import NS_PER_S
from emulator.runtime.python.handles import Handle, TimerHandle
from emulator.runtime.python.words import error_text, text_of
from emulator.runtime.python.work import LoopWork, call_tag

ITERATION_TICKS = 200
"""What one iteration without any wait is charged: about what the loop's own code does, so that an endless
``await asyncio.sleep(0)`` pays for its turns like any other endless loop."""

RESOLUTION_S = 1e-9
"""A timer that is due within this time is due now."""

LONGEST_WAIT_S = 1e9
"""A timer that is due later, as that of ``asyncio.sleep(math.inf)`` is, comes in no session."""

MANY_TIMERS = 100
"""Of more timers than these the cancelled ones are cleared away once they seem to be more than half. Python's own loop does
so too, and counts as we do: the order of timers with equal times depends on it."""

DESCRIPTORS = (
    "add_reader",
    "remove_reader",
    "add_writer",
    "remove_writer",
    "add_signal_handler",
    "remove_signal_handler",
    "connect_read_pipe",
    "connect_write_pipe",
    "subprocess_exec",
    "subprocess_shell",
    "create_unix_connection",
    "create_unix_server",
    "sock_recv",
    "sock_recv_into",
    "sock_recvfrom",
    "sock_recvfrom_into",
    "sock_sendall",
    "sock_sendto",
    "sock_connect",
    "sock_accept",
)
"""Methods of a loop that would wait for descriptors, signals or processes: the device has none of them."""


class _Numbered:
    """Something whose hash is no address: asyncio keeps sets, of what a TaskGroup cancels for instance, and the order of a
    set must be the same in every run.
    """

    _number: int | None = None

    def __hash__(self) -> int:
        number = self._number
        if number is None:
            number = self._number = self.get_loop().next_number()  # type: ignore[attr-defined]
        return number


class _Future(_Numbered, asyncio.Future[Any]):
    """What `create_future` makes."""


class _Task(_Numbered, asyncio.Task[Any]):
    """What `create_task` makes."""


_Future.__name__ = _Future.__qualname__ = "Future"
_Task.__name__ = _Task.__qualname__ = "Task"


class VirtualEventLoop(asyncio.BaseEventLoop):
    """The loop of one thread of the app. While ``interrupt`` holds anything the thread has something else to do; the loop
    then stops after the iteration that it is in.

    The order of callbacks is that of Python's own loop: an iteration runs what was ready when it began.
    """

    def __init__(self, thread: AppThread) -> None:
        self._runs = self._over = False
        super().__init__()
        self._kernel = thread.kernel
        self._runner: AppThread | None = None
        self._sleeper: AppThread | None = None
        self._soon: deque[Handle | TimerHandle] = deque()
        self._later: list[tuple[float, TimerHandle]] = []
        self._stops = False
        self.cancelled_timers = 0
        self._generators: weakref.WeakSet[AsyncGenerator[Any, Any]] = weakref.WeakSet()
        self.interrupt: Sized = ()
        self.work = LoopWork(self._later)
        self.next_number = itertools.count().__next__
        self.set_exception_handler(lambda _loop, context: _report(thread, context))

    def time(self) -> float:
        """Virtual seconds since the session began."""
        return self._kernel.now_ns / NS_PER_S

    # running -------------------------------------------------------------------------------------------------------------

    def run_forever(self) -> None:
        """As in any loop."""
        self._check_that_it_may_run()
        hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._generator_begins, finalizer=self._generator_is_dropped)
        asyncio._set_running_loop(self)
        self._runs = True
        self._runner = current_thread()
        try:
            while True:
                self._iterate()
                if self._stops:
                    break
        finally:
            self._stops = self._runs = False
            asyncio._set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)

    def _check_that_it_may_run(self) -> None:
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        if self._runs:
            raise RuntimeError("This event loop is already running")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")

    def _iterate(self) -> None:
        """Wait for whatever comes first, then run what is ready by then."""
        soon, later = self._soon, self._later
        if len(later) > MANY_TIMERS and self.cancelled_timers > len(later) / 2:
            self._clear_away()
        while later and later[0][1].callback is None:
            self.cancelled_timers -= 1
            heapq.heappop(later)[1].scheduled = False
        if soon or self._stops:
            self._pass_on()
        else:
            self._wait(later[0][0] if later else None)
        if later:
            due = self._kernel.now_ns / NS_PER_S + RESOLUTION_S
            while later and later[0][0] < due:
                timer = heapq.heappop(later)[1]
                timer.scheduled = False
                soon.append(timer)
        for _ in range(len(soon)):
            handle = soon.popleft()
            callback = handle.callback
            if callback is not None:
                try:
                    handle.context.run(callback, *handle.args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:
                    self._callback_failed(handle, error)

    def _callback_failed(self, handle: Handle | TimerHandle, error: BaseException) -> None:
        self.call_exception_handler({"message": f"Exception in callback {handle!r}", "exception": error, "handle": handle})

    def _pass_on(self) -> None:
        """An iteration without any wait."""
        if self.interrupt:
            self._stops = True
            return
        thread = self._runner
        if thread is not None:
            fuel = thread.fuel
            fuel.left -= ITERATION_TICKS
            if fuel.left < 0:
                thread.use_fuel()

    def _wait(self, when: float | None) -> None:
        """Pass the time until the next timer, or until somebody wakes the loop."""
        if self.interrupt:
            self._stops = True
            return
        wait_s = LONGEST_WAIT_S if when is None else when - self._kernel.now_ns / NS_PER_S
        timeout_ns = round(wait_s * NS_PER_S) if wait_s < LONGEST_WAIT_S else None
        if timeout_ns is not None and timeout_ns <= 0:
            self._pass_on()
            return
        self._sleeper = thread = self._runner
        if thread is None:
            return
        try:
            thread.park(timeout_ns, self)
        finally:
            self._sleeper = None
        if self.interrupt:
            self._stops = True

    def wake(self) -> None:
        """End a wait of the loop."""
        if self._sleeper is not None:
            self._sleeper.wake(self)

    def stop(self) -> None:
        """Stop after the iteration that it is in, or that comes next."""
        self._stops = True

    def is_running(self) -> bool:
        """As in any loop."""
        return self._runs

    def run_until_complete(self, future: Any) -> Any:
        """As in any loop. The app's own waiting is not interrupted: its thread is busy, as it would be on the device."""
        interrupt, self.interrupt = self.interrupt, ()
        try:
            return super().run_until_complete(future)
        finally:
            self.interrupt = interrupt

    def close(self) -> None:
        """As in any loop."""
        super().close()
        self._over = True
        self._soon.clear()
        self._later.clear()

    # callbacks -----------------------------------------------------------------------------------------------------------

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As in any loop."""
        if self._over:
            raise RuntimeError("Event loop is closed")
        handle = Handle(callback, args, copy_context() if context is None else context)
        self._soon.append(handle)
        return handle

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As in any loop; the thread that waits in it is woken."""
        handle = self.call_soon(callback, *args, context=context)
        self.wake()
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As in any loop."""
        if delay is None:
            raise TypeError("delay must not be None")
        return self.call_at(self._kernel.now_ns / NS_PER_S + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As in any loop."""
        if when is None:
            raise TypeError("when cannot be None")
        if self._over:
            raise RuntimeError("Event loop is closed")
        handle = TimerHandle(when, callback, args, self, copy_context() if context is None else context)
        heapq.heappush(self._later, (when, handle))
        return handle

    def _clear_away(self) -> None:
        self._later[:] = [entry for entry in self._later if entry[1].callback is not None]
        heapq.heapify(self._later)
        self.cancelled_timers = 0

    # tasks ---------------------------------------------------------------------------------------------------------------

    def create_future(self) -> asyncio.Future[Any]:
        """As in any loop, but with a place of its own in sets."""
        return _Future(loop=self)

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        """As in any loop; remembered under the callback that started it."""
        context = options.get("context")
        tag = context.get(call_tag) if context is not None else call_tag.get()
        if self.get_task_factory() is None and not self.is_closed():
            task: asyncio.Task[Any] = _Task(coro, loop=self, **options)
        else:
            task = super().create_task(coro, **options)
        self.work.add_task(task, tag)
        return task

    # asynchronous generators ---------------------------------------------------------------------------------------------

    def _generator_begins(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators.add(generator)

    def _generator_is_dropped(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators.discard(generator)
        if not self.is_closed():
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self) -> None:
        """As in any loop."""
        closing = list(self._generators)
        self._generators.clear()
        results = await asyncio.gather(*(generator.aclose() for generator in closing), return_exceptions=True)
        for generator, result in zip(closing, results, strict=True):
            if isinstance(result, Exception):
                self.call_exception_handler(
                    {
                        "message": f"an error occurred during closing of asynchronous generator {generator!r}",
                        "exception": result,
                        "asyncgen": generator,
                    }
                )


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(self: VirtualEventLoop, *_args: Any, **_kwargs: Any) -> Any:
        thread = current_thread()
        if thread is not None:
            thread.owner.refuse(f"asyncio: {name}")
        raise NotImplementedError(name)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse


for _name in DESCRIPTORS:
    setattr(VirtualEventLoop, _name, _refusing(_name))


def _report(thread: AppThread, context: dict[str, Any]) -> None:
    """What nobody caught goes to the app's stderr; a process that is gone says nothing any more."""
    if thread.owner.alive and not isinstance(context.get("exception"), Killed):
        thread.owner.log("stderr", _one_line(context))


def _one_line(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return text_of(context.get("message", "")) + (f": {error_text(error)}" if error is not None else "")

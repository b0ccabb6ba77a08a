"""asyncio in virtual time: a selector loop whose selector parks the app's thread instead of watching descriptors."""

from __future__ import annotations

import asyncio
import itertools
import selectors
from collections.abc import Callable, Mapping
from contextvars import Context
from typing import Any

from emulator.kernel import AppThread, Killed, current_thread
from emulator.kernel.events import NS_PER_S
from emulator.runtime.python import refusals
from emulator.runtime.python.work import LoopWork, call_tag

ITERATION_TICKS = 200
"""What one iteration without any wait is charged: about what the loop's own code does, so that an endless
``await asyncio.sleep(0)`` pays for its turns like any other endless loop."""


class VirtualSelector(selectors.BaseSelector):
    """Knows what is registered, never watches it: the device has no descriptors to wait for."""

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}
        self.loop: VirtualEventLoop | None = None

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        """The loop's own wake-up end is taken; what the app wants to be watched is refused."""
        thread = current_thread()
        if self.loop is not None and thread is not None:
            thread.owner.refuse("asyncio: waiting for a file descriptor")
        number = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        """Forget it."""
        return self._keys.pop(fileobj if isinstance(fileobj, int) else fileobj.fileno())

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        """What is registered, by descriptor."""
        return self._keys

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Let ``timeout`` seconds of virtual time pass, or wait until somebody wakes the loop."""
        if self.loop is not None:
            self.loop.wait(timeout)
        return []


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


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """The loop of one thread of the app. ``interrupt`` asks whether the thread has something else to do; the loop then
    stops after the iteration that it is in.
    """

    def __init__(self, thread: AppThread) -> None:
        self._kernel = thread.kernel
        self._sleeper: AppThread | None = None
        self.interrupt: Callable[[], bool] | None = None
        self.work = LoopWork()
        self.next_number = itertools.count().__next__
        selector = VirtualSelector()
        with refusals.allowed():
            super().__init__(selector)
        selector.loop = self
        self.set_exception_handler(lambda _loop, context: _report(thread, context))

    def time(self) -> float:
        """Virtual seconds since the session began."""
        return self._kernel.now_ns / NS_PER_S

    def wait(self, timeout: float | None) -> None:
        """Pass the time until the next timer, or until somebody wakes the loop."""
        if self.interrupt is not None and self.interrupt():
            self.stop()
            return
        thread = current_thread()
        if thread is None:
            return
        if timeout is not None and timeout <= 0:
            thread.fuel.left -= ITERATION_TICKS
            if thread.fuel.left < 0:
                thread.use_fuel()
            return
        self._sleeper = thread
        try:
            thread.park(None if timeout is None else round(timeout * NS_PER_S), self)
        finally:
            self._sleeper = None
        if self.interrupt is not None and self.interrupt():
            self.stop()

    def wake(self) -> None:
        """End a wait of the loop."""
        if self._sleeper is not None:
            self._sleeper.wake(self)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As in any loop; the thread that waits in it is woken."""
        if self.get_debug():  # call_soon would complain about the thread
            handle = super().call_soon_threadsafe(callback, *args, context=context)
        else:
            handle = self.call_soon(callback, *args, context=context)
        self.wake()
        return handle

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As in any loop; remembered under the callback that asked for it."""
        handle = super().call_at(when, callback, *args, context=context)
        self.work.add_timer(handle, call_tag.get(), self.time())
        return handle

    def run_until_complete(self, future: Any) -> Any:
        """As in any loop. The app's own waiting is not interrupted: its thread is busy, as it would be on the device."""
        interrupt, self.interrupt = self.interrupt, None
        try:
            return super().run_until_complete(future)
        finally:
            self.interrupt = interrupt

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
        self.work.add_task(task, tag, self.time())
        return task


def _report(thread: AppThread, context: dict[str, Any]) -> None:
    """What nobody caught goes to the app's stderr; a process that is gone says nothing any more."""
    if thread.owner.alive and not isinstance(context.get("exception"), Killed):
        thread.owner.log("stderr", _one_line(context))


def _one_line(context: dict[str, Any]) -> str:
    error = context.get("exception")
    return str(context.get("message", "")) + (f": {type(error).__name__}: {error}" if error is not None else "")

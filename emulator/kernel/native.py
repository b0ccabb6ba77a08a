"""Native threads of the service and of the extension process, as coroutines on the heap.

A native thread costs no virtual time: only sleeping, waiting for the app and waiting for each other do.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from emulator.kernel.events import Kernel

T = TypeVar("T")


class Future(Generic[T]):
    """A value that comes later; awaited by native threads, watched by callbacks."""

    __slots__ = ("_kernel", "_value", "_watchers", "done")

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._watchers: tuple[Callable[..., Any], ...] = ()
        self._value: T | None = None
        self.done = False

    def set_result(self, value: T) -> None:
        """Settle it; whoever waits goes on at this very time. Settling twice keeps the first value."""
        if self.done:
            return
        self.done = True
        self._value = value
        if self._watchers:
            for watcher in self._watchers:
                self._kernel.call_soon(watcher, value)
            self._watchers = ()

    def watch(self, watcher: Callable[[T], Any]) -> None:
        """Call ``watcher(value)`` as an event of its own once there is a value."""
        if self.done:
            self._kernel.call_soon(watcher, self._value)
        else:
            self._watchers += (watcher,)

    def result(self) -> T:
        """The value; only when ``done``."""
        return self._value  # type: ignore[return-value]

    def __await__(self) -> Generator[Future[T], None, T]:
        if not self.done:
            yield self
        return self._value  # type: ignore[return-value]


class Task(Future[Any]):
    """A native coroutine under way; a future of what it returns."""

    __slots__ = ("_cancelled", "_coroutine", "_on_over", "name")

    def __init__(
        self, kernel: Kernel, coroutine: Coroutine[Any, Any, Any], name: str, on_over: Callable[[], None] | None = None
    ) -> None:
        self._kernel = kernel
        self._watchers = ()
        self._value = None
        self.done = False
        self._coroutine: Any = coroutine
        self._cancelled = False
        self._on_over = on_over
        self.name = name

    def waits_for(self, future: Future[Any]) -> Task:
        """It was begun elsewhere and waits for ``future`` now."""
        future.watch(self.step)
        return self

    def step(self, _value: object = None) -> None:
        """Run up to the next wait."""
        if self._cancelled:
            return
        self._kernel.thread_name = self.name
        try:
            waited = self._coroutine.send(None)
        except StopIteration as stop:
            self.set_result(stop.value)
        except BaseException:
            self.done = True
            if self._on_over is not None:
                self._on_over()
            raise
        else:
            if self._cancelled:
                self._coroutine.close()
            else:
                waited.watch(self.step)
            return
        if self._on_over is not None:
            self._on_over()

    def cancel(self) -> None:
        """End it where it waits, or at its next wait when it is the one that runs; it never has a value."""
        if not self.done and not self._cancelled:
            self._cancelled = True
            self._watchers = ()
            if not self._coroutine.cr_running:
                self._coroutine.close()


_Plain = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function that never waits, and its arguments."""


class NativeThread:
    """A pool of one thread: jobs run one after the other, in the order in which they came."""

    def __init__(self, kernel: Kernel, name: str) -> None:
        self._kernel = kernel
        self._jobs: list[Task | _Plain] = []
        self._present: Task | None = None
        self._called = False
        """Whether it is about to look for jobs, or looks."""
        self._stopped = False
        self.name = name

    def submit(self, job: Callable[..., Coroutine[Any, Any, Any]], *args: Any) -> Future[Any]:
        """Queue ``job(*args)``; a future of its value, which never comes when the thread is stopped."""
        task = Task(self._kernel, job(*args), self.name, self._over)
        if self._stopped:
            task.cancel()
        elif self.idle:
            self._present = task
            self._kernel.call_soon(task.step)
        else:
            self._jobs.append(task)
        return task

    def post(self, job: Callable[..., Any], *args: Any) -> None:
        """Queue ``job(*args)``, a function that never waits, and whose value nobody wants."""
        if not self._stopped:
            self._jobs.append((job, args))
            self._call()

    @property
    def idle(self) -> bool:
        """True when it has nothing to do."""
        return not self._called and self._present is None

    def stop(self) -> None:
        """The thread is gone with its process: no further job runs, the present one ends where it waits."""
        self._stopped = True
        for job in self._jobs:
            if isinstance(job, Task):
                job.cancel()
        self._jobs.clear()
        if self._present is not None:
            self._present.cancel()

    def _call(self) -> None:
        if self.idle:
            self._called = True
            self._kernel.call_soon(self._work)

    def _work(self) -> None:
        try:
            while self._jobs and self._present is None:
                job = self._jobs.pop(0)
                if isinstance(job, Task):
                    self._present = job
                    job.step()
                else:
                    self._kernel.thread_name = self.name
                    function, args = job
                    function(*args)
        finally:
            self._called = False
            if self._jobs:
                self._call()

    def _over(self) -> None:
        """The present job has ended."""
        self._present = None
        if self._jobs:
            self._call()


class Mutex:
    """A lock of native threads, handed on in the order of asking."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._waiting: list[Future[None]] = []
        self.locked = False

    async def __aenter__(self) -> None:
        """Wait until the lock is free and take it."""
        if self.locked:
            turn: Future[None] = Future(self._kernel)
            self._waiting.append(turn)
            try:
                await turn
            except GeneratorExit:
                self._give_up(turn)
                raise
        self.locked = True

    def release(self) -> None:
        """Hand the lock to the next in line."""
        if self._waiting:
            self._waiting.pop(0).set_result(None)
        else:
            self.locked = False

    def _give_up(self, turn: Future[None]) -> None:
        """Whoever waited for ``turn`` is cancelled."""
        if turn.done:
            self.release()
        else:
            self._waiting.remove(turn)

    async def __aexit__(self, *_: object) -> None:
        self.release()

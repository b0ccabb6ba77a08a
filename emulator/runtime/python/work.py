"""What the app has started and not finished: tasks, timers and threads, each under the callback that started it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from emulator.runtime.python.handles import TimerHandle

call_tag: ContextVar[int | None] = ContextVar("call_tag", default=None)
"""Number of the device's call under which code runs; inherited by the tasks and threads that it starts."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that is still running or due. ``tag`` is the call that started it, None outside any."""

    kind: str
    description: str
    tag: int | None


class LoopWork:
    """The tasks of one loop, and its timers: ``timers`` is the heap that it keeps them on."""

    def __init__(self, timers: list[tuple[float, TimerHandle]]) -> None:
        self.tasks: list[tuple[asyncio.Task[Any], int | None]] = []
        self._timers = timers
        self._look_at = 1_000

    def add_task(self, task: asyncio.Task[Any], tag: int | None) -> None:
        """``task`` begins. Now and then what is over is dropped, so that a loop that starts tasks for ever stays small."""
        self.tasks.append((task, tag))
        if len(self.tasks) > self._look_at:
            self._forget_done()
            self._look_at = 1_000 + 2 * len(self.tasks)

    def _forget_done(self) -> None:
        self.tasks = [(task, tag) for task, tag in self.tasks if not task.done()]

    def pending(self, now: float) -> list[Work]:
        """What is not done yet. Timers that only wake a task, or a future, are part of that task."""
        if not self.tasks and not self._timers:
            return []
        self._forget_done()
        works = [Work("task", f"task {_name(task)}", tag) for task, tag in self.tasks]
        busy = {tag for _, tag in self.tasks}
        timers = sorted(when_and_timer for when_and_timer in self._timers if when_and_timer[0] > now)
        works += [
            Work("timer", f"timer due at {when:g} s", timer.context.get(call_tag))
            for when, timer in timers
            if timer.callback is not None and timer.context.get(call_tag) not in busy
        ]
        return works


def _name(task: asyncio.Task[Any]) -> str:
    coroutine: Any = task.get_coro()
    return str(getattr(coroutine, "__qualname__", type(coroutine).__name__))


def pending_work(process: Any) -> list[Work]:
    """All pending work of a process. A thread that waits without a deadline, an idle pool thread for one, is none."""
    if not process.loops and len(process.threads) == 1:
        return []
    now = process.kernel.now_ns / 1e9
    works = [work for loop in process.loops for work in loop.work.pending(now)]
    works.extend(
        Work("thread", f"thread {thread.name.removeprefix('js/')}", thread.tag)
        for thread in process.threads[1:]
        if thread.runnable
    )
    return works

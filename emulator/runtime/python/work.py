"""What the app has started and not finished: tasks, timers and threads, each under the callback that started it."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

call_tag: ContextVar[int | None] = ContextVar("call_tag", default=None)
"""Number of the device's call under which code runs; inherited by the tasks and threads that it starts."""


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work that is still running or due. ``tag`` is the call that started it, None outside any."""

    kind: str
    description: str
    tag: int | None


@dataclass(slots=True)
class LoopWork:
    """The tasks and timers of one loop."""

    tasks: list[tuple[asyncio.Task[Any], int | None]] = field(default_factory=list)
    timers: list[tuple[asyncio.TimerHandle, int | None]] = field(default_factory=list)
    _look_at: int = 1_000

    def add_task(self, task: asyncio.Task[Any], tag: int | None, now: float) -> None:
        """``task`` begins."""
        self.tasks.append((task, tag))
        self._forget_old(now)

    def add_timer(self, timer: asyncio.TimerHandle, tag: int | None, now: float) -> None:
        """``timer`` is due some time."""
        self.timers.append((timer, tag))
        self._forget_old(now)

    def _forget_old(self, now: float) -> None:
        """Now and then drop what is over, so that a loop that sleeps for ever does not fill the memory."""
        if len(self.tasks) + len(self.timers) > self._look_at:
            self.pending(now)
            self._look_at = 1_000 + 2 * (len(self.tasks) + len(self.timers))

    def pending(self, now: float) -> list[Work]:
        """What is not done yet. Timers that only wake a task, or a future, are part of that task."""
        self.tasks = [(task, tag) for task, tag in self.tasks if not task.done()]
        self.timers = [(timer, tag) for timer, tag in self.timers if not timer.cancelled() and timer.when() > now]
        works = [Work("task", f"task {_name(task)}", tag) for task, tag in self.tasks]
        works += [
            Work("timer", f"timer due at {timer.when():g} s", tag)
            for timer, tag in self.timers
            if not any(other_tag == tag for _, other_tag in self.tasks)
        ]
        return works


def _name(task: asyncio.Task[Any]) -> str:
    coroutine: Any = task.get_coro()
    return str(getattr(coroutine, "__qualname__", type(coroutine).__name__))


def pending_work(process: Any) -> list[Work]:
    """All pending work of a process. A thread that waits without a deadline, an idle pool thread for one, is none."""
    now = process.kernel.now_ns / 1e9
    works = [work for loop in process.loops for work in loop.work.pending(now)]
    works.extend(
        Work("thread", f"thread {thread.name.removeprefix('js/')}", thread.tag)
        for thread in process.threads[1:]
        if thread.runnable
    )
    return works

"""taskpool's threads and queue: each thread a realm of its own. What the tasks are is known in the engine, see js/pool.js."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emulator.kernel import Rank
from emulator.runtime.arkts.thread import JsThread

if TYPE_CHECKING:
    from emulator.runtime.arkts.realm import ArkTsRealm

MAX_THREADS = 7
"""One less than a phone has cores."""

PRIORITIES = 4

BLOCKED_LIMIT_NS = 180_000_000_000
"""A thread whose task computes for longer without a pause is taken back, unless it is a long task."""


@dataclass(eq=False)
class Execution:
    """One execution of a task. ``owner`` is the thread that has submitted it, ``tag`` the call in which it did."""

    number: int
    owner: JsThread
    priority: int
    is_long: bool
    name: str
    tag: int | None
    worker: Worker | None = None


class TaskPool:
    """The pool of one process."""

    def __init__(self, realm: ArkTsRealm) -> None:
        self._realm = realm
        self._waiting: list[deque[Execution]] = [deque() for _ in range(PRIORITIES)]
        self._executions: dict[int, Execution] = {}
        self._made = 0
        self.workers: list[Worker] = []

    def notes(self, thread: JsThread) -> dict[str, Callable[..., Any]]:
        """What a thread may say to the pool."""

        def submit(number: int, priority: int, is_long: bool, name: str, tag: int | None) -> None:
            self._submit(Execution(number, thread, priority, is_long, name, tag))

        return {
            "pool.submit": submit,
            "pool.done": self._done,
            "pool.data": lambda number, data: self._tell_owner(number, "receive", data),
            "pool.begun": lambda number: self._tell_owner(number, "begun", number),
            "pool.withdraw": self._withdraw,
            "pool.terminate": self._terminate,
        }

    def pending(self) -> list[tuple[str, int | None]]:
        """The tasks that are not over: a description, and the call that submitted each."""
        return [(f"task {execution.name}", execution.tag) for execution in self._executions.values()]

    def _submit(self, execution: Execution) -> None:
        self._executions[execution.number] = execution
        self._waiting[execution.priority].append(execution)
        self.dispatch()

    def dispatch(self) -> None:
        """Give waiting tasks to threads that have nothing to do."""
        for queue in self._waiting:
            while queue:
                worker = self._free_worker()
                if worker is None:
                    return
                worker.take(queue.popleft())

    def _free_worker(self) -> Worker | None:
        for worker in self.workers:
            if worker.execution is None:
                return worker
        if len(self.workers) >= MAX_THREADS:
            return None
        self._made += 1
        worker = Worker(self._realm, self, self._made)
        self.workers.append(worker)
        worker.thread.begin()
        return worker

    def _done(self, number: int) -> None:
        execution = self._executions.pop(number, None)
        if execution is None:
            return
        execution.owner.post(lambda: execution.owner.run("pool", execution.tag, what="settle", id=number))
        if execution.worker is not None:
            execution.worker.execution = None
        self.dispatch()

    def _tell_owner(self, number: int, what: str, subject: int) -> None:
        execution = self._executions.get(number)
        if execution is not None:
            execution.owner.post(lambda: execution.owner.run("pool", execution.tag, what=what, id=subject))

    def _withdraw(self, number: int) -> None:
        """A task that has not begun is canceled; one that a thread has been given comes back by itself."""
        execution = self._executions[number]
        if execution.worker is None:
            self._waiting[execution.priority].remove(execution)
            del self._executions[number]

    def _terminate(self, number: int) -> None:
        execution = self._executions.pop(number, None)
        if execution is None:
            return
        if execution.worker is None:
            self._waiting[execution.priority].remove(execution)
        else:
            self.lose(execution.worker)

    def lose(self, worker: Worker) -> None:
        """A thread of the pool is taken back, whatever it does."""
        if worker.execution is not None:
            self._executions.pop(worker.execution.number, None)
        self.workers.remove(worker)
        worker.stop()
        self.dispatch()


class Worker(JsThread):
    """One thread of the pool."""

    kind = "worker"
    gives_way = True

    def __init__(self, realm: ArkTsRealm, pool: TaskPool, number: int) -> None:
        super().__init__(realm, f"js/{number}", number + 1)
        self._pool = pool
        self._computing = False
        self.execution: Execution | None = None

    def take(self, execution: Execution) -> None:
        """Execute a task next."""
        self.execution = execution
        execution.worker = self
        self.post(lambda: self.run("pool", execution.tag, what="run", id=execution.number))

    def run(self, name: str, tag: int | None = None, /, **members: Any) -> None:
        """Run one event, for as long as a task may compute without a pause."""
        execution, kernel = self.execution, self.thread.kernel
        limit = None
        if execution is not None and not execution.is_long:
            limit = kernel.call_at(kernel.now_ns + BLOCKED_LIMIT_NS, Rank.TIMER, self._take_back)
        self._computing = True
        try:
            super().run(name, tag, **members)
        finally:
            self._computing = False
            if limit is not None:
                limit.cancel()

    def stop(self) -> None:
        """Its code ends at its next step; a thread that waits is gone at once."""
        self.dead = True
        self._inbox.clear()
        if not self._computing:
            self.thread.kill()

    def _take_back(self) -> None:
        if not self.dead and self.process.alive:
            self.process.log(
                "stderr", f"taskpool: the thread of task {self.execution and self.execution.name} has been taken back"
            )
            self._pool.lose(self)

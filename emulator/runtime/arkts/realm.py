"""An ArkTS subject as a realm: its engine, its main thread, and how the callbacks of one process are run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emulator.kernel import AppThread, Rank
from emulator.record import Value
from emulator.runtime.arkts.bridge import OPERATIONS
from emulator.runtime.arkts.frames import Frames
from emulator.runtime.arkts.pool import TaskPool
from emulator.runtime.arkts.shims import operations
from emulator.runtime.arkts.thread import JsThread
from emulator.runtime.realm import UNDEFINED, CallJob, Completion, note_outcome

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.runtime.arkts.subject import ArkTsSubject

_PLACE = re.compile(r"app:///(.+?):(\d+):(\d+)")


class ArkTsRealm:
    """Runs one ArkTS extension in one process."""

    def __init__(self, subject: ArkTsSubject, process: ExtensionProcess) -> None:
        self.subject = subject
        self.process = process
        self.frames = Frames(process, subject.node, subject.program)
        self.pool = TaskPool(self)
        self._operations = {**OPERATIONS, **operations(subject.program.shims)} if subject.program.shims else OPERATIONS
        self.main = MainThread(self)

    def load(self) -> None:
        """Begin the main thread, which makes the instance before it serves any call."""
        self.main.thread.begin()

    def post(self, job: CallJob) -> None:
        """Queue a call on the main thread."""
        self.main.post(lambda: self.main.handle(job))

    def end(self) -> None:
        """The process is over: what is left on the engine's stack ends."""
        self.frames.close()

    def pending_work(self, call: int) -> list[str]:
        """Work that was started during this call."""
        return [description for description, tag in self._works() if tag == call]

    def alive_work(self) -> list[str]:
        """All work, whoever started it."""
        return [description for description, _ in self._works()]

    def _works(self) -> list[tuple[str, int | None]]:
        return [work for thread in (self.main, *self.pool.workers) for work in thread.pending()] + self.pool.pending()

    # what the threads need -----------------------------------------------------------------------------------------------

    def operate(self, thread: JsThread, op: str, values: list[Any]) -> Any:
        """Carry out an operation of a kit. Raises BusinessError for what the app may see."""
        return self._operations[op](thread, *values)

    def deliver(self, number: int, event: int, tag: int | None) -> None:
        """Give an event of emitter to the thread with this number, if there still is one. ``tag`` is the call that emitted it."""
        thread = next((one for one in (self.main, *self.pool.workers) if one.number == number), None)
        if thread is not None:
            thread.post(lambda: thread.run("event", tag, id=event))

    def schedule(self, at_ns: int, job: Callable[[], None]) -> None:
        """Do ``job`` at a time, if the process still lives."""

        def do() -> None:
            if self.process.alive:
                job()

        self.process.kernel.call_at(at_ns, Rank.APP, do)

    def where(self, stack: str) -> str:
        """The innermost place of the app's own code in a stack, "file:line:column" of the source, or ""."""
        places = (self.subject.program.place(file, int(line), int(column)) for file, line, column in _PLACE.findall(stack))
        return next(filter(None, places), "")


class MainThread(JsThread):
    """The thread on which the device calls the callbacks."""

    def __init__(self, realm: ArkTsRealm) -> None:
        super().__init__(realm, "js", 1)
        self._failure = ""
        self._calls: dict[int, tuple[CallJob, int]] = {}
        self._spared: list[str] = []
        self._notes |= {
            "returned": self._returned,
            "settled": self._settled,
            "entry": self._entry,
            "area": self._area,
            "spared": self._spare,
        }

    def begin(self) -> None:
        """Evaluate the module and make the instance."""
        self.run("load")

    def loaded(self, failure: str) -> None:
        """The instance is there, or why not."""
        self._failure = failure

    def idle(self) -> None:
        """No event runs."""
        self.process.main_thread_busy = False

    def busy(self) -> None:
        """An event runs."""
        self.process.main_thread_busy = True

    def handle(self, job: CallJob) -> None:
        """Call a callback, and let what it leaves on the queue of micro-tasks run."""
        process = self.process
        self.busy()
        if process.main_thread_busy_ns:
            self.thread.sleep(process.main_thread_busy_ns)
        if self._failure:
            process.log("crash", self._failure)
            process.end("module-not-loadable", self._failure)
        process.enter(job)
        self._calls[job.number] = (job, process.context.area)
        if job.callback in self._spared:
            self.realm.frames.run_nothing(self, lambda: self._returned(job.number, "returned", None, None))
        else:
            self.run("call", job.number, number=job.number, name=job.callback, args=list(job.args))
        process.current_call = None
        self.idle()
        job.over()

    def _returned(self, number: int, outcome: str, value: Any, error: Any) -> None:
        """The synchronous part is over: the native return parser runs before any micro-task."""
        job, area = self._calls[number]
        completion = self._completion(outcome, value, error)
        note_outcome(self.process.journal, "call.sync-end", number, completion)
        if outcome != "promise":
            self._finish(job, area)
        self.thread.run_native(job.returned(completion))

    def _settled(self, number: int, outcome: str, value: Any, error: Any) -> None:
        """The reaction to the promise, which is a micro-task itself."""
        job, area = self._calls[number]
        completion = self._completion(outcome, value, error)
        note_outcome(self.process.journal, "call.settled", number, completion)
        self._finish(job, area)
        self.thread.run_native(job.settled(completion))

    def _completion(self, outcome: str, value: Any, error: Any) -> Completion:
        if error is not None:
            return Completion(outcome, error=self.app_error(error))
        return Completion(outcome, Value(value["kind"], value["text"]) if value is not None else UNDEFINED)

    def _finish(self, job: CallJob, area: int) -> None:
        """What a settled callback leaves behind."""
        self._let_workers_come_to_rest()
        process = self.process
        process.left(job.callback)
        del self._calls[job.number]
        if process.context.area != area:
            process.journal.add("call.area", call=job.number, area=process.context.area)
        if job.callback != "onProcess":
            work = self.realm.pending_work(job.number)
            if work:
                process.journal.add("call.left", call=job.number, work=work)

    def _let_workers_come_to_rest(self) -> None:
        """A worker that has nothing left to do may need a last moment of this very time to get there."""
        others: list[AppThread] = self.process.threads[1:]
        if any(thread.runnable for thread in others):
            self.thread.yield_to_others(Rank.SETTLE)

    def _entry(self, name: str, by: str) -> None:
        self.process.journal.add("entry", process=self.process.number, callback=name, by=by)

    def _spare(self, names: str) -> None:
        """These callbacks have the empty body of the base class."""
        self._spared = names.split()

    def _area(self, area: int) -> None:
        self.process.context.area = area

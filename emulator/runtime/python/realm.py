"""A Python subject as a realm: one instance per process, its main thread, and the driver that alternates between device
events and the app's event loop.

A device event runs outside any running loop, so that a synchronous callback may use asyncio.run; between two events
the loop gets one iteration, so that neither starves the other.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import sqlite3
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from emulator.ability import BundleVersion, NonErrorValue
from emulator.kernel import AppThread, Killed, Rank, current_thread
from emulator.record import Value
from emulator.runtime.python import event_loops, files, interpreter, interrupts, log_handlers, surface
from emulator.runtime.python.loop import VirtualEventLoop
from emulator.runtime.python.refusals import NotAvailable
from emulator.runtime.python.values import is_promise, value_of
from emulator.runtime.python.words import error_text, text_of
from emulator.runtime.python.work import call_tag, pending_work
from emulator.runtime.realm import AppError, CallJob, Completion, note_outcome

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.runtime.python.subject import PythonSubject

GRACE_ITERATIONS = 20
"""Loop iterations that work started by a callback may still take, at no virtual time, after the callback has settled.

On the device the micro-tasks that are due run before anybody hears of the Promise.
"""


MAX_UNDERTAKERS = 20
"""How often closing what is left of the loops begins anew, when code of the app refuses to end."""


class PythonRealm:
    """Runs one Python class in one process."""

    def __init__(self, subject: PythonSubject, process: ExtensionProcess) -> None:
        self._subject = subject
        self._process = process
        self._journal = process.journal
        self._jobs: deque[CallJob] = deque()
        self._failure = ""
        self._instance: Any = None
        self._loop: VirtualEventLoop | None = None
        self._by_device = False
        self._never_awaited: dict[int | None, list[str]] = {}
        self._idle = False
        process.main_loop = self.main_loop
        self._main = process.spawn_thread("js", self._run)

    def load(self) -> None:
        """Begin the main thread, which makes the instance before it serves any call."""
        surface.install()
        interpreter.enter(self._process)
        if files.watch(self._process, self._process.sandbox, self._process.host.disk):
            surface.reach_files()
        surface.watch(self._subject.roots)
        self._main.begin()

    def post(self, job: CallJob) -> None:
        """Queue a call on the main thread."""
        self._jobs.append(job)
        if self._idle:
            self._main.wake()
        elif self._loop is not None:
            self._loop.wake()

    def end(self) -> None:
        """The process is over: close the loop without running anything of the app."""
        self._jobs.clear()
        for name in self._subject.callbacks:  # they would keep the instance, and what it has open, for the garbage collector
            getattr(self._instance, "__dict__", {}).pop(name, None)
        self._instance = None
        for database in self._process.databases:
            with suppress(sqlite3.Error):
                sqlite3.Connection.close(database)
        self._process.databases.clear()
        log_handlers.drop(self._process)
        interpreter.leave(self._process)
        for _ in range(MAX_UNDERTAKERS):
            if not self._process.loops:
                break
            AppThread(self._main.kernel, "end", self._forget_loops, self._process).run_now()

    def _forget_loops(self) -> None:
        """Close what is suspended, on a thread that is dying already: what the app still tries comes to nothing."""
        thread = current_thread()
        assert thread is not None
        thread.dying = True
        event_loops.forget(self._process)

    def pending_work(self, call: int) -> list[str]:
        """Work that was started during this call."""
        return [work.description for work in pending_work(self._process) if work.tag == call]

    def alive_work(self) -> list[str]:
        """All work, whoever started it."""
        return [work.description for work in pending_work(self._process)]

    # the main thread -----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._make_instance()
        while True:
            if self._jobs:
                self._handle(self._jobs.popleft())
            elif self._loop is not None:
                self._turn()
            else:
                self._idle = True
                self._main.park()
                self._idle = False

    def _make_instance(self) -> None:
        try:
            instance = self._subject.cls()
            instance.context = self._process.context
        except Killed:
            raise
        except BaseException as error:
            interrupts.reraise_real(error, self._main.kernel)
            self._failure = error_text(error)
            return
        self._instance = instance
        self._watch_entries(instance)

    def _turn(self) -> None:
        """Let the loop run until a device event comes."""
        assert self._loop is not None
        if self._loop.is_closed():
            self._loop = None
            return
        self._loop.interrupt = self._jobs
        try:
            self._loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            interrupts.reraise_real(error, self._main.kernel)

    def main_loop(self) -> VirtualEventLoop:
        """The loop of the main thread, made when first asked for, and again when the app has closed it."""
        if self._loop is None or self._loop.is_closed():
            self._loop = event_loops.main_loop()
        return self._loop

    # one call ------------------------------------------------------------------------------------------------------------

    def _handle(self, job: CallJob) -> None:
        process = self._process
        process.main_thread_busy = True
        if process.main_thread_busy_ns:
            self._main.sleep(process.main_thread_busy_ns)
        if self._failure:
            process.log("crash", self._failure)
            process.end("module-not-loadable", self._failure)
        process.enter(job)
        area = process.context.area
        completion, future = self._invoke(job)
        note_outcome(self._journal, "call.sync-end", job.number, completion)
        if future is None:
            self._let_workers_come_to_rest()
            self._finish(job, area)
        self._main.run_native(job.returned(completion))
        if future is not None:
            if future.done() and not self.pending_work(job.number):
                self._settle(job, future, area)
            else:
                future.add_done_callback(functools.partial(self._settle_soon, job, area, GRACE_ITERATIONS))
        process.current_call = None
        process.main_thread_busy = False
        job.over()

    def _invoke(self, job: CallJob) -> tuple[Completion, asyncio.Future[Any] | None]:
        try:
            method = self._method(job.callback)
            if not callable(method):
                return Completion("absent"), None
            self._by_device = True
            result = self._context(job).run(method, *(_argument(argument) for argument in job.args))
        except Killed:
            raise
        except BaseException as error:
            self._main.check()
            return Completion("threw", error=self._error(error)), None
        finally:
            self._by_device = False
        self._main.check()
        if not is_promise(result):
            return Completion("returned", value_of(result)), None
        try:
            future = self._start(job, result)
        except Killed:
            raise
        except BaseException as error:
            self._main.check()
            return Completion("threw", error=self._error(error)), None
        self._main.check()
        return Completion("promise", Value("promise", type(result).__name__)), future

    def _method(self, name: str) -> Any:
        """What the instance has under this name; an AttributeError out of a property of that name is an error of the app."""
        try:
            return getattr(self._instance, name)
        except AttributeError:
            if inspect.getattr_static(type(self._instance), name, None) is not None:
                raise
            return None

    def _context(self, job: CallJob) -> contextvars.Context:
        """The context in which a call runs: what it starts is known by its number."""
        context = contextvars.copy_context()
        context.run(call_tag.set, job.number)
        return context

    def _start(self, job: CallJob, result: Any) -> asyncio.Future[Any]:
        """Make a coroutine a task and run its synchronous part, as an async function's is run when it is called."""
        if asyncio.isfuture(result):
            its_loop = result.get_loop()
            if self._loop is None and isinstance(its_loop, VirtualEventLoop):
                self._loop = its_loop
            return result
        loop = self.main_loop()
        loop.interrupt = ()
        self._by_device = True
        task = loop.create_task(result, context=self._context(job))
        loop.call_soon(loop.stop)
        try:
            loop.run_forever()
        except (SystemExit, KeyboardInterrupt) as error:
            interrupts.reraise_real(error, self._main.kernel)
        return task

    def _settle_soon(self, job: CallJob, area: int, left: int, future: asyncio.Future[Any]) -> None:
        if left and self.pending_work(job.number):
            future.get_loop().call_soon(self._settle_soon, job, area, left - 1, future)
            return
        self._process.main_thread_busy = True
        self._settle(job, future, area)
        self._process.main_thread_busy = False

    def _settle(self, job: CallJob, future: asyncio.Future[Any], area: int) -> None:
        self._let_workers_come_to_rest()
        error = None if future.cancelled() else future.exception()
        if future.cancelled():
            app_error = AppError("CancelledError", "the task was cancelled", True)
            completion = Completion("rejected", error=app_error)
        elif error is not None:
            completion = Completion("rejected", error=self._error(error))
        else:
            completion = Completion("fulfilled", value_of(future.result()))
        note_outcome(self._journal, "call.settled", job.number, completion)
        self._finish(job, area)
        self._main.run_native(job.settled(completion))

    def _let_workers_come_to_rest(self) -> None:
        """A worker that has nothing left to do may need a last moment of this very time to get there."""
        threads = self._process.threads
        if len(threads) > 1 and any(t.runnable for t in threads[1:]):
            self._main.yield_to_others(Rank.SETTLE)

    def _finish(self, job: CallJob, area: int) -> None:
        """What a settled callback leaves behind."""
        self._process.left(job.callback)
        if self._process.context.area != area:
            self._journal.add("call.area", call=job.number, area=self._process.context.area)
        if job.callback != "onProcess":
            work = self.pending_work(job.number) + self._never_awaited.pop(job.number, [])
            if work:
                self._journal.add("call.left", call=job.number, work=work)

    def _error(self, error: BaseException) -> AppError:
        interrupts.reraise_real(error, self._main.kernel)
        where = self._where(error)
        if isinstance(error, NotAvailable):
            self._process.note_uncaught_refusal(error.name)
        if isinstance(error, NonErrorValue):
            is_string = type(error.value) is str
            return AppError(type(error).__name__, str(error.value) if is_string else "", False, is_string, where)
        return AppError(type(error).__name__, self._process.sandbox.clean_text(text_of(error)), True, False, where)

    def _where(self, error: BaseException) -> str:
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if frame.filename.startswith(self._subject.roots):
                return f"{self._subject.shown(frame.filename)}:{frame.lineno}"
        return ""

    # entries -------------------------------------------------------------------------------------------------------------

    def _watch_entries(self, instance: Any) -> None:
        """Let every entry into a callback's body be written down, also when the app calls it itself."""
        attributes = getattr(instance, "__dict__", None)
        if attributes is None:
            return
        for name in self._subject.callbacks:
            if name != "onProcess" and not isinstance(getattr(type(instance), name, None), property):
                method = None
                with suppress(Exception):  # what the app's __getattr__ raises is an error of the call that asks again
                    method = getattr(instance, name, None)
                if isinstance(method, MethodType) and isinstance(method.__func__, FunctionType):
                    attributes[name] = MethodType(_watched(name, method.__func__), method.__self__)
                elif callable(method):
                    attributes[name] = _watched.__wrapped__(name, method)

    def note_entry(self, name: str) -> None:
        """The body of the callback ``name`` is about to run."""
        by = "device" if self._by_device else "subject"
        self._by_device = False
        self._journal.add("entry", process=self._process.number, callback=name, by=by)

    def note_never_awaited(self, name: str, call: int | None) -> None:
        """The app has dropped a coroutine of the function ``name`` that it never began, while it worked for ``call``."""
        self._never_awaited.setdefault(call, []).append(f"coroutine {name} that was never awaited")


@functools.lru_cache(maxsize=64)
def _watched(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """``function`` as it tells the process that runs it; the same for every instance of the app's class."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def entered_async(*args: Any, **kwargs: Any) -> Any:
            _note_entry(name)
            return await function(*args, **kwargs)

        return entered_async

    @functools.wraps(function)
    def entered(*args: Any, **kwargs: Any) -> Any:
        _note_entry(name)
        return function(*args, **kwargs)

    return entered


def _note_entry(name: str) -> None:
    thread = current_thread()
    if thread is not None:
        thread.owner.realm.note_entry(name)


def _argument(argument: Any) -> Any:
    return BundleVersion(**argument) if isinstance(argument, dict) else argument

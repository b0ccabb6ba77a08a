"""The adapter against a stock selector loop with virtual time: the same programs, the same traces, the same times."""

from __future__ import annotations

import asyncio
import selectors
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from emulator.kernel.events import NS_PER_S
from tests.emulator.runtime.box import run_app
from tests.emulator.runtime.programs import PROGRAMS, note, until_cancelled

Trace = list[tuple[float, tuple[str, ...]]]


class Inline(Executor):
    """Stands in for threads: jobs run one after the other as soon as the loop would wait."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._jobs.append((future, lambda: fn(*args, **kwargs)))
        return future

    def work(self) -> bool:
        worked = bool(self._jobs)
        while self._jobs:
            future, job = self._jobs.popleft()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(job())
            except BaseException as error:
                future.set_exception(error)
        return worked


class JumpingSelector(selectors.BaseSelector):
    """Watches nothing: a wait moves the clock."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.threads = Inline()
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        number = _number(fileobj)
        key = self._keys[number] = selectors.SelectorKey(fileobj, number, events, data)
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(_number(fileobj))

    def get_map(self) -> Any:
        return self._keys

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is not None and timeout <= 0:
            return []
        if self.threads.work():
            return []
        assert timeout is not None, "nothing will ever happen"
        self.now_ns += round(timeout * NS_PER_S)
        return []


def _number(fileobj: Any) -> int:
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())


class ReferenceLoop(asyncio.SelectorEventLoop):
    """Python's own loop; only its clock and its threads are not real."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_ns / NS_PER_S

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        return super().run_in_executor(executor or self._jumping.threads, func, *args)


class Tracer:
    """Notes words with the time of the loop that runs; in a thread, of the loop that ran last."""

    def __init__(self) -> None:
        self.trace: Trace = []
        self._loop: Any = None

    def __call__(self, *words: object) -> None:
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            if self._loop is None:
                self.trace.append((0, tuple(map(str, words))))
                return
        self.trace.append((self._loop.time(), tuple(map(str, words))))


def on_reference(main: Callable[..., Any]) -> Trace:
    log = Tracer()
    with asyncio.Runner(loop_factory=ReferenceLoop) as runner:
        runner.run(main(log))
    return log.trace


def on_adapter(main: Callable[..., Any]) -> Trace:
    log = Tracer()
    run_app(lambda: asyncio.run(main(log)), patience_s=10**8)
    return log.trace


@pytest.mark.parametrize("main", PROGRAMS, ids=lambda main: main.__name__)
def test_same_trace_and_times(main: Callable[..., Any]) -> None:
    expected = on_reference(main)
    assert expected, "a program that notes nothing proves nothing"
    assert on_adapter(main) == expected


def test_enough_programs() -> None:
    assert len(PROGRAMS) >= 40


# programs that drive a loop themselves: ``new`` makes one ---------------------------------------------------------------


def stop_and_go_on(new: Callable[[], Any], log: Tracer) -> None:
    loop = new()
    loop.call_later(1, loop.stop)
    loop.call_later(1, log, "same time as stop")
    loop.call_later(2, log, "later")
    loop.run_forever()
    log("stopped", loop.time(), loop.is_running())
    loop.call_later(2, loop.stop)
    loop.run_forever()
    log("stopped again", loop.time())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()
    log(loop.is_closed())


def stop_before_running(new: Callable[[], Any], log: Tracer) -> None:
    loop = new()
    loop.call_soon(log, "one turn")
    loop.stop()
    loop.run_forever()
    log(loop.time())
    loop.close()


def run_until_complete_of_a_future(new: Callable[[], Any], log: Tracer) -> None:
    loop = new()
    future = loop.create_future()
    loop.call_later(3, future.set_result, "value")
    log(loop.run_until_complete(future), loop.time())
    loop.close()


def run_until_complete_stopped_early(new: Callable[[], Any], log: Tracer) -> None:
    loop = new()
    loop.call_later(1, loop.stop)
    task = loop.create_task(note(log, "finishes later", 5))
    try:
        loop.run_until_complete(task)
    except RuntimeError as error:
        log(error)
    loop.run_until_complete(task)
    log(loop.time())
    loop.close()


def runner_with_two_runs(new: Callable[[], Any], log: Tracer) -> None:
    with asyncio.Runner(loop_factory=new) as runner:
        runner.run(note(log, "first", 1))
        runner.run(note(log, "second", 1))
        log(runner.get_loop().time())


def runner_cancels_what_is_left(new: Callable[[], Any], log: Tracer) -> None:
    async def main() -> str:
        asyncio.get_running_loop().create_task(until_cancelled(log, "left behind"))
        await asyncio.sleep(1)
        return "done"

    with asyncio.Runner(loop_factory=new) as runner:
        log(runner.run(main()))
    log("closed")


def exception_of_main(new: Callable[[], Any], log: Tracer) -> None:
    async def main() -> None:
        await asyncio.sleep(2)
        raise LookupError("main")

    try:
        with asyncio.Runner(loop_factory=new) as runner:
            runner.run(main())
    except LookupError as error:
        log(error)


def system_exit_leaves_the_loop(new: Callable[[], Any], log: Tracer) -> None:
    async def main() -> None:
        await asyncio.sleep(1)
        raise SystemExit(3)

    loop = new()
    task = loop.create_task(main())
    try:
        loop.run_until_complete(task)
    except SystemExit as error:
        log("exit", error.code, task.done(), repr(task.exception()))
    loop.close()


def no_loop_within_a_loop(new: Callable[[], Any], log: Tracer) -> None:
    async def main() -> None:
        other = new()
        coroutine = note(log, "never")
        try:
            other.run_until_complete(coroutine)
        except RuntimeError as error:
            log(error)
        coroutine.close()
        other.close()

    with asyncio.Runner(loop_factory=new) as runner:
        runner.run(main())


def closed_loop_refuses(new: Callable[[], Any], log: Tracer) -> None:
    loop = new()
    loop.close()
    loop.close()
    for method in (loop.call_soon, loop.call_soon_threadsafe, loop.call_soon):
        try:
            method(log, "never")
        except RuntimeError as error:
            log(error)


def debug_mode(new: Callable[[], Any], log: Tracer) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        log(loop.get_debug())
        await asyncio.to_thread(lambda: loop.call_soon_threadsafe(log, "from a thread"))
        await asyncio.sleep(1)

    with asyncio.Runner(loop_factory=new, debug=True) as runner:
        runner.run(main())


DRIVEN = [
    stop_and_go_on,
    stop_before_running,
    run_until_complete_of_a_future,
    run_until_complete_stopped_early,
    runner_with_two_runs,
    runner_cancels_what_is_left,
    exception_of_main,
    system_exit_leaves_the_loop,
    no_loop_within_a_loop,
    closed_loop_refuses,
    debug_mode,
]


@pytest.mark.parametrize("drive", DRIVEN, ids=lambda drive: drive.__name__)
def test_driven_by_hand(drive: Callable[..., None]) -> None:
    expected, found = Tracer(), Tracer()
    drive(ReferenceLoop, expected)
    run_app(lambda: drive(asyncio.new_event_loop, found))
    assert expected.trace
    assert found.trace == expected.trace

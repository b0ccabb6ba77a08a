"""A process without a device around it: enough for the Python runtime to run a function on an app's main thread."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from emulator.kernel import AppThread, Kernel, current_thread
from emulator.runtime.python import event_loops, surface
from emulator.runtime.python.refusals import NotAvailable
from emulator.storage.sandbox import Sandbox

T = TypeVar("T")
WALL_EPOCH_NS = 1_782_864_000 * 1_000_000_000


class Box:
    """Stands in for ExtensionProcess. One box is one process; `run` may be called again while it is alive."""

    def __init__(self, tie_order: Any = "fifo", seed: int = 0, cpu_factor: int = 1, patience_s: int = 3_600) -> None:
        surface.install()
        self.kernel = Kernel(tie_order, patience_s * 1_000_000_000)
        self.cpu_factor = cpu_factor
        self.wall_epoch_ns = self.born_ns = WALL_EPOCH_NS
        self.random = random.Random(seed)
        self.entropy = random.Random(seed)
        self.alive = True
        self.threads: list[AppThread] = []
        self.loops: list[Any] = []
        self.lines: list[tuple[str, str]] = []
        self.refused: list[str] = []
        self.never_awaited: list[str] = []
        self.hung: list[float] = []
        self.outside: list[str] = []
        self.wrote_files = False
        self.databases: list[Any] = []
        self.log_handlers: list[Any] = []
        self.real_directories: dict[str, str] = {}
        self.written_at: dict[str, int] = {}
        self.sandbox = Sandbox(Path("nowhere"))
        self.bundle = SimpleNamespace(subject=SimpleNamespace(roots=(), language="python"))
        self.stuck = False
        self._loop: Any = None

    def run(self, body: Callable[[], T], seconds: float | None = None) -> T:
        """``body()`` on the main thread; its value, or what it raised. ``seconds``: how long the device runs."""
        values: list[T] = []
        errors: list[BaseException] = []

        def main() -> None:
            try:
                values.append(body())
            except Exception as error:
                errors.append(error)

        self.spawn_thread("js", main).begin()
        if seconds is None:
            self.kernel.run_until_idle()
        else:
            self.kernel.advance(round(seconds * 1e9))
        if errors:
            raise errors[0]
        return values[0]

    def close(self) -> None:
        """The process is killed."""
        self.alive = False
        for thread in self.threads:
            thread.dying = False
            thread.kill()
        for _ in range(5):
            if self.loops:
                AppThread(self.kernel, "end", self._forget, self).run_now()

    def _forget(self) -> None:
        thread = current_thread()
        assert thread is not None
        thread.dying = True
        event_loops.forget(self)

    # what the runtime asks a process for ---------------------------------------------------------------------------------

    def touched_outside(self, path: str, writes: bool) -> None:
        self.outside.append(path)

    @property
    def realm(self) -> Box:
        return self

    def main_loop(self) -> Any:
        if self._loop is None or self._loop.is_closed():
            self._loop = event_loops.main_loop()
        return self._loop

    def spawn_thread(self, name: str, body: Callable[[], None]) -> AppThread:
        thread = AppThread(self.kernel, name, body, self)
        self.threads.append(thread)
        return thread

    def refuse_if_dead(self, thread: AppThread) -> None:
        thread.check()

    def log(self, stream: str, text: str) -> None:
        self.lines.append((stream, text))

    def refuse(self, name: str) -> None:
        self.refused.append(name)
        raise NotAvailable(name)

    def note_never_awaited(self, name: str, call: int | None) -> None:
        self.never_awaited.append(name)

    def hang(self, limit_s: float) -> None:
        self.hung.append(limit_s)
        self._end()

    def end_stuck(self) -> None:
        self.stuck = True
        self._end()

    def _end(self) -> None:
        self.alive = False
        for thread in self.threads:
            thread.dying = True
        running = current_thread()
        if running is not None:
            running.check()


def run_app(body: Callable[[], T], **options: Any) -> T:
    """``body()`` on the main thread of a process of its own."""
    box = Box(**options)
    try:
        return box.run(body)
    finally:
        box.close()

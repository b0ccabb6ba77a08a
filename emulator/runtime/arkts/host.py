"""The engine processes: each a Node that runs one emulated process's code at a time, and is used again afterwards.

One line goes in, one line comes out (see js/host.js), so that exactly one side runs at any time: but for an engine that is
told to forget an app, or has just begun, and makes itself ready while nobody waits for it.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import queue
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from emulator.kernel import aside, current_thread
from emulator.runtime.arkts import watch

P = ParamSpec("P")
T = TypeVar("T")

SCRIPTS = Path(__file__).with_name("js")
HEAP_MB = 256
"""An app that needs more is out of memory."""

YOUNG_MB = 32
"""What the engine has for new objects: more than it makes between two times that it clears up by itself (js/host.js)."""

DATA_MB = 1024
"""All memory that an engine may write to: the heap, and the buffers beside it. Where the system keeps no such account, none."""

WORN_BYTES = 128 << 20
"""An engine with so much memory in use after an app is not used again: the next app has all that a new one has."""

STACK_KB = 900
KEPT = 3
"""So many idle engines are kept for the next sessions: as many as the largest session of the suites has apps."""

FAULT = 70
"""Exit code of an engine whose own code has failed."""

_READ_AT_ONCE = 1 << 18


def outside_the_app(function: Callable[P, T]) -> Callable[P, T]:
    """Let ``function`` see the real clock and real processes also where a thread of the app has got to it."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if current_thread() is None:
            return function(*args, **kwargs)
        return aside(functools.partial(function, *args, **kwargs))

    return call


class EngineDied(Exception):
    """The engine process is gone because of what the app did; the message says how."""


class EngineHung(Exception):
    """The engine was stopped at the hang limit."""

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"no answer after {limit_s:g} s of CPU time")
        self.limit_s = limit_s


class EngineFault(RuntimeError):
    """The engine's own code has failed: a fault of the harness."""


class Engine:
    """One engine process. ``scripts`` and ``programs`` are what it has been sent, by digest."""

    def __init__(self, node: Path) -> None:
        self.node = node
        self.owner_pid = os.getpid()
        self.scripts: set[str] = set()
        self.programs: set[str] = set()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process lives
        self._process = subprocess.Popen(
            [*_isolation(), str(node), *_flags(node), str(SCRIPTS / "host.js")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            env={"TZ": "UTC", "LC_ALL": "en_US.UTF-8", "PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
            cwd=str(SCRIPTS),
        )
        _limit_memory(self._process.pid)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in = self._process.stdin
        self._lines = _Lines(self._process.stdout.fileno())
        self._owes = True
        self._used = 0

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be used."""
        return self._process.poll() is None

    def command(self, name: str, **members: Any) -> Any:
        """Carry out something that runs no code of the app. What the engine says to it, or None."""
        return self.exchange(json.dumps({"c": name, **members})).get("v")

    @outside_the_app
    def exchange(self, line: str) -> dict[str, Any]:
        """Send one line and wait for the one that comes back. Raises EngineDied, EngineHung or EngineFault."""
        return self._waited_for(line)

    def forget(self) -> None:
        """The app is gone, with all that it had. Nothing waits for that until somebody asks for more."""
        self._waited_for("")
        self._send('{"c":"forget"}')
        self._owes = True

    @outside_the_app
    def is_fit(self) -> bool:
        """Whether it will do for another app, which has to find all the memory that a new engine has."""
        if not self.alive:
            return False
        try:
            self._waited_for("")
        except (EngineDied, EngineHung):
            return False
        return self._used <= WORN_BYTES

    def _waited_for(self, line: str) -> dict[str, Any]:
        """The answer to a line; without a line only to what has been left unanswered."""
        if self._in.closed:
            raise EngineDied("it is gone already")
        answer: dict[str, Any] = {}
        try:
            if self._owes:
                self._used = self._answer()["v"]
                self._owes = False
            if line:
                self._send(line)
                answer = self._answer()
            return answer
        except OSError:
            raise self._death() from None
        except (EngineDied, EngineFault):
            raise
        except BaseException:
            self.kill()  # it is in the middle of something that nobody waits for any more
            raise

    @outside_the_app
    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._release()

    def _send(self, line: str) -> None:
        data = line.encode("utf-8", "surrogatepass") + b"\n"
        while data:
            data = data[self._in.write(data) :]

    def _answer(self) -> dict[str, Any]:
        line = self._lines.read(0.05)
        if line is None:
            stretch = watch.Stretch(self.pid, watch.limit_s())
            while line is None:
                if stretch.is_over():
                    raise EngineHung(watch.limit_s() or 0.0)
                line = self._lines.read(stretch.look_s)
        if not line:
            raise self._death()
        answer: dict[str, Any] = json.loads(line.decode())
        return answer

    def _death(self) -> Exception:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace")
        self._release()
        if code == FAULT:
            return EngineFault(said.strip())
        if "out of memory" in said:
            return EngineDied("out of memory")
        return EngineDied(f"the JavaScript engine ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")

    def _release(self) -> None:
        self._process.wait()
        self._in.close()
        assert self._process.stdout is not None
        self._lines.close()
        self._process.stdout.close()
        self._errors.close()


class _Lines:
    """Lines out of a pipe, with a time limit on each."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._begun: list[bytes] = []
        self._rest = b""
        self._chunks: queue.SimpleQueue[bytes] | None = None
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(fd, select.POLLIN)
        else:
            self._chunks = queue.SimpleQueue()
            threading.Thread(target=self._pump, args=(self._chunks,), daemon=True).start()

    def read(self, timeout_s: float) -> bytes | None:
        """The next line; None when the time is up, b"" at the end."""
        while True:
            if b"\n" in self._rest:
                line, _, self._rest = self._rest.partition(b"\n")
                self._begun.append(line)
                line = b"".join(self._begun)
                self._begun.clear()
                return line
            if self._rest:
                self._begun.append(self._rest)
            chunk = self._chunk(timeout_s)
            if not chunk:
                self._rest = b""
                return chunk
            self._rest = chunk

    def _chunk(self, timeout_s: float) -> bytes | None:
        if self._chunks is not None:
            try:
                return self._chunks.get(timeout=timeout_s)
            except queue.Empty:
                return None
        if not self._poll.poll(timeout_s * 1_000):
            return None
        return os.read(self._fd, _READ_AT_ONCE)

    def close(self) -> None:
        """Forget what is left."""
        self._rest = b""

    def _pump(self, chunks: queue.SimpleQueue[bytes]) -> None:
        while True:
            try:
                chunk = os.read(self._fd, _READ_AT_ONCE)
            except OSError:
                chunk = b""
            chunks.put(chunk)
            if not chunk:
                return


def _flags(node: Path) -> Sequence[str]:
    permission = "--permission" if _version(node) >= (23, 5) else "--experimental-permission"
    return (
        permission,
        f"--allow-fs-read={SCRIPTS}{os.sep}*",
        "--disallow-code-generation-from-strings",
        f"--max-old-space-size={HEAP_MB}",
        f"--stack-size={STACK_KB}",
        "--no-incremental-marking",
        f"--min-semi-space-size={YOUNG_MB}",
        f"--max-semi-space-size={YOUNG_MB}",
        "--single-threaded-gc",
        "--no-warnings",
    )


def _limit_memory(pid: int) -> None:
    if sys.platform == "linux":
        import resource

        size = DATA_MB << 20
        with suppress(OSError):  # it is gone already, which the first answer says
            resource.prlimit(pid, resource.RLIMIT_DATA, (size, size))


@functools.cache
def _version(node: Path) -> tuple[int, ...]:
    said = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])


@functools.cache
def _isolation() -> tuple[str, ...]:
    """What goes before the command to take the network away, where the system lets us."""
    if sys.platform != "linux":
        return ()
    command = ("unshare", "-rn")
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if tried.returncode == 0 else ()


_idle: list[Engine] = []
_all: list[Engine] = []


@outside_the_app
def lease(node: Path) -> Engine:
    """An engine for one emulated process."""
    for engine in reversed(_idle):
        if engine.node == node and engine.owner_pid == os.getpid():
            _idle.remove(engine)
            if engine.is_fit():
                return engine
            if engine.alive:
                engine.kill()
            _all.remove(engine)
    engine = Engine(node)
    _all.append(engine)
    return engine


@outside_the_app
def give_back(engine: Engine) -> None:
    """The emulated process is gone."""
    if engine.alive and len(_idle) < KEPT:
        _idle.append(engine)
        return
    if engine.alive:
        engine.kill()
    if engine in _all:
        _all.remove(engine)


def close_all() -> None:
    """End every engine; those of a parent process are not ours."""
    for engine in _all:
        if engine.owner_pid == os.getpid() and engine.alive:
            engine.kill()
    _all.clear()
    _idle.clear()


atexit.register(close_all)

"""What of an emulated process is on the stack of its engine: strictly last in, first out.

A thread of the app computes in the engine until it asks for something. While it waits for the answer another thread may be
sent in on top of it; then it goes on only when everything above it has returned.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from emulator.kernel import AppThread
from emulator.runtime.arkts import host, watch
from emulator.runtime.arkts.program import Module, Program

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess

UNWIND_LIMIT_S = 1.0
"""Code of a process that is gone gets so much CPU time to leave."""

HEAD_START_NS = 50_000_000
"""A thread that has begun an event computes for so long before a thread of the pool may be sent in on top of it: what it
calls next would otherwise wait for all that the pool's thread has to do.
"""

SLICE_NS = 1_000_000
"""So long a thread of the app computes past the time at which another one goes on: threads that both look at clocks again and
again would otherwise take turns at every look.
"""

NO_SCHEDULE_NS = 1 << 52
"""The horizon where nothing ever is due."""

_DIE = "r 0 0 0 0 k"


class Runner(Protocol):
    """A thread of the app as the stack knows it."""

    thread: AppThread
    number: int
    """Of its realm."""
    dead: bool
    """True when its code has to end although the process lives."""
    gives_way: bool
    """Whether it leaves others a head start."""

    def config(self) -> dict[str, Any]:
        """What its realm is made with, before its first event."""

    def note(self, kind: str, values: list[Any]) -> None:
        """Hear something that needs no answer."""

    def serve(self, op: str, values: list[Any]) -> str:
        """Answer: "v " or "e ", and JSON."""


@dataclass(eq=False)
class _Frame:
    """One event in the engine. It is ``over`` there before all the time that it took has passed here."""

    runner: Runner
    began_ns: int
    over: bool = False


class Frames:
    """The engine of one emulated process, and what runs on it."""

    def __init__(self, process: ExtensionProcess, node: Path, program: Program) -> None:
        self._process = process
        self._node = node
        self._program = program
        self._engine: host.Engine | None = None
        self._realms: set[int] = set()
        self._stack: list[_Frame] = []
        self._waiting: list[AppThread] = []

    def run(self, runner: Runner, name: str, /, **members: Any) -> None:
        """Run one event of ``runner`` to its end, in virtual time."""
        thread = runner.thread
        if runner.gives_way:
            self._give_way(thread)
        command = {"c": name, "r": runner.number, "clock": self._clock(thread), **members}
        if runner.number not in self._realms:
            command["realm"] = {"program": self._program.digest, "config": runner.config()}
            self._realms.add(runner.number)
        frame = _Frame(runner, thread.kernel.now_ns)
        self._stack.append(frame)
        message = self._exchange(json.dumps(command))
        while message["k"] == "s":
            self._take(runner, message)
            answer = runner.serve(message["op"], message["a"])
            while self._stack[-1] is not frame:
                thread.park(None, self)
            if runner.dead:
                message = self._exchange(_DIE)
            else:
                message = self._exchange(f"r {' '.join(map(str, self._clock(thread)))} {answer}")
        frame.over = True
        self._take(runner, message)
        self._leave(frame)

    def run_nothing(self, runner: Runner, ended: Callable[[], None]) -> None:
        """Run an event of a main thread in which the engine would do nothing."""
        frame = _Frame(runner, runner.thread.kernel.now_ns, over=True)
        self._stack.append(frame)
        ended()
        self._leave(frame)

    def _leave(self, frame: _Frame) -> None:
        self._stack.remove(frame)
        if self._stack:
            self._stack[-1].runner.thread.wake(self)
        for waiting in self._waiting:
            waiting.wake(self)

    def _give_way(self, thread: AppThread) -> None:
        self._waiting.append(thread)
        while self._stack:
            wait_ns = self._stack[-1].began_ns + HEAD_START_NS - thread.kernel.now_ns
            if wait_ns <= 0:
                break
            thread.park(wait_ns, self)
        self._waiting.remove(thread)

    def close(self) -> None:
        """The process is gone: whatever is on the stack ends, and the engine is free for others."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        try:
            with watch.hang_limit(UNWIND_LIMIT_S):
                for frame in reversed(self._stack):
                    if not frame.over:
                        engine.exchange(_DIE)
            engine.forget()
        except (host.EngineDied, host.EngineHung):
            if engine.alive:
                engine.kill()
        self._stack.clear()
        host.give_back(engine)

    def _ready(self) -> host.Engine:
        """The engine, with the program in it."""
        if self._engine is None:
            self._engine = host.lease(self._node)
        engine, program = self._engine, self._program
        if program.digest not in engine.programs:
            new = {name: m for f, m in program.modules.items() if (name := _script_name(f, m)) not in engine.scripts}
            scripts = [{"digest": name, "file": name.partition(" ")[2], "code": m.script.code} for name, m in new.items()]
            engine.command("scripts", scripts=scripts)
            engine.scripts.update(new)
            modules = {
                f: {
                    "digest": _script_name(f, m),
                    "dependencies": dict(m.dependencies),
                    "fault": m.fault,
                    "lacking": list(m.lacking),
                    "unsupported": m.unsupported,
                }
                for f, m in program.modules.items()
            }
            shims = {module: shim.to_json() for module, shim in program.shims.items()}
            engine.command("program", program=program.digest, modules=modules, shims=shims)
            engine.programs.add(program.digest)
        return engine

    def _clock(self, thread: AppThread) -> list[int]:
        """Now, when somebody else has something to do, and the account of ticks."""
        kernel, fuel = thread.kernel, thread.fuel
        horizon = kernel.next_ns
        if horizon is None:
            horizon = max(kernel.device_event_ns + kernel.stuck_escape_ns, kernel.now_ns) + 1
        elif kernel.next_is_app:
            horizon += SLICE_NS
        if kernel.until_ns is not None:
            horizon = min(horizon, kernel.until_ns + 1)
        return [kernel.now_ns, min(horizon, NO_SCHEDULE_NS), fuel.left, fuel.paid]

    def _take(self, runner: Runner, message: dict[str, Any]) -> None:
        """Live through what the code says that it has done since the last message."""
        thread = runner.thread
        thread.fuel.left, thread.fuel.paid = message["l"], message["p"]
        for at_ns, kind, *values in message.get("n", ()):
            self._pass(thread, at_ns)
            runner.note(kind, values)
        self._pass(thread, message["t"])

    def _pass(self, thread: AppThread, until_ns: int) -> None:
        ns = until_ns - thread.kernel.now_ns
        if ns > 0:
            thread.charge(ns)

    def _exchange(self, line: str) -> dict[str, Any]:
        try:
            return self._ready().exchange(line)
        except host.EngineDied as died:
            self._crashed(died)
        except host.EngineHung as hung:
            self._lose()
            self._process.hang(hung.limit_s)
            raise

    def _crashed(self, died: host.EngineDied) -> NoReturn:
        """To the emulated device the app's process has crashed."""
        self._lose()
        self._process.log("crash", f"the process crashed: {died}")
        self._process.end("exit", str(died))
        raise died

    def _lose(self) -> None:
        engine, self._engine = self._engine, None
        self._stack.clear()
        if engine is not None:
            host.give_back(engine)


def _script_name(file: str, module: Module) -> str:
    """Equal code of two files makes two scripts: errors say which file they are from."""
    return f"{module.script.digest} {file}"

"""What of an emulated process is on the stack of its engine: strictly last in, first out.

A thread of the app computes in the engine until it asks for something. While it waits for the answer another thread may be
sent in on top of it; then it goes on only when everything above it has returned.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from emulator.kernel import AppThread
from emulator.runtime.arkts import host, watch
from emulator.runtime.arkts.program import Program

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess

UNWIND_LIMIT_S = 1.0
"""Code of a process that is gone gets so much CPU time to leave."""

NO_SCHEDULE_NS = 1 << 52
"""The horizon where nothing ever is due."""

_DIE = "r 0 0 0 0 k"


class Runner(Protocol):
    """A thread of the app as the stack knows it."""

    thread: AppThread
    dead: bool
    """True when its code has to end although the process lives."""

    def note(self, kind: str, values: list[Any]) -> None:
        """Hear something that needs no answer."""

    def serve(self, op: str, values: list[Any]) -> str:
        """Answer: "v " or "e ", and JSON."""


class Frames:
    """The engine of one emulated process, and what runs on it."""

    def __init__(self, process: ExtensionProcess, node: Path, program: Program) -> None:
        self._process = process
        self._node = node
        self._program = program
        self._engine: host.Engine | None = None
        self._stack: list[Runner] = []

    def run(self, runner: Runner, name: str, /, **members: Any) -> None:
        """Run one event of ``runner`` to its end, in virtual time."""
        thread = runner.thread
        command = {"c": name, "clock": self._clock(thread), **members}
        self._stack.append(runner)
        message = self._exchange(json.dumps(command))
        while message["k"] == "s":
            self._take(runner, message)
            answer = runner.serve(message["op"], message["a"])
            while self._stack[-1] is not runner:
                thread.park(None, self)
            if runner.dead:
                message = self._exchange(_DIE)
            else:
                message = self._exchange(f"r {' '.join(map(str, self._clock(thread)))} {answer}")
        self._stack.pop()
        if self._stack:
            self._stack[-1].thread.wake(self)
        self._take(runner, message)

    def make_realm(self, number: int, config: dict[str, Any]) -> None:
        """A realm for a thread, under this number."""
        try:
            engine = self._ready()
            engine.command("realm", r=number, program=self._program.digest, config=config)
        except host.EngineDied as died:
            self._crashed(died)

    def close(self) -> None:
        """The process is gone: whatever is on the stack ends, and the engine is free for others."""
        engine, self._engine = self._engine, None
        if engine is None:
            return
        try:
            with watch.hang_limit(UNWIND_LIMIT_S):
                while self._stack:
                    self._stack.pop()
                    engine.exchange(_DIE)
            engine.command("forget")
        except (host.EngineDied, host.EngineHung):
            self._stack.clear()
            if engine.alive:
                engine.kill()
        host.give_back(engine)

    def _ready(self) -> host.Engine:
        """The engine, with the program in it."""
        if self._engine is None:
            self._engine = host.lease(self._node)
        engine, program = self._engine, self._program
        if program.digest not in engine.programs:
            scripts = {m.script.digest: (f, m.script.code) for f, m in program.modules.items() if not m.fault}
            new = {digest: script for digest, script in scripts.items() if digest not in engine.scripts}
            engine.command("scripts", scripts=[{"digest": d, "file": f, "code": c} for d, (f, c) in new.items()])
            engine.scripts.update(new)
            modules = {
                f: {"digest": m.script.digest, "dependencies": dict(m.dependencies), "fault": m.fault}
                for f, m in program.modules.items()
            }
            engine.command("program", program=program.digest, modules=modules)
            engine.programs.add(program.digest)
        return engine

    def _clock(self, thread: AppThread) -> list[int]:
        """Now, when somebody else has something to do, and the account of ticks."""
        kernel, fuel = thread.kernel, thread.fuel
        horizon = kernel.next_ns
        if horizon is None:
            horizon = max(kernel.device_event_ns + kernel.stuck_escape_ns, kernel.now_ns) + 1
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
        assert self._engine is not None
        try:
            return self._engine.exchange(line)
        except host.EngineDied as died:
            return self._crashed(died)
        except host.EngineHung as hung:
            self._lose()
            self._process.hang(hung.limit_s)
            raise

    def _crashed(self, died: host.EngineDied) -> Any:
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

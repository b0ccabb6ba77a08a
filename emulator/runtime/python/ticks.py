"""Counting what the app computes: loop iterations and calls of its own code, seen by sys.monitoring or sys.settrace.

A thread may be switched out of the middle of such a callback; `sys.call_tracing` keeps counting alive meanwhile.
"""

from __future__ import annotations

import atexit
import dis
import sys
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

import greenlet

from emulator.kernel import AppThread, Carrier

TOOL_NAME = "backup-device"

_roots: tuple[str, ...] = ()
_tool: int | None = None
_current = greenlet.getcurrent


def watch(roots: tuple[str, ...]) -> None:
    """Count in code whose file lies under one of ``roots``, from now on."""
    global _roots
    new = tuple(root for root in roots if root not in _roots)
    _roots += new
    if sys.version_info >= (3, 12):
        _watch_monitoring(bool(new))
    elif source() == "sys.settrace":
        AppThread.tracer = staticmethod(_trace)


def source() -> str:
    """What counts: "sys.monitoring", "sys.settrace", or "none: " and why."""
    if sys.version_info >= (3, 12):
        taken = _tool is None and _free_tool() is None
        return "none: every sys.monitoring tool id is taken" if taken else "sys.monitoring"
    tracer = sys.gettrace()
    if tracer is None or tracer is _trace:
        return "sys.settrace"
    return f"none: {getattr(tracer, '__module__', type(tracer).__module__)} traces"


def stop() -> None:
    """Count no more."""
    global _tool
    AppThread.tracer = None
    if sys.version_info >= (3, 12) and _tool is not None:
        sys.monitoring.set_events(_tool, 0)
        sys.monitoring.free_tool_id(_tool)
        _tool = None


def _tick() -> None:
    carrier = _current()
    if type(carrier) is not Carrier or (thread := carrier.load) is None:
        return
    fuel = thread.fuel
    fuel.left -= 1
    if fuel.left < 0 and thread.owner is not None:
        sys.call_tracing(thread.use_fuel, ())


if sys.version_info >= (3, 12):

    def _free_tool() -> int | None:
        return next((number for number in (3, 4, 0, 1, 2, 5) if sys.monitoring.get_tool(number) is None), None)

    def _watch_monitoring(restart: bool) -> None:
        global _tool
        monitoring = sys.monitoring
        if _tool is None:
            _tool = _free_tool()
            if _tool is None:
                return
            monitoring.use_tool_id(_tool, TOOL_NAME)
            monitoring.register_callback(_tool, monitoring.events.PY_START, _on_start)
            monitoring.register_callback(_tool, monitoring.events.JUMP, _on_jump)
            monitoring.set_events(_tool, monitoring.events.PY_START)
        elif restart:
            monitoring.restart_events()

    def _on_start(code: CodeType, offset: int) -> Any:
        if not code.co_filename.startswith(_roots):
            return sys.monitoring.DISABLE
        events = sys.monitoring.events
        if _tool is not None and sys.monitoring.get_local_events(_tool, code) != events.JUMP:
            sys.monitoring.set_local_events(_tool, code, events.JUMP)
        _tick()
        return None

    def _on_jump(code: CodeType, offset: int, destination: int) -> Any:
        if destination <= offset:
            _tick()
        return None

else:

    def _trace(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "call" and not frame.f_code.co_filename.startswith(_roots):
            return None
        if event == "call":
            frame.f_trace_opcodes = _jumps_to_itself(frame.f_code)
        if event in ("call", "line", "opcode"):
            _tick()
        return _trace

    @lru_cache(maxsize=1024)
    def _jumps_to_itself(code: CodeType) -> bool:
        """``while True: pass`` is one instruction, of which no line event ever tells."""
        return any(i.opname.startswith("JUMP") and i.argval == i.offset for i in dis.get_instructions(code))


atexit.register(stop)

"""One JavaScript thread of the app: a realm of its own in the engine, its timers, and the events that wait for it."""

from __future__ import annotations

import heapq
import json
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from emulator.kernel import fuel
from emulator.kernel.events import NS_PER_MS
from emulator.kits.errors import BusinessError
from emulator.runtime.arkts.bridge import taken_ns
from emulator.runtime.arkts.bridge.context import paths_of
from emulator.runtime.arkts.shims import failed
from emulator.runtime.realm import AppError

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.runtime.arkts.realm import ArkTsRealm

Event = Callable[[], None]


class JsThread:
    """Runs events of one realm, one after the other: what is posted, and timers when they are due."""

    kind = "main"
    gives_way = False

    def __init__(self, realm: ArkTsRealm, name: str, number: int) -> None:
        self.realm = realm
        self.number = number
        self.process: ExtensionProcess = realm.process
        self.dead = False
        self.thread = self.process.spawn_thread(name, self._run)
        self.thread.fuel.steady = fuel.STEADY_TICKS_ARKTS
        self._inbox: deque[tuple[int, Event]] = deque()
        self._heap: list[tuple[int, int]] = []
        self._timers: dict[int, tuple[int, int, int | None]] = {}
        self._operations: dict[int, tuple[str, int | None]] = {}
        self._missed: list[str] = []
        self._ops: dict[str, Callable[..., Any]] = {
            "realm.pass": lambda: None,
            "realm.uncaught": self._uncaught,
            "realm.shim-failed": self._shim_failed,
            "realm.exhausted": self._exhausted,
            "realm.fault": _fault,
        }
        self._notes: dict[str, Callable[..., Any]] = {
            "loaded": self.loaded,
            "not-loaded": self._not_loaded,
            "missing": self._missing,
            "log": self.process.log,
            "timer": self._start_timer,
            "clear": self._clear,
            "later": self._later,
            "note": self._tell,
            "unhandled": self._unhandled,
            **realm.pool.notes(self),
            "event.post": realm.deliver,
        }

    def post(self, event: Event) -> None:
        """Queue an event."""
        self._inbox.append((self.thread.kernel.now_ns, event))
        self.thread.wake()

    def run(self, name: str, tag: int | None = None, /, **members: Any) -> None:
        """Run one event in the realm; called on the thread itself."""
        self.realm.frames.run(self, name, tag=tag, **members)

    def pending(self) -> list[tuple[str, int | None]]:
        """Timers and operations that are under way: a description, and the call that started each."""
        now_ns = self.thread.kernel.now_ns
        due = sorted((at_ns, tag) for at_ns, _, tag in self._timers.values() if at_ns > now_ns)
        works = [(f"timer due at {at_ns / 1e9:g} s", tag) for at_ns, tag in due]
        return works + [(f"operation {op}", tag) for op, tag in self._operations.values()]

    def now_ns(self) -> int:
        """Virtual time."""
        return self.thread.kernel.now_ns

    # the thread ----------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self.begin()
        while not self.dead:
            self._step()

    def begin(self) -> None:
        """What comes before the first event."""

    def _step(self) -> None:
        timer = self._next_timer()
        if self._inbox and (timer is None or self._inbox[0][0] <= timer[0]):
            self._inbox.popleft()[1]()
            return
        self.idle()
        if timer is None:
            self.thread.park()
        elif not self.thread.park(max(0, timer[0] - self.now_ns())) and timer[1] in self._timers:
            self.busy()
            self._fire(*timer)

    def idle(self) -> None:
        """It waits."""

    def busy(self) -> None:
        """It runs an event."""

    def _next_timer(self) -> tuple[int, int] | None:
        while self._heap and self._heap[0][1] not in self._timers:
            heapq.heappop(self._heap)
        return self._heap[0] if self._heap else None

    def _fire(self, at_ns: int, number: int) -> None:
        heapq.heappop(self._heap)
        _, interval_ns, tag = self._timers.pop(number)
        if interval_ns:
            self._timer(number, at_ns + interval_ns, interval_ns, tag)
        self.run("timer", tag, id=number)

    def config(self) -> dict[str, Any]:
        """What the realm is made with."""
        process, subject = self.process, self.realm.subject
        return {
            "batchTicks": fuel.BATCH_TICKS,
            "priceNs": fuel.PRICE_NS,
            "steadyTicks": self.thread.fuel.steady,
            "doublingTicks": fuel.DOUBLING_TICKS,
            "caughtTicks": fuel.CAUGHT_TICKS,
            "clockPriceNs": fuel.CLOCK_PRICE_NS,
            "steadyLooksNs": fuel.STEADY_LOOKS_NS_ARKTS,
            "looksShare": fuel.LOOKS_SHARE,
            "cpuFactor": process.cpu_factor,
            "epochMs": process.wall_epoch_ns // NS_PER_MS,
            "seed": process.thread_seed(self.number),
            "entry": subject.program.entry,
            "className": subject.class_name,
            "callbacks": [name for name in subject.callbacks if name != "onProcess"],
            "kind": self.kind,
            "thread": self.number,
            "hasContext": not subject.without_context,
            "directories": paths_of(process.sandbox.module),
        }

    # what the realm says -------------------------------------------------------------------------------------------------

    def note(self, kind: str, values: list[Any]) -> None:
        """Hear something that needs no answer."""
        self._notes[kind](*values)

    def serve(self, op: str, values: list[Any]) -> str:
        """Answer an operation of the runtime or of a kit."""
        own = self._ops.get(op)
        if own is not None:
            return f"v {json.dumps(own(*values))}"
        try:
            value = self.realm.operate(self, op, values)
        except BusinessError as error:
            return f"e {json.dumps(_plain(error))}"
        finally:
            wait_ns = taken_ns(self)
            if wait_ns:
                self.thread.sleep(wait_ns)
        return f"v {json.dumps(value)}"

    def loaded(self, failure: str) -> None:
        """The module has been evaluated, or why not."""

    def _start_timer(self, number: int, delay_ns: int, interval_ns: int, tag: int | None) -> None:
        self._timer(number, self.now_ns() + delay_ns, interval_ns, tag)

    def _not_loaded(self, error: dict[str, Any]) -> None:
        """What is missing does nothing while modules are evaluated: the failure may well come of that."""
        for name in self._missed[:1]:
            self.process.note_uncaught_refusal(name)
        self.loaded(self._shown(error))

    def _timer(self, number: int, at_ns: int, interval_ns: int, tag: int | None) -> None:
        self._timers[number] = (at_ns, interval_ns, tag)
        heapq.heappush(self._heap, (at_ns, number))

    def _clear(self, number: int) -> None:
        self._timers.pop(number, None)

    def _later(self, number: int, op: str, values: list[Any], tag: int | None) -> None:
        self._operations[number] = (op, tag)
        self.post(lambda: self._operate(number, op, values, tag))

    def _operate(self, number: int, op: str, values: list[Any], tag: int | None) -> None:
        """Do what a pool thread does on the device, in one piece, and settle when the time that it takes has passed."""
        try:
            ok, value = True, self.realm.operate(self, op, values)
        except BusinessError as error:
            ok, value = False, _plain(error)

        def settle() -> None:
            self._operations.pop(number, None)
            self.busy()
            self.run("settle", tag, id=number, ok=ok, value=value)

        wait_ns = taken_ns(self)
        if wait_ns:
            kernel = self.thread.kernel
            self.realm.schedule(kernel.now_ns + wait_ns, lambda: self.post(settle))
        else:
            settle()

    def _tell(self, op: str, values: list[Any]) -> None:
        self.realm.operate(self, op, values)

    def _missing(self, name: str) -> None:
        process = self.process
        self._missed.append(name)
        process.journal.add("refused", process=process.number, name=name, call=process.current_call, uncaught=False)

    def _shim_failed(self, module: str, error: dict[str, Any]) -> None:
        failed(self, module, self._shown(error))

    def _exhausted(self) -> None:
        """More than any memory holds."""
        self.process.log("crash", "the process crashed: out of memory")
        self.process.end("exit", "out of memory")

    def _unhandled(self, error: dict[str, Any]) -> None:
        self.process.log("stderr", f"unhandled rejection: {self._shown(error)}")

    def _uncaught(self, error: dict[str, Any]) -> None:
        """An Error that nobody catches ends the process (control-plane 2.6)."""
        app_error = self.app_error(error)
        text = f"{app_error.type}: {app_error.text}" + (f" ({app_error.where})" if app_error.where else "")
        self.process.log("crash", text)
        if not self.process.bundle.profile.error_observer:
            self.process.end("exit", app_error.type)

    def app_error(self, error: dict[str, Any]) -> AppError:
        """What the app threw; a refusal that it did not catch is noted."""
        if error["missing"]:
            self.process.note_uncaught_refusal(error["missing"])
        text = self.process.sandbox.clean_text(error["text"])
        return AppError(error["type"], text, error["isError"], error["isString"], self.realm.where(error["stack"]))

    def _shown(self, error: dict[str, Any]) -> str:
        where = self.realm.where(error["stack"])
        return f"{error['type']}: {error['text']}" + (f" ({where})" if where else "")


def _plain(error: BusinessError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "data": error.data}


def _fault(text: str) -> None:
    raise RuntimeError(f"a kit of the emulated device has failed: {text}")

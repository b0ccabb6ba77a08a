"""One extension process: comes up with a connection, has a main thread and the app's threads, and dies in several ways."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Coroutine
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from emulator.codes import Code
from emulator.conditions import LowMemoryKill, SlowCpu, SlowMainThread, StorageCondition, find_condition
from emulator.extension.host import Host
from emulator.extension.outgoing import Packer, owner_of
from emulator.kernel import AppThread, Future, Killed, NativeThread, Rank, Task, current_thread
from emulator.kits.context import BackupExtensionContext
from emulator.runtime.python.refusals import NotAvailable
from emulator.runtime.realm import CallJob, Realm
from emulator.storage.sandbox import Change, Sandbox, Snapshot, changes

if TYPE_CHECKING:
    from emulator.device import InstalledBundle


STAGING_NAME = b"/.backup/"
"""What a path into the staging of a backup has in it."""

_GIVEN_UP = ("disconnect", "stuck")
"""How a process ends whose callback the device does not wait for any longer."""


class ExtensionProcess:
    """The app's own process for its backup extension.

    ``purpose``: backup, restore, clean or query. ``on_died`` is called when it ends by anything but a disconnect.
    """

    def __init__(self, host: Host, number: int, bundle: InstalledBundle, purpose: str) -> None:
        self.host = host
        self.kernel = host.kernel
        self.journal = host.journal
        self.number = number
        self.bundle = bundle
        self.sandbox: Sandbox = bundle.sandbox
        self.purpose = purpose
        self.alive = True
        self.wall_epoch_ns = host.wall_epoch_ns
        slow_main = find_condition(host.conditions, SlowMainThread)
        self.main_thread_busy_ns = slow_main.busy_ns if slow_main else 0
        self._low_memory_kill = find_condition(host.conditions, LowMemoryKill)
        self.current_call: int | None = None
        self.on_died: Callable[[], None] = lambda: None
        self.broken_replies: list[tuple[Future[Any], Any]] = []
        self.threads: list[AppThread] = []
        self.native_threads: list[NativeThread] = []
        self.context = BackupExtensionContext(bundle.sandbox)
        self._files: Snapshot | None = None
        self.loops: list[Any] = []
        self.main_loop: Callable[[], Any] = lambda: None
        self.born_ns = host.wall_epoch_ns + host.kernel.now_ns
        self._running: list[str] = []
        self.wrote_files = False
        """Whether the app has opened or moved anything in its sandbox, so that a file's status alone says too little."""
        self.written_at: dict[str, int] = {}
        """When a Python app last opened a file for writing, by real path, in ns of its wall clock."""
        self.real_directories: dict[str, str] = {}
        """Where directories that a Python app has named really are (emulator.runtime.python.paths)."""
        self.databases: list[Any] = []
        """Connections of SQLite that the app has made. One that was left open writes once more when it is given up."""
        self.log_handlers: list[Any] = []
        """Loggers and the handlers that a Python app has given them (emulator.runtime.python.log_handlers)."""
        self._at_rest = False
        """Whether nothing of the app has run since the last look at its files."""
        self._device_changes_files = any(isinstance(condition, StorageCondition) for condition in host.conditions)
        self._outside: set[tuple[str, bool]] = set()
        self._served: list[Task] = []
        self.main_thread_busy = False
        self.given_up = ""
        """Why the harness has stopped it, or ""."""
        self.lacking = ""
        """What the app asked the emulated device for in vain, when it did not catch that."""
        self.journal.add("process.start", process=number, bundle=bundle.full_name, purpose=purpose)
        self.realm: Realm = bundle.subject.make_realm(self)
        self.realm.load()

    @cached_property
    def packer(self) -> Packer:
        """The names and numbers of its blobs."""
        return Packer(owner_of(self.bundle.profile.user_id))

    def native_thread(self, name: str) -> NativeThread:
        """A pool of one thread that ends with the process."""
        thread = NativeThread(self.kernel, name)
        if self.alive:
            self.native_threads.append(thread)
        else:
            thread.stop()
        return thread

    def spawn_thread(self, name: str, body: Callable[[], None]) -> AppThread:
        """A thread of the app; it is not begun yet."""
        thread = AppThread(self.kernel, name, body, self)
        self.threads.append(thread)
        return thread

    def log(self, stream: str, text: str) -> None:
        """A line of the app's own output."""
        self.journal.add("log", process=self.number, stream=stream, text=self.sandbox.clean_text(text))

    @cached_property
    def random(self) -> Random:
        """The app's own random numbers: others in every process, and the same in every run."""
        return self._random("random")

    @cached_property
    def entropy(self) -> Random:
        """What the system gives the app as random bytes, which it cannot seed."""
        return self._random("entropy")

    def thread_seed(self, thread: int) -> int:
        """32 bits with which a thread's own random numbers begin: as other in every process as those of ``random``."""
        return zlib.crc32(self._chance(f"thread {thread}").encode())  # a generator would take ten times as long to begin

    def _random(self, what: str) -> Random:
        return Random(self._chance(what))

    def _chance(self, what: str) -> str:
        return f"{what} {self.host.seed} {self.number} {self.born_ns}"

    @cached_property
    def cpu_factor(self) -> int:
        """How many times as long computing takes here."""
        slow_cpu = find_condition(self.host.conditions, SlowCpu)
        return slow_cpu.factor if slow_cpu else 1

    def refuse(self, name: str) -> None:
        """The app asked for ``name``, which the emulated device does not have: raises NotAvailable in its code."""
        self.journal.add("refused", process=self.number, name=name, call=self.current_call, uncaught=False)
        raise NotAvailable(name)

    def note_uncaught_refusal(self, name: str) -> None:
        """The app did not catch it, so that its session is not judged."""
        self.lacking = self.lacking or name
        self.journal.add("refused", process=self.number, name=name, call=self.current_call, uncaught=True)

    def touched_outside(self, path: str, writes: bool) -> None:
        """The app tried to read or write what is not in its sandbox; each path is written down once."""
        if (path, writes) not in self._outside:
            self._outside.add((path, writes))
            self.journal.add("outside", process=self.number, call=self.current_call, path=path, writes=writes)

    def hang(self, cpu_limit_s: float) -> None:
        """The harness gives up on the stretch of the app's code that is running."""
        callback = self._running[-1] if self._running else ""
        self.given_up = f"the call of {callback} was stopped after {cpu_limit_s:g} s of CPU time"
        self.journal.add("hang", process=self.number, call=self.current_call, callback=callback, cpu_limit_s=float(cpu_limit_s))
        self.end("hang")

    def refuse_if_dead(self, thread: AppThread) -> None:
        """A process that is gone starts no threads."""
        thread.check()

    def enter(self, job: CallJob) -> None:
        """A call of ``job`` begins on the main thread."""
        if self.wrote_files and not self._at_rest:
            self.note_changes()
        self._at_rest = False
        self._running.append(job.callback)
        self.current_call = job.number
        self.journal.add(
            "call",
            call=job.number,
            process=self.number,
            bundle=self.bundle.full_name,
            callback=job.callback,
            args=list(job.args),
        )
        low_memory = self._low_memory_kill
        if low_memory is not None and low_memory.callback == job.callback and self.host.strikes("LowMemoryKill"):
            self.kernel.call_at(self.kernel.now_ns + low_memory.after_ns, Rank.DEATH, self._low_memory, low_memory)

    def left(self, callback: str) -> None:
        """``callback`` has settled: what changed in the sandbox so far was done while it ran."""
        if self.wrote_files or callback != "onProcess":
            self.note_changes()
        if callback in self._running:
            self._running.remove(callback)
        self._at_rest = not self._running and not self._device_changes_files and not self.realm.alive_work()

    def took_files(self) -> None:
        """The stack has put files into the sandbox: they are no changes of the app's."""
        if self.sandbox.exists:
            self._files = self.bundle.last_files = self.sandbox.snapshot()

    async def wait_for_disk(self, size: int) -> None:
        """The time that the disk takes for ``size`` bytes."""
        latency_ns = self.host.disk.latency_ns(size)
        if latency_ns:
            await self.kernel.sleep(latency_ns)

    def note_changes(self) -> None:
        """Write down how the sandbox differs from the last time somebody looked."""
        if not self.sandbox.exists:
            return
        before = self._files
        if before is None:
            before = self.bundle.last_files if self.bundle.last_files is not None else self.sandbox.seeded
        files = self.sandbox.snapshot(None if self.wrote_files else before)
        now_ns = self.wall_epoch_ns + self.kernel.now_ns
        for change in list(changes(before, files)):
            self._note_change(change)
            if change.what != "removed":
                files[change.path] = self.sandbox.stamp(change.path, files[change.path], now_ns)
        self._files = self.bundle.last_files = files

    def _note_change(self, change: Change) -> None:
        self.journal.add(
            "change",
            process=self.number,
            bundle=self.bundle.full_name,
            during=next((c for c in self._running if c != "onProcess"), ""),
            path=change.path,
            what=change.what,
            size=change.size,
            crc="" if change.what == "removed" else self.sandbox.checksum(change.path),
            names_staging=change.what != "removed" and self.sandbox.mentions(change.path, STAGING_NAME),
        )

    async def send(self, message: str, handler: Coroutine[Any, Any, Any], code: int = 0) -> Any:
        """An IPC to the service, which may take its time: the sending thread waits, the service works on a thread of its own.
        A message that is made to fail is answered with EXT_BROKEN_IPC; a dead process never gets an answer.
        """
        try:
            arrives = self._arrives(message, code)
        except Killed:
            handler.close()
            raise
        if not arrives:
            handler.close()
            return Code.E_IPCSS
        return await self.kernel.call_inline(handler, "ipc")

    def tell(self, message: str, handler: Callable[..., Any], *args: Any, code: int = 0, broken: Any = Code.E_IPCSS) -> Any:
        """As `send`, of a message that is answered at once; ``broken`` is the answer when it is made to fail."""
        if not self._arrives(message, code):
            return broken
        return self.kernel.call_at_once("ipc", handler, *args)

    def _arrives(self, message: str, code: int) -> bool:
        failed = self.host.ipc_fails(message)
        self.journal.add("ipc", to="service", message=message, bundle=self.bundle.full_name, code=int(code), failed=failed)
        return not failed and self.alive

    def serve(self, handler: Coroutine[Any, Any, Any], reply: Future[Any]) -> None:
        """Work on an IPC from the service on a thread of this process, which ends with it."""
        task = Task(self.kernel, handler, "ipc")
        task.step()
        if task.done:
            reply.set_result(task.result())
            return
        task.watch(reply.set_result)
        self._served = [task for task in self._served if not task.done]
        self._served.append(task)

    def reply(self, broken: Any) -> Future[Any]:
        """A future for the answer to an IPC into this process; it becomes ``broken`` when the process dies first."""
        future: Future[Any] = Future(self.kernel)
        self.broken_replies = [(f, b) for f, b in self.broken_replies if not f.done]
        self.broken_replies.append((future, broken))
        return future

    def end(self, why: str, text: str = "") -> None:
        """The process is gone at this very event. Called on one of its own threads, that thread ends too."""
        if not self.alive:
            return
        self.alive = False
        work = self.realm.alive_work()
        suspended = bool(self._running) or bool(work) or bool(self.databases)
        restore = self.sandbox.freeze() if suspended else None
        if (restore is None or self.sandbox.exists) and not self._at_rest:
            self.note_changes()
        if work:
            self.journal.add("work.cut", process=self.number, work=work)
        if self._running and why in _GIVEN_UP and any(thread.endless for thread in self.threads):
            self.journal.add("endless", process=self.number, callback=self._running[0])
        self.journal.add(
            "process.end", process=self.number, bundle=self.bundle.full_name, why=why, text=self.sandbox.clean_text(text)
        )
        for thread in self.threads:
            thread.dying = True
        for native in self.native_threads:
            native.stop()
        for task in self._served:
            task.cancel()
        self.kernel.call_at(self.kernel.now_ns, Rank.DEATH, self._bury, restore, why)
        running = current_thread()
        if running is not None and running.owner is self:
            running.check()

    def end_stuck(self) -> None:
        """Nothing else is due on the whole device, and a thread of the app has computed for very long."""
        self.end("stuck")

    def _low_memory(self, condition: LowMemoryKill) -> None:
        if self.alive:
            self.journal.add("condition", name="LowMemoryKill", text=f"during {condition.callback}")
            self.end("low-memory")

    def _bury(self, restore: Callable[[], None] | None, why: str) -> None:
        if restore is None:
            self._end_threads()
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # files that the app had open
                warnings.filterwarnings("ignore", r"coroutine '.*' was never awaited", RuntimeWarning)
                self._end_threads()
            restore()
        for future, broken in self.broken_replies if why != "session-over" else ():
            future.set_result(broken)
        if why not in ("disconnect", "session-over", "hang"):
            self.on_died()

    def _end_threads(self) -> None:
        for thread in self.threads:
            thread.dying = False
            thread.kill()
        self.realm.end()

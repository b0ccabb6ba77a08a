"""Virtual time: the event heap, native threads as coroutines, the app's threads as greenlets."""

from emulator.kernel.carriers import Carrier, aside
from emulator.kernel.events import Kernel, KernelError, Rank, Timer
from emulator.kernel.native import Future, Mutex, NativeThread, Task
from emulator.kernel.threads import AppThread, Killed, current_thread

__all__ = [
    "AppThread",
    "Carrier",
    "Future",
    "Kernel",
    "KernelError",
    "Killed",
    "Mutex",
    "NativeThread",
    "Rank",
    "Task",
    "Timer",
    "aside",
    "current_thread",
]

"""The clocks of the time and datetime modules: virtual for the app's threads, real for everybody else."""

from __future__ import annotations

import copyreg
import datetime
import time
from collections.abc import Callable
from typing import Any

from emulator.kernel import AppThread, current_thread

_real_sleep = time.sleep
_real_datetime = datetime.datetime
_real_date = datetime.date


def sleep(seconds: float, /) -> None:
    """time.sleep."""
    thread = current_thread()
    if thread is None:
        _real_sleep(seconds)
        return
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    thread.sleep(round(seconds * 1e9))


def _read(thread: AppThread) -> int:
    """Virtual nanoseconds, after paying for the look."""
    thread.charge(thread.fuel.look() * thread.owner.cpu_factor)
    return thread.kernel.now_ns


def _wall_ns(thread: AppThread) -> int:
    now_ns = _read(thread)
    return int(thread.owner.wall_epoch_ns) + now_ns


def _clock(real: Callable[[], Any], virtual: Callable[[AppThread], Any]) -> Callable[[], Any]:
    def read() -> Any:
        thread = current_thread()
        return real() if thread is None else virtual(thread)

    read.__name__ = read.__qualname__ = real.__name__
    read.__doc__ = real.__doc__
    return read


def _of_clock(real: Callable[..., Any], unit: float) -> Callable[..., Any]:
    """``clock_gettime``: the wall clock by its number, every other one counts from the begin of the session."""

    def read(clock_id: int, /) -> Any:
        thread = current_thread()
        if thread is None:
            return real(clock_id)
        now_ns = _wall_ns(thread) if clock_id == time.CLOCK_REALTIME else _read(thread)
        return now_ns if unit == 1 else now_ns / unit

    read.__name__ = read.__qualname__ = real.__name__
    read.__doc__ = real.__doc__
    return read


def _with_default_now(real: Callable[..., Any], position: int) -> Callable[..., Any]:
    """``localtime()`` and its like: without their time argument they mean now."""

    def convert(*args: Any) -> Any:
        thread = current_thread()
        if thread is None or (len(args) > position and args[position] is not None):
            return real(*args)
        now_s = _wall_ns(thread) / 1e9
        if real in (time.strftime, _REAL["strftime"], _REAL["asctime"]):
            return real(*args[:position], _REAL["localtime"](now_s))
        return real(*args[:position], now_s)

    convert.__name__ = convert.__qualname__ = real.__name__
    convert.__doc__ = real.__doc__
    return convert


_REAL: dict[str, Any] = {name: getattr(time, name) for name in ("localtime", "gmtime", "ctime", "asctime", "strftime")}


def library_monotonic() -> float:
    """time.monotonic for the standard library's own waiting, which is not charged."""
    thread = current_thread()
    return _real_monotonic() if thread is None else thread.kernel.now_ns / 1e9


_real_monotonic = time.monotonic

FUNCTIONS: dict[str, tuple[Any, Any]] = {
    "sleep": (time.sleep, sleep),
    "time": (time.time, _clock(time.time, lambda t: _wall_ns(t) / 1e9)),
    "time_ns": (time.time_ns, _clock(time.time_ns, _wall_ns)),
    "monotonic": (time.monotonic, _clock(time.monotonic, lambda t: _read(t) / 1e9)),
    "monotonic_ns": (time.monotonic_ns, _clock(time.monotonic_ns, _read)),
    "perf_counter": (time.perf_counter, _clock(time.perf_counter, lambda t: _read(t) / 1e9)),
    "perf_counter_ns": (time.perf_counter_ns, _clock(time.perf_counter_ns, _read)),
    "process_time": (time.process_time, _clock(time.process_time, lambda t: _read(t) / 1e9)),
    "process_time_ns": (time.process_time_ns, _clock(time.process_time_ns, _read)),
    "thread_time": (time.thread_time, _clock(time.thread_time, lambda t: _read(t) / 1e9)),
    "thread_time_ns": (time.thread_time_ns, _clock(time.thread_time_ns, _read)),
    "localtime": (time.localtime, _with_default_now(time.localtime, 0)),
    "gmtime": (time.gmtime, _with_default_now(time.gmtime, 0)),
    "ctime": (time.ctime, _with_default_now(time.ctime, 0)),
    "asctime": (time.asctime, _with_default_now(time.asctime, 0)),
    "strftime": (time.strftime, _with_default_now(time.strftime, 1)),
}
"""Name in the time module: the real function and ours."""

if hasattr(time, "clock_gettime"):
    FUNCTIONS["clock_gettime"] = (time.clock_gettime, _of_clock(time.clock_gettime, 1e9))
    FUNCTIONS["clock_gettime_ns"] = (time.clock_gettime_ns, _of_clock(time.clock_gettime_ns, 1))


class _DateMeta(type):
    """Lets real dates count as instances of ours: the app may compare what C code made."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _REAL_CLASSES.get(cls, type)) if cls in _REAL_CLASSES else super().__instancecheck__(instance)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, _REAL_CLASSES[cls]) if cls in _REAL_CLASSES else super().__subclasscheck__(subclass)


class VirtualDatetime(_real_datetime, metaclass=_DateMeta):
    """datetime.datetime whose now() is the device's."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        """The device's wall clock in ``tz``."""
        thread = current_thread()
        if thread is None:
            return super().now(tz)
        return cls.fromtimestamp(_wall_ns(thread) / 1e9, tz)

    @classmethod
    def utcnow(cls) -> Any:
        """The device's wall clock in UTC, without a zone."""
        return cls.now(datetime.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        """The same as now()."""
        return cls.now()

    def __repr__(self) -> str:
        return _like_real(self, super().__repr__())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _by_name(super().__reduce_ex__(protocol))

    def __conform__(self, protocol: Any) -> str:
        return self.isoformat(" ")


class VirtualDate(_real_date, metaclass=_DateMeta):
    """datetime.date whose today() is the device's."""

    @classmethod
    def today(cls) -> Any:
        """The device's date."""
        thread = current_thread()
        return super().today() if thread is None else cls.fromtimestamp(_wall_ns(thread) / 1e9)

    def __repr__(self) -> str:
        return _like_real(self, super().__repr__())

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _by_name(super().__reduce_ex__(protocol))

    def __conform__(self, protocol: Any) -> str:
        return self.isoformat()


_REAL_CLASSES: dict[type, type] = {VirtualDatetime: _real_datetime, VirtualDate: _real_date}

for _ours, _real in _REAL_CLASSES.items():
    _ours.__name__ = _ours.__qualname__ = _real.__name__
    _ours.__module__ = _real.__module__


def _like_real(value: Any, text: str) -> str:
    return f"datetime.{text}" if type(value) in _REAL_CLASSES else text


def _by_name(reduced: Any) -> tuple[Any, ...]:
    """Pickles name the class that the datetime module has at present: they need nothing of ours to be read."""
    cls = reduced[0]
    if cls in _REAL_CLASSES or cls in _REAL_CLASSES.values():
        cls = getattr(datetime, cls.__name__)
    return (cls, *reduced[1:])


copyreg.pickle(_real_datetime, lambda value: _by_name(_real_datetime.__reduce_ex__(value, 4)))
copyreg.pickle(_real_date, lambda value: _by_name(_real_date.__reduce_ex__(value, 4)))


CLASSES: dict[str, tuple[type, type]] = {
    "datetime": (_real_datetime, VirtualDatetime),
    "date": (_real_date, VirtualDate),
}
"""Name in the datetime module: the real class and ours."""

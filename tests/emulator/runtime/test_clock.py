"""Clocks and dates: virtual for the app, real for everybody else, wherever the name was imported."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import datetime
import math
import pickle
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from datetime import date
from datetime import datetime as imported_datetime
from time import monotonic as imported_monotonic
from time import sleep as imported_sleep
from time import time as imported_time
from typing import Any

import pytest

from emulator.kernel.fuel import CLOCK_PRICE_NS
from emulator.runtime.python import clock, surface
from tests.emulator.harness import OK_JSON, run, seen, times
from tests.emulator.runtime.box import WALL_EPOCH_NS, Box, run_app

S = 1_000_000_000
PRICE_S = CLOCK_PRICE_NS / S
WALL_S = WALL_EPOCH_NS / S


def after_five_seconds(read: Any) -> Any:
    def main() -> Any:
        time.sleep(5)
        return read()

    return run_app(main)


@pytest.mark.parametrize("name", ["monotonic", "perf_counter", "process_time", "thread_time"])
def test_counting_clocks(name: str) -> None:
    assert after_five_seconds(lambda: getattr(time, name)()) == 5 + PRICE_S
    assert after_five_seconds(lambda: getattr(time, f"{name}_ns")()) == 5 * S + CLOCK_PRICE_NS


def test_wall_clock() -> None:
    assert after_five_seconds(time.time) == WALL_S + 5 + PRICE_S
    assert after_five_seconds(time.time_ns) == WALL_EPOCH_NS + 5 * S + CLOCK_PRICE_NS


@pytest.mark.skipif(not hasattr(time, "clock_gettime"), reason="no clock_gettime on this platform")
def test_clock_gettime() -> None:
    assert after_five_seconds(lambda: time.clock_gettime(time.CLOCK_REALTIME)) == WALL_S + 5 + PRICE_S
    assert after_five_seconds(lambda: time.clock_gettime_ns(time.CLOCK_MONOTONIC)) == 5 * S + CLOCK_PRICE_NS


def test_a_loop_that_waits_for_a_time_gets_there_in_time() -> None:
    def main() -> Any:
        looks, end = 0, time.monotonic() + 40
        while time.monotonic() < end:
            looks += 1
        time.sleep(1)
        return looks, time.monotonic(), time.monotonic()

    looks, woke, later = run_app(main)
    assert 50_000 < looks < 60_000
    assert 41 < woke < 41.1
    assert later == pytest.approx(woke + PRICE_S), "behind a rest the price is the first again"


@pytest.mark.parametrize("name", ["localtime", "gmtime", "ctime", "asctime"])
def test_conversions_without_an_argument_mean_now(name: str) -> None:
    convert = getattr(time, name)
    expected = convert(time.localtime(WALL_S + 5) if name == "asctime" else WALL_S + 5)
    assert after_five_seconds(convert) == expected
    if name != "asctime":
        assert after_five_seconds(lambda: convert(None)) == expected
        assert after_five_seconds(lambda: convert(0)) == convert(0)


def test_strftime() -> None:
    assert after_five_seconds(lambda: time.strftime("%Y-%m-%d %S")) == time.strftime("%Y-%m-%d %S", time.localtime(WALL_S + 5))
    assert after_five_seconds(lambda: time.strftime("%Y", time.gmtime(0))) == "1970"


def test_dates() -> None:
    here = datetime.datetime.fromtimestamp(WALL_S + 5 + PRICE_S)
    utc = datetime.datetime.fromtimestamp(WALL_S + 5 + PRICE_S, datetime.UTC)
    assert after_five_seconds(lambda: datetime.datetime.now()) == here
    assert after_five_seconds(lambda: datetime.datetime.today()) == here
    assert after_five_seconds(lambda: datetime.datetime.now(datetime.UTC)) == utc
    assert after_five_seconds(lambda: datetime.datetime.utcnow()) == utc.replace(tzinfo=None)
    assert after_five_seconds(lambda: datetime.date.today()) == here.date()


def test_the_device_begins_where_it_says() -> None:
    def main() -> str:
        return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")

    assert run_app(main) == "2026-07-01T00:00:00+00:00"


class Stamp(imported_datetime):
    """A date of the app's own."""


def test_subclasses_stay_what_they_are() -> None:
    class Moment(datetime.datetime):
        pass

    class Day(datetime.date):
        pass

    def main() -> Any:
        plain, moment, day = datetime.datetime.now(), Moment.now(), Day.today()
        return (
            [type(moment) is Moment, type(Moment.utcnow()) is Moment, type(day) is Day],
            [isinstance(plain, Moment), isinstance(moment, datetime.datetime), isinstance(plain, datetime.date)],
            [issubclass(datetime.datetime, datetime.date), issubclass(datetime.datetime, Moment), isinstance(day, Moment)],
        )

    assert run_app(main) == ([True, True, True], [False, True, True], [True, False, False])
    assert isinstance(Moment.now(), Moment), "outside the app as well"


def test_dates_print_copy_pickle_and_bind_like_real_ones() -> None:
    def main() -> datetime.datetime:
        return datetime.datetime.now()

    value = run_app(main)
    assert repr(value).startswith("datetime.datetime(2026, ")
    assert eval(repr(value)) == value
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    plain = clock._real_datetime(2020, 1, 1)
    assert pickle.loads(pickle.dumps(plain)) == copy.copy(plain) == plain
    with sqlite3.connect(":memory:") as base:
        text = base.execute("select ?", (value.isoformat(" "),)).fetchone()[0]
    base.close()
    assert text == str(value)


def test_sleep_takes_its_time_and_checks_its_argument() -> None:
    box = Box()

    def main() -> None:
        for seconds in (1, 0.5, 0, True):
            time.sleep(seconds)
        for wrong, error in ((-1, ValueError), ("1", TypeError), (None, TypeError), (float("nan"), ValueError)):
            with pytest.raises(error):
                time.sleep(wrong)

    box.run(main)
    box.close()
    assert box.kernel.now_ns == 2_500_000_000


def test_names_imported_before() -> None:
    def main() -> Any:
        imported_sleep(3)
        return imported_monotonic(), imported_time() - WALL_S, date.today().year, imported_datetime.now().year, Stamp.now().year

    surface.install()
    years = {2026, clock._real_date.today().year}
    found = run_app(main)
    years.add(clock._real_date.today().year)
    assert found[0] == 3 + PRICE_S
    assert found[1] == pytest.approx(3 + 2 * PRICE_S, abs=1e-5)
    # Classes are replaced in the app's own modules only, and this module is imported before any subject.
    assert {found[2], found[3]} <= years


BEFORE_AND_AFTER = """
    import sys, time, datetime
    from time import sleep, monotonic as mono
    from random import choice
    real = time.sleep, datetime.datetime
    sys.path.insert(0, {root!r})
    from emulator.runtime.python import surface
    assert time.sleep is sleep and sleep.__module__ == "time"
    surface.install()
    surface.install()
    assert sleep is time.sleep and sleep is not real[0], "imported before"
    from time import sleep as after
    assert after is sleep
    from tests.emulator.runtime.box import run_app
    assert run_app(lambda: (sleep(7), mono())[1]) == 7.00002
    assert run_app(lambda: choice(range(10**9))) == run_app(lambda: choice(range(10**9)))
    surface.uninstall()
    assert (time.sleep, datetime.datetime) == real and sleep is real[0]
    import threading, asyncio, subprocess, os, random, queue
    for thing in (threading.Lock, asyncio.run, subprocess.Popen.__init__, os.fork, random.random, queue.SimpleQueue, mono):
        assert not str(getattr(thing, "__module__", "")).startswith("emulator"), thing
    print("fine")
"""


def test_install_reaches_old_names_and_uninstall_takes_all_back() -> None:
    root = next(path for path in sys.path if path and __file__.startswith(path) and "site-packages" not in path)
    code = textwrap.dedent(BEFORE_AND_AFTER.format(root=root))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "fine\n", done.stderr


def test_pytest_and_real_threads_see_the_real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a thread of the app sleeps, too: what they read lies between two looks at the real clock."""
    box = Box()
    box.spawn_thread("js", lambda: time.sleep(1_000)).begin()
    box.kernel.advance(S)
    slept: list[float] = []
    monkeypatch.setattr(clock, "_real_sleep", slept.append)
    found: list[bool] = []

    def look() -> None:
        real, today = clock.FUNCTIONS["monotonic"][0], clock._real_date.today
        found.append(real() <= time.monotonic() <= real())
        found.append(today() <= datetime.date.today() <= today())
        time.sleep(3)

    look()
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    box.close()
    assert found == [True] * 4
    assert slept == [3, 3]
    assert box.kernel.now_ns == S


class Endless:
    context: Any = None

    async def onBackupEx(self, backupInfo: str) -> str:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.sleep(1e300), 2)
        await asyncio.sleep(math.inf)
        return OK_JSON


def test_a_timer_that_never_comes() -> None:
    record = run(Endless)
    assert seen(record, "onBundleEnd") == [("onBundleEnd", 13500003)]
    assert times(record, "timer.expired", timer="ext") == [900.0]

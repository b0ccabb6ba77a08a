"""What the device does not have is refused by name, to the app only."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import multiprocessing
import multiprocessing.pool
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from os import system as imported_system
from socket import create_connection as imported_create_connection
from typing import Any

import pytest

from emulator.runtime.python.refusals import NotAvailable
from tests.emulator.harness import OK_JSON, run, seen
from tests.emulator.runtime.box import Box, run_app


def with_socket(use: Callable[[socket.socket], Any]) -> Callable[[], None]:
    def call() -> None:
        with socket.socket() as made:
            use(made)

    return call


def raw_selector() -> None:
    with selectors.DefaultSelector() as selector:
        selector.select(0)


async def async_subprocess() -> None:
    await asyncio.create_subprocess_exec(sys.executable, "-c", "pass")


async def async_connection() -> None:
    await asyncio.open_connection("127.0.0.1", 9)


def process_pool() -> None:
    with concurrent.futures.ProcessPoolExecutor(1) as pool:
        pool.submit(len, ()).result()


CALLS: dict[str, tuple[str, Callable[[], Any]]] = {
    "subprocess.run": ("subprocess.Popen", lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)),
    "os.popen": ("os.popen", lambda: os.popen("true")),
    "os.system": ("os.system", lambda: os.system("true")),
    "imported os.system": ("os.system", lambda: imported_system("true")),
    "imported create_connection": ("socket.create_connection", lambda: imported_create_connection(("127.0.0.1", 9))),
    "asyncio subprocess": ("asyncio: subprocess_exec", lambda: asyncio.run(async_subprocess())),
    "multiprocessing.Process": ("multiprocessing.process.BaseProcess", lambda: multiprocessing.Process(target=len).start()),
    "multiprocessing.Queue": ("multiprocessing.Queue", lambda: multiprocessing.Queue()),
    "multiprocessing.Lock": ("multiprocessing.Lock", lambda: multiprocessing.Lock()),
    "multiprocessing.Pool": ("multiprocessing.Pool", lambda: multiprocessing.Pool()),
    "thread pool of multiprocessing": ("multiprocessing.pool.ThreadPool", lambda: multiprocessing.pool.ThreadPool(1)),
    "connect": ("socket.socket.connect", with_socket(lambda made: made.connect(("127.0.0.1", 9)))),
    "bind": ("socket.socket.bind", with_socket(lambda made: made.bind(("127.0.0.1", 0)))),
    "recv": ("socket.socket.recv", with_socket(lambda made: made.recv(1))),
    "create_connection": ("socket.create_connection", lambda: socket.create_connection(("127.0.0.1", 9))),
    "getaddrinfo": ("socket.getaddrinfo", lambda: socket.getaddrinfo("localhost", 80)),
    "urllib": ("socket", lambda: urllib.request.urlopen("http://127.0.0.1:9/")),
    "asyncio connection": ("asyncio: sock_connect", lambda: asyncio.run(async_connection())),
    "select.select": ("select.select", lambda: select.select([], [], [], 0)),
    "selectors": ("select", raw_selector),
    "signal.signal": ("signal.signal", lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)),
    "raise_signal": ("signal.raise_signal", lambda: signal.raise_signal(signal.SIGINT)),
    "set_wakeup_fd": ("signal.set_wakeup_fd", lambda: signal.set_wakeup_fd(-1)),
    "input": ("builtins.input", lambda: input("?")),
    "os._exit": ("os._exit", lambda: os._exit(1)),
    "os.abort": ("os.abort", lambda: os.abort()),
    "os.kill": ("os.kill", lambda: os.kill(os.getpid(), signal.SIGTERM)),
    "os.execv": ("os.execv", lambda: os.execl(sys.executable, sys.executable)),
}
if hasattr(os, "fork"):
    CALLS["os.fork"] = ("os.fork", lambda: os.fork())
    CALLS["os.waitpid"] = ("os.waitpid", lambda: os.waitpid(-1, 0))
    CALLS["posix_spawn"] = ("os.posix_spawn", lambda: os.posix_spawn("/bin/true", ["true"], {}))
    CALLS["signal.alarm"] = ("signal.alarm", lambda: signal.alarm(1))
    CALLS["pool of processes"] = ("multiprocessing", process_pool)
if hasattr(select, "epoll"):
    CALLS["select.epoll"] = ("select.epoll", lambda: select.epoll())


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_refused_by_name(what: str) -> None:
    name, call = CALLS[what]
    box = Box()

    def main() -> str:
        try:
            call()
        except NotAvailable as error:
            return str(error)
        except OSError as error:  # urllib wraps what it meets
            return str(error)
        raise AssertionError("not refused")

    try:
        text = box.run(main)
    finally:
        box.close()
    assert "is not available on the emulated device" in text
    assert box.refused and box.refused[0].startswith(name)


class Uncaught:
    def onBackupEx(self, backupInfo: str) -> str:
        subprocess.run(["true"], check=True)
        return OK_JSON


class UncaughtLater:
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        socket.create_connection(("127.0.0.1", 9))
        return OK_JSON


class Caught:
    def onBackupEx(self, backupInfo: str) -> str:
        try:
            subprocess.run(["true"], check=True)
        except RuntimeError as error:
            print(error)
        return OK_JSON


@pytest.mark.parametrize(("cls", "name"), [(Uncaught, "subprocess.Popen"), (UncaughtLater, "socket.create_connection")])
def test_uncaught_blocks_the_record(cls: type[Any], name: str) -> None:
    record = run(cls)
    assert record.blocked == f"not available on the emulated device: {name}"


def test_caught_goes_on() -> None:
    record = run(Caught)
    assert record.blocked == ""
    assert ("onBundleEnd", 0) in seen(record)
    assert [event.data["uncaught"] for event in record.of_kind("refused")] == [False]


def test_our_own_and_pytests_use_is_untouched() -> None:
    run(Caught)
    assert subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, check=True, timeout=60).stdout == b"1\n"
    one, other = socket.socketpair()
    with one, other:
        one.sendall(b"x")
        assert other.recv(1) == b"x"
        assert select.select([], [one], [], 0)[1] == [one]
    if hasattr(select, "epoll"):
        with select.epoll() as poll:
            assert isinstance(poll, select.epoll)
            with select.epoll.fromfd(os.dup(poll.fileno())) as again:
                assert again.poll(0) == []
    found: list[bytes] = []

    def in_thread() -> None:
        found.append(subprocess.run([sys.executable, "-c", "print(2)"], capture_output=True, check=True, timeout=60).stdout)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert found == [b"2\n"]

    async def real() -> bytes:
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "print(3)", stdout=subprocess.PIPE)
        return (await process.communicate())[0]

    assert asyncio.run(real()) == b"3\n"


def test_a_device_may_run_inside_somebody_elses_loop() -> None:
    async def main() -> Any:
        record = run(UsesAsyncioRun)
        loop = asyncio.get_running_loop()
        await asyncio.sleep(0)
        return record, loop is asyncio.get_running_loop(), [n async for n in numbers()]

    async def numbers() -> Any:
        yield 1
        yield 2

    record, same, found = asyncio.run(main())
    assert ("onBundleEnd", 0) in seen(record)
    assert same and found == [1, 2]


class UsesAsyncioRun:
    def onBackupEx(self, backupInfo: str) -> str:
        asyncio.run(asyncio.sleep(3))
        return OK_JSON


def test_asyncio_run_needs_no_signal_handler() -> None:
    assert run_app(lambda: asyncio.run(asyncio.sleep(1, "value"))) == "value"
    assert run_app(lambda: signal.getsignal(signal.SIGINT)) is signal.SIG_DFL


def test_a_pool_that_was_refused_goes_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", said.append)
    with pytest.raises(NotAvailable):
        run_app(lambda: multiprocessing.pool.ThreadPool(1))
    gc.collect()
    assert said == []

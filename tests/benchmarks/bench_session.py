"""One nominal session of 60 virtual seconds with 12 polls against a bare virtual asyncio loop with the same timers and calls.

At most three times as long. How to run it is in docs/performance.md.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import Any

from emulator import BackupExtensionAbility, Device, SessionKind, load_subject, nominal_plan
from emulator.guard import guarded
from emulator.record import Record

SECONDS = 60
POLL_S = 5
LIMIT = 3.0
HANG_LIMIT_S = 5.0
RESULT = '{"type":"ErrorInfo","errorCode":0,"errorInfo":""}'
PROGRESS = '{"progressInfo":[{"name":"bench","processed":1,"total":2}]}'


class Ext(BackupExtensionAbility):
    """Works for a minute in steps of a second, and answers every poll."""

    async def onBackupEx(self, backupInfo: str) -> str:
        for _ in range(SECONDS):
            await asyncio.sleep(1)
        return RESULT

    def onProcess(self) -> str:
        return PROGRESS


class _NoWaiting(selectors.SelectSelector):
    """Where a real selector waits, virtual time goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0.0
        return []


def bare_loop() -> int:
    """The same sleeps, polls and answers, and nothing else. Gives the number of polls."""
    selector = _NoWaiting()
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: selector.now  # type: ignore[method-assign]
    extension = Ext()
    answers: list[str] = []

    async def poll() -> None:
        while True:
            answers.append(extension.onProcess())
            deadline = loop.call_later(1, answers.append, "late")
            deadline.cancel()
            await asyncio.sleep(POLL_S)

    async def session() -> None:
        polling = loop.create_task(poll())
        await extension.onBackupEx("[]")
        polling.cancel()

    try:
        loop.run_until_complete(session())
    finally:
        loop.close()
    return len(answers)


SUBJECT = load_subject(Ext)


def session() -> Record:
    """The nominal full backup."""
    with Device() as device:
        device.install(SUBJECT)
        return device.run(nominal_plan(SessionKind.FULL_BACKUP))


def side_by_side(*functions: Callable[[], Any], rounds: int = 7, times: int = 20) -> list[float]:
    """Seconds of one call of each: the least disturbed of the rounds in which they take turns."""
    samples: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, taken in zip(functions, samples, strict=True):
            begin = time.perf_counter()
            for _ in range(times):
                function()
            taken.append((time.perf_counter() - begin) / times)
    return [min(taken) for taken in samples]


def bench_session_against_a_bare_loop() -> None:
    record = session()
    assert len(record.polls) >= SECONDS // POLL_S
    assert bare_loop() >= SECONDS // POLL_S
    with guarded(HANG_LIMIT_S):
        ours, bare = side_by_side(session, bare_loop)
    ratio = ours / bare
    print(f"\n{SECONDS} virtual s: session {ours * 1e3:.2f} ms, bare loop {bare * 1e3:.2f} ms, ratio {ratio:.2f} (limit {LIMIT})")
    assert ours <= LIMIT * bare

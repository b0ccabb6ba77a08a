"""Coroutines that a callback makes and nobody awaits: they are left behind when it has settled."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import warnings
from typing import Any

import pytest

from emulator import Kill
from tests.emulator.harness import OK_JSON, S, run, seen


class Base:
    context: Any = None

    async def save(self) -> None:
        await asyncio.sleep(1)

    def plain(self) -> None: ...


class DropsInSync(Base):
    def onBackupEx(self, backupInfo: str) -> str:
        self.save()
        return OK_JSON


class DropsInAsync(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        self.save()
        return OK_JSON


class KeepsInALocal(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        kept = [self.save()]
        await asyncio.sleep(1)
        return OK_JSON if kept else ""


class ForgetsAThread(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        asyncio.to_thread(self.plain)
        return OK_JSON


class DropsInAWorker(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        worker = threading.Thread(target=self.save)
        worker.start()
        worker.join()
        return OK_JSON


class DropsInATask(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.create_task(self.step())
        return OK_JSON

    async def step(self) -> None:
        self.save()


SAVE = "coroutine Base.save that was never awaited"
LEFT = {
    DropsInSync: [SAVE],
    DropsInAsync: [SAVE],
    KeepsInALocal: [SAVE],
    ForgetsAThread: ["coroutine to_thread that was never awaited"],
    DropsInAWorker: [SAVE],
    DropsInATask: [SAVE],
}


def left(cls: type[Any], **options: Any) -> list[list[str]]:
    return [event.data["work"] for event in run(cls, **options).of_kind("call.left")]


@pytest.mark.parametrize("cls", LEFT)
@pytest.mark.parametrize("action", ["ignore", "error"])
def test_it_is_left_behind(cls: type[Any], action: Any) -> None:
    """Whatever the user does with warnings, and each time anew, where Python warns of a place only once."""
    with warnings.catch_warnings():
        warnings.simplefilter(action)
        assert [left(cls), left(cls)] == [[LEFT[cls]]] * 2


class Awaits(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        await self.save()
        await asyncio.gather(self.save(), asyncio.to_thread(self.plain))
        return OK_JSON


class Closes(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        self.save().close()
        return OK_JSON


class CancelsAtOnce(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        task = asyncio.create_task(self.save())
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.save(), 0)
        return OK_JSON


class AsyncProgress(Base):
    async def onProcess(self) -> str:
        self.save()
        return ""

    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(12)
        return OK_JSON


@pytest.mark.parametrize("cls", [Awaits, Closes, CancelsAtOnce, AsyncProgress])
def test_it_is_not(cls: type[Any]) -> None:
    record = run(cls)
    assert ("onBundleEnd", 0) in seen(record)
    assert not list(record.of_kind("call.left"))


class KilledInBetween(Base):
    async def onBackupEx(self, backupInfo: str) -> str:
        kept = self.save()
        await asyncio.sleep(600)
        await kept
        return OK_JSON


def test_a_process_that_is_killed_forgets_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert left(KilledInBetween, conditions=[Kill(at_ns=30 * S)]) == []


async def outside() -> None: ...


def test_of_what_is_not_the_apps_python_warns() -> None:
    run(Awaits)
    with pytest.warns(RuntimeWarning, match="coroutine 'outside' was never awaited"):
        outside()

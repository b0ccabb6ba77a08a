"""Random numbers and bytes: seeded anew in every process of the device; nobody else's change."""

from __future__ import annotations

import os
import random
import secrets
import tempfile
import uuid
from random import shuffle
from typing import Any

from emulator import Condition, Device, SessionKind, StorageFull, load_subject, nominal_plan
from tests.emulator.harness import OK_JSON
from tests.emulator.runtime.box import Box, run_app


def draw() -> list[Any]:
    items = list(range(10))
    shuffle(items)
    numbers = [random.random(), random.randint(1, 10**6), random.gauss(0, 1)]
    return [numbers, random.choice("abc"), random.sample(range(99), 3), items]


def test_the_same_numbers_in_every_process() -> None:
    first = run_app(draw)
    random.seed(5)
    assert run_app(draw) == first
    assert run_app(draw, seed=1) != first


def test_the_app_may_seed_for_itself() -> None:
    def main() -> list[Any]:
        random.seed(7)
        state = random.getstate()
        numbers = draw()
        random.setstate(state)
        return [numbers, draw()]

    first, second = run_app(main)
    assert first == second == run_app(main)[0]
    assert first != run_app(draw)


def test_numbers_of_everybody_else_are_left_alone() -> None:
    Box()
    random.seed(3)
    expected = [random.random() for _ in range(4)]
    random.seed(3)
    found = [random.random(), random.random()]
    run_app(lambda: (random.seed(9), draw()))
    found += [random.random(), random.random()]
    assert found == expected


class Draws:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        random.seed(1)
        print(os.urandom(4).hex(), uuid.uuid4(), secrets.token_hex(4), tempfile.mktemp(dir=""))
        return OK_JSON


def test_random_bytes_are_others_in_every_process_and_the_same_in_every_run() -> None:
    def drawn() -> list[str]:
        with Device() as device:
            device.install(load_subject(Draws))
            records = [device.run(nominal_plan(SessionKind.FULL_BACKUP)) for _ in range(2)]
        return [event.data["text"] for record in records for event in record.of_kind("log")]

    first = drawn()
    assert drawn() == first
    words = [word for line in first for word in line.split()]
    assert len(set(words)) == len(words) == 8


class MakesAFile:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        os.close(tempfile.mkstemp(dir=self.context.filesDir)[0])
        return OK_JSON


def test_names_of_temporary_files_are_the_same_in_every_run() -> None:
    def names() -> list[str]:
        with Device() as device:
            device.install(load_subject(MakesAFile))
            records = [device.run(nominal_plan(SessionKind.FULL_BACKUP)) for _ in range(2)]
        return [event.data["path"] for record in records for event in record.of_kind("change")]

    first, second = names(), names()
    assert first == second
    assert len(set(first)) == 2


class NamesAFile:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        tempfile.NamedTemporaryFile("w", dir=self.context.filesDir, delete=False).close()
        return OK_JSON


def test_names_are_the_same_on_a_disk_with_faults() -> None:
    """There open() is ours, and tempfile chooses the name inside of it."""

    def names(*conditions: Condition) -> list[str]:
        with Device(conditions=conditions) as device:
            device.install(load_subject(NamesAFile))
            record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        return [event.data["path"] for event in record.of_kind("change")]

    assert len(names()) == 1
    assert names(StorageFull(10**9)) == names()


class Rolls:
    def onBackupEx(self, backupInfo: str) -> str:
        print(random.random())
        return OK_JSON


def test_the_next_process_rolls_other_numbers() -> None:
    with Device() as device:
        device.install(load_subject(Rolls))
        records = [device.run(nominal_plan(SessionKind.FULL_BACKUP)) for _ in range(2)]
    texts = [event.data["text"] for record in records for event in record.of_kind("log")]
    assert len(set(texts)) == 2

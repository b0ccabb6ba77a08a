"""Where devices keep their sandboxes on the host."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from emulator.storage.host_place import Places


def test_the_next_device_gets_the_same_directory() -> None:
    places = Places()
    first, second = places.take(), places.take()
    assert (first.name, second.name) == ("0", "1")
    assert list(first.iterdir()) == []
    first.rmdir()
    places.give_back(first)
    again = places.take()
    assert again == first
    for place in (again, second):
        place.rmdir()
        places.give_back(place)
    assert not first.parent.exists()
    assert places.take() == first
    first.rmdir()
    places.give_back(first)


def test_a_home_that_somebody_else_has_taken_is_left_alone() -> None:
    places = Places()
    first = places.take()
    first.rmdir()
    places.give_back(first)
    first.parent.mkdir()
    other = places.take()
    try:
        assert other.parent != first.parent
        assert list(first.parent.iterdir()) == []
    finally:
        first.parent.rmdir()
        other.rmdir()
        places.give_back(other)


def test_a_forked_process_has_places_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places()
    first = places.take()
    monkeypatch.setattr(os, "getpid", lambda: -1)
    second = places.take()
    assert second.name == "0"
    assert second.parent != first.parent
    for place in (first, second):
        place.rmdir()
        place.parent.rmdir()


def test_an_absolute_path_means_the_same_on_the_next_device() -> None:
    seen: list[str] = []

    class App:
        context: Any = None

        def onBackup(self) -> None:
            seen.append(self.context.filesDir)

    for _ in range(2):
        with Device() as device:
            device.install(load_subject(App))
            device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert not Path(seen[0]).exists()

"""The sandboxes in fixtures/sandboxes: what the README says, and fit for a device."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emulator import Device, SessionKind, load_subject, nominal_plan
from tests.emulator.harness import Idle
from tests.emulator.storage.model import backup
from tests.emulator.storage.strategies import read_tree

DIRECTORY = Path(__file__).parents[3] / "fixtures" / "sandboxes"
SAMPLES = sorted(path.name for path in DIRECTORY.iterdir() if path.is_dir())


def test_the_readme_has_a_row_for_each() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (DIRECTORY / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == SAMPLES
    assert len(SAMPLES) == 3


@pytest.mark.parametrize("name", SAMPLES)
def test_what_should_leave_does(name: str) -> None:
    left = backup(read_tree(DIRECTORY / name), {})
    stays = {path.name for path in (DIRECTORY / name).rglob("*") if path.is_file()} - {path.rpartition("/")[2] for path in left}
    assert left
    assert stays == ({"thumbnail.txt", "upload.part"} if name == "areas" else set())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_device_takes_it(name: str) -> None:
    with Device() as device:
        device.install(load_subject(Idle), sandbox=DIRECTORY / name)
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert all(event.data["path"].startswith("/data/storage/el") for event in record.of_kind("file.out"))
    assert record.of_kind("file.out")

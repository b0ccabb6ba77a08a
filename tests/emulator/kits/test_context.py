"""The context: which directory each getter names, in each area."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from emulator import BackupExtensionAbility
from emulator.kits.context import EL1, EL2, EL3, EL5, BackupExtensionContext
from emulator.storage.sandbox import Sandbox
from tests.emulator.harness import run
from tests.meta.spec_tables import Row, table

HERE = "/data/storage/{area}"
GETTERS = {
    "filesDir": HERE + "/base/haps/entry/files",
    "cacheDir": HERE + "/base/haps/entry/cache",
    "tempDir": HERE + "/base/haps/entry/temp",
    "preferencesDir": HERE + "/base/haps/entry/preferences",
    "databaseDir": HERE + "/database/entry",
    "distributedFilesDir": HERE + "/distributedfiles",
    "cloudFileDir": "/data/storage/el2/cloud",
    "resourceDir": "/data/storage/el1/bundle/entry/resources/resfile",
    "bundleCodeDir": "/data/storage/el1/bundle",
    "backupDir": HERE + "/base/.backup/",
}

VECTORS = [row for row in table("8.12", "dp") if "backupDir" in row.cells["Input"]]


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path / "root")


@pytest.fixture
def context(sandbox: Sandbox) -> BackupExtensionContext:
    return BackupExtensionContext(sandbox)


def test_no_getter_is_without_a_row() -> None:
    public = {name for name in vars(BackupExtensionContext) if name.endswith("Dir")}
    assert public == GETTERS.keys()


@pytest.mark.parametrize("area", [EL1, EL2], ids=["el1", "el2"])
@pytest.mark.parametrize("getter", GETTERS)
def test_a_getter_names_a_directory_that_exists(
    sandbox: Sandbox, context: BackupExtensionContext, getter: str, area: int
) -> None:
    context.area = area
    path = getattr(context, getter)
    assert sandbox.device_path(path) == GETTERS[getter].format(area=("el1", "el2")[area])
    assert os.path.isdir(path)


def test_the_module_is_the_bundles(tmp_path: Path) -> None:
    context = BackupExtensionContext(Sandbox(tmp_path / "root", module="feature"))
    for getter in ("filesDir", "databaseDir", "resourceDir"):
        assert "/feature" in getattr(context, getter)
        assert "/entry" not in getattr(context, getter)


def test_a_new_context_is_in_el2(context: BackupExtensionContext) -> None:
    assert context.area == EL2


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id, marks=pytest.mark.spec(row.id)) for row in VECTORS])
def test_backup_dir_of_an_area(sandbox: Sandbox, context: BackupExtensionContext, row: Row) -> None:
    context.area = int(row.cells["Input"].split()[2].rstrip(","))
    assert sandbox.device_path(context.backupDir) == row.cells["Result"].strip('`"')


@pytest.mark.parametrize("area", range(EL3, EL5 + 1))
def test_the_higher_areas(sandbox: Sandbox, context: BackupExtensionContext, area: int) -> None:
    context.area = area
    assert context.backupDir == ""
    assert sandbox.device_path(context.filesDir) == f"/data/storage/el{area + 1}/base/haps/entry/files"
    assert sandbox.device_path(context.distributedFilesDir) == "/data/storage/el2/distributedfiles"


@pytest.mark.parametrize("value", [-1, 5, "el1", None])
def test_what_is_no_area_changes_nothing(context: BackupExtensionContext, value: Any) -> None:
    context.area = EL1
    context.area = value
    assert context.area == EL1


@pytest.mark.parametrize("getter", GETTERS)
def test_directories_are_read_only(context: BackupExtensionContext, getter: str) -> None:
    with pytest.raises(AttributeError):
        setattr(context, getter, "/elsewhere")


def test_nothing_is_made_before_it_is_asked_for(sandbox: Sandbox, context: BackupExtensionContext) -> None:
    context.area = EL1
    assert not sandbox.exists


class Switches(BackupExtensionAbility):
    def onBackup(self) -> None:
        self.context.area = EL1
        print(self.context.backupDir)
        self.context.area = EL2
        print(self.context.backupDir)


def test_an_app_switches_areas() -> None:
    lines = [event.data["text"].strip() for event in run(Switches).of_kind("log")]
    assert lines == ["/data/storage/el1/base/.backup/", "/data/storage/el2/base/.backup/"]

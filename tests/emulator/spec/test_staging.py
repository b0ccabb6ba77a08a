"""When staging is wiped, and that it is not where the caller wants to keep it (data-plane 4.10)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emulator import Device, SessionKind, SessionPlan, load_subject
from emulator.client import Callbacks, SessionBackup
from emulator.conditions import Kill
from emulator.package import Package
from emulator.storage.config.backup_config import parse_backup_config
from tests.emulator.harness import BUNDLE, Ex, Idle

STAGING = "data/storage/el2/base/.backup"
EL1 = "data/storage/el1/base/.backup"
F = "data/storage/el2/base/files"
CLEAR, KEEP = '{"infos":[]}', '{"infos":[],"clearBackupData":"false"}'
PACKAGE = Package(config=parse_backup_config(json.dumps({"allowToBackupRestore": True, "includes": [f"{F}/"]})))
FULL, INCREMENTAL = SessionKind.FULL_BACKUP, SessionKind.INCREMENTAL_BACKUP
RESTORES = [SessionKind.FULL_RESTORE, SessionKind.INCREMENTAL_RESTORE]


class Fails:
    def onBackup(self) -> None:
        raise ValueError("no")

    def onRestore(self, version: object) -> None:
        raise ValueError("no")


SUBJECTS = [Idle, Ex, Fails]


def phone(root: Path) -> None:
    """One file, and something in every staging directory."""
    (root / F).mkdir(parents=True)
    (root / F / "a").write_text("a")
    for home in (STAGING, EL1):
        for name in ("backup", "restore"):
            (root / home / name).mkdir(parents=True)
            (root / home / name / "left").touch()


def left(subject: type[Any], kind: SessionKind, infos: str, *conditions: Any) -> list[str]:
    """What is in staging after a session."""
    with Device(conditions=conditions) as device:
        bundle = device.install(load_subject(subject), package=PACKAGE, sandbox=phone)
        root = bundle.sandbox.make()
        device.run(SessionPlan(kind=kind, infos=infos))
        found = [path for home in (EL1, STAGING) for path in (root / home).rglob("*") if path.is_file()]
        assert (root / STAGING).is_dir() and (root / EL1).is_dir(), "the homes stay"
        return sorted(str(path.relative_to(root)) for path in found)


ALL_LEFT = sorted(f"{home}/{name}/left" for home in (EL1, STAGING) for name in ("backup", "restore"))


@pytest.mark.spec("dp-4.10-01", "dp-4.10-04", "dp-4.10-05", "dp-4.10-08", "dp-4.10-09", "dp-4.10-10")
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("kind", [FULL, INCREMENTAL, *RESTORES])
def test_it_is_empty_in_the_end(subject: type[Any], kind: SessionKind) -> None:
    assert left(subject, kind, CLEAR) == []


@pytest.mark.spec("dp-4.10-02")
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("kind", [FULL, INCREMENTAL])
def test_a_backup_that_keeps_staging_removes_the_tars_that_it_sent(subject: type[Any], kind: SessionKind) -> None:
    assert left(subject, kind, KEEP) == ALL_LEFT


@pytest.mark.spec("dp-4.10-06", "dp-4.10-07")
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("kind", RESTORES)
def test_a_restore_that_keeps_staging_removes_the_tars_that_it_unpacked(subject: type[Any], kind: SessionKind) -> None:
    index = [f"{STAGING}/restore/manage.json"]
    manifest = [f"{STAGING}/restore/manage.json.rp"] if kind is SessionKind.INCREMENTAL_RESTORE else []
    assert left(subject, kind, KEEP) == sorted([*ALL_LEFT, *index, *manifest])


@pytest.mark.spec("dp-4.10-12", "dp-4.10-13")
@pytest.mark.parametrize(("infos", "found"), [(CLEAR, []), (KEEP, ALL_LEFT)])
def test_a_process_that_dies(infos: str, found: list[str]) -> None:
    """With clearing on, the service starts it once more just to wipe."""
    assert left(Idle, FULL, infos, Kill(event=12)) == found
    with Device(conditions=[Kill(event=12)]) as device:
        device.install(load_subject(Idle), package=PACKAGE, sandbox=phone)
        record = device.run(SessionPlan(infos=infos))
    purposes = [event.data["purpose"] for event in record.of_kind("process.start")]
    assert purposes == (["backup"] if found else ["backup", "clean"])
    assert record.end_code(BUNDLE) == 13500004


@pytest.mark.spec("dp-4.10-01")
@pytest.mark.parametrize("looked_before", [True, False])
@pytest.mark.parametrize("kind", [FULL, INCREMENTAL, *RESTORES])
@pytest.mark.parametrize(("infos", "stays"), [(CLEAR, False), (KEEP, True)])
def test_what_an_earlier_session_left_is_gone_when_the_app_is_called(
    kind: SessionKind, infos: str, stays: bool, looked_before: bool
) -> None:
    found: list[bool] = []

    class Looks:
        context: Any

        def onBackup(self) -> None:
            found.append((Path(self.context.backupDir) / "restore" / "left").exists())

        def onRestore(self, version: object) -> None:
            self.onBackup()

    with Device() as device:
        bundle = device.install(load_subject(Looks), package=PACKAGE, sandbox=phone)
        if looked_before:
            bundle.sandbox.make()
        device.run(SessionPlan(kind=kind, infos=infos))
    assert found == [stays]


@pytest.mark.parametrize(("appended", "stays"), [(False, True), (True, False)])
def test_asking_for_compatibility_clears_only_what_is_in_the_session(appended: bool, stays: bool) -> None:
    """Control-plane 4.3, step 4."""
    with Device() as device:
        bundle = device.install(load_subject(Idle), package=PACKAGE, sandbox=phone)
        root = bundle.sandbox.make()
        session = SessionBackup(device, Callbacks())
        if appended:
            session.append_bundles([BUNDLE])
        session.get_compatibility_info(BUNDLE)
        device.run_until_idle()
        assert (root / STAGING / "restore" / "left").exists() is stays

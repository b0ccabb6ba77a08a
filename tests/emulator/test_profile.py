"""Device profiles: the presets' differences with their rows, files, and what a bad one is told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from emulator import PRESETS, Device, DeviceProfile, ProfileError, SessionKind, load_profile, load_subject, nominal_plan
from emulator.storage.config import DOCUMENTED_INCLUDES
from tests.emulator.harness import OK_JSON, called, run

MARK = "Fields that nothing reads yet:"


def difference(older: str, newer: str) -> dict[str, Any]:
    before, after = PRESETS[older].to_json(), PRESETS[newer].to_json()
    return {
        k: (before[k], after[k]) for k in before if before[k] != after[k] and k not in ("name", "api_level", "backup_version")
    }


def test_presets_differ_as_control_plane_10_says() -> None:
    assert difference("api-20", "latest") == {
        "connect_timer_s": (15, 25),
        "ams_load_limit_s": (10, 20),
        "parses_details_on_connect": (False, True),
        "supports_without_tar": (False, True),
    }
    assert difference("api-18", "api-20") == {"has_release": (False, True), "has_compatibility_info": (False, True)}
    assert difference("api-12", "api-18") == {
        "first_progress_limit_ms": (1000, 15000),
        "progress_is_guarded": (False, True),
    }


def test_what_nothing_reads_is_said_to_have_no_effect() -> None:
    """A limit that can be set and changes nothing misleads whoever sets it: docs/fidelity.md has to name it."""
    checkout = Path(__file__).parents[2]
    files = [path for package in ("emulator", "conformance") for path in (checkout / package).rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files if path != checkout / "emulator" / "profile.py")
    unread = {name for name in PRESETS["latest"].to_json() if not re.search(rf"\b{name}\b", code)}
    line = next(line for line in (checkout / "docs" / "fidelity.md").read_text(encoding="utf-8").splitlines() if MARK in line)
    assert unread == set(re.findall(r"`(\w+)`", line.partition(MARK)[2])) - {"DeviceProfile"}


def test_below_api_20_nobody_calls_on_release() -> None:
    class Ext:
        def onBackupEx(self, info: str) -> str:
            return OK_JSON

        def onRelease(self, scenario: int) -> None: ...

    assert called(run(Ext, profile=PRESETS["api-18"])) == ["onBackupEx"]
    assert called(run(Ext, profile=PRESETS["api-20"])) == ["onBackupEx", "onRelease"]


def test_v_01_by_the_text() -> None:
    class Ext:
        def onBackupEx(self, info: str) -> str:
            return ""

        def onBackup(self) -> None: ...

        def onRestore(self, version: object) -> None: ...

    assert called(run(Ext))[:2] == ["onBackupEx", "onBackup"]
    profile = PRESETS["latest"].with_changes(v_01_empty_backup_result_calls="onRestore")
    assert called(run(Ext, profile=profile))[:2] == ["onBackupEx", "onRestore"]


def test_v_11_by_the_text(tmp_path: Path) -> None:
    """The documentation lists el5, and no databases of a module (clauses V-11)."""

    class Idle:
        def onBackup(self) -> None: ...

    def taken(profile: DeviceProfile) -> set[str]:
        with Device(profile) as device:
            device.install(load_subject(Idle), sandbox=tmp_path)
            out = device.run(nominal_plan(SessionKind.FULL_BACKUP)).of_kind("file.out")
            return {file["path"] for event in out for file in event.data["files"]}

    kept, el5, database = (
        f"data/storage/{place}/kept" for place in ("el1/base/files", "el5/base/files", "el2/base/haps/entry/database")
    )
    for path in (kept, el5, database):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("kept")
    assert taken(PRESETS["latest"]) == {f"/{kept}", f"/{database}"}
    assert taken(PRESETS["latest"].with_changes(v_11_default_includes="docs")) == {f"/{kept}", f"/{el5}"}
    assert len(DOCUMENTED_INCLUDES) == 16


def test_a_file_overrides_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "slow.json"
    path.write_text(json.dumps({"base": "api-18", "connect_timer_s": 40}))
    profile = load_profile(str(path))
    assert (profile.name, profile.connect_timer_s, profile.has_release) == ("slow", 40, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("{", "not JSON"),
        ("[]", "expected one JSON object"),
        ('{"base": "api-9"}', "base 'api-9' is no preset (api-12, api-18, api-20, latest)"),
        ('{"speed": 1}', "unknown field 'speed'; known are name"),
        ('{"has_release": 1}', "has_release must be a bool, not 1"),
        ('{"connect_timer_s": "long"}', "connect_timer_s must be a int, not 'long'"),
        ('{"connect_timer_s": -1}', "connect_timer_s must not be negative, not -1"),
        ('{"connect_timer_s": Infinity}', "connect_timer_s must be a whole number, not inf"),
        ('{"release_wait_ms": 2500.5}', "release_wait_ms must be a whole number, not 2500.5"),
        ('{"v_07_timeouts_that_end": 5}', "v_07_timeouts_that_end is 3 or 4"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "device.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ProfileError) as caught:
        load_profile(str(path))
    assert str(caught.value).startswith(f"device file {path}: ")
    assert message in str(caught.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ProfileError, match=r"device 'api-99' is no preset \(api-12, api-18, api-20, latest\) and no .json file"):
        load_profile("api-99")


def test_a_whole_number_is_one_however_it_is_written() -> None:
    """Two devices that are equal leave the same record, byte for byte."""
    changed = PRESETS["latest"].with_changes(progress_interval_s=5.0, release_wait_ms=5e3)
    assert changed == PRESETS["latest"]
    for profile in (changed, PRESETS["latest"]):
        assert json.dumps([profile.to_json()[name] for name in ("progress_interval_s", "release_wait_ms")]) == "[5, 5000]"
    assert PRESETS["latest"].with_changes(progress_interval_s=2.5).progress_interval_s == 2.5

"""What is known of a Python class before anything of it runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emulator import Device, load_subject, nominal_plan
from emulator.plan import SessionKind

BASE = """from emulator import BackupExtensionAbility


class Base(BackupExtensionAbility):
    def onBackup(self):
        raise ValueError("nothing to take")
"""
EXT = """from places_base import Base


class Ext(Base):
    def onRestore(self, bundleVersion):
        return None
"""


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "places_base.py").write_text(BASE)
    (tmp_path / "places_ext.py").write_text(EXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("places_base", "places_ext"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.usefixtures("app")
def test_a_callback_is_where_it_is_defined() -> None:
    """Also when that is in a base class in another file."""
    subject = load_subject("places_ext.Ext")
    assert subject.file == "places_ext.py"
    assert subject.callbacks == ("onBackup", "onRestore")
    assert subject.places == {"onBackup": "places_base.py:5", "onRestore": "places_ext.py:5"}


@pytest.mark.usefixtures("app")
def test_the_record_has_the_places() -> None:
    with Device() as device:
        device.install(load_subject("places_ext.Ext"))
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
    assert record.subject["source"] == {
        "file": "places_ext.py",
        "places": {"onBackup": "places_base.py:5", "onRestore": "places_ext.py:5"},
    }

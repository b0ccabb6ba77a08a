"""What is known of a Python class before anything of it runs."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from emulator import BackupExtensionAbility, BundleVersion, Device, SubjectError, load_subject, nominal_plan
from emulator.plan import SessionKind
from emulator.runtime.python.subject import shown
from tests.emulator.harness import OK_JSON, run, seen

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


# callbacks that the class does not define ------------------------------------------------------------------------------------


class Worker:
    def onBackupEx(self, backupInfo: str) -> str:
        return OK_JSON

    async def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        return OK_JSON


async def save(meter: Any, backupInfo: str) -> str:
    return OK_JSON


class Meter:
    def __call__(self) -> str:
        return ""


class Assigned(BackupExtensionAbility):
    def __init__(self) -> None:
        self.onRestoreEx = lambda version, info: OK_JSON
        self.onProcess = Meter()
        self.onBackupEx = functools.partial(save, self)
        self.onRelease = super().onRelease


class Delegates:
    context: Any = None

    def __init__(self) -> None:
        self._worker = Worker()

    def __getattr__(self, name: str) -> Any:
        if name == "getBackupInfo":
            raise RuntimeError("not yet")
        return getattr(self._worker, name)


class Instead(BackupExtensionAbility):
    def __init__(self) -> None:
        self.onBackupEx = Worker().onBackupEx
        self.onProcess = None

    def onBackupEx(self, backupInfo: str) -> str:
        raise NotImplementedError

    def onProcess(self) -> str:
        raise NotImplementedError


def line_of(code: str) -> str:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return f"{shown(__file__)}:{next(n for n, line in enumerate(lines, 1) if line.strip().startswith(code))}"


GIVEN = {
    Assigned: {
        "onBackupEx": "async def save(meter",
        "onRestoreEx": "self.onRestoreEx = lambda",
        "onProcess": "def __call__(self) -> str:",
    },
    Delegates: {
        "onBackupEx": "def onBackupEx(self, backupInfo: str) -> str:",
        "onRestoreEx": "async def onRestoreEx(self, bundleVersion",
    },
    Instead: {"onBackupEx": "def onBackupEx(self, backupInfo: str) -> str:"},
}


@pytest.mark.parametrize("cls", GIVEN)
def test_a_callback_that_the_instance_has(cls: type[Any]) -> None:
    subject = load_subject(cls)
    assert subject.callbacks == tuple(GIVEN[cls])
    assert subject.places == {name: line_of(code) for name, code in GIVEN[cls].items()}


@pytest.mark.parametrize("cls", GIVEN)
def test_it_is_entered_once(cls: type[Any]) -> None:
    record = run(cls)
    assert [e.data["callback"] for e in record.of_kind("entry") if e.data["callback"].startswith("onBackup")] == ["onBackupEx"]
    assert ("onBundleEnd", 0) in seen(record)


class WithoutCode:
    context: Any = None

    def __init__(self) -> None:
        self.onBackup = print


def test_a_callback_without_code_has_no_place() -> None:
    subject = load_subject(WithoutCode)
    assert (subject.callbacks, subject.places) == (("onBackup",), {})


class Needy:
    def __init__(self, app: str) -> None: ...


def test_what_has_no_callback_and_cannot_be_made_is_told_so() -> None:
    with pytest.raises(SubjectError, match=r"Needy defines none of the callbacks \(.*\), and Needy\(\) failed: TypeError: "):
        load_subject(Needy)


@dataclass(frozen=True)
class Frozen(BackupExtensionAbility):
    limit: int = 3

    def onBackup(self) -> None: ...


class Slots:
    __slots__ = ()

    def onBackup(self) -> None: ...


def test_an_instance_that_cannot_take_its_context_is_refused_with_the_way_out() -> None:
    with pytest.raises(SubjectError, match=r"Frozen is frozen, and the device sets its context: leave out frozen=True"):
        load_subject(Frozen)
    with pytest.raises(SubjectError, match=r"Slots cannot take its context \(AttributeError: .*add 'context' to __slots__"):
        load_subject(Slots)


class NoFunction(BackupExtensionAbility):
    onBackupEx = OK_JSON

    def onRestoreEx(self, bundleVersion: BundleVersion, restoreInfo: str) -> str:
        return OK_JSON


class NoFunctionAssigned(BackupExtensionAbility):
    def __init__(self) -> None:
        self.onProcess = {"processed": 0}  # type: ignore[method-assign, assignment]

    def onBackup(self) -> None: ...


class TakenAway(Assigned):
    onRelease = None  # type: ignore[assignment]
    getBackupInfo = property(lambda self: None)  # type: ignore[assignment]


def test_a_callback_that_cannot_be_called_is_refused() -> None:
    with pytest.raises(SubjectError, match=r"NoFunction\.onBackupEx is a str, not a function: the device would pass over it"):
        load_subject(NoFunction)
    with pytest.raises(SubjectError, match=r"NoFunctionAssigned\.onProcess is a dict, not a function"):
        load_subject(NoFunctionAssigned)
    assert ("onBundleEnd", 0) in seen(run(TakenAway))


class Unfinished(BackupExtensionAbility):
    @property
    def onBackupEx(self) -> Any:
        return self.no_such_attribute  # type: ignore[attr-defined]


def test_an_attribute_error_in_a_property_is_the_apps() -> None:
    record = run(Unfinished)
    call = next(call for call in record.calls if call.callback == "onBackupEx")
    assert (call.outcome, seen(record, "onBundleEnd")) == ("threw", [("onBundleEnd", 13500004)])

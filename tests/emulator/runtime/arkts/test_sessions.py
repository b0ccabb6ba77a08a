"""A JavaScript extension and the same class in Python: the client cannot tell them apart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from emulator import BackupExtensionAbility, Record, SessionKind
from emulator.ability import RejectedValue, ThrownValue
from emulator.runtime.arkts.frames import Frames
from tests.emulator import harness
from tests.emulator.harness import OK_JSON, called, seen
from tests.emulator.runtime.arkts.stand_in import logged, run

EVERYTHING = ("onBundleBegin", "onProcess", "onResultReport", "onBundleEnd", "onAllBundlesEnd")


def outcome(record: Record) -> Any:
    """What a platform engineer would compare."""
    calls = [(c.callback, c.outcome, c.value.kind if c.value else None, c.is_async, c.begin_ns, c.end_ns) for c in record.calls]
    entries = [(e.data["callback"], e.data["by"]) for e in record.of_kind("entry")]
    ends = [e.data["why"] for e in record.of_kind("process.end")]
    return seen(record, *EVERYTHING), called(record), calls, entries, ends


class Awaits(BackupExtensionAbility):
    def onProcess(self) -> str:
        return "{}"

    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(12)
        return OK_JSON

    async def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> str:
        await asyncio.sleep(1)
        return f"{bundleVersion.code} {bundleVersion.name}"


AWAITS = f"""
  onProcess() {{ return "{{}}"; }}
  async onBackupEx(backupInfo) {{ await new Promise((done) => setTimeout(done, 12000)); return '{OK_JSON}'; }}
  async onRestoreEx(version, info) {{ await new Promise((done) => setTimeout(done, 1000));
    return `${{version.code}} ${{version.name}}`; }}
"""


class FallsBack(BackupExtensionAbility):
    def onBackupEx(self, backupInfo: str) -> str:
        return ""

    def onBackup(self) -> None:
        pass

    def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> int:
        return 7

    async def onRestore(self, bundleVersion: Any) -> None:
        pass


FALLS_BACK = "onBackupEx(i) { return ''; } onBackup() {} onRestoreEx(v, i) { return 7; } async onRestore(v) {}"


class CallsItself(BackupExtensionAbility):
    async def onBackupEx(self, backupInfo: str) -> str:
        self.onBackup()
        return OK_JSON

    def onBackup(self) -> None:
        pass

    async def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> str:
        return ""


CALLS_ITSELF = (
    f"async onBackupEx(i) {{ this.onBackup(); return '{OK_JSON}'; }} onBackup() {{}} async onRestoreEx(v, i) {{ return ''; }}"
)


class ThrowsText(BackupExtensionAbility):
    def onBackupEx(self, backupInfo: str) -> str:
        raise ThrownValue("no space")

    async def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> str:
        raise RejectedValue("no space")


THROWS_TEXT = "onBackupEx(i) { throw 'no space'; } async onRestoreEx(v, i) { throw 'no space'; }"


class ThrowsErrors(BackupExtensionAbility):
    def onBackupEx(self, backupInfo: str) -> str:
        raise RuntimeError("broken")

    async def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> str:
        await asyncio.sleep(0.5)
        raise RuntimeError("broken")


THROWS_ERRORS = """
  onBackupEx(i) { throw new Error('broken'); }
  async onRestoreEx(v, i) { await new Promise((done) => setTimeout(done, 500)); throw new Error('broken'); }
"""


class NeverSettles(BackupExtensionAbility):
    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.get_running_loop().create_future()
        return ""

    async def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> str:
        await asyncio.get_running_loop().create_future()
        return ""


NEVER_SETTLES = "onBackupEx(i) { return new Promise(() => {}); } onRestoreEx(v, i) { return new Promise(() => {}); }"


class Thenable:
    def __await__(self) -> Any:
        yield


class ReturnsThenable(BackupExtensionAbility):
    def onBackupEx(self, backupInfo: str) -> Any:
        return Thenable()

    def onRestoreEx(self, bundleVersion: Any, restoreInfo: str) -> Any:
        return {"a": 1}


RETURNS_THENABLE = "onBackupEx(i) { return { then(f) { f('never asked'); } }; } onRestoreEx(v, i) { return { a: 1 }; }"


class Nothing(BackupExtensionAbility):
    def onRelease(self, scenario: int) -> None:
        pass


PAIRS = [
    (Awaits, AWAITS),
    (FallsBack, FALLS_BACK),
    (CallsItself, CALLS_ITSELF),
    (ThrowsText, THROWS_TEXT),
    (ThrowsErrors, THROWS_ERRORS),
    (NeverSettles, NEVER_SETTLES),
    (ReturnsThenable, RETURNS_THENABLE),
    (Nothing, "onRelease(s) {}"),
]


@pytest.mark.parametrize("kind", list(SessionKind))
@pytest.mark.parametrize(("cls", "body"), PAIRS, ids=[cls.__name__ for cls, _ in PAIRS])
def test_as_the_same_class_in_python(cls: type[Any], body: str, kind: SessionKind) -> None:
    assert outcome(run(body, kind)) == outcome(harness.run(cls, kind))


PATCH = "K.BackupExtensionAbility.prototype.onRelease = () => console.log('called');"
LATE = {
    "set on the instance": "onBackupEx(i) { this.onRelease = () => console.log('called'); return '{}'; }",
    "set on its class": "onBackupEx(i) { Ext.prototype.onRelease = () => console.log('called'); return '{}'; }",
    "set on the base class": f"onBackupEx(i) {{ {PATCH} return '{{}}'; }}",
    "set on the base class before an instance is made": "onBackupEx(i) { return '{}'; }",
    "a getter": """onBackupEx(i) {
        const found = { get() { return () => console.log('called'); } };
        Object.defineProperty(this, 'onRelease', found);
        Object.prototype.value = K.BackupExtensionAbility.prototype.onRelease;
        return '{}';
    }""",
    "an instance that answers for itself": """constructor() {
        super();
        return new Proxy(this, { get: (all, name) => name === 'onRelease' ? () => console.log('called') : all[name] });
    }
    onBackupEx(i) { return '{}'; }""",
    "a prototype that answers": """onBackupEx(i) {
        const base = Object.getPrototypeOf(Ext.prototype);
        const found = { get: (all, name, by) => name === 'onRelease' ? () => console.log('called') : Reflect.get(all, name, by) };
        Object.setPrototypeOf(Ext.prototype, new Proxy(base, found));
        return '{}';
    }""",
}


@pytest.mark.parametrize("name", LATE)
def test_a_callback_that_comes_to_be_while_the_app_runs_is_called(name: str) -> None:
    record = run(LATE[name], before=PATCH if "before" in name else "")
    assert logged(record) == ["called"]
    assert [call.callback for call in record.calls][-1] == "onRelease"


def test_the_empty_callbacks_of_the_base_class_are_told_and_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    ask = Frames.run

    def counted(self: Frames, runner: Any, name: str, /, **members: Any) -> None:
        asked.append(members.get("name", name))
        ask(self, runner, name, **members)

    monkeypatch.setattr(Frames, "run", counted)
    record = run("onBackupEx(i) { return '{}'; }")
    assert asked == ["load", "onBackupEx"]
    assert [(call.callback, call.outcome) for call in record.calls] == [
        ("onProcess", "returned"),
        ("onBackupEx", "returned"),
        ("onRelease", "returned"),
    ]


@pytest.mark.parametrize(
    ("given", "named"), [("", "undefined"), ("null", "null"), ("'no'", "String"), ("{}", "Object"), ("5", "Number")]
)
def test_a_rejection_without_an_error_is_named_by_its_value(given: str, named: str) -> None:
    record = run(f"onBackupEx(i) {{ return Promise.reject({given}); }}")
    [settled] = [event for event in record.of_kind("call.settled") if event.data["outcome"] == "rejected"]
    assert (settled.data["error"]["type"], settled.data["error"]["isError"]) == (named, False)

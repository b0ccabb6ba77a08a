"""Objects of the app that refuse to be put into words: what they do then is the app's, and ends nothing of ours."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator import Kill, Record, load_subject
from emulator.ability import NonErrorValue
from emulator.record import Call
from emulator.runtime.python.words import text_of
from tests.emulator.harness import OK_JSON, S, run, seen
from tests.emulator.runtime.box import Box


class Mute(Exception):
    def __str__(self) -> str:
        return str(self.reason)  # type: ignore[attr-defined]

    __repr__ = __str__


MUTE = "<Mute: asking for its text raised AttributeError>"


class Throws:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        raise Mute


class Rejects:
    context: Any = None

    async def onBackupEx(self, backupInfo: str) -> str:
        await asyncio.sleep(1)
        raise Mute


def events(record: Record, kind: str) -> list[dict[str, Any]]:
    return [dict(event.data) for event in record.of_kind(kind)]


def of_the_work(record: Record) -> Call:
    return next(call for call in record.calls if call.callback == "onBackupEx")


def error_of(record: Record) -> dict[str, Any]:
    return next(e["error"] for kind in ("call.sync-end", "call.settled") for e in events(record, kind) if e["error"])


@pytest.mark.parametrize("cls", [Throws, Rejects])
def test_an_error_of_a_callback(cls: type[Any]) -> None:
    error = error_of(run(cls))
    assert (error["type"], error["message"]) == ("Mute", MUTE)


class FailsToBegin:
    context: Any = None
    made = 0

    def __init__(self) -> None:
        type(self).made += 1
        if self.made > 1:
            raise Mute

    def onBackupEx(self, backupInfo: str) -> str:
        return OK_JSON


def test_an_error_of_the_constructor() -> None:
    end = events(run(FailsToBegin), "process.end")[0]
    assert (end["why"], end["text"]) == ("module-not-loadable", f"Mute: {MUTE}")


class MuteNumber(int):
    def __repr__(self) -> str:
        raise Mute


class Unbound:
    """As a proxy that has nothing behind it."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("not bound")


class MuteDict(dict[str, Any]):
    def items(self) -> Any:
        raise Mute


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (Mute, "error", f"Mute: {MUTE}"),
        (MuteNumber, "number", "<MuteNumber: asking for its text raised Mute>"),
        (Unbound, "object", "Unbound"),
        (lambda: MuteDict(a=1), "object", "MuteDict"),
        (lambda: type("Report", (str,), {})("{}"), "object", "Report, a subclass of str"),
    ],
    ids=["error", "number", "proxy", "dict", "str"],
)
def test_a_value_of_a_callback(make: Callable[[], Any], kind: str, text: str) -> None:
    class Gives:
        context: Any = None

        def onBackupEx(self, backupInfo: str) -> Any:
            return make()

    value = of_the_work(run(Gives)).value
    assert value is not None
    assert (value.kind, value.text) == (kind, text)


class MuteCallback:
    def __call__(self) -> None:
        raise Mute

    def __repr__(self) -> str:
        raise Mute


class InTheBackground:
    context: Any = None

    async def onBackupEx(self, backupInfo: str) -> str:
        asyncio.get_running_loop().call_soon(MuteCallback())
        worker = threading.Thread(target=MuteCallback(), name="w")
        worker.start()
        await asyncio.sleep(1)
        return OK_JSON


def test_what_nobody_caught_is_in_the_apps_log() -> None:
    record = run(InTheBackground)
    assert [(e["stream"], e["text"]) for e in events(record, "log")] == [
        ("stderr", f"Exception in callback <Handle <MuteCallback: asking for its text raised Mute>>: Mute: {MUTE}"),
        ("excepthook", "Exception in thread w: tests.emulator.runtime.test_words.Mute: <exception str() failed>"),
    ]
    assert ("onBundleEnd", 0) in seen(record)


class Slow(Exception):
    def __str__(self) -> str:
        time.sleep(60)
        return "slow"


class DiesOnTheWay:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        raise Slow


def test_a_kill_while_it_is_asked() -> None:
    record = run(DiesOnTheWay, conditions=[Kill(at_ns=30 * S)])
    assert next(e.at_ns for e in record.of_kind("process.end")) == 30 * S
    assert of_the_work(record).outcome == "cut"


def test_the_users_own_interrupt_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from emulator.runtime.python import interrupts

    class Pressed:
        def __str__(self) -> str:
            monkeypatch.setattr(interrupts, "_pressed", [True])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Box().run(lambda: text_of(Pressed()))


def test_an_interrupt_that_the_app_raises_is_not() -> None:
    class Raises:
        def __str__(self) -> str:
            raise KeyboardInterrupt

    assert Box().run(lambda: text_of(Raises())) == "<Raises: asking for its text raised KeyboardInterrupt>"


def test_a_text_of_the_apps_own_class_becomes_a_plain_one() -> None:
    class Text(str):
        pass

    assert type(text_of(Text("text"))) is str


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise Mute", "failed: Mute: <Mute: asking for its text raised AttributeError>"),
        ("class Ext:\n    def onBackup(self): pass\n    def __init__(self): raise Mute", r"Ext\(\) failed: Mute: <Mute: "),
        (
            "class Ext:\n    def onBackup(self): pass\n    def __setattr__(self, *_): raise Mute",
            r"cannot take its context \(Mute: <Mute: ",
        ),
    ],
    ids=["module", "constructor", "context"],
)
def test_an_error_while_loading(tmp_path: Path, source: str, message: str) -> None:
    file = tmp_path / "mute_app.py"
    file.write_text("class Mute(Exception):\n    def __str__(self): return self.reason\n" + source + "\n")
    with pytest.raises(Exception, match=message):
        load_subject(f"{file}:Ext")


def test_a_non_error_that_is_no_text() -> None:
    class RejectsObject:
        context: Any = None

        async def onBackupEx(self, backupInfo: str) -> str:
            raise NonErrorValue(Mute())

    assert error_of(run(RejectsObject))["message"] == ""


class Interrupted:
    context: Any = None

    def onBackupEx(self, backupInfo: str) -> str:
        raise KeyboardInterrupt


def test_an_error_without_a_text_has_no_colon_in_the_log() -> None:
    (crash,) = [e for e in events(run(Interrupted), "log") if e["stream"] == "crash"]
    assert crash["text"].startswith("KeyboardInterrupt (")

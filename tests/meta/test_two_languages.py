"""An app written twice, in Python and in ArkTS: the device, its client and the rules cannot tell which of the two runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Device, Record, SessionKind, load_subject, nominal_plan
from emulator.runtime.arkts.toolchain import ToolchainMissing, find_toolchain
from tests.meta.fidelity import FIDELITY
from tests.meta.kill_matrix import CHECKOUT

PYTHON = CHECKOUT / "fixtures" / "breaking"
ARKTS = CHECKOUT / "fixtures" / "arkts" / "breaking"
ABOUT_FILES = ("bk6", "bk901", "bk903", "bk904")
"""Subjects that write files with what each language has for it: `test_subjects` alone holds their verdicts."""
NAMES = sorted(
    path.relative_to(ARKTS).with_suffix("").as_posix()
    for path in ARKTS.rglob("bk*.ets")
    if (PYTHON / path.relative_to(ARKTS)).with_suffix(".py").is_file() and not path.stem.startswith(ABOUT_FILES)
)

OWN_TEXTS = {
    "bk102": "an object as text is what each language makes of it",
    "bk103": "only an error of ArkTS has no `code`, so the twin fails where the Python class succeeds",
    "repaired/bk103": "as before",
    "bk403": "the text that is no JSON is laid out otherwise",
    "repaired/bk401": "a photo is done at the very time of a poll, and a worker tells it only afterwards",
    "repaired/bk402": "as before",
    "repaired/bk407": "dividing by zero is no error in ArkTS, so the twin fails on something else",
}
"""Apps whose answers differ in what they say, and why."""

OWN_COURSE = {
    "bk902": "there is no condition variable in ArkTS: the twin looks once a second",
    "repaired/bk902": "as before",
}
"""Apps that take another time, and why: of these the verdicts alone are compared."""

COURSES = [name for name in NAMES if name not in OWN_COURSE]
ANSWERS = frozenset({"call.sync-end", "call.settled", "poll.answered", "client"})


@pytest.fixture(autouse=True)
def toolchain() -> None:
    try:
        find_toolchain()
    except ToolchainMissing as error:
        pytest.skip(str(error))


def specs(name: str) -> tuple[str, str]:
    """The Python class and the ArkTS file of one name."""
    return f"fixtures.breaking.{name.replace('/', '.')}.Ext", str(ARKTS / f"{name}.ets")


def session(spec: str, kind: SessionKind) -> Record:
    with Device() as device:
        device.install(load_subject(spec))
        return device.run(nominal_plan(kind))


def course(record: Record, texts: bool) -> list[dict[str, Any]]:
    """What happened, without what a language has of its own; ``texts``: with what the app's answers say."""
    events = map(_of_any_language, _journal(record))
    return list(events if texts else map(_without_answers, events))


def _journal(record: Record) -> Iterator[dict[str, Any]]:
    """Every event but the list of what ended with the process: there Python counts the coroutines that wait, and ArkTS
    what they wait for.
    """
    return (event.to_json() for event in record.events if event.kind != "work.cut")


def _of_any_language(event: dict[str, Any]) -> dict[str, Any]:
    # Where it stands in a source of the language.
    event.pop("where", None)
    # What its errors are called and say; whether it is an Error counts on the device.
    if event.get("error"):
        event["error"] = {"isError": event["error"]["isError"]}
    if event["kind"] == "process.end" and event["why"] in ("exit", "module-not-loadable"):
        del event["text"]
    if event["kind"] == "log" and event["stream"] == "crash":
        del event["text"]
    # What its promises are called.
    if event.get("value", {}).get("kind") == "promise":
        event["value"] = {"kind": "promise"}
    # What a call leaves behind: a coroutine in Python is a timer or an operation in ArkTS.
    if event["kind"] == "call.left":
        del event["work"]
    return {key: _without_layout(value) for key, value in event.items()}


def _without_layout(value: Any) -> Any:
    """json.dumps puts spaces where JSON.stringify puts none, also in texts inside of texts."""
    if isinstance(value, dict):
        return {key: _without_layout(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_without_layout(member) for member in value]
    if not isinstance(value, str):
        return value
    try:
        return {"json": _without_layout(json.loads(value))}
    except ValueError:
        return value


def _without_answers(event: dict[str, Any]) -> dict[str, Any]:
    """The event without what an answer of the app says."""
    if event["kind"] in ANSWERS:
        event.pop("text", None)
        if event.get("value", {}).get("kind") == "string":
            event["value"] = {"kind": "string"}
        if event.get("callback") in ("onResultReport", "onProcess"):
            del event["args"]
    return event


def about(record: Record) -> dict[str, Any]:
    """The record without its journal, and without what only names the subject."""
    document = record.to_json()
    subject = document.pop("subject")
    del document["events"]
    return {**document, "callbacks": subject["callbacks"]}


@pytest.mark.parametrize("kind", SessionKind)
@pytest.mark.parametrize("name", COURSES)
def test_the_same_happens(name: str, kind: SessionKind) -> None:
    python, arkts = (session(spec, kind) for spec in specs(name))
    assert about(python) == about(arkts)
    with_texts = name not in OWN_TEXTS
    assert course(python, with_texts) == course(arkts, with_texts)


@pytest.mark.parametrize("name", OWN_TEXTS)
def test_what_is_left_out_differs(name: str) -> None:
    pairs = ([course(session(spec, kind), True) for spec in specs(name)] for kind in SessionKind)
    assert any(python != arkts for python, arkts in pairs)


def test_the_document_says_why() -> None:
    text = FIDELITY.read_text(encoding="utf-8")
    for name, reason in {**OWN_TEXTS, **OWN_COURSE}.items():
        assert name in NAMES
        assert reason == "as before" or f"`{name}`: {reason}" in text, name

"""Every scenario file of fixtures/scenarios: it loads, its schema holds, and the client sees exactly what it says."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from emulator import Record, Scenario, ScenarioError
from emulator.plan import ACTIONS, ClientStep, PlanError

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "fixtures/scenarios").glob("*.json"))
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/scenario.schema.json").read_text()))
RECORD_SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/record.schema.json").read_text()))


def client(record: Record) -> list[list[Any]]:
    return [[message.callback, list(message.args)] for message in record.client]


def test_there_are_at_least_fifteen_and_each_pins_its_own_row() -> None:
    pins = [Scenario.load(file).pins for file in FILES]
    assert len(pins) >= 15
    assert all(pin.startswith("control-plane 9 #") for pin in pins)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenario(file: Path) -> None:
    document = json.loads(file.read_text())
    assert not list(SCHEMA.iter_errors(document))
    scenario = Scenario.load(file)
    record = scenario.run()
    assert client(record) == document["client"]
    assert not list(RECORD_SCHEMA.iter_errors(record.to_json()))


def test_saving_and_loading_gives_the_same(tmp_path: Path) -> None:
    scenario = Scenario.load(FILES[0])
    saved = scenario.save(tmp_path / ".conformance")
    assert Scenario.load(saved) == scenario
    assert scenario.save(tmp_path / ".conformance") == saved, "named by content"
    record = scenario.run()
    record.save(tmp_path / "record.json")
    assert Record.load(tmp_path / "record.json").dumps() == record.dumps()


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt()], ids=["full", "interrupted"])
def test_a_scenario_is_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """What was saved before stays as it was, and nothing half written is left beside it."""
    scenario = Scenario.load(FILES[0])
    saved = scenario.save(tmp_path)
    whole = saved.read_bytes()

    def half(path: Path, text: str, encoding: str) -> int:
        path.write_bytes(text[: len(text) // 2].encode(encoding))
        raise error

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(type(error)):
        scenario.save(tmp_path)
    assert list(tmp_path.iterdir()) == [saved]
    assert saved.read_bytes() == whole


def test_a_scenario_never_shows_under_its_name_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    replace = os.replace

    def looked_at(scratch: Path, path: Path) -> None:
        seen.append([file.name for file in tmp_path.glob("*.json")])
        replace(scratch, path)

    monkeypatch.setattr(os, "replace", looked_at)
    saved = Scenario.load(FILES[0]).save(tmp_path)
    assert seen == [[]]
    assert list(tmp_path.iterdir()) == [saved]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("{}", "scenarioVersion must be 1, not None"),
        ('{"scenarioVersion": 1, "subject": {"spec": "a.B"}}', "the member 'plan' is missing"),
        (
            '{"scenarioVersion": 1, "subject": {"spec": "a.B"}, "plan": {"kind": "backup"}}',
            "plan: there is no session 'backup'; there are full-backup, ",
        ),
        (
            '{"scenarioVersion": 1, "subject": {"spec": "a.B"}, "plan": {"kinds": 1}}',
            "plan: unknown member 'kinds'; known are kind, ",
        ),
        (
            '{"scenarioVersion": 1, "subject": {"spec": "a.B"}, "plan": {}, "conditions": [{"name": "Earthquake"}]}',
            "unknown condition 'Earthquake'; known are Kill",
        ),
        ('{"scenarioVersion": 1, "subject": {"spec": "a.B"}, "plan": {}, "profile": {"speed": 1}}', "unknown field 'speed'"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        Scenario.load(path)
    assert str(caught.value).startswith(f"scenario {path}: ")
    assert message in str(caught.value)


def test_a_step_that_no_client_can_take_is_refused() -> None:
    with pytest.raises(PlanError, match="a client cannot 'cancle'; it can cancel, release, "):
        ClientStep(0, "cancle")


def test_a_client_can_do_what_the_schema_of_scenarios_says() -> None:
    [actions] = [found["action"]["enum"] for found in _properties(SCHEMA.schema) if "action" in found]
    assert actions == list(ACTIONS)


def _properties(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            yield schema["properties"]
        for member in schema.values():
            yield from _properties(member)

"""Saved failures: what is kept, and what a replay says of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance import scenarios
from conformance.scenarios import Verdict
from conformance.suites.session import Session, SessionGroup
from emulator.conditions import Kill
from emulator.plan import DEFAULT_BUNDLE, SessionKind, SessionPlan, nominal_plan
from emulator.profile import PRESETS
from emulator.record import Event, Record
from emulator.scenario import Scenario, ScenarioError
from emulator.storage.seed import AppData


def record_of(*calls: tuple[str, list[Any]], extra: str = "") -> Record:
    """A record whose device made these calls."""
    events = [
        Event(n * 10, "js", "call", {"call": n + 7, "process": 1, "bundle": DEFAULT_BUNDLE, "callback": name, "args": args})
        for n, (name, args) in enumerate(calls)
    ]
    events.append(Event(1000, "js", "log", {"process": 1, "stream": "stdout", "text": extra}))
    return Record({"callbacks": ["onProcess", "onBackupEx", "onBackup"]}, {}, SessionPlan().to_json(), (), 0, tuple(events))


def saved(tmp_path: Path, record: Record, group: SessionGroup | None = None) -> Path:
    return scenarios.save(
        tmp_path,
        spec="app.Ext",
        profile=PRESETS["latest"],
        seed=0,
        group=group or SessionGroup("x", (Session(SessionPlan()),)),
        record=record,
        rule_id="BK201",
        why="an empty result",
    )


FOUND = record_of(("onProcess", []), ("onBackupEx", ["info"]), ("onBackup", []))


def test_the_rule_fires_on_the_same_trace(tmp_path: Path) -> None:
    scenario = Scenario.load(saved(tmp_path, FOUND))
    assert scenarios.verdict_of(scenario, FOUND, True) == (Verdict.FAILED, "BK201 fires again, on the same trace")


def test_the_rule_fires_on_another_trace(tmp_path: Path) -> None:
    scenario = Scenario.load(saved(tmp_path, FOUND))
    other = record_of(("onBackupEx", ["other"]))
    assert scenarios.verdict_of(scenario, other, True) == (Verdict.FAILED, "BK201 fires again, on another trace")


def test_what_the_app_does_after_the_call_is_its_own_business(tmp_path: Path) -> None:
    scenario = Scenario.load(saved(tmp_path, FOUND))
    mended = record_of(("onProcess", []), ("onBackupEx", ["info"]), extra="now with a log")
    assert scenarios.verdict_of(scenario, mended, False)[0] is Verdict.FIXED


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param([("onProcess", []), ("onBackupEx", ["other info"])], id="other-arguments"),
        pytest.param([("onBackup", []), ("onBackupEx", ["info"])], id="another-callback-first"),
        pytest.param([("onProcess", [])], id="call-not-made"),
    ],
)
def test_another_stimulus_proves_nothing(tmp_path: Path, calls: list[tuple[str, list[Any]]]) -> None:
    scenario = Scenario.load(saved(tmp_path, FOUND))
    assert scenarios.verdict_of(scenario, record_of(*calls), False)[0] is Verdict.DIVERGED


def struck(record: Record, *after: int) -> Record:
    """The record with a condition that struck after these events."""
    events = list(record.events)
    for place in sorted(after, reverse=True):
        events.insert(place, Event(events[place - 1].at_ns, "device", "condition", {"name": "Kill", "text": ""}))
    return replace(record, events=tuple(events))


def test_a_condition_that_strikes_elsewhere_proves_nothing(tmp_path: Path) -> None:
    scenario = Scenario.load(saved(tmp_path, struck(FOUND, 2)))
    assert scenarios.verdict_of(scenario, struck(FOUND, 2), False)[0] is Verdict.FIXED
    assert scenarios.verdict_of(scenario, struck(FOUND, 1), False)[0] is Verdict.DIVERGED
    assert scenarios.verdict_of(scenario, FOUND, False)[0] is Verdict.DIVERGED


def test_a_session_that_is_not_reached_proves_nothing(tmp_path: Path) -> None:
    assert scenarios.verdict_of(Scenario.load(saved(tmp_path, FOUND)), None, False)[0] is Verdict.DIVERGED


def test_the_sessions_before_and_the_installed_copies_come_back(tmp_path: Path) -> None:
    group = SessionGroup(
        "life",
        (
            Session(nominal_plan(SessionKind.INCREMENTAL_RESTORE), (Kill(event=3),)),
            Session(SessionPlan(bundles=(DEFAULT_BUNDLE,))),
        ),
        installs=(DEFAULT_BUNDLE, f"{DEFAULT_BUNDLE}:1"),
    )
    group = replace(group, data=AppData.FEW)
    again = scenarios.group_of(Scenario.load(saved(tmp_path, FOUND, group)))
    assert again == replace(group, name="replay")


def test_equal_failures_share_a_file(tmp_path: Path) -> None:
    assert saved(tmp_path, FOUND) == saved(tmp_path, FOUND)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_history_is_named(tmp_path: Path) -> None:
    path = saved(tmp_path, FOUND)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["expect"]["before"] = '[{"plan": 1}]'
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"expect\.before"):
        scenarios.group_of(Scenario.load(path))
    document["expect"] = {"data": "much"}
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"expect\.data: 'much' is not a valid AppData \(none, few, full\)"):
        scenarios.group_of(Scenario.load(path))

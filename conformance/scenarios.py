"""Failing sessions as files: saving one, running it again, and saying what has become of it.

A scenario replays without any seed. What the finder saw is kept beside the session: the rule, a hash of the whole trace,
and a hash of the *stimulus*, that is of what the device did to the app whatever the app made of it (see `stimulus`).
Replaying says

- FAILED when the rule fires, whatever else has changed;
- FIXED when it does not, though the app was given the same stimulus;
- DIVERGED when it does not, and the app was given something else: the session no longer reaches what it was saved for
  (another version of the tool, another device, or a condition that now strikes elsewhere), so it proves nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.suites.session import Session, SessionGroup
from emulator.conditions import condition_from_json
from emulator.plan import DEFAULT_BUNDLE, SessionPlan
from emulator.profile import DeviceProfile
from emulator.record import Record
from emulator.scenario import Scenario, ScenarioError
from emulator.storage.seed import AppData


class Verdict(StrEnum):
    """What has become of a saved failure."""

    FIXED = "FIXED"
    FAILED = "FAILED"
    DIVERGED = "DIVERGED"


def stimulus(record: Record) -> str:
    """SHA-256, 16 hex digits, over what the device did to the app.

    That is, in order: of each bundle the first call of an overridden callback other than onProcess, with the exact
    arguments (later calls depend on what the app answers, and onProcess on how long it takes), and every condition that
    struck, with the callback that had last been called.
    """
    overridden = frozenset(record.subject["callbacks"])
    given: list[Any] = []
    begun: set[str] = set()
    last = ""
    for event in record.of_kind("call", "condition", "ipc"):
        if event.kind == "condition":
            given.append([event.data["name"], last])
            continue
        if event.kind == "ipc":
            if event.data.get("failed"):
                given.append([event.data["message"], last])
            continue
        last = event.data["callback"]
        if last in overridden and last != "onProcess" and event.data["bundle"] not in begun:
            begun.add(event.data["bundle"])
            given.append([event.data["bundle"], last, list(event.data["args"])])
    return hashlib.sha256(json.dumps(given, sort_keys=True).encode("ascii")).hexdigest()[:16]


def save(
    directory: Path,
    *,
    spec: str,
    profile: DeviceProfile,
    seed: int,
    group: SessionGroup,
    record: Record,
    rule_id: str,
    why: str,
) -> Path:
    """Write the last session of ``group``, and those before it, as one scenario file under its content hash."""
    last = group.sessions[-1]
    expect = {
        "rule": rule_id,
        "traceHash": record.trace_hash,
        "stimulus": stimulus(record),
    }
    before = [_session_json(session) for session in group.sessions[:-1]]
    if before:
        expect["before"] = json.dumps(before, sort_keys=True)
    if group.installs != (DEFAULT_BUNDLE,):
        expect["installs"] = ",".join(group.installs)
    if group.data is not AppData.NONE:
        expect["data"] = str(group.data)
    scenario = Scenario(
        subject=spec,
        plan=last.plan,
        profile=profile,
        conditions=last.conditions,
        seed=seed,
        pins=rule_id,
        why=why,
        expect=expect,
    )
    return scenario.save(directory)


def group_of(scenario: Scenario) -> SessionGroup:
    """The sessions of a scenario. Raises ScenarioError when what stands in ``expect`` cannot be read."""
    try:
        before = [_session_from_json(document) for document in json.loads(scenario.expect.get("before", "[]"))]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ScenarioError(f"expect.before: {error}") from None
    try:
        data = AppData(scenario.expect.get("data", AppData.NONE))
    except ValueError as error:
        raise ScenarioError(f"expect.data: {error} ({', '.join(AppData)})") from None
    installs = scenario.expect.get("installs")
    return SessionGroup(
        "replay",
        (*before, Session(scenario.plan, scenario.conditions)),
        tuple(installs.split(",")) if installs else tuple(dict.fromkeys(scenario.plan.bundles)),
        data,
    )


def verdict_of(scenario: Scenario, record: Record | None, fires: bool) -> tuple[Verdict, str]:
    """What a replay shows, with one sentence; ``record`` is that of the last session, None when it was not reached."""
    rule_id = scenario.expect.get("rule", "the rule")
    if record is None:
        return Verdict.DIVERGED, f"the session in which {rule_id} fired was not reached"
    if fires:
        same = record.trace_hash == scenario.expect.get("traceHash")
        return Verdict.FAILED, f"{rule_id} fires again, on {'the same' if same else 'another'} trace"
    if stimulus(record) != scenario.expect.get("stimulus"):
        return Verdict.DIVERGED, f"{rule_id} does not fire, but the app was not given what it was given then"
    return Verdict.FIXED, f"{rule_id} does not fire any more"


def shortened(group: SessionGroup, sessions: int) -> SessionGroup:
    """The group up to the session whose record is judged."""
    return replace(group, sessions=group.sessions[:sessions])


def _session_json(session: Session) -> dict[str, Any]:
    return {"plan": session.plan.to_json(), "conditions": [condition.to_json() for condition in session.conditions]}


def _session_from_json(document: dict[str, Any]) -> Session:
    conditions = tuple(condition_from_json(condition) for condition in document["conditions"])
    return Session(SessionPlan.from_json(document["plan"]), conditions)

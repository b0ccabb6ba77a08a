"""What a verdict tells of a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance._verdict import told_session
from conformance.catalogue import Finding
from emulator import SessionKind, nominal_plan


def session(plan: Mapping[str, Any], *conditions: Mapping[str, Any]) -> str:
    return told_session(Finding("BK101", "it is", "seen", "device", "mend", ("C-018",), plan=plan, conditions=conditions))


def test_a_finding_tells_what_was_unusual_about_its_session() -> None:
    nominal = nominal_plan(SessionKind.FULL_RESTORE).to_json()
    other = {**nominal, "ext_info": "[]", "version": {"code": 3, "name": "3"}, "nominal": False}
    assert session({}) == session(nominal) == ""
    assert session(nominal, {"name": "El2Locked"}) == "full-restore under El2Locked"
    assert session(other) == "full-restore with another ext info, another version"
    assert session({**nominal, "infos": None}) == "full-restore with other infos"
    assert session({**nominal, "steps": [{"action": "cancel"}]}) == "full-restore with other steps of the caller"
    kill, slow = {"name": "Kill", "at_ns": 5, "event": None}, {"name": "SlowCpu", "factor": 4}
    assert session(other, kill, slow) == (
        "full-restore with another ext info, another version, under Kill (at_ns=5) and SlowCpu (factor=4)"
    )

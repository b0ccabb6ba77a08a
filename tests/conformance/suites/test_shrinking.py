"""Smaller sessions that still show the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.suites.corpus import ELEMENTS, VERSIONS, infos_document, nested
from conformance.suites.session import Session, SessionGroup
from conformance.suites.shrinking import shrink, smaller_groups
from emulator.conditions import Kill, RefuseConnect
from emulator.plan import DEFAULT_BUNDLE, SessionKind, SessionPlan

CLONE = f"{DEFAULT_BUNDLE}:1"
RESTORE = SessionKind.INCREMENTAL_RESTORE


def details_of(group: SessionGroup) -> list[Any]:
    """Of all sessions that are given any."""
    documents = [json.loads(session.plan.infos or "{}").get("infos") for session in group.sessions]
    return [element for entries in documents if entries for element in entries[0]["details"]]


LIFE = SessionGroup(
    "life",
    (
        Session(SessionPlan(kind=RESTORE, version=VERSIONS["cloud"]), (Kill(event=3),)),
        Session(SessionPlan(bundles=(DEFAULT_BUNDLE, CLONE), infos=infos_document(ELEMENTS["several"])), (RefuseConnect(),)),
        Session(SessionPlan(infos=infos_document([{"type": "vip", "detail": nested(5, "gold ring"), "extra": 1}]))),
    ),
    installs=(DEFAULT_BUNDLE, CLONE),
)


def test_everything_that_does_not_matter_goes() -> None:
    smallest = shrink(LIFE, lambda group: True, attempts=500)
    assert smallest == SessionGroup("life", (Session(SessionPlan()),))


@pytest.mark.parametrize(
    ("still_shows", "expected"),
    [
        pytest.param(
            lambda group: any(e["type"] == "vip" for e in details_of(group)),
            SessionGroup("life", (Session(SessionPlan(infos=infos_document([{"type": "vip"}]))),)),
            id="one-element",
        ),
        pytest.param(
            lambda group: any("gold" in json.dumps(e) for e in details_of(group)),
            SessionGroup("life", (Session(SessionPlan(infos=infos_document([{"type": "vip", "detail": "gold ring"}]))),)),
            id="what-is-nested",
        ),
        pytest.param(
            lambda group: any(session.plan.version == VERSIONS["cloud"] for session in group.sessions),
            SessionGroup("life", (Session(SessionPlan(kind=RESTORE, version=VERSIONS["cloud"])),)),
            id="a-version",
        ),
        pytest.param(
            lambda group: any(CLONE in session.plan.bundles for session in group.sessions),
            SessionGroup("life", (Session(SessionPlan(bundles=(CLONE,))),), installs=(CLONE,)),
            id="a-clone",
        ),
        pytest.param(
            lambda group: bool(group.sessions[0].conditions) and len(group.sessions) == 2,
            SessionGroup("life", (Session(SessionPlan(), (RefuseConnect(),)), Session(SessionPlan()))),
            id="a-fault-and-what-follows",
        ),
    ],
)
def test_what_matters_stays(still_shows: Callable[[SessionGroup], bool], expected: SessionGroup) -> None:
    smallest = shrink(LIFE, still_shows, attempts=500)
    assert still_shows(smallest)
    assert smallest == expected


def test_the_number_of_attempts_is_bounded() -> None:
    tried = []

    def still_shows(group: SessionGroup) -> bool:
        tried.append(group)
        return False

    assert shrink(LIFE, still_shows, attempts=10) == LIFE
    assert len(tried) == 10


def test_the_smallest_session_has_nothing_smaller() -> None:
    assert not list(smaller_groups(SessionGroup("x", (Session(SessionPlan()),))))


@pytest.mark.parametrize("infos", [None, "not json", "[]", '{"infos":1}', '{"infos":[1]}', '{"infos":[{"details":1}]}'])
def test_odd_documents_are_left_alone(infos: str | None) -> None:
    group = SessionGroup("x", (Session(SessionPlan(infos=infos)),))
    assert [smaller.sessions for smaller in smaller_groups(group)] == [(Session(SessionPlan()),)]

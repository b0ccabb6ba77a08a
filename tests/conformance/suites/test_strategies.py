"""Every drawn session is one that a device can deliver, and the draws find what they are for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from conformance.rules.info import MAX_INFO_BYTES, MAX_INFO_DEPTH
from conformance.strategies import Draws
from conformance.suites.corpus import ELEMENTS, RESTORE_ELEMENTS, TEXTS, VERSIONS, infos_document
from conformance.suites.session import SessionGroup
from conformance.suites.words import words_of
from emulator.conditions import condition_from_json
from emulator.plan import SessionPlan
from emulator.service.details import parses_on_connect, read_infos

fixed = settings(derandomize=True, database=None, deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))


def depth(value: Any) -> int:
    """How deep arrays and objects are nested; 0 for a leaf."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(depth, children), default=0)


def delivered(details: list[Any]) -> str:
    """What the app gets from the service."""
    return read_infos(infos_document(details), 100, False, False).ext_info


def assert_deliverable(details: list[Any], *, on_restore: bool) -> None:
    text = delivered(details)
    value = json.loads(text)
    assert isinstance(value, list)
    assert value[-1] == {"type": "userId", "detail": "100"}
    assert len(text.encode()) <= MAX_INFO_BYTES
    assert depth(value) <= MAX_INFO_DEPTH
    if not on_restore:
        assert parses_on_connect(text)
        assert all(isinstance(element, dict) and isinstance(element["type"], str) for element in value)


@pytest.mark.parametrize("name", ELEMENTS)
def test_the_corpus_is_delivered_on_both_sides(name: str) -> None:
    assert_deliverable(ELEMENTS[name], on_restore=False)


@pytest.mark.parametrize("name", RESTORE_ELEMENTS)
def test_the_restore_corpus_is_delivered_on_restore(name: str) -> None:
    assert_deliverable(RESTORE_ELEMENTS[name], on_restore=True)


def test_the_corpus_reaches_the_limits() -> None:
    assert depth(json.loads(delivered(ELEMENTS["deep-arrays"]))) == MAX_INFO_DEPTH
    assert depth(json.loads(delivered(ELEMENTS["deep-objects"]))) == MAX_INFO_DEPTH
    assert MAX_INFO_BYTES - 256 < len(delivered(ELEMENTS["64-kib"])) <= MAX_INFO_BYTES


@pytest.mark.parametrize("name", TEXTS)
def test_the_texts_are_no_info_and_connect(name: str) -> None:
    assert parses_on_connect(TEXTS[name])
    try:
        value = json.loads(TEXTS[name])
    except ValueError:
        return
    assert value == [] or not isinstance(value, list)


def test_version_names_fit_into_a_package() -> None:
    assert all(len(version.name) <= 127 for version in VERSIONS.values())


@fixed
@given(Draws(words=("vip", "备份")).details(on_restore=False))
def test_drawn_details_are_delivered_on_backup(details: list[Any]) -> None:
    assert_deliverable(details, on_restore=False)


@fixed
@given(Draws(words=("vip", "备份")).details(on_restore=True))
def test_drawn_details_are_delivered_on_restore(details: list[Any]) -> None:
    assert_deliverable(details, on_restore=True)


@fixed
@given(Draws(words=("vip",)).groups())
def test_drawn_groups_save_and_read_back(group: SessionGroup) -> None:
    for session in group.sessions:
        assert SessionPlan.from_json(json.loads(json.dumps(session.plan.to_json()))) == session.plan
        assert tuple(condition_from_json(c.to_json()) for c in session.conditions) == session.conditions
        if session.plan.ext_info is not None:
            assert parses_on_connect(session.plan.ext_info)
        assert len(session.plan.version.name) <= 127


@fixed
@given(Draws().groups())
def test_a_faulted_session_is_followed_by_a_healed_one(group: SessionGroup) -> None:
    faulted = [bool(session.conditions) for session in group.sessions]
    assert faulted in ([False], [True, False])
    if len(faulted) == 2:
        assert group.sessions[1].plan.nominal


def test_words_are_the_literals_of_the_source(tmp_path: Any) -> None:
    source = tmp_path / "Ext.ets"
    source.write_text("return `template` + map.get('key'); if (e.type === 'vip' || \"gold\" == e) // 'vip'\n", encoding="utf-8")
    assert words_of(str(source)) == ("vip", "key", "template", "gold")


def test_words_of_an_unreadable_source_are_none(tmp_path: Any) -> None:
    assert words_of(str(tmp_path / "missing.py")) == ()

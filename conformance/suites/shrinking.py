"""Makes a group of sessions smaller as long as it still shows the same, by taking parts of the plans away.

Hypothesis shrinks choices and may stop early; this works on the sessions themselves, needs no seed, and serves the rules
that another one had hidden behind its exception as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from conformance.suites.corpus import infos_document
from conformance.suites.session import Session, SessionGroup
from emulator.plan import SessionPlan, nominal_plan

MAX_ATTEMPTS = 60
_SIMPLE_DETAIL = "x"


def shrink(group: SessionGroup, still_shows: Callable[[SessionGroup], bool], attempts: int = MAX_ATTEMPTS) -> SessionGroup:
    """The smallest group found within so many attempts."""
    tried: set[SessionGroup] = {group}
    progress = True
    while progress:
        progress = False
        for smaller in smaller_groups(group):
            if smaller in tried:
                continue
            if len(tried) > attempts:
                return group
            tried.add(smaller)
            if still_shows(smaller):
                group, progress = smaller, True
                break
    return group


def smaller_groups(group: SessionGroup) -> Iterator[SessionGroup]:
    """Groups with one thing less, the boldest cuts first."""
    sessions = group.sessions
    for number in range(len(sessions)):
        if len(sessions) > 1:
            yield _of(group, sessions[:number] + sessions[number + 1 :])
    for number, session in enumerate(sessions):
        for smaller in _smaller_sessions(session):
            yield _of(group, (*sessions[:number], smaller, *sessions[number + 1 :]))


def _of(group: SessionGroup, sessions: tuple[Session, ...]) -> SessionGroup:
    """The group with other sessions; what they do not use is not installed."""
    used = {bundle for session in sessions for bundle in session.plan.bundles}
    return replace(group, sessions=sessions, installs=tuple(bundle for bundle in group.installs if bundle in used))


def _smaller_sessions(session: Session) -> Iterator[Session]:
    plan = session.plan
    nominal = nominal_plan(plan.kind)
    if session.conditions:
        yield Session(plan)
    for member in ("infos", "ext_info", "version", "steps"):
        if getattr(plan, member) != getattr(nominal, member):
            yield replace(session, plan=replace(plan, **{member: getattr(nominal, member)}))
    if len(plan.bundles) > 1:
        for bundle in plan.bundles:
            yield replace(session, plan=replace(plan, bundles=(bundle,)))
    for smaller in _smaller_infos(plan):
        yield replace(session, plan=smaller)


def _smaller_infos(plan: SessionPlan) -> Iterator[SessionPlan]:
    details = _details(plan.infos)
    for number, element in enumerate(details):
        if len(details) > 1:
            yield _with(plan, details[:number] + details[number + 1 :])
        if isinstance(element, dict):
            for simpler in _simpler_elements(element):
                yield _with(plan, [*details[:number], simpler, *details[number + 1 :]])


def _simpler_elements(element: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for member in element:
        if member != "type":
            yield {key: value for key, value in element.items() if key != member}
    for member, value in element.items():
        inner = value[0] if isinstance(value, list) and value else None
        if isinstance(value, dict) and value:
            inner = next(iter(value.values()))
        if inner is not None:
            yield {**element, member: inner}
        if isinstance(value, str) and len(value) > 1 and member != "type":
            yield {**element, member: _SIMPLE_DETAIL}


def _with(plan: SessionPlan, details: list[Any]) -> SessionPlan:
    return replace(plan, infos=infos_document(details))


def _details(infos: str | None) -> list[Any]:
    try:
        entries = json.loads(infos or "{}").get("infos", [])
        return list(entries[0]["details"]) if entries else []
    except (ValueError, KeyError, TypeError, AttributeError):
        return []

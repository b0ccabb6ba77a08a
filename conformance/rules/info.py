"""BK506 to BK508 and BK514: sessions that differ from the nominal one in nothing but the info, or nothing but the version.

A session that differs in both is no evidence for either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.json_text import NotJsonError, read_json
from conformance.rules import needs
from conformance.rules.findings import finding, quoted
from conformance.rules.registry import predicate
from conformance.rules.settling import only_in_an_upgrade
from conformance.rules.symptoms import Symptom, shows, symptoms
from conformance.view import PAIRS, SessionView
from emulator.plan import SessionKind

MAX_INFO_BYTES = 64 * 1024
MAX_INFO_DEPTH = 32
"""Beyond these an info is nobody's fault: its bytes in UTF-8, and how deep arrays and objects are nested in it."""
_RESTORE_CALLBACKS = ("onRestoreEx", "onRestore")


@predicate("BK506", needs.a_symptom)
def empty_info(evidence: Evidence) -> Iterator[Finding]:
    """backupInfo or restoreInfo is "" (C-020, C-030)."""
    yield from _with_info(evidence, "BK506", "empty")


@predicate("BK507", needs.a_symptom)
def any_info(evidence: Evidence) -> Iterator[Finding]:
    """An info string that the device can deliver (C-019, C-029)."""
    yield from _with_info(evidence, "BK507", "deliverable")


@predicate("BK514", needs.a_symptom)
def info_not_an_array(evidence: Evidence) -> Iterator[Finding]:
    """Text or JSON that today's device never sends (C-019, C-029)."""
    yield from _with_info(evidence, "BK514", "other")


@predicate("BK508", needs.a_symptom)
def any_version(evidence: Evidence) -> Iterator[Finding]:
    """Some BundleVersion in a restore (C-032, clauses 2.6).

    The one of an upgrade counts as well, where an ordinary restore shows nothing of the kind.
    """
    ordinary = evidence.nominal_view(SessionKind.INCREMENTAL_RESTORE)
    for view in evidence.views:
        if ordinary is not None and view.nominal:
            for symptom in symptoms(view):
                if only_in_an_upgrade(evidence, view, symptom.call) and not shows(ordinary, symptom):
                    yield _with_version(view, symptom)
        for symptom, nominal in _new_symptoms(evidence, view):
            version = view.record.plan.get("version")
            if version == nominal.record.plan.get("version") or delivered_info(view) != delivered_info(nominal):
                continue
            if symptom.call.callback in _RESTORE_CALLBACKS:
                yield _with_version(view, symptom)


def info_class(text: str, *, is_backup: bool) -> str:
    """empty; deliverable (by the device, to this kind of session); beyond (its limits); other."""
    if not text:
        return "empty"
    if len(text.encode("utf-8", "surrogatepass")) > MAX_INFO_BYTES:
        return "beyond"
    return _info_class(text, is_backup)


def delivered_info(view: SessionView) -> str | None:
    """The info string that the Ex callback got; None when the device did not get as far."""
    for call in view.record.calls:
        if call.callback in PAIRS and call.args and isinstance(call.args[-1], str):
            return call.args[-1]
    return None


@lru_cache(maxsize=512)
def _info_class(text: str, is_backup: bool) -> str:
    try:
        elements = read_json(text)
    except NotJsonError:
        return "other"
    if not isinstance(elements, list) or not elements or not _is_user_id(elements[-1]):
        return "other"
    if is_backup and not all(isinstance(element, dict) for element in elements):
        return "other"
    return "beyond" if _depth(elements) > MAX_INFO_DEPTH else "deliverable"


def _is_user_id(element: Any) -> bool:
    return isinstance(element, dict) and element.get("type") == "userId" and isinstance(element.get("detail"), str)


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_INFO_DEPTH:
        level = [item for container in level for item in _items(container)]
        depth += 1
    return depth


def _items(container: Any) -> list[Any]:
    items = container.values() if isinstance(container, dict) else container
    return [item for item in items if isinstance(item, (dict, list))]


def _with_info(evidence: Evidence, rule_id: str, wanted: str) -> Iterator[Finding]:
    for view in evidence.views:
        for symptom, nominal in _new_symptoms(evidence, view):
            info = delivered_info(view)
            if info is None or info == delivered_info(nominal) or not _reads_info(view):
                continue
            if view.record.plan.get("version") != nominal.record.plan.get("version"):
                continue
            if info_class(info, is_backup=view.record.is_backup) == wanted:
                message = f"{symptom.call.callback} {symptom.words} with the info {quoted(info)}"
                yield _finding(rule_id, view, symptom, message)


def _reads_info(view: SessionView) -> bool:
    return ("onBackupEx" if view.record.is_backup else "onRestoreEx") in view.callbacks


def _new_symptoms(evidence: Evidence, view: SessionView) -> Iterator[tuple[Symptom, SessionView]]:
    """Symptoms of a session with the device in order that the nominal session of its kind is free of."""
    if view.nominal or view.record.conditions:
        return
    for symptom in symptoms(view):
        nominal = evidence.nominal_view(view.record.kind)
        if nominal is None or not _same_but_input(view, nominal):
            return
        if not shows(nominal, symptom):
            yield symptom, nominal


def _same_but_input(view: SessionView, nominal: SessionView) -> bool:
    return _frame(view.record.plan) == _frame(nominal.record.plan)


def _frame(plan: Mapping[str, Any]) -> str:
    """All of a plan but the info and the version, the same for a plan as it was made and as it was read from a file."""
    frame = {k: v for k, v in plan.items() if k not in ("infos", "ext_info", "version", "nominal")}
    return json.dumps(frame, sort_keys=True, default=str)


def _with_version(view: SessionView, symptom: Symptom) -> Finding:
    given = json.dumps(symptom.call.args[0] if symptom.call.args else view.record.plan.get("version"))
    message = f"{symptom.call.callback} {symptom.words} with the version {quoted(given)}"
    return _finding("BK508", view, symptom, message)


def _finding(rule_id: str, view: SessionView, symptom: Symptom, message: str) -> Finding:
    return finding(rule_id, view, message, symptom.seen(view), call=symptom.call, cause=symptom.what)

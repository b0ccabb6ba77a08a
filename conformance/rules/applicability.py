"""Why a rule says nothing about some evidence, for a report that never merely skips."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.catalogue import rule
from conformance.evidence import Evidence
from conformance.rules.damage import failure_during
from conformance.rules.info import delivered_info, info_class
from conformance.rules.package_applicability import package_not_applicable
from conformance.rules.registry import NOT_JUDGED, PREDICATES, judges_whole_runs
from conformance.rules.source_applicability import source_not_applicable
from conformance.view import COMPATIBILITY_CALLBACKS, EX_CALLBACKS, PAIRS, WORK_CALLBACKS, SessionView
from emulator.package import Package
from emulator.plan import SessionKind

_NOMINAL_ONLY = frozenset({"BK501", "BK502", "BK503", "BK505", "BK512", "BK515"})
_TIME = frozenset({"BK401", "BK402", "BK410", "BK411", "BK504", "BK509", "BK513"})
_RESULTS = frozenset({"BK101", "BK102", "BK103", "BK104", "BK105", "BK106", "BK107", "BK201", "BK202"})
_INFO_CLASSES = {"BK506": "empty", "BK507": "deliverable", "BK514": "other"}

_LEVELS = (
    ("has_ex_callbacks", _RESULTS | {"BK302", "BK506", "BK507", "BK514"}, "onBackupEx and onRestoreEx"),
    ("has_progress", frozenset(f"BK4{number:02}" for number in range(1, 12)), "onProcess"),
    ("has_release", frozenset({"BK509", "BK510"}), "onRelease"),
    ("has_compatibility_info", frozenset({"BK513"}), " and ".join(COMPATIBILITY_CALLBACKS)),
)
"""Profile field, rules that need it, what a device without it does not know."""


def not_applicable(rule_id: str, evidence: Evidence) -> str | None:
    """Why the rule has nothing to judge in this evidence; None when it applies. Raises CatalogueError for an unknown rule."""
    area = rule(rule_id).area
    if rule_id not in PREDICATES:
        return NOT_JUDGED
    if area == "package":
        return package_not_applicable(rule_id, evidence)
    if area == "source":
        return source_not_applicable(rule_id, evidence)
    if rule_id in ("BK511", "BK607"):
        return None if evidence.repeat_views else "no session was repeated on the same device"
    if rule_id == "BK903":
        return None if evidence.healed_views else "no session followed an interrupted one"
    views = evidence.views
    if not views:
        return "there is no session that can be judged"
    callbacks = frozenset[str]().union(*(view.callbacks for view in views))
    profiles = [view.record.profile for view in views]
    return without_subject(rule_id, callbacks, profiles, evidence.package) or _by_session(rule_id, evidence)


def without_subject(
    rule_id: str, callbacks: frozenset[str], profiles: Iterable[Mapping[str, Any]], package: Package | None
) -> str | None:
    """Why the rule has nothing to judge in an app with these callbacks on devices with these profiles, whatever is run.

    ``package`` is how the app is registered, None when nobody says.
    """
    for field, rules, what in _LEVELS:
        if rule_id in rules and not any(profile.get(field, True) for profile in profiles):
            return f"this device level does not know {what}"
    if rule_id == "BK504":
        return "onProcess is overridden, so that a blocked main thread is BK401" if "onProcess" in callbacks else None
    if rule_id == "BK603" and package is not None and not package.full_backup_only:
        return "fullBackupOnly is not true"
    if rule_id == "BK302":
        pairs = any(ex in callbacks and plain in callbacks for ex, plain in PAIRS.items())
        return None if pairs else "neither pair of callbacks is overridden in full"
    for needed in _needed(rule_id):
        if not callbacks.isdisjoint(needed):
            continue
        names = " nor ".join(needed)
        return f"neither {names} is overridden" if len(needed) > 1 else f"{names} is not overridden"
    return None


def _needed(rule_id: str) -> Iterable[tuple[str, ...]]:
    """Of each tuple, one callback has to be overridden."""
    if rule_id in _RESULTS or rule_id in _INFO_CLASSES:
        yield EX_CALLBACKS
    elif rule_id.startswith("BK4"):
        yield ("onProcess",)
    elif rule_id in ("BK509", "BK510"):
        yield ("onRelease",)
    elif rule_id == "BK508":
        yield ("onRestore", "onRestoreEx")
    elif rule_id == "BK513":
        yield COMPATIBILITY_CALLBACKS
    elif rule_id == "BK301":
        yield tuple(sorted(WORK_CALLBACKS))


def _by_session(rule_id: str, evidence: Evidence) -> str | None:
    views = evidence.views
    if rule_id in _NOMINAL_ONLY and not any(view.nominal for view in views):
        return "no nominal session is among the records"
    if rule_id in _TIME and not any(view.keeps_time for view in views):
        return "every session ran under something that changes time or cuts it short"
    if judges_whole_runs(rule_id) and not evidence.whole_run:
        return "judged over all sessions of a run only"
    reason = _SESSIONS.get(rule_id)
    if reason is not None and not any(reason[0](view) for view in views):
        return reason[1]
    if rule_id in _INFO_CLASSES or rule_id == "BK508":
        return _by_input(rule_id, evidence)
    return None


def _by_input(rule_id: str, evidence: Evidence) -> str | None:
    wanted = _INFO_CLASSES.get(rule_id)
    for view in evidence.views:
        an_upgrade = wanted is None and view.nominal and view.record.kind == SessionKind.UPGRADE_RESTORE
        nominal = evidence.nominal_view(SessionKind.INCREMENTAL_RESTORE if an_upgrade else view.record.kind)
        if (view.nominal and not an_upgrade) or view.record.conditions or nominal is None:
            continue
        if wanted is None:
            given = not view.record.is_backup and view.record.plan.get("version") != nominal.record.plan.get("version")
        else:
            info = delivered_info(view)
            other = info is not None and info != delivered_info(nominal)
            given = other and info_class(info or "", is_backup=view.record.is_backup) == wanted
        if given:
            return None
    return f"no session with {_INPUTS[rule_id]} and a nominal one of its kind to compare it with"


_INPUTS = {
    "BK506": "an empty info",
    "BK507": "another info that the device can deliver",
    "BK508": "another version",
    "BK514": "an info that is no array",
}


def _asked(view: SessionView) -> bool:
    return any(call.callback in COMPATIBILITY_CALLBACKS for call in view.calls)


def _released_fresh(view: SessionView) -> bool:
    return any(call.callback == "onRelease" and call.first_in_process for call in view.calls)


def _under_condition(view: SessionView) -> bool:
    return bool(view.record.conditions) and not view.cut_short


def _backs_up(view: SessionView) -> bool:
    return view.nominal and view.record.is_backup


def _restores(view: SessionView) -> bool:
    return view.nominal and not view.record.is_backup


def _brings_files(view: SessionView) -> bool:
    return _restores(view) and any(not event.data["full_backup_only"] for event in view.of_kind("archive"))


def _brings_files_to_move(view: SessionView) -> bool:
    return _restores(view) and any(event.data["full_backup_only"] for event in view.of_kind("archive"))


def _storage_failed(view: SessionView) -> bool:
    return any(failure_during(view, call) is not None for call in view.work_calls)


def _disturbed_backup(view: SessionView) -> bool:
    return bool(view.record.conditions) and view.record.is_backup


_SESSIONS: dict[str, tuple[Callable[[SessionView], bool], str]] = {
    "BK510": (_released_fresh, "no session called onRelease in a fresh process"),
    "BK513": (_asked, "no session asked for compatibility information"),
    "BK601": (_backs_up, "no backup was made"),
    "BK602": (_brings_files, "no restore brought a file"),
    "BK603": (_brings_files_to_move, "fullBackupOnly is not set, or no restore brought a file"),
    "BK604": (_restores, "no restore was made"),
    "BK606": (_backs_up, "no backup was made"),
    "BK608": (_backs_up, "no backup was made"),
    "BK609": (_backs_up, "no backup was made"),
    "BK901": (_storage_failed, "no storage fault struck file work of a callback"),
    "BK904": (_disturbed_backup, "no backup ran under a condition"),
    "BK902": (_under_condition, "no session ran under a condition that leaves the app its say"),
}
"""What some session has to show, and the reason when none does."""

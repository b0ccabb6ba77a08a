"""BK901, BK903 and BK904: what failures and interruptions of the device make of the app's files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from typing import Any

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.json_text import NotJsonError, read_json
from conformance.rules import needs
from conformance.rules.findings import finding, returned, seconds, span
from conformance.rules.registry import predicate
from conformance.view import WORK_CALLBACKS, SessionView, failed
from emulator.record import Call, Event
from emulator.storage.checksum import OF_SQLITE

_NOT_THE_APPS_STATE = re.compile(r"^/data/storage/el\d/base/((haps/[^/]+/)?(cache|temp)|\.backup)/|.*-(wal|shm|journal)$")
"""Scratch, staging, and what SQLite keeps beside an open database."""
_ANOTHER_CONTENT = "has another content"
_MISSING = "is missing"
_CHANGING = re.compile(r"[A-Za-z]*[0-9][0-9A-Za-z]*")
"""A part of a name that a clock, a counter or chance may have made."""
_UNREACHED = "not reached"
"""How the record says that no fault could follow the app to its file."""
_NOT_TOLD = "not told: "
"""How it says that a kit kept what happened to a file from the app, as the device's own code does."""
_CHANGES_FILES = frozenset(("Vanishes", "Grows", "BitRot"))
"""Conditions that change the app's files themselves."""
_FAILURES = frozenset(("StorageFull", "IoError", "Denied", "ReadOnlyArea", "El2Locked"))


@predicate("BK901", needs.conditions)
def silent_failure(evidence: Evidence) -> Iterator[Finding]:
    """File work of a callback failed, it reports success, and what it makes otherwise is not there (C-015, C-021)."""
    for view in evidence.views:
        nominal = _undisturbed(evidence, view)
        if nominal is None or view.cut_short:
            continue
        for call in view.work_calls:
            hit = failure_during(view, call)
            if hit is None or not _reports_success(view, call):
                continue
            missing = _missing_output(view, nominal, call.callback)
            if missing:
                condition = hit.data["name"]
                message = f"{call.callback} reports success though {condition} kept it from its work"
                seen = f"{hit.data['text']}; {returned(call)}; {missing[0]} is not as it is without the failure"
                yield finding("BK901", view, message, seen, call=call, cause=condition)


@predicate("BK903", needs.a_healed_session)
def damaged_by_interruption(evidence: Evidence) -> Iterator[Finding]:
    """After an interrupted restore a complete one does not lead to where an undisturbed one leads (C-004)."""
    for cut, healed in evidence.healed_views:
        nominal = evidence.nominal_view(healed.record.kind)
        if nominal is None or not cut.cut_short or not cut.calls or not _comparable(nominal, cut, healed):
            continue
        differences = _differences(nominal, healed).items()
        different = {path: how for path, how in differences if not _is_volatile(path, how, evidence.volatile)}
        if different:
            path, how = min(different.items())
            message = f"after {_conditions(cut)} during a restore, a complete restore does not mend the app's files: {path} {how}"
            seen = f"{_files(len(different))} from an undisturbed restore; in the one that was cut short {span(cut.calls[-1])}"
            found = finding("BK903", healed, message, seen, call=next(iter(healed.calls), None), cause=how)
            yield replace(found, conditions=cut.record.conditions)


def volatile(evidence: Evidence) -> frozenset[tuple[str, str]]:
    """How the files of a restore differ from those of the nominal one, though nothing of the app ran before it.

    That is the work of the clock or of random numbers, not of what came before. Where they make the name, the next restore
    has yet another one.
    """
    found: set[tuple[str, str]] = set()
    for cut, healed in evidence.healed_views:
        nominal = evidence.nominal_view(healed.record.kind)
        if nominal is not None and not cut.calls and _comparable(nominal, cut, healed):
            found.update((_shape(path, how), how) for path, how in _differences(nominal, healed).items())
    return frozenset(found)


def _is_volatile(path: str, how: str, found: Set[tuple[str, str]]) -> bool:
    """True for a difference that undisturbed restores have as well, and for a file whose name the next one does not know."""
    return (_shape(path, how), how) in found or (_shape(path, _MISSING), _MISSING) in found


def _shape(path: str, how: str) -> str:
    """The path; of a file that only one side has, what all its names may have in common."""
    return path if how == _ANOTHER_CONTENT else _CHANGING.sub("#", path)


def _comparable(nominal: SessionView, cut: SessionView, healed: SessionView) -> bool:
    """True for a restore that followed a cut one of the same archive, and which has to lead to where the nominal one leads."""
    if healed.record.is_backup or _brought(nominal) != _brought(healed) or _told(cut) != _told(healed):
        return False
    return _ended_well(healed) and _ended_well(nominal) and not nominal.of_kind("call.left")  # BK505 says that one


def _differences(nominal: SessionView, healed: SessionView) -> dict[str, str]:
    expected, found = _tree(nominal), _tree(healed)
    return {
        path: _MISSING if path not in found else "is left over" if path not in expected else _ANOTHER_CONTENT
        for path in sorted(expected.keys() | found.keys())
        if expected.get(path) != found.get(path)
    }


def _files(count: int) -> str:
    return "1 file differs" if count == 1 else f"{count} files differ"


@predicate("BK904", needs.a_change)
def damages_live_data(evidence: Evidence) -> Iterator[Finding]:
    """A backup changed or removed what was there before, and the undisturbed backup does not (C-013).

    What an earlier session on the device has made was not there before.
    """
    made: set[str] = set()
    for view in evidence.views:
        nominal = evidence.nominal_view(view.record.kind)
        usual = None if nominal is None or not _may_damage(view) else {event.data["path"] for event in nominal.of_kind("change")}
        for event in view.of_kind("change"):
            path, what = event.data["path"], event.data["what"]
            if what == "created":
                made.add(path)
            elif usual is not None and path not in usual and path not in made and not _NOT_THE_APPS_STATE.match(path):
                callback = event.data["during"]
                under = f" under {_conditions(view)}" if view.record.conditions else ""
                message = f"after a backup{under} {path}, which was there before, is {'gone' if what == 'removed' else what}"
                when = f"noticed at {seconds(event.at_ns)}, during {callback or 'no callback'}"
                seen = f"{when}; an undisturbed backup leaves the file alone"
                yield finding("BK904", view, message, seen, call=view.call_of(callback), cause=what)


def _conditions(view: SessionView) -> str:
    """The conditions in words, the one that strikes before what lasts."""
    return " with ".join(str(condition.get("name")) for condition in reversed(view.record.conditions))


def _may_damage(view: SessionView) -> bool:
    """True for a backup that is not the usual one, and whose conditions leave the app's files alone."""
    names = {condition.get("name") for condition in view.record.conditions}
    return view.record.is_backup and not view.nominal and names.isdisjoint(_CHANGES_FILES)


def _undisturbed(evidence: Evidence, view: SessionView) -> SessionView | None:
    """The nominal session that differs from this one in the failure only."""
    names = {str(condition.get("name")) for condition in view.record.conditions}
    if not names or not names <= _FAILURES or not view.record.plan.get("nominal"):
        return None
    return evidence.nominal_view(view.record.kind)


def failure_during(view: SessionView, call: Call) -> Event | None:
    """The first failure that struck, and that the app could notice, while the call had not settled, in the order of events."""
    events, inside = view.record.events, False
    texts = [event.data["text"] for event in view.of_kind("condition")]
    kept = [f" {text.removeprefix(_NOT_TOLD)}:" for text in texts if text.startswith(_NOT_TOLD)]
    for event in events:
        if event.data.get("call") == call.id:
            if event.kind == "call":
                inside = True
            elif event.kind == "call.settled" or (event.kind == "call.sync-end" and event.data["outcome"] != "promise"):
                return None
        elif (
            inside
            and event.kind == "condition"
            and event.data["name"] in _FAILURES
            and not event.data["text"].startswith((_UNREACHED, _NOT_TOLD))
            and not any(path in event.data["text"] for path in kept)
        ):
            return event
    return None


def _reports_success(view: SessionView, call: Call) -> bool:
    if call.callback not in WORK_CALLBACKS or failed(call) or call.end_ns is None:
        return False
    if not call.callback.endswith("Ex"):
        return True
    if call.value is None or not call.value.is_string:
        return False
    try:
        document = read_json(call.value.text)
    except NotJsonError:
        return False
    return isinstance(document, dict) and document.get("errorCode") == 0


def _missing_output(view: SessionView, nominal: SessionView, callback: str) -> list[str]:
    """Files that the callback makes or changes without the failure, and that it did not make or change in the same way.

    Who tries again may do so under another name that chance has made; the content is the same.
    """
    expected, found = _output(nominal, callback), _output(view, callback)
    others = Counter((_CHANGING.sub("#", path), crc) for path, crc in found.items() if path not in expected)
    missing = []
    for path, crc in sorted(expected.items()):
        if path not in found and others[_CHANGING.sub("#", path), crc]:
            others[_CHANGING.sub("#", path), crc] -= 1
        elif found.get(path) != crc:
            missing.append(path)
    return missing


def _output(view: SessionView, callback: str) -> Mapping[str, str]:
    return {
        event.data["path"]: event.data["crc"]
        for event in view.of_kind("change")
        if event.data["during"] == callback and not _NOT_THE_APPS_STATE.match(event.data["path"])
    }


def _brought(view: SessionView) -> list[tuple[Any, ...]]:
    """What the client held: only restores of the same archive can be compared."""
    held = ("bundle", "full_backup_only", "files")
    return [tuple(event.data[name] for name in held) for event in view.of_kind("archive")]


def _told(view: SessionView) -> tuple[Any, ...]:
    """What the app is told of the archive, and by the caller: another version or wish may lead elsewhere."""
    return tuple(view.record.plan.get(key) for key in ("version", "infos", "ext_info"))


def _ended_well(view: SessionView) -> bool:
    return all(view.record.end_code(bundle) == 0 for bundle in view.record.plan["bundles"])


def _tree(view: SessionView) -> Mapping[str, str]:
    return {
        f"{event.data['bundle']}:{file['path']}": "" if file["path"].endswith(OF_SQLITE) else file["rows"] or file["crc"]
        for event in view.of_kind("tree")
        for file in event.data["files"]
        if not _NOT_THE_APPS_STATE.match(file["path"])
    }

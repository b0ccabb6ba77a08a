"""BK602 to BK604: whether what left the device is there after a restore (data-plane 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, returned, seconds
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.plan import SessionKind
from emulator.record import Call, Event
from emulator.storage.checksum import OF_SQLITE

_RESTORE_CALLBACKS = frozenset(("onRestore", "onRestoreEx"))
_SHOWN = 3


@predicate("BK602", needs.a_nominal_session)
def lost_on_restore(evidence: Evidence) -> Iterator[Finding]:
    """A file that left is missing on a fresh device, or other than it left, and the app did not do it (C-006, C-072).

    Where the app has files already, what comes back also depends on these: an old link is followed (data-plane 4.3).
    """
    exports = _exports(evidence)
    for view, bundle in _complete_restores(evidence):
        if bundle["full_backup_only"] or not bundle["fresh"]:
            continue
        tree = _tree(view, bundle["bundle"])
        databases = _databases(view, bundle["bundle"])
        touched = {event.data["path"] for event in view.of_kind("change") if _is_own_work(event, databases, exports)}
        for file in bundle["files"]:
            path, now = file["path"], tree.get(file["path"])
            if path in touched or (now is not None and file["crc"] in ("", now)):
                continue
            what = "is missing" if now is None else "has another content"
            message = f"{path} left the old device and {what} on the new one"
            cleared = _cleared(view, path)
            call = view.call_of("onRelease") if cleared else None
            yield finding("BK602", view, message, cleared or _why(view, path), call=call, cause=path)


@predicate("BK603", needs.a_nominal_session)
def full_backup_only_not_moved(evidence: Evidence) -> Iterator[Finding]:
    """With fullBackupOnly the restored files lie in staging, and the callback moved none of them (C-034, C-073)."""
    for view, bundle in _complete_restores(evidence):
        if not bundle["full_backup_only"] or not bundle["files"]:
            continue
        call = _asked(view)
        if call is not None and not _moved(view, bundle):
            names = [file["path"] for file in bundle["files"][:_SHOWN]]
            message = f"fullBackupOnly is true and {call.callback} moved nothing out of .backup/restore"
            seen = f"{len(bundle['files'])} files are wiped with it, among them {', '.join(names)}; {returned(call)}"
            yield finding("BK603", view, message, seen, call=call, cause="nothing moved")


@predicate("BK604", needs.a_nominal_session)
def keeps_temp_paths(evidence: Evidence) -> Iterator[Finding]:
    """A file that the restore callback wrote names a path that is gone afterwards (C-063)."""
    for view in evidence.views:
        if not view.nominal or view.record.is_backup:
            continue
        last = {event.data["path"]: event for event in view.of_kind("change")}
        for path, event in last.items():
            if event.data.get("names_staging") and event.data["during"] in _RESTORE_CALLBACKS:
                callback = event.data["during"]
                message = f"{path}, which {callback} wrote, names a path under .backup/"
                seen = f"noticed at {seconds(event.at_ns)}; the device empties .backup after the restore"
                yield finding("BK604", view, message, seen, call=view.call_of(callback), cause=path)


def _complete_restores(evidence: Evidence) -> Iterator[tuple[SessionView, Mapping[str, Any]]]:
    """Undisturbed restores that ended well, with what the caller brought for each bundle."""
    for view in evidence.views:
        if view.record.is_backup or view.record.conditions or view.cut_short or not view.nominal:
            continue
        for event in view.of_kind("archive"):
            if view.record.end_code(event.data["bundle"]) == 0 and _restored(view):
                yield view, event.data


def _restored(view: SessionView) -> bool:
    """No callback of the app was left unfinished; one that overrides none has nothing to finish."""
    return all(call.end_ns is not None for call in view.work_calls)


def _is_own_work(change: Event, databases: Set[str], exports: Set[str]) -> bool:
    """Whether the app may have changed the file so: in onRelease it may close a database, which merges the log into it, and take
    away what its own backup callback had made for the way (C-054). What else is gone after onRelease is lost.
    """
    path, suffix = change.data["path"], next((end for end in OF_SQLITE if change.data["path"].endswith(end)), "")
    if change.data["during"] != "onRelease" or path.removesuffix(suffix) in databases:
        return True
    return change.data["what"] == "removed" and path in exports


def _exports(evidence: Evidence) -> frozenset[str]:
    """What the undisturbed backup made, and onRelease took away on the old device, too."""
    nominal = evidence.nominal_view(SessionKind.FULL_BACKUP)
    changes = [event.data for event in nominal.of_kind("change")] if nominal is not None else []
    made = {change["path"] for change in changes if change["what"] == "created"}
    released = {change["path"] for change in changes if change["what"] == "removed" and change["during"] == "onRelease"}
    return frozenset(made & released)


def _moved(view: SessionView, bundle: Mapping[str, Any]) -> bool:
    """The callback changed something, or what came back is already there from an earlier restore."""
    if any(event.data["during"] in _RESTORE_CALLBACKS for event in view.of_kind("change")):
        return True
    there = set(_tree(view, bundle["bundle"]).values())
    return any(file["size"] and file["crc"] in there for file in bundle["files"])


def _asked(view: SessionView) -> Call | None:
    """The restore callback that had the last word, of an app that overrides one; BK710 is about one that does not."""
    return next((call for call in reversed(view.work_calls) if call.callback in _RESTORE_CALLBACKS), None)


def _tree(view: SessionView, bundle: str) -> dict[str, str]:
    for event in view.of_kind("tree"):
        if event.data["bundle"] == bundle:
            return {file["path"]: file["crc"] for file in event.data["files"]}
    return {}


def _cleared(view: SessionView, path: str) -> str:
    """What onRelease did to the file; "" if nothing."""
    for event in view.of_kind("change"):
        if event.data["path"] == path and event.data["during"] == "onRelease":
            return f"the device put it back, and onRelease {event.data['what']} it; noticed at {seconds(event.at_ns)}"
    return ""


def _databases(view: SessionView, bundle: str) -> frozenset[str]:
    """The SQLite files that are there at the end, and whole."""
    trees = (event.data["files"] for event in view.of_kind("tree") if event.data["bundle"] == bundle)
    return frozenset(file["path"] for files in trees for file in files if file["rows"])


def _why(view: SessionView, path: str) -> str:
    for event in view.of_kind("file.lost"):
        if event.data["path"] == path:
            return f"the device could not put it back ({event.data['why']}) and told nobody"
    if any(event.data["path"] == path for event in view.of_kind("file.in")):
        return "the device put it back, and something else took its place"
    return "the device did not put it back"

"""BK601 and BK606 to BK609: what of the app's files leaves the device in a backup, and what does not (data-plane 1, 2, 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from conformance.catalogue import Finding
from conformance.evidence import Evidence
from conformance.rules import needs
from conformance.rules.findings import finding, seconds
from conformance.rules.registry import predicate
from conformance.view import SessionView
from emulator.plan import SessionKind
from emulator.record import Event
from emulator.storage.sandbox import OF_THE_APP

_BACKUP_CALLBACKS = frozenset(("onBackup", "onBackupEx"))
_SCRATCH = re.compile(r"^/data/storage/el\d/base/(haps/[^/]+/)?(cache|temp)/")
_STAGING_HOME = re.compile(r"^/data/storage/el\d/base/\.backup/")
_SKIPPED = {
    "symlink": "a symbolic link",
    "link-as-empty-file": "a symbolic link that an include names: it comes back as an empty file",
    "socket": "a socket",
    "fifo": "a FIFO",
    "fifo-blocks": "a FIFO that an include names: the device waits for it for ever",
    "device": "a device",
    "unreadable": "not readable for the app",
    "unreachable": "in a directory that the app may not search",
    "too-long": "a path of 4096 bytes or more",
}
_BREAKS = "breaks-the-bundle"


@predicate("BK601", needs.a_nominal_session)
def output_not_backed_up(evidence: Evidence) -> Iterator[Finding]:
    """What the callback wrote lies where no include leads (C-013, C-063, C-070)."""
    for view, event in _left_behind(evidence):
        path = event.data["path"]
        if _SCRATCH.match(path) or _excluded_by(view, path) is not None or path in _skipped(view):
            continue
        where = "in the staging of the backup itself" if _STAGING_HOME.match(path) else "outside the includes"
        message = f"{path}, which {event.data['during']} {event.data['what']}, is not in the backup"
        seen = f"it lies {where}; noticed at {seconds(event.at_ns)}"
        yield finding("BK601", view, message, seen, call=view.call_of(event.data["during"]), cause=path)


@predicate("BK608", needs.a_nominal_session)
def output_in_scratch(evidence: Evidence) -> Iterator[Finding]:
    """What the callback wrote lies in a cache or temp directory, or an exclude takes it away (C-013, C-071)."""
    for view, event in _left_behind(evidence):
        path = event.data["path"]
        exclude = _excluded_by(view, path)
        if exclude is None and not _SCRATCH.match(path):
            continue
        reason = f"the exclude {exclude!r} takes it away" if exclude is not None else "it lies in a cache or temp directory"
        message = f"{path}, which {event.data['during']} {event.data['what']}, is not in the backup"
        seen = f"{reason}; noticed at {seconds(event.at_ns)}"
        yield finding("BK608", view, message, seen, call=view.call_of(event.data["during"]), cause=path)


@predicate("BK606", needs.a_nominal_session)
def skipped_by_the_device(evidence: Evidence) -> Iterator[Finding]:
    """Something that the includes match is nothing that the device takes (C-088 to C-091)."""
    for view in evidence.views:
        if not view.nominal or not view.record.is_backup:
            continue
        for path, why in _skipped(view).items():
            yield finding("BK606", view, f"{path} is left out of the backup", f"it is {_SKIPPED[why]}", cause=path)


@predicate("BK609", needs.a_scan)
def name_breaks_the_bundle(evidence: Evidence) -> Iterator[Finding]:
    """A big file whose blob name would hold a slash: the service refuses it (data-plane 9, item 1)."""
    for view in evidence.views:
        if not view.record.is_backup or view.cut_short:
            continue
        for path in (item["path"] for item in _left_out(view) if item["why"] == _BREAKS):
            message = f"the name of {path} ends the whole backup of the bundle"
            seen = "over 2 MiB, without an extension, below a directory with a dot: the name of its blob holds a slash"
            yield finding("BK609", view, message, seen, cause=path)


@predicate("BK607", needs.a_repetition)
def residue(evidence: Evidence) -> Iterator[Finding]:
    """The second of two equal backups leaves further files behind (C-054)."""
    for first, second in evidence.repeat_views:
        if not second.record.is_backup or second.record.conditions:
            continue
        before, after = _remaining(first), _remaining(second)
        further = sorted(after - before)
        if before and further:
            (twin,) = get_close_matches(further[0], sorted(before), n=1, cutoff=0)  # both may leave others beside it
            message = f"each backup leaves another file: {twin}, then {further[0]}"
            yield finding("BK607", second, message, f"{len(further)} more after the second backup", cause="residue")


def _left_behind(evidence: Evidence) -> Iterator[tuple[SessionView, Event]]:
    """What the callback of a nominal full backup made or changed and what is in no blob, though all blobs were made.

    An incremental one does not tell what it has left out, and why.
    """
    for view in evidence.views:
        if not view.nominal or view.record.kind != SessionKind.FULL_BACKUP or not _sent_all(view):
            continue
        taken = _taken(view)
        for event in _outputs(view):
            if event.data["path"] not in taken:
                yield view, event


def _outputs(view: SessionView) -> Iterator[Event]:
    """The last change of each file while a backup callback ran, unless it was removed in the end.

    What lies beside the app's directories, where a device would not have let it come into being, is BK605.
    """
    last: dict[str, Event] = {}
    for event in view.of_kind("change"):
        last[event.data["path"]] = event
    for event in last.values():
        made = event.data["what"] != "removed" and event.data["during"] in _BACKUP_CALLBACKS
        if made and event.data["path"].startswith(OF_THE_APP):
            yield event


def _remaining(view: SessionView) -> set[str]:
    """Files that were made in the session, are there at its end and are taken by a backup; the last word on each counts."""
    last = {event.data["path"]: event.data["what"] for event in view.of_kind("change")}
    taken = _taken(view)
    return {path for path, what in last.items() if what == "created" and path in taken}


def _taken(view: SessionView) -> dict[str, str]:
    """Path and checksum of every file that left the device, by the path under which it will come back."""
    return {file["path"]: file["crc"] for event in view.of_kind("file.out") for file in event.data["files"]}


def _sent_all(view: SessionView) -> bool:
    ends = [event for event in view.of_kind("task.end") if event.data["why"] == "data"]
    return any(event.data["code"] == 0 for event in ends) and not view.of_kind("pack.error")


def _left_out(view: SessionView) -> Iterator[dict[str, str]]:
    for event in view.of_kind("scan"):
        yield from event.data["left_out"]


def _skipped(view: SessionView) -> dict[str, str]:
    return {item["path"]: item["why"] for item in _left_out(view) if item["why"] in _SKIPPED}


def _excluded_by(view: SessionView, path: str) -> str | None:
    """The exclude that keeps the file, or a directory above it, out."""
    for item in _left_out(view):
        if item["why"] == "excluded" and (path == item["path"] or path.startswith(item["path"].rstrip("/") + "/")):
            return item["by"]
    return None

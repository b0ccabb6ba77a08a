"""Which files of an app leave the device in a full backup, in which blob, and which stay behind and why.

Nothing is predicted: a nominal session is run, what the device's own scan decided is noted the moment it is made, and what
was really sent is read from the session's record.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from emulator.device import Device
from emulator.extension.data_plane import DataPlane
from emulator.extension.outgoing import BREAKS_THE_BUNDLE, FullBackup
from emulator.package import Package
from emulator.plan import DEFAULT_BUNDLE, SessionKind, nominal_plan
from emulator.profile import PRESETS, DeviceProfile
from emulator.storage.config.bundle_info import BundleInfo
from emulator.storage.names import extension
from emulator.storage.pack.json_text import quoted
from emulator.storage.pack.staging import BACKUP
from emulator.storage.paths import rooted
from emulator.storage.scan import Decision, Fate, Scan, ScannedFile, decisions
from emulator.subject import Subject

if TYPE_CHECKING:
    from emulator.extension.process import ExtensionProcess
    from emulator.record import Record

PACK_ERROR = "pack-error"
"""It was scanned, but could not be packed any more."""
NOT_SENT = "not-sent"
"""It was scanned, but the backup ended before it was sent."""
NOT_SCANNED = "not-scanned"
"""The backup ended before the device looked at any file."""

TICK = 500
"""How many files lie between two words about progress."""

Progress = Callable[[str], None]
"""Told, now and then, what is going on."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """What became of one file, special node, or directory without anything to list in it (its path ends with a slash).

    ``path`` is its device path, ``size`` its bytes (0 for what is no regular file), ``blob`` the name of the blob in which it
    left, "" for none. ``leaves``: with its content. ``why``, where it did not leave like that: a `Fate.word`,
    breaks-the-bundle, pack-error, not-sent or not-scanned, and ``text`` says it for people. ``include`` and ``exclude`` are
    the patterns that decided; ``recorded`` is the name under which it is restored, if it is not its path.
    """

    path: str
    size: int
    blob: str
    leaves: bool
    why: str = ""
    text: str = ""
    include: str = ""
    exclude: str = ""
    recorded: str = ""

    @property
    def is_directory(self) -> bool:
        """Whether it is a directory."""
        return self.path.endswith("/")


@dataclass(frozen=True)
class Leaving:
    """A whole sandbox as one nominal full backup treats it, in the byte order of each directory's names.

    ``was_scanned`` says whether the device came to look at the files; ``callbacks`` had run by then. ``tars`` and ``big_files``
    are the names of what was sent, without the index. ``end_code`` is the first error that the client was told of, 0 for none,
    None if the backup never ended. ``blocked`` says why the session may not be judged, or is "".
    """

    bundle: str
    files: tuple[ListedFile, ...]
    was_scanned: bool
    callbacks: tuple[str, ...]
    tars: tuple[str, ...]
    big_files: tuple[str, ...]
    end_code: int | None
    blocked: str = ""


class _Seen(NamedTuple):
    """What the scan decided about a node, and the node's bytes at that moment."""

    decision: Decision
    size: int


class _Watch(DataPlane):
    """The device's own data plane, which looks around whenever a full backup has scanned."""

    def __init__(self, progress: Progress) -> None:
        self.seen: list[_Seen] | None = None
        self.blob_of: Mapping[ScannedFile, str] = {}
        self._progress = progress

    def full_backup(self, process: ExtensionProcess, info: BundleInfo, result: str = "") -> FullBackup:
        """Scan, and look around at once: what the app does later changes no decision."""
        backup = super().full_backup(process, info, result)
        assert isinstance(backup, FullBackup)
        self.blob_of = backup.blob_of
        self.seen = [] if backup.scan is None else _look(process.sandbox.root, backup.scan, self._progress)
        self._progress(f"packing what leaves of {len(self.seen)} files")
        return backup


def leaving(
    subject: Subject,
    *,
    profile: DeviceProfile = PRESETS["latest"],
    package: Package | None = None,
    sandbox: Path | Callable[[Path], None] | None = None,
    seed: int = 0,
    hang_limit_s: float | None = 5.0,
    progress: Progress = lambda _: None,
) -> Leaving:
    """Run a nominal full backup of ``subject`` on a new device, and tell what becomes of every file in its sandbox.

    ``sandbox`` is the app's data as for `Device.install`.
    """
    watch = _Watch(progress)
    with Device(profile, seed=seed, hang_limit_s=hang_limit_s, data=watch) as device:
        tree = device.install(subject, package=package, sandbox=sandbox).sandbox
        progress("running a full backup")
        record = device.run(nominal_plan(SessionKind.FULL_BACKUP))
        if watch.seen is not None:
            files = tuple(_Result(record, watch.blob_of).of(seen) for seen in watch.seen)
        elif tree.is_wanted:
            files = tuple(_unscanned(seen) for seen in _look(tree.make(), _NOTHING, progress))
        else:
            files = ()
    blobs = [(event.data["uri"], event.data["path"]) for event in record.of_kind("file.out")]
    called = [call.callback for call in record.calls if call.outcome != "absent" and call.callback.startswith("onBackup")]
    return Leaving(
        bundle=DEFAULT_BUNDLE,
        files=files,
        was_scanned=watch.seen is not None,
        callbacks=tuple(called),
        tars=tuple(uri for uri, path in blobs if path == f"{BACKUP}/{uri}"),
        big_files=tuple(uri for uri, path in blobs if path != f"{BACKUP}/{uri}"),
        end_code=_end_code(record),
        blocked=record.blocked,
    )


def _end_code(record: Record) -> int | None:
    """The first error that the client was told of: later ones follow from it. None without any end."""
    for message in record.client:
        if message.callback in ("onBundleBegin", "onBundleEnd") and message.args[0]:
            return int(message.args[0]["code"])
    return record.end_code(DEFAULT_BUNDLE)


_NOTHING = Scan((), (), (), ())


def _look(root: Path, scan: Scan, progress: Progress) -> list[_Seen]:
    """Every node below ``root`` as it is now."""
    seen = []
    for decision in decisions(root, scan):
        seen.append(_Seen(decision, _size(f"{root}{decision.path}")))
        if len(seen) % TICK == 0:
            progress(f"looking at file {len(seen)}")
    return seen


def _size(host: str) -> int:
    try:
        status = os.lstat(host)
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else 0


def _unscanned(seen: _Seen) -> ListedFile:
    text = "the backup ended before the device looked at any file"
    return ListedFile(seen.decision.path, seen.size, "", False, NOT_SCANNED, text)


class _Result:
    """What the record says became of what was scanned."""

    def __init__(self, record: Record, blob_of: Mapping[ScannedFile, str]) -> None:
        self._blob_of = blob_of
        self._sent = {e.data["uri"]: {f["path"]: f["size"] for f in e.data["files"]} for e in record.of_kind("file.out")}
        self._errors = {event.data["path"]: event.data["errno"] for event in record.of_kind("pack.error")}

    def of(self, seen: _Seen) -> ListedFile:
        """The node as listed."""
        decision, size = seen
        scanned = decision.scanned
        blob = self._blob_of.get(scanned, "") if scanned is not None else ""
        blob = blob if blob in self._sent else ""
        listed = ListedFile(decision.path, size, blob, False, include=decision.include, exclude=decision.exclude)
        if scanned is None or not decision.fate.leaves:
            blob = blob if decision.fate is Fate.LINK_AS_EMPTY_FILE else ""
            return replace(listed, blob=blob, why=decision.fate.word, text=_text(decision))
        recorded = _in_index(scanned.recorded) if scanned.big else scanned.recorded
        listed = replace(listed, recorded="" if rooted(recorded) == decision.path else recorded)
        if why := self._lost(scanned, blob):
            return replace(listed, blob="", why=why, text=self._text(scanned, why))
        return replace(listed, leaves=True, size=self._sent[blob].get(rooted(scanned.recorded), 0))

    def _lost(self, scanned: ScannedFile, blob: str) -> str:
        """Why what the scan took did not leave, or ""."""
        if scanned.big and "/" in extension(scanned.path):
            return BREAKS_THE_BUNDLE
        if rooted(scanned.path) in self._errors:
            return PACK_ERROR
        if not blob:
            return NOT_SENT
        is_packed = scanned.is_directory or rooted(scanned.recorded) in self._sent[blob]
        return "" if is_packed else PACK_ERROR

    def _text(self, scanned: ScannedFile, why: str) -> str:
        if why == BREAKS_THE_BUNDLE:
            return "its blob's name would hold a slash, which ends the backup of the whole app"
        if why == NOT_SENT:
            return "the backup ended before it was sent"
        number = self._errors.get(rooted(scanned.path), errno.EACCES)
        return f"it could not be packed any more: {errno.errorcode.get(number, number)}"


def _in_index(path: str) -> str:
    """A path as manage.json keeps it, where bytes that are no UTF-8 are lost (data-plane 3.6)."""
    return str(json.loads(quoted(path)))


def _text(decision: Decision) -> str:
    return f"excluded by {decision.exclude}" if decision.fate is Fate.EXCLUDED else decision.fate.value

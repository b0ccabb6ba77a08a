"""Evidence for the rules about the app's files: where exactly each fires, and what only just keeps to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator import BundleVersion
from emulator.record import Record
from tests.conformance.rules.builder import BUNDLE, OK, SessionBuilder
from tests.conformance.rules.sessions import KILL, RESTORE, SLOW_CPU, Example, evidence

FILES = "/data/storage/el2/base/haps/entry/files"
CACHED = "/data/storage/el2/base/haps/entry/cache/a"
STAGED = "/data/storage/el2/base/.backup/a"
EMPTY: Mapping[str, Any] = {"ext_info": ""}
OLDER = BundleVersion(999_999, "0.9.9")
AT = frozenset([(f"{BUNDLE}:{FILES}/a", "has another content")])
FULL = {"name": "StorageFull", "after_bytes": 0}


def file(path: str, crc: str = "1") -> dict[str, Any]:
    return {"path": path, "size": 1, "crc": crc}


def saved(
    path: str = f"{FILES}/a", *, what: str = "created", taken: tuple[str, ...] = (), released: bool = False, **options: Any
) -> Record:
    """A backup that changes one file, and the files that leave the device; ``released``: onRelease takes the file away."""
    session = SessionBuilder(**options).call("onBackupEx", OK)
    session.event("change", 1, bundle=BUNDLE, during="onBackupEx", path=path, what=what, size=1, crc="1")
    session.event("file.out", 2, bundle=BUNDLE, uri="t", path="t", size=1, files=[file(name) for name in taken])
    session.event("task.end", 3, process=1, bundle=BUNDLE, why="data", code=0)
    if released:
        session.event("change", 4, bundle=BUNDLE, during="onRelease", path=path, what="removed", size=0, crc="")
    return session.end().record()


def scanned(why: str) -> Record:
    """A backup that leaves one file out."""
    session = SessionBuilder().call("onBackupEx", OK)
    left_out = [{"path": f"{FILES}/a", "why": why, "by": ""}]
    return session.event("scan", 2, bundle=BUNDLE, size=0, left_out=left_out).end().record()


def came_back(
    crc: str | None = "1",
    *,
    rows: str = "",
    full: bool = False,
    fresh: bool = True,
    moved: str = "",
    staged: bool = False,
    during: str = "onRestoreEx",
    what: str = "created",
    **options: Any,
) -> Record:
    """A restore of one file, which has this content at the end, or is not there; ``moved`` is what ``during`` touches."""
    session = SessionBuilder(RESTORE, ("onRestoreEx",), **options).call("onRestoreEx", OK)
    session.event("archive", 0, bundle=BUNDLE, full_backup_only=full, fresh=fresh, files=[file(f"{FILES}/a")])
    session.event("file.in", 0, bundle=BUNDLE, path=f"{FILES}/a")
    if moved:
        session.event("change", 1, during=during, path=moved, what=what, size=1, crc="1", names_staging=staged)
    there = [{**file(f"{FILES}/a", crc), "rows": rows}] if crc is not None else []
    return session.event("tree", 9, bundle=BUNDLE, files=there).end().record()


def never_called() -> Record:
    """A restore that ended before anything of the app ran."""
    session = SessionBuilder(RESTORE, ("onRestoreEx",), conditions=[KILL])
    return session.end().record()


def touched(path: str) -> Record:
    session = SessionBuilder().call("onBackupEx", OK)
    return session.event("outside", 1, process=1, call=1, path=path, writes=False).end().record()


def failing(code: int, made: str = "") -> Record:
    """A backup whose storage is full, what its callback says of it, and a file that it made all the same."""
    session = SessionBuilder(conditions=[FULL])
    number = session.begin("onBackupEx", 1)
    session.event("condition", 1, name="StorageFull", text="open: errno 28")
    if made:
        session.event("change", 1, bundle=BUNDLE, during="onBackupEx", path=made, what="created", size=1, crc="1")
    text = {"kind": "string", "text": OK.replace(":0", f":{code}")}
    session.event("call.sync-end", 1, call=number, outcome="returned", value=text, error=None, where=None)
    return session.event("call.read", 1, call=number).end().record()


RELEASED: dict[str, Any] = {"moved": f"{FILES}/a", "during": "onRelease", "what": "removed"}
"""onRelease takes the file away."""

TAKEN = (f"{FILES}/a",)

FIRES: Mapping[str, list[Example]] = {
    "BK601": [Example("staged", evidence(saved(STAGED)), ("BK601",))],
    "BK602": [
        Example("changed", evidence(came_back("2")), ("BK602",)),
        Example("removed in onRelease", evidence(came_back(None, **RELEASED)), ("BK602",)),
        Example(
            "removed in onRelease, not made",
            evidence(came_back(None, **RELEASED), saved(what="changed", taken=TAKEN)),
            ("BK602",),
        ),
        Example("made, and removed on one device", evidence(came_back(None, **RELEASED), saved(taken=TAKEN)), ("BK602",)),
        Example(
            "rewritten in onRelease", evidence(came_back("2", **{**RELEASED, "what": "changed"}), saved(taken=TAKEN)), ("BK602",)
        ),
    ],
    "BK603": [Example("stays", evidence(came_back(None, full=True)), ("BK603",))],
    "BK604": [Example("named", evidence(came_back(moved=f"{FILES}/b", staged=True)), ("BK604",))],
    "BK605": [Example("read", evidence(touched("/etc/hostname")), ("BK605",))],
    "BK606": [Example("link", evidence(scanned("symlink")), ("BK606",))],
    "BK607": [
        Example(
            "grows", evidence(repeats=((saved(taken=(f"{FILES}/a",)), saved(f"{FILES}/b", taken=(f"{FILES}/b",))),)), ("BK607",)
        )
    ],
    "BK608": [Example("cached", evidence(saved(CACHED)), ("BK608",))],
    "BK609": [Example("slash", evidence(scanned("breaks-the-bundle")), ("BK609",))],
    "BK901": [
        Example("full", evidence(failing(0), nominal=saved(taken=(f"{FILES}/a",))), ("BK901",)),
        Example("another file", evidence(failing(0, f"{FILES}/img-2.tmp"), nominal=saved(f"{FILES}/img-1.png")), ("BK901",)),
    ],
    "BK903": [
        Example(
            "damaged",
            evidence(healed=((came_back(conditions=[KILL]), came_back("2", fresh=False)),), nominal=came_back()),
            ("BK903",),
        )
    ],
    "BK904": [Example("removed", evidence(saved(what="removed", conditions=[KILL]), nominal=saved(CACHED)), ("BK904",))],
}

MISSES: Mapping[str, list[Example]] = {
    "BK601": [
        Example("taken", evidence(saved(taken=(f"{FILES}/a",)))),
        Example("incremental", evidence(saved(kind="incremental-backup"))),
    ],
    "BK602": [
        Example("same", evidence(came_back())),
        Example("changed by what was there", evidence(came_back("2", fresh=False))),
        Example("removed by the callback", evidence(came_back(None, moved=f"{FILES}/a"))),
        Example("an export removed in onRelease", evidence(came_back(None, **RELEASED), saved(taken=TAKEN, released=True))),
        Example("a database closed in onRelease", evidence(came_back("2", rows="r", **{**RELEASED, "what": "changed"}))),
    ],
    "BK603": [
        Example("moved", evidence(came_back(None, full=True, moved=f"{FILES}/b"))),
        Example("there", evidence(came_back(full=True))),
    ],
    "BK604": [Example("elsewhere", evidence(came_back(moved=f"{FILES}/b")))],
    "BK605": [Example("inside", evidence(saved(taken=(f"{FILES}/a",))))],
    "BK606": [Example("excluded", evidence(scanned("excluded")))],
    "BK607": [Example("same", evidence(repeats=((saved(taken=(f"{FILES}/a",)), saved(taken=(f"{FILES}/a",))),)))],
    "BK608": [Example("removed", evidence(saved(CACHED, what="removed")))],
    "BK609": [Example("link", evidence(scanned("symlink")), ("BK606",))],
    "BK901": [
        Example("reported", evidence(failing(1), nominal=saved(taken=(f"{FILES}/a",)))),
        Example(
            "tried again under another name", evidence(failing(0, f"{FILES}/img-2.png"), nominal=saved(f"{FILES}/img-1.png"))
        ),
    ],
    "BK903": [
        Example("mended", evidence(healed=((came_back(conditions=[KILL]), came_back()),), nominal=came_back())),
        Example(
            "another version",
            evidence(healed=((came_back(conditions=[KILL], version=OLDER), came_back("2")),), nominal=came_back()),
        ),
        Example(
            "another way to the same rows",
            evidence(healed=((came_back(conditions=[KILL]), came_back("2", rows="a")),), nominal=came_back(rows="a")),
        ),
        Example(
            "with the clock", evidence(healed=((came_back(conditions=[KILL]), came_back("2")),), nominal=came_back(), volatile=AT)
        ),
        Example("before the app", evidence(healed=((never_called(), came_back("2")),), nominal=came_back())),
        Example("not killed", evidence(healed=((came_back(conditions=[SLOW_CPU]), came_back("2")),), nominal=came_back())),
    ],
    "BK904": [
        Example("vanished", evidence(saved(what="removed", conditions=[{"name": "Vanishes"}]), nominal=saved(CACHED))),
        Example("of an earlier session", evidence(saved(**EMPTY), saved(what="changed", **EMPTY), nominal=saved(CACHED))),
    ],
}

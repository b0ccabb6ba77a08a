"""What a caller's info document says about the data of one bundle (JSU; data-plane 0.4, 1.8, 3.10)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from emulator.storage.config.cjson import Members, NotJson, int_of, member, parse, printed

DEFAULT_BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """The properties that shape a backup's data; clearBackupData is among those of the session (emulator.service.details)."""

    batch_size: int = DEFAULT_BATCH_SIZE
    backup_scene: str = ""
    is_support_without_tar: bool = False


@lru_cache(maxsize=16)
def read_bundle_info(document: str | None) -> BundleInfo:
    """The properties that ``document`` gives its bundle. What is absent, of a wrong type or unreadable is the default.

    A document without an array ``infos`` is ignored as a whole (control-plane 2.2).
    """
    root = usable_document(document or "")
    scene = member(root, "backupScene")
    batch_size = int_of(member(root, "batchSize")) or 0
    return BundleInfo(
        batch_size=batch_size if batch_size > 0 else DEFAULT_BATCH_SIZE,
        backup_scene=scene if isinstance(scene, str) else "",
        is_support_without_tar=member(root, "isSupportWithoutTar") is True,
    )


@lru_cache(maxsize=16)
def usable_document(document: str) -> Members | None:
    """What the service looks into: the document with a unicast entry; None when it is none or has no array ``infos``.

    Where there is no unicast entry the service appends one and reads what it has printed, so that a number too large for
    a double is null then (JSU: HasUnicastInfo, AddUnicastInfo).
    """
    try:
        root = parse(document)
    except NotJson:
        return None
    entries = member(root, "infos")
    if not isinstance(root, Members) or not isinstance(entries, list):
        return None
    if any(member(entry, "type") == "unicast" for entry in entries):
        return root
    entries.append(Members([("type", "unicast"), ("details", [])]))
    again = parse(printed(root))
    assert isinstance(again, Members)
    return again

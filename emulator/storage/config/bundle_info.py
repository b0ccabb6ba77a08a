"""What a caller's info document says about the data of one bundle (JSU; data-plane 0.4, 1.8, 3.10)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase
from typing import Any, NoReturn

DEFAULT_BATCH_SIZE = 500
_LARGEST_INT = 2**31 - 1
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """The properties that shape a backup's data; clearBackupData is among those of the session (emulator.service.details)."""

    batch_size: int = DEFAULT_BATCH_SIZE
    backup_scene: str = ""
    is_support_without_tar: bool = False


def read_bundle_info(document: str | None) -> BundleInfo:
    """The properties that ``document`` gives its bundle. What is absent, of a wrong type or unreadable is the default.

    Names are looked up as cJSON does it: the first wins, whatever the case of its letters. A document without an array
    ``infos`` is ignored as a whole (control-plane 2.2).
    """
    members = _members(document or "")
    batch_size, scene = members.get("batchsize"), members.get("backupscene")
    return BundleInfo(
        batch_size=_positive(batch_size) or DEFAULT_BATCH_SIZE,
        backup_scene=scene if isinstance(scene, str) else "",
        is_support_without_tar=members.get("issupportwithouttar") is True,
    )


def _members(document: str) -> dict[str, Any]:
    decoder = json.JSONDecoder(object_pairs_hook=_first_wins, parse_constant=_refuse)
    try:
        value, _ = decoder.raw_decode(document.lstrip(" \t\r\n"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) and isinstance(value.get("infos"), list) else {}


def _first_wins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return {name.translate(_LOWER): value for name, value in reversed(pairs)}


def _positive(value: object) -> int:
    """A number as cJSON's int, 0 for everything that is none or below 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0
    return max(0, int(min(value, _LARGEST_INT)))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)

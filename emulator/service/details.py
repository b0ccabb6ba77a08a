"""The JSON texts that the service makes: cJSON's layout, the ``details`` string, progress and error envelopes.

Byte for byte as in control-plane 2.2, 3.6 and 7.1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from emulator.storage.config.bundle_info import usable_document
from emulator.storage.config.cjson import Members, int_of, member, parse, printed, string


@dataclass(frozen=True, slots=True)
class BundleInfos:
    """What the service takes from one ``infos[i]`` document (control-plane 2.2)."""

    ext_info: str
    clear_backup_data: bool = True
    delay_time_s: int = 0
    broadcast_only: bool = False


def user_element(user_id: int) -> dict[str, str]:
    """The element that the service appends to every unicast details array."""
    return {"type": "userId", "detail": str(user_id)}


@lru_cache(maxsize=256)
def read_infos(document: str | None, user_id: int, singleton: bool, incremental_backup: bool) -> BundleInfos:
    """The properties that one document gives an ordinary or a singleton bundle; None is an append without infos."""
    unusable = printed([user_element(user_id)]) if singleton else ""
    if document is None:
        return BundleInfos(unusable)
    if incremental_backup:
        unusable = ""
    root = usable_document(document)
    if root is None:
        return BundleInfos(unusable)
    details: list[Any] | None = None
    broadcast_only = False
    for entry in member(root, "infos"):
        kind, list_of_details = member(entry, "type"), member(entry, "details")
        if not isinstance(kind, str) or not isinstance(list_of_details, list):
            break
        if kind == "unicast" and details is None:
            details = list_of_details
        if kind == "broadcast":
            broadcast_only = broadcast_only or member(entry, "isBroadcastOnly") is True
    clear = member(root, "clearBackupData")
    return BundleInfos(
        ext_info=unusable if details is None else printed([*details, user_element(user_id)]),
        clear_backup_data=clear == "true" if isinstance(clear, str) else True,
        delay_time_s=max(0, int_of(member(root, "delayTime")) or 0),
        broadcast_only=broadcast_only,
    )


def parses_on_connect(ext_info: str) -> bool:
    """False when a BACKUP connection breaks on this string: an element that is no object (control-plane 2.2)."""
    try:
        value = _JSON.decode(ext_info)
    except RecursionError:
        value = parse(ext_info, depth_limit=len(ext_info))  # the extension's own parser knows no limit
    except ValueError:
        return True
    if not isinstance(value, list):
        return True
    special = ("anco_file_list_clone", "file_manager_file_list_clone")
    for element in value:
        members = dict(element.pairs) if isinstance(element, Members) else element
        if not isinstance(members, dict):
            return False
        if members.get("type") in special and not isinstance(members.get("detail"), str):
            return False
    return True


def _finite(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        raise ValueError(number)
    return value


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_JSON = json.JSONDecoder(parse_constant=_refuse, parse_int=_finite, parse_float=_finite)


def progress_envelope(epoch_s: int, text: str) -> str:
    """BuildOnProcessRetInfo (control-plane 3.6): both leaf values are strings."""
    return f'{{\n\t"processResult":\t{{\n\t\t"timeInfo":\t"{epoch_s}",\n\t\t"resultInfo":\t{string(text)}\n\t}}\n}}'


def file_error_envelope(epoch_s: int, code: int, path: str) -> str:
    """BuildOnProcessErrInfo (control-plane 3.6), sent for a file that cannot be read."""
    error = {"errorCode": str(code), "errorMessage": path}
    return printed({"processResult": {"timeInfo": str(epoch_s), "errorInfo": error}})


def conflict_report(user_id: int, name: str, active_time: str, scenario: str) -> str:
    """BuildInitSessionErrInfo (control-plane 7.1): all values are strings."""
    info = {
        "error": "Session Conflict",
        "userId": str(user_id),
        "name": name,
        "activeTime": active_time,
        "scenario": scenario,
    }
    return printed({"sessionInfo": info})

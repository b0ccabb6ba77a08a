"""The JSON texts that the service makes: cJSON's layout, the ``details`` string, progress and error envelopes.

Byte for byte as in control-plane 2.2, 2.5, 3.6 and 7.1. cJSON prints objects over several lines with tabs, a tab
after the colon, and array elements separated by ``, `` on one line.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def cjson_print(value: Any, depth: int = 0) -> str:
    """``value`` as cJSON_Print writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(cjson_print(item, depth + 1) for item in value) + "]"
    if not value:
        return "{\n" + "\t" * depth + "}"
    inner = "\t" * (depth + 1)
    members = (f"{inner}{_string(key)}:\t{cjson_print(item, depth + 1)}" for key, item in value.items())
    return "{\n" + ",\n".join(members) + "\n" + "\t" * depth + "}"


def _number(value: float) -> str:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return "null"
    number = float(value)
    if number == int(number) and -(2**31) <= number < 2**31:
        return str(int(number))
    short = f"{number:1.15g}"
    return short if float(short) == number else f"{number:1.17g}"


@lru_cache(maxsize=1024)
def _string(text: str) -> str:
    text = text.split("\0", 1)[0]
    return '"' + "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in text) + '"'


@dataclass(frozen=True, slots=True)
class BundleInfos:
    """What the service takes from one ``infos[i]`` document (control-plane 2.2)."""

    ext_info: str
    clear_backup_data: bool = True
    delay_time_s: int = 0
    broadcast_only: bool = False
    default_app: bool = False


def user_element(user_id: int) -> dict[str, str]:
    """The element that the service appends to every unicast details array."""
    return {"type": "userId", "detail": str(user_id)}


@lru_cache(maxsize=256)
def read_infos(document: str | None, user_id: int, singleton: bool, incremental_backup: bool) -> BundleInfos:
    """The properties that one document gives an ordinary or a singleton bundle; None is an append without infos."""
    unusable = cjson_print([user_element(user_id)]) if singleton else ""
    if document is None:
        return BundleInfos(unusable)
    if incremental_backup:
        unusable = ""
    try:
        root = json.loads(document, parse_constant=_refuse)
    except ValueError:
        return BundleInfos(unusable)
    entries = _get(root, "infos")
    if not isinstance(entries, list):
        return BundleInfos(unusable)
    details: list[Any] | None = None
    broadcast_only = False
    for entry in entries:
        kind, list_of_details = _get(entry, "type"), _get(entry, "details")
        if not isinstance(kind, str) or not isinstance(list_of_details, list):
            break
        if kind == "unicast" and details is None:
            details = list_of_details
        if kind == "broadcast":
            broadcast_only = broadcast_only or _get(entry, "isBroadcastOnly") is True
    clear = _get(root, "clearBackupData")
    delay = _get(root, "delayTime")
    return BundleInfos(
        ext_info=cjson_print([*(details or []), user_element(user_id)]),
        clear_backup_data=clear == "true" if isinstance(clear, str) else True,
        delay_time_s=int(delay) if isinstance(delay, (int, float)) and not isinstance(delay, bool) else 0,
        broadcast_only=broadcast_only,
        default_app=_get(root, "isDefaultBackupAndRestore") is True,
    )


def _get(value: Any, key: str) -> Any:
    """A member as cJSON's default getter finds it: the first whose name matches whatever its case."""
    if not isinstance(value, dict):
        return None
    return next((item for name, item in value.items() if name.lower() == key.lower()), None)


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def parses_on_connect(ext_info: str) -> bool:
    """False when a BACKUP connection breaks on this string: an element that is no object (control-plane 2.2)."""
    try:
        value = json.loads(ext_info, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return True
    if not isinstance(value, list):
        return True
    special = ("anco_file_list_clone", "file_manager_file_list_clone")
    for element in value:
        if not isinstance(element, dict):
            return False
        if element.get("type") in special and not isinstance(element.get("detail"), str):
            return False
    return True


def progress_envelope(epoch_s: int, text: str) -> str:
    """BuildOnProcessRetInfo (control-plane 3.6): both leaf values are strings."""
    return f'{{\n\t"processResult":\t{{\n\t\t"timeInfo":\t"{epoch_s}",\n\t\t"resultInfo":\t{_string(text)}\n\t}}\n}}'


def file_error_envelope(epoch_s: int, code: int, path: str) -> str:
    """BuildOnProcessErrInfo (control-plane 3.6), sent for a file that cannot be read."""
    error = {"errorCode": str(code), "errorMessage": path}
    return cjson_print({"processResult": {"timeInfo": str(epoch_s), "errorInfo": error}})


def error_report(code: int, message: str) -> str:
    """BuildExtensionErrInfo (control-plane 2.5): resultInfo is an object here."""
    return cjson_print({"resultInfo": {"errorCode": int(code), "errorInfo": message, "type": "ErrorInfo"}})


def conflict_report(user_id: int, name: str, active_time: str, scenario: str) -> str:
    """BuildInitSessionErrInfo (control-plane 7.1): all values are strings."""
    info = {
        "error": "Session Conflict",
        "userId": str(user_id),
        "name": name,
        "activeTime": active_time,
        "scenario": scenario,
    }
    return cjson_print({"sessionInfo": info})


def rewrite_result(text: str) -> str:
    """AddAncoFileResult (control-plane 2.5): a CountInfo with an ``infos`` array gets the anco_doc element."""
    if "CountInfo" not in text:
        return text
    try:
        root = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return text
    elements = _get(root, "resultInfo")
    if not isinstance(elements, list):
        return text
    for element in elements:
        if _get(element, "type") == "CountInfo":
            infos = _get(element, "infos")
            if not isinstance(infos, list):
                return text
            counts = {"successCount": 0, "duplicateCount": 0, "failedCount": 0}
            infos.append({"backupInfo": "anco_doc", **counts, "details": []})
            return cjson_print(root)
    return text

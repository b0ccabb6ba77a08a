"""The JSON texts that the extension reports to the service as results, byte for byte as in control-plane 2.5."""

from __future__ import annotations

from emulator.storage.config.cjson import NotJson, member, parse, printed


def error_report(code: int, message: str) -> str:
    """BuildExtensionErrInfo (control-plane 2.5): resultInfo is an object here."""
    return printed({"resultInfo": {"errorCode": int(code), "errorInfo": message, "type": "ErrorInfo"}})


def rewrite_result(text: str) -> str:
    """AddAncoFileResult (control-plane 2.5): a CountInfo with an ``infos`` array gets the anco_doc element."""
    if "CountInfo" not in text and "\\u" not in text:  # an escape may hide the word
        return text
    try:
        root = parse(text)
    except NotJson:
        return text
    elements = member(root, "resultInfo")
    if not isinstance(elements, list):
        return text
    for element in elements:
        if member(element, "type") == "CountInfo":
            infos = member(element, "infos")
            if not isinstance(infos, list):
                return text
            counts = {"successCount": 0, "duplicateCount": 0, "failedCount": 0}
            infos.append({"backupInfo": "anco_doc", **counts, "details": []})
            return printed(root)
    return text

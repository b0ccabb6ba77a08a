"""Where a profile goes beyond JSON although the device reads it (data-plane 1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.rules.package_lines import TOKEN, line_of

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_WORDS = frozenset({"true", "false", "null"})
_CONTROL = re.compile(r"[\x00-\x1f]")


def leniences_of(text: str) -> dict[str, int]:
    """What of a text that the device reads is no JSON, each with the first line where it is found."""
    found: dict[str, int] = {}
    for what, offset in _leniences(text):
        found.setdefault(what, line_of(text, offset))
    return found


def _leniences(text: str) -> Iterator[tuple[str, int]]:
    depth, before = 0, ""
    for match in TOKEN.finditer(text):
        token, at = match.group(), match.start()
        if match.lastgroup == "blank":
            yield from ((what, at) for what in _in_blank(token))
            continue
        if before and depth == 0:
            yield "text after the end", at
            return
        depth += (token in ("{", "[")) - (token in ("}", "]"))
        if token in ("}", "]") and before == ",":
            yield "a comma after the last element", at
        elif match.lastgroup == "string" and _CONTROL.search(token):
            yield "a line break or another control character in a string", at
        elif match.lastgroup == "word" and token not in _WORDS and not _NUMBER.fullmatch(token):
            yield f"{token}, which is no number of JSON", at
        before = token


def _in_blank(token: str) -> Iterator[str]:
    if token.startswith("/"):
        yield "a comment"
    if "\ufeff" in token:
        yield "a byte order mark"

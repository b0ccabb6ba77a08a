"""Where a member stands in a JSON or JSON5 text: findings name the line of what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and indexes from the top of a document to a value."""

TOKEN = re.compile(
    r"""(?P<blank>[\s\ufeff]+|//[^\r\n]*|/\*.*?\*/)
    |(?P<mark>[{}\[\]:,])
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<word>[^\s{}\[\]:,"'/]+)""",
    re.DOTALL | re.VERBOSE,
)
"""The tokens of JSON and of everything that is taken for it; what fits nowhere is passed over."""
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)


@dataclass
class _Level:
    """A container that has been opened and not closed: where it is, and the member that comes next."""

    path: Path
    is_array: bool
    index: int = 0
    key: str | None = None
    key_at: int | None = None


def lines_of(text: str) -> dict[Path, int]:
    """The line, from 1, of every member's key and every element, by path; of equal keys the last, which is the one that counts.

    The text is one that a parser has read; of any other as much is found as can be followed.
    """
    return {path: line_of(text, offset) for path, offset in _offsets(text)}


def line_of(text: str, offset: int) -> int:
    """The line, from 1, of a character."""
    return text.count("\n", 0, offset) + 1


def _offsets(text: str) -> Iterator[tuple[Path, int]]:
    levels: list[_Level] = []
    for match in TOKEN.finditer(text):
        if match.lastgroup == "blank":
            continue
        token, at = match.group(), match.start()
        level = levels[-1] if levels else None
        if token in ("}", "]"):
            if levels:
                levels.pop()
            if not levels:
                return
        elif token == ",":
            _next_member(level)
        elif token == ":":
            pass
        elif level is not None and not level.is_array and level.key is None:
            level.key, level.key_at = _unquoted(token), at
        else:
            path = _value_path(level)
            yield path, at if level is None or level.key_at is None else level.key_at
            if token in ("{", "["):
                levels.append(_Level(path, is_array=token == "["))


def _next_member(level: _Level | None) -> None:
    if level is not None:
        level.index += 1
        level.key = level.key_at = None


def _value_path(level: _Level | None) -> Path:
    if level is None:
        return ()
    return (*level.path, level.index if level.is_array else level.key or "")


def _unquoted(token: str) -> str:
    if token[0] not in "\"'":
        return token
    halves = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _SIMPLE_ESCAPES.get(m[2], m[2]), token[1:-1])
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")

"""Whether two patterns of a profile can name a common path: what an exclude can take away from an include.

An include is a glob, in which no wildcard matches a slash; an exclude is matched with fnmatch and FNM_LEADING_DIR alone,
so that its wildcards match slashes too, and it takes away whatever lies below what it matches (data-plane 1.5, 1.6).
Where this module cannot tell, it says that they can meet: a rule then keeps quiet.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BRACKET = re.compile(r"\[[!^]?\]?[^\]]*\]")


class _Token(NamedTuple):
    """One character (``text``), any one character or, repeated, any number of them; ``slash``: also slashes."""

    text: str
    slash: bool
    repeated: bool


_BELOW = (_Token("/", True, False), _Token("", True, True))


def exclude_pattern(exclude: str) -> str:
    """An exclude as the device matches it: a slash in front if it has any, an asterisk behind its last one; "" stays."""
    if exclude.endswith("/"):
        exclude += "*"
    return "/" + exclude if "/" in exclude and not exclude.startswith("/") else exclude


def include_pattern(include: str) -> str:
    """An include as a pattern of absolute paths without the slash at the end."""
    return "/" + include.removeprefix("/").rstrip("/")


def can_take_away(exclude: str, include: str) -> bool:
    """True when the exclude matches some path that the include selects, or something above it."""
    if not exclude:
        return False
    taken = _tokens(exclude_pattern(exclude), slash=True)
    return _meet((*_tokens(include_pattern(include), slash=False), *_BELOW), taken)


def can_name(segment: str, name: str) -> bool:
    """True when one segment of an include can stand for this name."""
    return _meet(_tokens(segment, slash=False), tuple(_Token(character, False, False) for character in name))


def _tokens(pattern: str, *, slash: bool) -> tuple[_Token, ...]:
    tokens = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        bracket = _BRACKET.match(pattern, at) if character == "[" else None
        if character == "\\" and at + 1 < len(pattern):
            at += 1
            tokens.append(_Token(pattern[at], False, False))
        elif bracket is not None:
            at = bracket.end() - 1
            tokens.append(_Token("", slash, False))
        elif character in "*?":
            tokens.append(_Token("", slash, character == "*"))
        else:
            tokens.append(_Token(character, False, False))
        at += 1
    return tuple(tokens)


def _meet(path: tuple[_Token, ...], taken: tuple[_Token, ...]) -> bool:
    """Walk both patterns over one path; enough when ``taken`` is at its end where the path ends or goes on with a slash."""
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        at, of = waiting.pop()
        if of == len(taken) and _ends_or_goes_below(path, at):
            return True
        for step in _steps(path, taken, at, of):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    return False


def _steps(path: tuple[_Token, ...], taken: tuple[_Token, ...], at: int, of: int) -> list[tuple[int, int]]:
    steps = []
    if at < len(path) and path[at].repeated:
        steps.append((at + 1, of))
    if of < len(taken) and taken[of].repeated:
        steps.append((at, of + 1))
    if at < len(path) and of < len(taken) and _common(path[at], taken[of]):
        steps.append((at + (not path[at].repeated), of + (not taken[of].repeated)))
    return steps


def _common(one: _Token, other: _Token) -> bool:
    if one.text and other.text:
        return one.text == other.text
    if one.text or other.text:
        wild = other if one.text else one
        return wild.slash or (one.text or other.text) != "/"
    return True


def _ends_or_goes_below(path: tuple[_Token, ...], at: int) -> bool:
    for token in path[at:]:
        if token.text == "/":
            return True
        if not token.repeated:
            return False
    return True

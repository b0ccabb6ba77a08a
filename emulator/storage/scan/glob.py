"""glob of musl 1.2.3 with GLOB_MARK, for the app's view of its file system (data-plane 1.5).

``/`` is the sandbox, and so is the current directory. Links and ``..`` stay inside, and permissions are judged by mode bits
(`Inside`). Results are spelled as the pattern spells them: nothing is normalised.
"""

from __future__ import annotations

import os
import stat
from enum import Enum
from typing import NamedTuple

from emulator.storage.inside import Inside
from emulator.storage.scan.fnmatch import compiled

PATH_MAX = 4096
"""Longer results, with a terminating NUL counted, are no results."""


class _Kind(Enum):
    """What is known of a result: as d_type says it."""

    UNKNOWN = 0
    DIRECTORY = 1
    LINK = 2
    OTHER = 3


class _Pending(NamedTuple):
    """A beginning of a result, what is known of it, and the rest of the pattern."""

    path: bytes
    kind: _Kind
    rest: bytes


def glob(pattern: str, inside: Inside) -> list[str]:
    """The paths that match, sorted by bytes; directories, and links to them, end with a slash."""
    pattern_bytes = os.fsencode(pattern).partition(b"\0")[0]
    found: list[bytes] = []
    pending = [_Pending(b"", _Kind.UNKNOWN, pattern_bytes)] if pattern_bytes else []
    while pending:
        beginning = _with_literals(pending.pop())
        if beginning is None or len(beginning.path) >= PATH_MAX:
            continue
        if beginning.rest:
            pending += _entries(beginning, inside)
        elif result := _marked(beginning, inside):
            found.append(result)
    return [os.fsdecode(path) for path in sorted(found)]


def _with_literals(beginning: _Pending) -> _Pending | None:
    """Take over slashes and components without wildcards; None for an escape without anything behind it."""
    path, kind, rest = beginning
    if rest and kind is not _Kind.DIRECTORY:
        kind = _Kind.UNKNOWN
    while rest:
        name = rest.lstrip(b"/")
        path, rest = path + rest[: len(rest) - len(name)], name
        component, length = _component(rest)
        if not rest or _is_wild(component):
            break
        literal = _literal(component)
        if literal is None:
            return None
        path, rest, kind = path + literal, rest[length:], _Kind.UNKNOWN
    return _Pending(path, kind, rest)


def _component(rest: bytes) -> tuple[bytes, int]:
    """The pattern up to the next slash, and its length; an escape before that slash is not part of it."""
    component = rest.partition(b"/")[0]
    escapes = len(component) - len(component.rstrip(b"\\"))
    if len(component) < len(rest) and escapes % 2:
        return component[:-1], len(component)
    return component, len(component)


def _is_wild(component: bytes) -> bool:
    """Whether a component has a star, a question mark or a bracket expression."""
    is_in_bracket = False
    at = 0
    while at < len(component):
        byte = component[at : at + 1]
        if byte in (b"*", b"?") or (is_in_bracket and byte == b"]"):
            return True
        if byte == b"[":
            is_in_bracket = True
        elif byte == b"\\":
            if is_in_bracket and component[at + 1 : at + 2] == b"]":
                return True
            at += 1
        at += 1
    return False


def _literal(component: bytes) -> bytes | None:
    """A component without wildcards as a name; None when it ends with an escape."""
    name = b""
    at = 0
    while at < len(component):
        at += component[at : at + 1] == b"\\"
        if at == len(component):
            return None
        name += component[at : at + 1]
        at += 1
    return name


def _entries(beginning: _Pending, inside: Inside) -> list[_Pending]:
    """What the first component of the rest, which has wildcards, matches in its directory."""
    component, length = _component(beginning.rest)
    rest = beginning.rest[length:]
    expression = compiled(component, leading_dir=False)
    found = []
    for name, kind in _listing(beginning.path, inside):
        if name.startswith(b".") and not component.startswith(b"."):
            continue
        if expression.match(name):
            found.append(_Pending(beginning.path + name, kind, rest))
    return found


def _listing(path: bytes, inside: Inside) -> list[tuple[bytes, _Kind]]:
    """What a directory holds, ``.`` and ``..`` included; nothing if it may not be read."""
    try:
        directory = inside.directory(os.fsdecode(path))
        if not directory.mode & stat.S_IRUSR:
            return []
        with os.scandir(os.fsencode(directory.host)) as entries:
            return [(b".", _Kind.DIRECTORY), (b"..", _Kind.DIRECTORY), *((entry.name, _kind(entry)) for entry in entries)]
    except OSError:
        return []


def _kind(entry: os.DirEntry[bytes]) -> _Kind:
    if entry.is_symlink():
        return _Kind.LINK
    return _Kind.DIRECTORY if entry.is_dir(follow_symlinks=False) else _Kind.OTHER


def _marked(result: _Pending, inside: Inside) -> bytes | None:
    """The result with a slash if it is a directory; None when nothing is there."""
    path, kind = result.path, result.kind
    if kind in (_Kind.UNKNOWN, _Kind.LINK):
        device = os.fsdecode(path)
        if _is_directory(device, inside):
            kind = _Kind.DIRECTORY
        elif kind is _Kind.UNKNOWN and not _exists(device, inside):
            return None
    return path + b"/" if kind is _Kind.DIRECTORY and not path.endswith(b"/") else path


def _is_directory(path: str, inside: Inside) -> bool:
    try:
        inside.directory(path)
    except OSError:
        return False
    return True


def _exists(path: str, inside: Inside) -> bool:
    """Whether lstat finds ``path``, which is no directory."""
    try:
        os.lstat(inside.entry(path))
    except OSError:
        return False
    return not path.endswith("/")

"""fnmatch of musl 1.2.3 in the C locale, on bytes, with no flag but FNM_LEADING_DIR (data-plane 1.6).

``*`` and ``?`` match a slash and a leading dot as well. A pattern becomes a regular expression whose stars do not backtrack
into each other, so that matching takes time linear in the path for each star.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

_TESTS: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda c: c in " \t",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "digit": str.isdigit,
    "graph": lambda c: "!" <= c <= "~",
    "lower": str.islower,
    "print": lambda c: " " <= c <= "~",
    "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "space": lambda c: c in " \t\n\v\f\r",
    "upper": str.isupper,
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}
_CLASSES = {name.encode(): frozenset(byte for byte in range(128) if test(chr(byte))) for name, test in _TESTS.items()}


@lru_cache(maxsize=4096)
def compiled(pattern: bytes, *, leading_dir: bool) -> re.Pattern[bytes]:
    """The expression for ``pattern``, for ``match``: of a whole text, or of what stands before a slash in it as well."""
    first, *others = _segments(pattern.partition(b"\0")[0])
    stars = b"".join(rb"(?>.*?" + segment + b")" for segment in others[:-1])
    last = b".*" + others[-1] if others else b""
    end = rb"(?=/|\Z)" if leading_dir else rb"\Z"
    return re.compile(first + stars + last + end, re.DOTALL)


def fnmatch(pattern: bytes, path: bytes) -> bool:
    """Whether the pattern matches the path, or a leading part of it that ends before a slash."""
    return compiled(pattern, leading_dir=True).match(path) is not None


def _segments(pattern: bytes) -> list[bytes]:
    """The expressions between the stars."""
    segments = [b""]
    for token in _tokens(pattern):
        if token == b"*":
            segments.append(b"")
        else:
            segments[-1] += token
    return segments


def _tokens(pattern: bytes) -> Iterator[bytes]:
    """Each part of the pattern as an expression, a star as itself."""
    at = 0
    while at < len(pattern):
        byte = pattern[at : at + 1]
        end = _bracket_end(pattern, at) if byte == b"[" else 0
        if end:
            yield _class(_members(pattern[at + 1 : end - 1]))
            at = end
            continue
        if byte == b"\\" and at + 1 < len(pattern):
            at += 1
            yield re.escape(pattern[at : at + 1])
        else:
            yield {b"*": b"*", b"?": b"."}.get(byte, re.escape(byte))
        at += 1


def _bracket_end(pattern: bytes, start: int) -> int:
    """Where the bracket expression that begins at ``start`` ends; 0 where it is an ordinary bracket."""
    at = start + 1
    at += pattern[at : at + 1] in (b"^", b"!")
    at += pattern[at : at + 1] == b"]"
    while at < len(pattern) and pattern[at : at + 1] != b"]":
        if pattern[at : at + 2] in (b"[:", b"[.", b"[="):
            at = pattern.find(pattern[at + 1 : at + 2] + b"]", at + 2)
            if at < 0:
                return 0
            at += 1
        at += 1
    return at + 1 if at < len(pattern) else 0


def _members(inner: bytes) -> frozenset[int]:
    """The bytes that match what stands between the brackets; a backslash is one like others."""
    is_inverted = inner[:1] in (b"^", b"!")
    found: set[int] = set()
    at, last = 0, inner[0] if is_inverted else ord("[")  # the byte before counts as the start of a range behind a class
    inner = inner[is_inverted:]
    if inner[:1] in (b"]", b"-"):
        found.add(inner[0])
        last, at = inner[0], 1
    while at < len(inner):
        if inner[at] == ord("-") and at + 1 < len(inner):
            found.update(range(last, inner[at + 1] + 1))
        elif inner[at : at + 2] in (b"[:", b"[.", b"[="):
            end = inner.find(inner[at + 1 : at + 2] + b"]", at + 2)
            found |= _CLASSES.get(inner[at + 2 : end], frozenset()) if inner[at + 1] == ord(":") else frozenset()
            at = end + 1
        else:
            last = inner[at]
            found.add(last)
        at += 1
    return frozenset(range(256)) - found if is_inverted else frozenset(found)


def _class(members: frozenset[int]) -> bytes:
    if not members:
        return b"(?!)"
    return b"[" + b"".join(b"\\x%02x" % byte for byte in sorted(members)) + b"]"

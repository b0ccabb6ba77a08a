"""JSON as the device reads it: the dialect of jsoncpp 1.9.5 with its default settings (data-plane 1.2).

More lenient than JSON in some places (comments, trailing commas, text behind the document, raw control characters, numbers
like ``+1`` and ``01``) and as strict in the others. Texts are bytes; a string that is no UTF-8 has surrogates, as with
`os.fsdecode`. Numbers keep apart: int, float and bool.
"""

from __future__ import annotations

import re

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

DEPTH_LIMIT = 1000
"""Values inside each other, the innermost scalar included."""

_LARGEST, _SMALLEST = 2**64 - 1, -(2**63)
_BOM = b"\xef\xbb\xbf"
_LONE_SURROGATES = re.compile("[\ud800-\udc7f\udd00-\udfff]")

_SPACE = re.compile(rb"[ \t\r\n]*")
_COMMENT = re.compile(rb"/(?:\*.*?\*/|/[^\r\n]*)", re.DOTALL)
_STRING = re.compile(rb'"((?:[^"\\]++|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(rb"(?:[-+](?!I)|[0-9])[0-9]*(?:\.[0-9]*)?(?:[eE][-+]?[0-9]*)?")
_ANY_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*"?|[-+]I|' + _NUMBER.pattern + rb"|true|false|null|/\*.*|/.?|.", re.DOTALL)
_INTEGER = re.compile(rb"-?[0-9]*")
_REAL = re.compile(rb"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ESCAPE = re.compile(rb"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[0-9a-fA-F]{4}|u(?![dD][89abAB])[0-9a-fA-F]{4}|.)", re.DOTALL)
_WORDS: dict[bytes, bool | None] = {b"true": True, b"false": False, b"null": None}
_SIMPLE = {b'"': b'"', b"\\": b"\\", b"/": b"/", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


class NotJson(ValueError):
    """The text is refused; ``line`` counts from 1, ``column`` in bytes from 1."""

    def __init__(self, message: str, text: bytes, at: int) -> None:
        self.line = text.count(b"\n", 0, at) + 1
        self.column = at - (text.rfind(b"\n", 0, at) + 1) + 1
        super().__init__(f"line {self.line}, column {self.column}: {message}")


class TooDeep(RuntimeError):
    """More than `DEPTH_LIMIT` values inside each other: the parser throws instead of refusing."""


def parse_json(text: str | bytes) -> Json:
    """The first value of ``text``; the last of equal keys wins. Raises NotJson and TooDeep."""
    return _Reader(text if isinstance(text, bytes) else encoded(text)).document()


def encoded(text: str) -> bytes:
    """``text`` as the device has it: surrogates that stand for bytes are these, others the replacement character."""
    return _LONE_SURROGATES.sub("\ufffd", text).encode("utf-8", "surrogateescape")


class _Reader:
    """One pass over a text, without recursion: containers that are still open lie on a stack."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._at = len(_BOM) if text.startswith(_BOM) else 0

    def document(self) -> Json:
        root = self._value(1)
        open_containers = [root] if isinstance(root, (list, dict)) else []
        while open_containers:
            container = open_containers[-1]
            if self._has_item(container):
                item = self._item(container, len(open_containers) + 1)
                if isinstance(item, (list, dict)):
                    open_containers.append(item)
                    continue
            else:
                open_containers.pop()
            while open_containers and self._is_closed(open_containers[-1]):
                open_containers.pop()
        return root

    def _value(self, depth: int) -> Json:
        """A scalar, or an empty container whose items follow."""
        if depth > DEPTH_LIMIT:
            raise TooDeep(f"more than {DEPTH_LIMIT} values inside each other")
        start, first = self._token(b'"[{-+tfn', comments=True)
        if first == b"{":
            return {}
        if first == b"[":
            return []
        if first == b'"':
            return self._string(start)
        if first.isdigit() or first in b"-+":
            return self._number(start)
        return self._word(start)

    def _has_item(self, container: list[Json] | dict[str, Json]) -> bool:
        """False at the end of the container, also behind a comma. Only an object may have comments there."""
        if isinstance(container, dict):
            _, first = self._token(b'"}', comments=True)
            return first != b"}"
        self._skip_space()
        self._at += (ended := self._text.startswith(b"]", self._at))
        return not ended

    def _item(self, container: list[Json] | dict[str, Json], depth: int) -> Json:
        if isinstance(container, list):
            value = self._value(depth)
            container.append(value)
            return value
        key = self._string(self._at - 1)
        self._token(b":", comments=False)
        value = container[key] = self._value(depth)
        return value

    def _is_closed(self, container: list[Json] | dict[str, Json]) -> bool:
        """Whether the container ends behind an item; otherwise a comma stood there.

        Behind a comment in an object, any token will do for the comma.
        """
        if isinstance(container, list):
            return self._token(b",]", comments=True)[1] == b"]"
        if not self._skip_comments():
            return self._token(b",}", comments=False)[1] == b"}"
        token = _ANY_TOKEN.match(self._text, self._at)
        self._at = token.end() if token else self._at
        return token is not None and token[0] == b"}"

    def _token(self, allowed: bytes, *, comments: bool) -> tuple[int, bytes]:
        """Where the next token begins, and its first byte, which is consumed and one of ``allowed``; digits go with ``-``."""
        self._skip_space()
        if comments:
            self._skip_comments()
        start = self._at
        first = self._text[start : start + 1]
        if not first or (first not in allowed and not (first.isdigit() and b"-" in allowed)):
            raise self._refusal(
                f"{first.decode('latin-1')!r} where {_one_of(allowed)} is expected" if first else "the text ends early"
            )
        self._at = start + 1
        return start, first

    def _skip_comments(self) -> bool:
        """Skip space and comments; whether there was a comment."""
        self._skip_space()
        before = self._at
        while comment := _COMMENT.match(self._text, self._at):
            self._at = comment.end()
            self._skip_space()
        return self._at > before

    def _skip_space(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _word(self, start: int) -> bool | None:
        for word, value in _WORDS.items():
            if self._text.startswith(word, start):
                self._at = start + len(word)
                return value
        raise self._refusal("no such word")

    def _number(self, start: int) -> int | float:
        match = _NUMBER.match(self._text, start)
        if match is None:
            raise self._refusal("infinity is no number")
        self._at, token = match.end(), match[0]
        if _INTEGER.fullmatch(token) and _SMALLEST <= (number := int(token if token != b"-" else b"0")) <= _LARGEST:
            return number
        real = float(token) if _REAL.fullmatch(token) else float("inf")
        if real in (float("inf"), float("-inf")):
            raise self._refusal(f"{token.decode()} is no number")
        return real

    def _string(self, start: int) -> str:
        match = _STRING.match(self._text, start)
        if match is None:
            raise self._refusal("a string without end")
        self._at = match.end()
        return _ESCAPE.sub(self._unescaped, match[1]).decode("utf-8", "surrogateescape")

    def _unescaped(self, match: re.Match[bytes]) -> bytes:
        escape = match[1]
        if len(escape) == 1:
            if escape not in _SIMPLE:
                raise self._refusal(f"the escape \\{escape.decode('latin-1')}")
            return _SIMPLE[escape]
        code = int(escape[1:5], 16)
        if len(escape) > 5:
            code = 0x10000 + ((code & 0x3FF) << 10) + (int(escape[7:], 16) & 0x3FF)
        return chr(code).encode("utf-8", "surrogatepass")

    def _refusal(self, message: str) -> NotJson:
        return NotJson(message, self._text, self._at)


def _one_of(allowed: bytes) -> str:
    return "a value" if b"[" in allowed else " or ".join(repr(chr(byte)) for byte in allowed)

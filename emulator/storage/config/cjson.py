"""JSON as cJSON 1.7.19 reads and prints it, which is what the service does with every info document (control-plane 2.2).

More lenient than JSON: text behind the document, control characters in strings, numbers like ``01`` and ``1.``, and members
of the same name, of which all are kept and the first is found. Every number is a double; every string ends at its first NUL.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from sys import float_info
from typing import Any, NoReturn

DEPTH_LIMIT = 1000
"""CJSON_NESTING_LIMIT: arrays and objects inside each other."""

_LARGEST_INT, _SMALLEST_INT = 2**31 - 1, -(2**31)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_SPACE = re.compile(r"[\x01-\x20]*")
_STRING = re.compile(r'"((?:[^"\\]++|\\.)*)"', re.DOTALL)
_NUMBER = re.compile(r"(?=[-0-9])-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_UNIT = re.compile(r"u([0-9a-fA-F]{4})?")
_WORDS = {"null": None, "false": False, "true": True}
_READ = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_TAB = "\t"
_WRITTEN = str.maketrans(
    {chr(code): f"\\u{code:04x}" for code in range(1, 0x20)}
    | {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)


class NotJson(ValueError):
    """cJSON_Parse gives no document."""


@dataclass(slots=True)
class Members:
    """An object: its members in order, those of the same name too."""

    pairs: list[tuple[str, Any]] = field(default_factory=list)


def member(value: Any, name: str) -> Any:
    """cJSON_GetObjectItem: the first member whose name matches whatever its case; None when there is none."""
    if isinstance(value, Members):
        for given, item in value.pairs:
            if given == name or (len(given) == len(name) and given.translate(_LOWER) == name.translate(_LOWER)):
                return item
    return None


def int_of(value: Any) -> int | None:
    """``valueint`` of a number, which saturates; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(min(max(value, _SMALLEST_INT), _LARGEST_INT))


# reading -------------------------------------------------------------------------------------------------------------------


def parse(text: str, depth_limit: int = DEPTH_LIMIT) -> Any:
    """None, bool, float, str, list or `Members`. Raises NotJson where cJSON_Parse gives NULL."""
    if not _OF_ITS_OWN.search(text) and text.count("[") + text.count("{") <= depth_limit:
        with suppress(ValueError, RecursionError):  # what is no JSON may still be a document
            return _JSON.decode(text)
    return _read(text, depth_limit)


def _read(text: str, depth_limit: int) -> Any:
    """What Python's own decoder, which is many times faster, does not read the same way."""
    reader = _Reader(text)
    opened: list[tuple[list[Any] | Members, str]] = []
    while True:
        if reader.takes("[", "{"):
            if len(opened) >= depth_limit:
                raise NotJson("too deep")
            inner: list[Any] | Members = [] if reader.taken == "[" else Members()
            if not reader.takes("]" if reader.taken == "[" else "}"):
                opened.append((inner, reader.name() if isinstance(inner, Members) else ""))
                continue
            value: Any = inner
        else:
            value = reader.scalar()
        while opened:
            container, name = opened.pop()
            if isinstance(container, list):
                container.append(value)
            else:
                container.pairs.append((name, value))
            if reader.takes(","):
                opened.append((container, reader.name() if isinstance(container, Members) else ""))
                break
            reader.expect("]" if isinstance(container, list) else "}")
            value = container
        else:
            return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


_OF_ITS_OWN = re.compile("[\0\ufeff\ud800-\udfff]|\\\\u(?:0000|[dD][89a-fA-F]|(?![0-9a-fA-F]{4}))")
"""What the two may read differently: NUL, a byte order mark, halves of surrogate pairs, and escapes of these or of nothing."""

_JSON = json.JSONDecoder(object_pairs_hook=Members, parse_float=float, parse_int=float, parse_constant=_refuse, strict=False)


class _Reader:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self._text = text.split("\0", 1)[0].removeprefix("\ufeff")
        self._at = 0
        self.taken = ""

    def takes(self, *characters: str) -> bool:
        """Step over blanks, and over one of these characters when it is next; it is ``taken`` then."""
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at
        if not self._text.startswith(characters, self._at):
            return False
        self.taken = self._text[self._at]
        self._at += 1
        return True

    def expect(self, character: str) -> None:
        """Step over a character that has to be next."""
        if not self.takes(character):
            raise NotJson(f"{character} is missing")

    def name(self) -> str:
        """A member's name and the colon behind it."""
        self.takes()
        name = self.scalar()
        if not isinstance(name, str):
            raise NotJson("a name is missing")
        self.expect(":")
        return name

    def scalar(self) -> bool | float | str | None:
        """A value that holds no others."""
        for word, value in _WORDS.items():
            if self._text.startswith(word, self._at):
                self._at += len(word)
                return value
        match = _STRING.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
            return _unescaped(match[1]).split("\0", 1)[0]
        match = _NUMBER.match(self._text, self._at)
        if match is None:
            raise NotJson("a value is missing")
        self._at = match.end()
        return float(match[0])


def _unescaped(text: str) -> str:
    first, *rest = text.split("\\")
    pieces, literal = [first], False
    for number, piece in enumerate(rest):
        if literal:  # behind an escaped backslash
            pieces.append(piece)
            literal = False
        elif not piece:
            pieces.append("\\")
            literal = number + 1 < len(rest)
        elif piece[0] == "u":
            pieces.append(_unit(piece))
        elif piece[0] in _READ:
            pieces.append(_READ[piece[0]] + piece[1:])
        else:
            raise NotJson(f"\\{piece[0]} is no escape")
    return _joined("".join(pieces))


def _unit(piece: str) -> str:
    """A UTF-16 unit and what follows it; four characters that are no hexadecimal number count as 0."""
    if len(piece) < 5:
        raise NotJson("\\u is cut off")
    match = _UNIT.match(piece)
    return chr(int(match[1], 16) if match is not None and match[1] else 0) + piece[5:]


def _joined(text: str) -> str:
    """The text with its surrogate pairs joined; a half is refused."""
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise NotJson("half a surrogate pair") from None


# printing ------------------------------------------------------------------------------------------------------------------


def printed(value: Any) -> str:
    """cJSON_Print: members on lines of their own with tabs, a tab behind the colon, elements apart by ``, ``.

    ``value`` is what `parse` gives, or made of dicts and lists.
    """
    done: list[str] = []
    left: list[str | tuple[Any, int]] = [(value, 0)]
    while left:
        piece = left.pop()
        if isinstance(piece, str):
            done.append(piece)
        else:
            left.extend(reversed(_pieces(*piece)))
    return "".join(done)


def _pieces(value: Any, depth: int) -> list[str | tuple[Any, int]]:
    """What is printed of a value: text, and the containers in it with their depth."""
    if isinstance(value, (Members, dict)):
        pairs = value.pairs if isinstance(value, Members) else list(value.items())
        pieces: list[str | tuple[Any, int]] = ["{\n"]
        for number, (name, item) in enumerate(pairs, 1):
            pieces.append(f"{_TAB * (depth + 1)}{string(name)}:\t")
            pieces.append(_piece(item, depth + 1))
            pieces.append(",\n" if number < len(pairs) else "\n")
        pieces.append(_TAB * depth + "}")
        return pieces
    if isinstance(value, list):
        pieces = ["["]
        for number, item in enumerate(value):
            if number:
                pieces.append(", ")
            pieces.append(_piece(item, depth + 1))
        pieces.append("]")
        return pieces
    return [_scalar(value)]


def _piece(value: Any, depth: int) -> str | tuple[Any, int]:
    return (value, depth) if isinstance(value, (Members, dict, list)) else _scalar(value)


def _scalar(value: bool | float | str | None) -> str:
    if isinstance(value, str):
        return string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else _number(float(value))


def _number(number: float) -> str:
    if number != number or number in (float("inf"), float("-inf")):
        return "null"
    if number == int_of(number):
        return str(int(number))
    short = f"{number:1.15g}"
    close = abs(float(short) - number) <= max(abs(float(short)), abs(number)) * float_info.epsilon
    return short if close else f"{number:1.17g}"


@lru_cache(maxsize=1024)
def string(text: str) -> str:
    """A string with its quotes, up to its first NUL."""
    return '"' + text.split("\0", 1)[0].translate(_WRITTEN) + '"'

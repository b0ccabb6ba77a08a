"""The file of a Preferences instance: one XML element per key (distributeddatamgr preferences_xml_utils.cpp).

Numbers are written with six decimals, as the device does it: what needs more is another number after the next start.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_QUOTED = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_WORD = (1 << 64) - 1
_NUMBERS = {"int": int, "long": int, "uint64_t": int, "int64": int, "float": float, "double": float}


class BigInt(int):
    """A whole number that the app means as a BigInt. It is kept exactly."""


def encode(values: Mapping[str, Any]) -> bytes:
    """The content of the file, in the order of ``values``."""
    elements = "".join(_element(key, value) for key, value in values.items())
    return f'{HEAD}<preferences version="1.0">{elements}</preferences>\n'.encode()


def _element(key: str, value: Any) -> str:
    if isinstance(value, BigInt):
        return f"<BigInt key={_attribute(key)}>{_words(value)}</BigInt>"
    if isinstance(value, (list, tuple)) and (tag := _array_tag(value)):
        children = "".join(_child(tag, item) for item in value)
        return f"<{tag} key={_attribute(key)}>{children}</{tag}>" if children else f"<{tag} key={_attribute(key)}/>"
    if isinstance(value, (bool, int, float)):
        tag = "bool" if isinstance(value, bool) else "double"
        return f"<{tag} key={_attribute(key)} value={_attribute(_scalar(value))}/>"
    tag, text = _text_of(value)
    return f"<{tag} key={_attribute(key)}>{_content(text)}</{tag}>"


def _text_of(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return "string", value
    if isinstance(value, (bytes, bytearray)):
        return "uint8Array", base64.b64encode(value).decode()
    return "object", json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _array_tag(values: Any) -> str:
    """Nothing for a mixed list, which is an object to the device."""
    if all(isinstance(value, bool) for value in values) and values:
        return "boolArray"
    if all(isinstance(value, str) for value in values) and values:
        return "stringArray"
    return "doubleArray" if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values) else ""


def _words(value: int) -> str:
    """64 bits each, the lowest first, and the sign at the end."""
    words: list[int] = []
    rest = abs(value)
    while rest or not words:
        words.append(rest & _WORD)
        rest >>= 64
    return "".join(f'<uint64_t value="{word}"/>' for word in [*words, int(value < 0)])


def _child(tag: str, value: Any) -> str:
    if tag == "stringArray":
        return f"<string>{_content(value)}</string>"
    return f"<{tag.removesuffix('Array')} value={_attribute(_scalar(value))}/>"


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:.6f}"


def _content(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def _attribute(text: str) -> str:
    return f'"{escape(text, _QUOTED)}"'


def decode(content: bytes) -> dict[str, Any]:
    """The values of a file. Raises ValueError when the device cannot read it."""
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise ValueError(str(error)) from None
    if root.tag != "preferences":
        raise ValueError(f"the root is {root.tag}")
    return {element.get("key", ""): _value(element) for element in root}


def _value(element: ElementTree.Element) -> Any:
    tag, text = element.tag, element.text or ""
    if tag == "string":
        return text
    if tag == "bool":
        return element.get("value") == "true"
    if tag in _NUMBERS:
        return _NUMBERS[tag](element.get("value", "0"))
    if tag == "BigInt":
        return _big(list(element))
    if tag == "object":
        return json.loads(text)
    if tag == "uint8Array":
        return _bytes(text)
    if tag.endswith("Array"):
        return [_value(child) for child in element]
    raise ValueError(f"a {tag} is no value")


def _big(words: list[ElementTree.Element]) -> BigInt:
    *low, sign = [_value(word) for word in words] or [0]
    size = sum(word << 64 * place for place, word in enumerate(low))
    return BigInt(-size if sign else size)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""

"""JSON as the device writes it: jsoncpp's one-line form and its styled form (data-plane 3.6)."""

from __future__ import annotations

from collections.abc import Iterator

Written = None | bool | int | str | list["Written"] | dict[str, "Written"]

_REPLACEMENT = 0xFFFD
_SHORT = {0x22: '\\"', 0x5C: "\\\\", 0x08: "\\b", 0x0C: "\\f", 0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}
_LENGTHS = ((0xE0, 2, 0x1F), (0xF0, 3, 0x0F), (0xF8, 4, 0x07))
"""Below this first byte a character has so many bytes, and so many bits are the first one's."""

_SMALLEST = (0, 0, 0x80, 0x800, 0x10000)


def one_line(value: Written) -> str:
    """The compact form: members in order of their names, no blanks, no end of line."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{quoted(key)}:{one_line(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(one_line, value)) + "]"
    return _scalar(value)


def styled(value: Written, indent: str = "") -> str:
    """The indented form: tabs, a blank on both sides of each colon, no end of line behind it all."""
    if not isinstance(value, dict | list):
        return _scalar(value)
    if not value:
        return one_line(value)
    deeper = indent + "\t"
    if isinstance(value, list):
        items = [deeper + styled(item, deeper) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    members = [f"{deeper}{quoted(key)} : {_member(value[key], deeper)}" for key in sorted(value)]
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"


def _member(value: Written, indent: str) -> str:
    """A container that is not empty starts on a line of its own."""
    text = styled(value, indent)
    return f"\n{indent}{text}" if isinstance(value, dict | list) and value else text


def _scalar(value: Written) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def quoted(text: str) -> str:
    """A string with its quotes: ASCII only; what is no UTF-8 becomes replacement characters."""
    return '"' + "".join(map(_escaped, _code_points(text.encode("utf-8", "surrogateescape")))) + '"'


def _escaped(code: int) -> str:
    if code in _SHORT:
        return _SHORT[code]
    if 0x20 <= code < 0x80:
        return chr(code)
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _code_points(data: bytes) -> Iterator[int]:
    """The characters as jsoncpp decodes them: it never looks whether continuation bytes are any."""
    at = 0
    while at < len(data):
        code, length = _decoded(data, at)
        yield code
        at += length


def _decoded(data: bytes, at: int) -> tuple[int, int]:
    first = data[at]
    if first < 0x80:
        return first, 1
    length, bits = next(((length, bits) for limit, length, bits in _LENGTHS if first < limit), (1, 0))
    if length == 1 or len(data) - at < length:
        return _REPLACEMENT, 1
    code = first & bits
    for byte in data[at + 1 : at + length]:
        code = code << 6 | byte & 0x3F
    usable = code >= _SMALLEST[length] and not 0xD800 <= code <= 0xDFFF
    return (code if usable else _REPLACEMENT), length

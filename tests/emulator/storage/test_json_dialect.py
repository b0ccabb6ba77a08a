"""The dialect of jsoncpp 1.9.5 (data-plane 1.2); what no row of the specification says was seen with the library itself."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.storage.config import cjson
from emulator.storage.config.text import Json, NotJson, TooDeep, parse_json

ACCEPTED: list[tuple[str, bytes, object]] = [
    ("line comment", b"// c\n{}", {}),
    ("comment to the end", b"{} // c", {}),
    ("comment ended by a carriage return", b"//c\r5", 5),
    ("comment before a value", b"[/*c*/1]", [1]),
    ("comment behind a value", b"[1/*c*/,2/**/]", [1, 2]),
    ("comment before a name", b'{/*c*/"a":1}', {"a": 1}),
    ("comment in an empty object", b"{/*c*/}", {}),
    ("comment behind the last comma of an object", b'{"a":1,/*c*/}', {"a": 1}),
    ("trailing comma in an array", b"[1,]", [1]),
    ("trailing comma in an object", b'{"a":1,}', {"a": 1}),
    ("text behind the document", b"{}{}", {}),
    ("byte order mark", b"\xef\xbb\xbf[1]", [1]),
    ("equal names", b'{"a":1,"a":[2]}', {"a": [2]}),
    ("control characters", b'["a\nb\t\x01\x00"]', ["a\nb\t\x01\x00"]),
    ("plus", b"[+1]", [1.0]),
    ("leading zero", b"01", 1),
    ("no digit behind the point", b"1.", 1.0),
    ("no digit before the point", b"-.5", -0.5),
    ("nothing but a minus", b"-", 0),
    ("largest integer", b"18446744073709551615", 2**64 - 1),
    ("beyond the largest integer", b"18446744073709551616", float(2**64)),
    ("smallest integer", b"-9223372036854775808", -(2**63)),
    ("beyond the smallest integer", b"-9223372036854775809", -float(2**63)),
    ("real that is whole", b"1.0", 1.0),
    ("escapes", rb'"\"\\\/\b\f\n\r\t\u0041"', '"\\/\b\f\n\r\tA'),
    ("surrogate pair", rb'"\ud83d\ude00"', "\U0001f600"),
    ("second half of any kind", rb'"\ud83d\u0041"', chr(0x10000 + (0x3D << 10) + 0x41)),
    ("second half alone", rb'"\ude00"', b"\xed\xb8\x80".decode("utf-8", "surrogateescape")),
    ("invalid UTF-8", b'"\xff\xfe"', "\udcff\udcfe"),
    ("anything for the comma behind a comment in an object", b'{"a":1/*c*/@"b":2/*c*/5}', {"a": 1, "b": 2}),
]

REFUSED: list[tuple[str, bytes]] = [
    ("nothing", b""),
    ("blanks", b" \n"),
    ("byte order mark alone", b"\xef\xbb\xbf"),
    ("single quotes", b"{'a':1}"),
    ("unquoted name", b"{a:1}"),
    ("number as a name", b"{1:1}"),
    ("NaN", b"NaN"),
    ("infinity", b"-Infinity"),
    ("no first item", b"[,]"),
    ("doubled comma in an array", b"[1,,2]"),
    ("doubled comma in an object", b'{"a":1,,}'),
    ("missing comma in an array", b"[1 2]"),
    ("missing comma in an object", b'{"a":1 "b":2}'),
    ("missing colon", b'{"a" 1}'),
    ("capitals", b"TRUE"),
    ("shell comment", b"# c\n{}"),
    ("unknown escape", rb'"\q"'),
    ("escape too short", rb'"\u12"'),
    ("first half alone", rb'"\ud83d"'),
    ("first half before something else", rb'"\ud83dabcdef"'),
    ("string without end", b'"a'),
    ("backslash at the end", b'"a\\'),
    ("array without end", b"[1"),
    ("object without end", b'{"a":1'),
    ("object without end behind a comment", b'{"a":1/*c*/'),
    ("comment without end", b"/* c {}"),
    ("exponent without digits", b"1e"),
    ("point alone", b"-."),
    ("too large", b"1e999"),
    ("comment in an empty array", b"[/*c*/]"),
    ("comment behind the last comma of an array", b"[1,/*c*/]"),
    ("comment before the colon", b'{"a"/*c*/:1}'),
    ("NUL", b"\x00{}"),
    ("non-breaking space", b"\xc2\xa0{}"),
]


@pytest.mark.parametrize(("text", "expected"), [pytest.param(*case[1:], id=case[0]) for case in ACCEPTED])
def test_accepted(text: bytes, expected: object) -> None:
    value = parse_json(text)
    assert value == expected and type(value) is type(expected)
    if isinstance(value, list):
        assert isinstance(expected, list) and [type(item) for item in value] == [type(item) for item in expected]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in REFUSED])
def test_refused(text: bytes) -> None:
    with pytest.raises(NotJson):
        parse_json(text)


def test_the_first_fault_decides() -> None:
    with pytest.raises(NotJson):
        parse_json(b"[5 5" + b"[" * 2000)
    with pytest.raises(TooDeep):
        parse_json(b"[" * 2000 + b"@")


def test_where_it_was_refused() -> None:
    with pytest.raises(NotJson, match="line 3, column 10: '2' where ',' or ']' is expected") as caught:
        parse_json('{\n"a": 1,\n "b": [1 2]}')
    assert (caught.value.line, caught.value.column) == (3, 10)


def test_a_text_with_surrogates() -> None:
    assert parse_json('"\udcff"') == "\udcff"
    assert parse_json('"\ud800x"') == "\ufffdx"


SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(st.dictionaries(st.text(), VALUES), st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_every_strict_object_reads_as_json(document: dict[str, Json], ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    parsed = parse_json(text)
    assert parsed == json.loads(text)
    assert json.dumps(parsed) == json.dumps(json.loads(text))


@given(st.text(alphabet='{}[],:"ab1-+.e \n/*\\utrue', max_size=30))
def test_every_text_gives_a_value_or_is_refused(text: str) -> None:
    try:
        parse_json(text)
    except NotJson as error:
        where = (error.line, error.column)
    else:
        where = (1, 1)
    assert min(where) >= 1


def test_a_long_string_takes_no_room_for_each_of_its_characters() -> None:
    """A pattern that remembers a way back for each character takes half a second for the 2 MB of a long result."""
    long = "x" * 100_000
    for read in (parse_json, lambda text: cjson.parse(text + "\0")):
        tracemalloc.start()
        try:
            assert read(f'["{long}"]') == [long]
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 10 * len(long)

"""cJSON's dialect: what it takes, what it refuses, and what it prints."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.storage.config.cjson import Members, NotJson, int_of, member, parse, printed

DIGITS = "9" * 400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.", 1.0),
        ("01", 1.0),
        ("-.5", -0.5),
        ("1e2", 100.0),
        ("1-2", 1.0),
        ("1e", 1.0),
        ("1e999", float("inf")),
        (DIGITS, float("inf")),
        ("-" + DIGITS, float("-inf")),
        ("9" * 5000, float("inf")),
        ("trueish", True),
        (" [1] behind", [1.0]),
        ("\ufeff[]", []),
        ("[]\0[", []),
        ('"a\nb"', "a\nb"),
        (r'"\u0041\u00e9\ud83d\ude00\/\\\""', 'Aé😀/\\"'),
        (r'"\\\\n"', r"\\n"),
        (r'"\\u0041"', r"\u0041"),
        (r'"a\u0000b"', "a"),
        (r'"a\uzzzzb"', "a"),
        ("[[],{}]", [[], Members()]),
        ('{"a":1,"a":2}', Members([("a", 1.0), ("a", 2.0)])),
    ],
)
def test_what_is_taken(text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "+1", ".5", "-", "--1", "NaN", "nul", "[1,]", "[1", "[1 2]", '{"a"}', '{"a":}', '{"a":1,}', "{1:2}", "{a:1}"),
        *('"a', '"\\"', r'"\x"', r'"\u12"', r'"\ud800"', r'"\udc00"', r'"\ud800A"', "'a'", "// c", "[1e]", "]"),
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        parse(text)


def test_a_thousand_containers_inside_each_other_are_the_most() -> None:
    assert printed(parse("[" * 1000 + "]" * 1000)) == "[" * 1000 + "]" * 1000
    with pytest.raises(NotJson, match="too deep"):
        parse("[" * 1001 + "]" * 1001)
    assert isinstance(parse("[" * 5000 + "]" * 5000, 5000), list)


def test_the_first_member_of_a_name_is_found_whatever_its_case() -> None:
    value = parse('{"B":1,"b":2,"\u212a":3}')
    assert (member(value, "b"), member(value, "k"), member([], "b")) == (1.0, None, None)


@pytest.mark.parametrize(
    ("value", "number"),
    [(1e99, 2**31 - 1), (float("-inf"), -(2**31)), (-0.9, 0), (2.9, 2), (True, None), ("1", None), (None, None)],
)
def test_the_int_of_a_number_saturates(value: Any, number: int | None) -> None:
    assert int_of(value) == number


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("0.30000000000000004", "0.3"),
        ("5e-324", "4.94065645841247e-324"),
        ("1e999", "null"),
        ("2147483648", "2147483648"),
        ("-0", "0"),
        ("12345678901234567890", "1.2345678901234567e+19"),
        ('"\x7f\x1f"', '"\x7f\\u001f"'),
        ('{"a":1,"a":{}}', '{\n\t"a":\t1,\n\t"a":\t{\n\t}\n}'),
    ],
)
def test_what_is_printed(text: str, again: str) -> None:
    assert printed(parse(text)) == again


def plain(value: Any) -> Any:
    """The value with objects as dicts."""
    if isinstance(value, Members):
        return {name: plain(item) for name, item in value.pairs}
    return [plain(item) for item in value] if isinstance(value, list) else value


_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
_NUMBERS = st.integers(-(2**31), 2**31 - 1)


@given(
    st.recursive(
        st.none() | st.booleans() | _NUMBERS | _TEXTS,
        lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner),
        max_leaves=8,
    )
)
def test_json_is_read_as_json_and_printed_as_json(value: Any) -> None:
    assert plain(parse(json.dumps(value))) == value
    assert json.loads(printed(parse(json.dumps(value, ensure_ascii=False)))) == value


PIECES = ["[", "]", "{", "}", ",", ":", '"', '"a"', '"a":', "1", "-0", "1.5e3", "01", "1e999", "NaN", "Infinity", "null", "true"]
PIECES += [" ", "\n", "\x0b", "\\", "\\n", "\\u", "\\u0041", "\\u0000", "\\ud83d", "\udc00", "é", "//"]


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.recursive(st.text() | st.floats(), st.lists).map(json.dumps)
)
@settings(max_examples=300)
def test_the_quick_way_of_reading_gives_the_same(text: str) -> None:
    assert read(text) == read(text + "\0")  # which the quick way leaves alone


def read(text: str) -> str:
    try:
        return repr(parse(text))
    except NotJson:
        return "none"

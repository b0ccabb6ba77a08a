"""Where members stand in a text, and what in it is no JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.rules.package_dialect import leniences_of
from conformance.rules.package_lines import lines_of

JSON5 = """\ufeff// module.json5
{
  'a': 1, /* two
  lines */ b: [10, {"x": [], // {"y": 1}
    "\\u0063": null}, "]}"],
  "a": +.5e3,
}
trailing: [{"never": "seen"}]
"""


def test_a_text_with_everything_in_it() -> None:
    assert lines_of(JSON5) == {
        (): 2,
        ("a",): 6,
        ("b",): 4,
        ("b", 0): 4,
        ("b", 1): 4,
        ("b", 1, "x"): 4,
        ("b", 1, "c"): 5,
        ("b", 2): 5,
    }


@pytest.mark.parametrize("text", ["", "{", '{"a"', '{"a": [', "]", ",", '"', "{:}", "/", "[[]]]"])
def test_what_nobody_can_read_is_followed_as_far_as_possible(text: str) -> None:
    assert all(line == 1 for line in lines_of(text).values())


VALUES = st.recursive(
    st.integers(), lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=5), v, max_size=4), max_leaves=20
)


@given(VALUES, st.booleans())
def test_every_member_of_any_json(value: Any, ascii_only: bool) -> None:
    """Printed with one member a line, the lines are those of a count."""
    text = json.dumps(value, indent=1, ensure_ascii=ascii_only)
    assert lines_of(text) == dict(_counted((), value, [0]))


def _counted(path: tuple[Any, ...], value: Any, line: list[int]) -> list[tuple[Any, int]]:
    line[0] += 1
    found = [(path, line[0])]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += _counted((*path, key), item, line)
    if isinstance(value, (dict, list)) and value:
        line[0] += 1
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": [1, -1.5e+3, true, null, "// no", ",]"]}', {}),
        ("{\n// a\n} // b", {"a comment": 2}),
        ("{/*a*/}", {"a comment": 1}),
        ('{"a": [1,\n],}', {"a comma after the last element": 2}),
        ("{}\n{}", {"text after the end": 2}),
        ("{} // a", {"a comment": 1}),
        ("1 2", {"text after the end": 1}),
        ("\ufeff{}", {"a byte order mark": 1}),
        ('["a\nb"]', {"a line break or another control character in a string": 1}),
        ("[01]", {"01, which is no number of JSON": 1}),
        ("[\n1.]", {"1., which is no number of JSON": 2}),
    ],
)
def test_leniences(text: str, found: dict[str, int]) -> None:
    assert leniences_of(text) == found

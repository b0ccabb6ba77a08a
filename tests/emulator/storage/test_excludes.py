"""fnmatch and excludes: data-plane 1.6 and 8.2; what no row says was seen with musl's own fnmatch."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulator.storage.scan.excludes import Excludes, pre_deal_excludes
from emulator.storage.scan.fnmatch import compiled, fnmatch
from tests.vectors import Vector, vectors


@pytest.mark.parametrize("vector", vectors("E1..E2"))
def test_preprocessing(vector: Vector) -> None:
    assert list(pre_deal_excludes(vector.json("Excludes"))) == vector.json("Result")


@pytest.mark.parametrize("vector", vectors("E3..E19", "E29..E36"))
def test_matching(vector: Vector) -> None:
    assert fnmatch(vector["Pattern"].encode(), vector["Path"].encode()) is (vector["Match"] == "yes")


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (b"", [b"", b"/x"], [b"x"]),
        (b"*", [b"", b"a/b", b"\xff"], []),
        (b"a\\", [b"a\\"], [b"a"]),
        (b"[a\\]", [b"a", b"\\"], [b"]"]),
        (b"[]a]", [b"]", b"a"], [b"[]a]"]),
        (b"[!]a]", [b"b", b"["], [b"]", b"a"]),
        (b"[^-a]", [b"b"], [b"-", b"a"]),
        (b"[a-]", [b"a", b"-"], [b"b"]),
        (b"[a-c-e]", [b"b", b"d"], [b"-", b"f"]),
        (b"[c-a]", [b"a"], [b"b", b"c-"]),
        (b"[]-a]", [b"^", b"`"], [b"-"]),
        (b"[[:alpha:]_]", [b"x", b"Z", b"_"], [b"5", b"\xe4"]),
        (b"[[:alpha:]-z]", [b"]", b"z"], [b"-", b"!"]),
        (b"[[:nonsense:]a]", [b"a"], [b"n", b":"]),
        (b"[[.a.]]", [], [b"a", b"."]),
        (b"[[:x", [b"[[:x"], [b"x"]),
        (b"[![:digit:]]", [b"a", b"\xff"], [b"7"]),
        (b"\xc3[\xa8-\xaa]", [b"\xc3\xa9"], [b"\xc3\xab"]),
        (b"a\0b", [b"a"], [b"a\0b"]),
        (b"*a*b/c", [b"xaxb/c", b"ab/c/", b"ab/b/c/d"], [b"ab/cd", b"abc"]),
    ],
)
def test_corners(pattern: bytes, matching: list[bytes], others: list[bytes]) -> None:
    assert [path for path in (*matching, *others) if fnmatch(pattern, path)] == matching


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("alnum", b"azAZ09"),
        ("alpha", b"azAZ"),
        ("blank", b" \t"),
        ("cntrl", b"\x01\x1f\x7f"),
        ("digit", b"09"),
        ("graph", b"!~aA0"),
        ("lower", b"az"),
        ("print", b" !~"),
        ("punct", b"!/:@[`{~"),
        ("space", b" \t\n\v\f\r"),
        ("upper", b"AZ"),
        ("xdigit", b"09afAF"),
    ],
)
def test_classes(name: str, members: bytes) -> None:
    matched = {byte for byte in range(1, 256) if fnmatch(f"[[:{name}:]]".encode(), bytes([byte]))}
    assert set(members) <= matched
    edges = {byte + step for byte in members for step in (-1, 1)} - {0}
    assert matched <= set(range(128)) and bool(edges - matched)


def test_of_a_whole_name() -> None:
    assert compiled(b"a*", leading_dir=False).match(b"a/b")
    assert not compiled(b"a", leading_dir=False).match(b"a/b")


def test_many_stars_take_no_time() -> None:
    assert not fnmatch(b"*a" * 40 + b"b", b"/" + b"a" * 4000)


def test_the_first_exclude_that_matches_is_named() -> None:
    excludes = Excludes(["", "tmp/", "data/x", "*.log", "/data/*"])
    assert excludes.match(b"/data/x/a.log") == "data/x"
    assert excludes.match(b"/other/a.log") == "*.log"
    assert excludes.match(b"/tmp/") == "tmp/"
    assert excludes.match(b"/tmp") is None
    assert Excludes([""]).match(b"/x") is None


def test_excludes_are_bytes() -> None:
    assert Excludes(["/\udcff?"]).match(b"/\xff\xfe") == "/\udcff?"


def naive(pattern: str, path: str) -> bool:
    """The whole path or a part before a slash, tried by hand: ``*``, ``?`` and ordinary characters only."""

    @cache
    def matches(at: int, to: int) -> bool:
        if at == len(pattern):
            return to == len(path) or path[to] == "/"
        if pattern[at] == "*":
            return matches(at + 1, to) or (to < len(path) and matches(at, to + 1))
        return to < len(path) and pattern[at] in ("?", path[to]) and matches(at + 1, to + 1)

    return matches(0, 0)


@given(st.text("ab/.*?", max_size=8), st.text("ab/.", max_size=10))
@example("*a*b/", "/ab/ab/b")
def test_like_a_naive_matcher(pattern: str, path: str) -> None:
    assert fnmatch(pattern.encode(), path.encode()) is naive(pattern, path)


@given(st.sets(st.sampled_from("abcde]-^!"), min_size=1), st.booleans(), st.sampled_from("abcdefg]-^!"))
def test_brackets_are_sets(members: set[str], inverted: bool, character: str) -> None:
    ordered = "".join(sorted(members - set("]-^!")) + sorted(members & set("^!")))
    inner = ("]" if "]" in members else "") + ordered + ("-" if "-" in members else "")
    if inner[:1] in ("^", "!") or not inner:
        inner = f"a{inner}"
        members = members | {"a"}
    pattern = f"[{'!' if inverted else ''}{inner}]"
    assert fnmatch(pattern.encode(), character.encode()) is ((character in members) != inverted)

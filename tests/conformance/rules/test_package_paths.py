"""Which includes lead to data, and which excludes take some of it away: tables, and every short path against short patterns."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.rules.package_overlap import can_name, can_take_away, exclude_pattern, include_pattern
from conformance.rules.package_paths import SUPPORTED, fault_of_include, own_directories, reaches, takes_whole_directory
from emulator.storage.config.backup_config import DEFAULT_INCLUDES

HAP = "data/storage/el2/base/haps/entry"
SCRATCH = "is a cache or temp directory, which is not supported"
AS_IT_STANDS = "is taken as it stands, {} and all; write the name itself, or *"
OUTSIDE = "is outside the supported directories"
FOREIGN = "is none of the app's directories; they begin with data/storage/"
DOT = "keeps its './'; write the path from data/storage/ on"
DOTS = "keeps its '../', and a restore refuses it"

INCLUDES = {
    "": "names nothing",
    "/": "",
    "data/storage/el2/base/files/": "",
    "/data/storage/el2/base/files": "",
    "data//storage/el2/base/files//a": "",
    "data/storage/el2/base/files/a/b.txt": "",
    "data/storage/el2/base/files/*": "",
    "data/storage/el?/base/[fp]*/": "",
    "data/storage/el2/": "",
    "data/storage/el2/base": "",
    "data/storage/el2/base/haps/": "",
    "data/storage/el2/base/haps/entry/": "",
    "data/storage/el5/base/haps/*/preferences/": "",
    "data/storage/el2/distributedfiles/a": "",
    f"{HAP}/database/": "",
    "data/storage/el1/distributedfiles/": OUTSIDE,
    "data/storage/el2/base/file/": OUTSIDE,
    "data/storage/el2/base/Files/": OUTSIDE,
    "data/storage/el2/cloud/": OUTSIDE,
    f"{HAP}/el2/": OUTSIDE,
    "data/storage/el2/base/{files,preferences}/": AS_IT_STANDS.format("{files,preferences}"),
    "data/storage/el2/base/haps/<module-name>/files/": AS_IT_STANDS.format("<module-name>"),
    "data/storage/el2/base/haps/${module}/files/": AS_IT_STANDS.format("${module}"),
    "data/storage/el2/base/haps/my-module/files/": OUTSIDE,
    "data/storage/el3/base/files/": "is on el3, which is not supported",
    "data/storage/el4/": "is on el4, which is not supported",
    "data/storage/el2/base/cache/": SCRATCH,
    "data/storage/el2/base/temp/a": SCRATCH,
    f"{HAP}/cache": SCRATCH,
    f"{HAP}/temp/": SCRATCH,
    "files/": FOREIGN,
    "data/preferences/user": FOREIGN,
    "/storage/media/local/files/": FOREIGN,
    "./files/": DOT,
    "./data/storage/el2/base/files/": DOT,
    "data/storage/./el2/": DOT,
    "../files/": DOTS,
    "data/storage/el2/base/files/../cache/": DOTS,
}


@pytest.mark.parametrize("include", [pytest.param(i, id=i or "empty") for i in INCLUDES])
def test_includes(include: str) -> None:
    assert fault_of_include(include) == INCLUDES[include]


def test_every_default_directory_is_supported() -> None:
    assert {directory + "/" for directory in SUPPORTED} >= set(DEFAULT_INCLUDES)
    assert len(SUPPORTED) == 19
    assert not any(map(fault_of_include, DEFAULT_INCLUDES))


def test_a_modules_own_directories() -> None:
    own = own_directories("phone")
    assert "data/storage/el2/base/haps/phone/files" in own
    assert "data/storage/el1/database" in own
    assert len(own) == 12


@pytest.mark.parametrize(
    ("include", "directory", "reached"),
    [
        ("data/storage/el2/base/haps/*/files/", f"{HAP}/files", True),
        ("data/storage/el2/base/haps/other/files/", f"{HAP}/files", False),
        (f"{HAP}/files/a/b", f"{HAP}/files", True),
        ("data/storage/el2/", f"{HAP}/files", True),
        ("data/storage/el2/base/files/", f"{HAP}/files", False),
        ("./data/storage/el2/", f"{HAP}/files", False),
    ],
)
def test_reaches(include: str, directory: str, reached: bool) -> None:
    assert reaches(include, directory) is reached


@pytest.mark.parametrize(
    ("include", "whole"),
    [
        ("data/storage/el2/base/files/", True),
        ("data/storage/el2/base/haps/entry/files", True),
        ("data/storage/el2/", True),
        ("data/storage/el2/base/files/users/", False),
        ("data/storage/el2/base/files/*", False),
        ("data/storage/el2/base/cache/", False),
    ],
)
def test_takes_a_whole_directory(include: str, whole: bool) -> None:
    assert takes_whole_directory(include) is whole


@pytest.mark.parametrize(
    ("exclude", "pattern"),
    [
        ("cache", "cache"),
        ("a/b", "/a/b"),
        ("/a/b", "/a/b"),
        ("cache/", "/cache/*"),
        ("/a/", "/a/*"),
        ("*.log", "*.log"),
        ("", ""),
    ],
)
def test_an_exclude_as_the_device_matches_it(exclude: str, pattern: str) -> None:
    assert exclude_pattern(exclude) == pattern


@pytest.mark.parametrize(
    ("exclude", "include", "takes"),
    [
        ("data/a/b", "data/a/", True),
        ("data/a", "data/a/", True),
        ("data/a/", "data/a/", True),
        ("data", "data/a", False),
        ("/data", "data/a", True),
        ("/data/a/b/c", "data/a/b", True),
        ("data/b", "data/a", False),
        ("data/a", "data/ab", False),
        ("data/ab", "data/a", False),
        ("a", "data/a", False),
        ("*", "data/a", True),
        ("*.log", "data/a.txt", True),
        ("?log", "data/a", False),
        ("data/*/c", "data/a", True),
        ("data/a?c", "data/a", True),
        ("/data/a/b", "data/*/b", True),
        ("/data/a/c", "data/*/b", False),
        ("./data/a", "data/a", False),
        ("data//a", "data/a", False),
        (r"data/\*", "data/*", True),
        (r"data/\*", "data/a", False),
        ("data/[ab]", "data/a", True),
        ("data/[ab", "data/a", False),
        ("data/a", "data/[!b]", True),
        ("", "data/a", False),
        ("/", "/", True),
    ],
)
def test_what_an_exclude_takes_away(exclude: str, include: str, takes: bool) -> None:
    assert can_take_away(exclude, include) is takes


@pytest.mark.parametrize(
    ("segment", "name", "can"),
    [("files", "files", True), ("f*", "files", True), ("file", "files", False), ("fil?s", "files", True), ("*x", "files", False)],
)
def test_what_a_segment_can_stand_for(segment: str, name: str, can: bool) -> None:
    assert can_name(segment, name) is can


PATHS = ["/" + "".join(letters) for length in range(1, 7) for letters in product("ab/", repeat=length)]
PATTERNS = st.text("ab/*?", min_size=1, max_size=3)


def _expression(pattern: str, star: str, one: str) -> str:
    return "".join({"*": star, "?": one}.get(c, re.escape(c)) for c in pattern)


@given(PATTERNS, PATTERNS.filter(lambda text: text.strip("/") == text and "//" not in text))
@settings(max_examples=400, deadline=None)
def test_short_patterns_against_every_short_path(exclude: str, include: str) -> None:
    selected = re.compile(_expression(include_pattern(include), "[^/]*", "[^/]") + "(/.*)?")
    matched = re.compile(_expression(exclude_pattern(exclude), ".*", ".") + "(/.*)?")
    common = [path for path in PATHS if selected.fullmatch(path) and matched.fullmatch(path)]
    assert can_take_away(exclude, include) is bool(common)

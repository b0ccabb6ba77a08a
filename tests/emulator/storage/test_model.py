"""The reference model against the specification's own examples: patterns, includes, whole flows, decisions."""

from __future__ import annotations

import hashlib
import json
import os

import pytest

from tests.emulator.storage.model import (
    BIG_BYTES,
    DEFAULTS,
    Blocked,
    Left,
    Manifest,
    backup,
    exclude_list,
    exclude_patterns,
    include_list,
    incremental,
    scan_roots,
    stat_list,
)
from tests.emulator.storage.model_tree import NS, Kind, Node, directory, excluded, glob, link, planted
from tests.vectors import Vector, load

F = "/data/storage/el2/base/files"
BIG = bytes(BIG_BYTES + 1)
HELLO = hashlib.sha256(b"hello").hexdigest().upper()


def rows(group: str, *numbers: int) -> pytest.MarkDecorator:
    chosen = {name: row for name, row in load(group).items() if int(name.strip("CEGIRabcdefgh")) in numbers}
    return pytest.mark.parametrize("row", chosen.values(), ids=chosen)


def spelled(left: dict[str, Left]) -> set[str]:
    """Recorded paths as in an archive: a directory ends with a slash."""
    return {path + "/" if what.node.kind is Kind.DIRECTORY else path for path, what in left.items()}


# configuration and patterns ---------------------------------------------------------------------------------------------------


@rows("C", *range(2, 8))
def test_lists_of_a_configuration(row: Vector) -> None:
    read = {"includes": include_list, "excludes": exclude_list}[row["Query"]]
    assert read(json.loads(row["Config text"])) == row.json("Result")


def test_the_default_list() -> None:
    assert load("C")["C1a"].json("Result") == DEFAULTS == include_list({})
    assert exclude_list({}) == []


@rows("E", 1, 2)
def test_excludes_made_ready(row: Vector) -> None:
    assert exclude_patterns(row.json("Excludes")) == row.json("Result")


@rows("E", *range(3, 20), *range(29, 37))
def test_what_an_exclude_matches(row: Vector) -> None:
    assert excluded([row["Pattern"]], row["Path"]) == (row["Match"] == "yes")


@pytest.mark.parametrize("pattern", ["/a/[", "/a/[]", "/a/[!]", "/a/[!"])
def test_a_bracket_that_is_not_closed_is_text(pattern: str) -> None:
    assert excluded([pattern], pattern)
    assert not excluded([pattern], "/a/!")


GLOB_TREE = planted(
    {
        **{f"/f/{name}": b"" for name in ("a.db", "b.db", ".x.db", "sub/in")},
        "/f/dang.db": link("nowhere"),
        "/f/lnk.db": link("a.db"),
        "/f/p.db": Node(Kind.FIFO),
        "/f/lnkdir": link("sub"),
        **{f"/h/{name}/files": directory() for name in ("entry", "feat", ".hid")},
        "/h/feat/filesx": b"",
    }
)


@rows("G", *range(1, 9), *range(14, 20))
def test_what_an_include_names(row: Vector) -> None:
    assert sorted(glob(GLOB_TREE, row["Pattern"]), key=os.fsencode) == row.json("Result")


def test_the_roots_of_a_scan() -> None:
    row = load("G")["G9"]
    before, after = json.loads(row.literals["Input"][0]), row.json("Result")
    assert scan_roots(reversed(before)) == after
    small = planted({f"{F}/a": b""})
    assert scan_roots(path for include in json.loads(load("G")["G10"].literals["Input"][0]) for path in glob(small, include)) == [
        f"{F}/"
    ]


def test_a_file_that_is_a_root_suppresses_nothing() -> None:
    assert scan_roots(["/a/bc", "/a/b", "/a/b/c"]) == ["/a/b", "/a/b/c", "/a/bc"]


# whole flows ------------------------------------------------------------------------------------------------------------------

SMALL = planted({f"{F}/cache/a.txt": b"1", f"{F}/tmp": directory(), f"{F}/keep.txt": b"2"})
INCLUDE = "data/storage/el2/base/files/"


@rows("E", 20, *range(21, 29), 37, 38)
def test_end_to_end(row: Vector) -> None:
    config = {"includes": [INCLUDE], "excludes": row.json("Excludes")}
    if row["Mode"] == "incremental":
        assert set(stat_list(SMALL, config)) == set(row.json("Result"))
    else:
        mapped = {F: "/data/R"} if "mapped" in row["Mode"] else None
        config["includes"] = ["/data/R"] if mapped else config["includes"]
        assert spelled(backup(SMALL, config, mapped)) == set(row.json("Result"))


def test_an_activated_mapping_takes_the_place_of_its_include() -> None:
    both = SMALL | planted({"/data/R/own.txt": b""})
    assert spelled(backup(both, {"includes": ["/data/R"]}, {F: "/data/R"})) == {
        "/data/R/keep.txt",
        "/data/R/cache/a.txt",
        "/data/R/tmp/",
    }


@rows("G", 12, 13)
def test_both_modes_on_one_configuration(row: Vector) -> None:
    config = {"includes": [INCLUDE], "excludes": json.loads(row.literals["Input"][0])}
    if "includes" in row["Input"]:
        config = {"includes": json.loads(row.literals["Input"][0])}
    logs = planted({f"{F}/a.log": b""})
    left = backup(logs, config) if row["Input"].startswith("full") else incremental(logs, config)[0]
    assert (f"{F}/a.log" in left) == (row.id in ("G12a", "G13b"))


SANDBOX = planted({f"{F}/a.txt": b"hello", f"{F}/big.bin": BIG, f"{F}/empty": directory(0o771)})


def test_a_full_flow() -> None:
    left = backup(SANDBOX, {"includes": [INCLUDE]})
    assert [(path, what.big) for path, what in left.items() if what.big] == [(f"{F}/big.bin", True)]
    assert spelled({path: what for path, what in left.items() if not what.big}) == {f"{F}/a.txt", f"{F}/empty/"}


def test_an_incremental_flow() -> None:
    left, manifest = incremental(SANDBOX, {"includes": [INCLUDE]})
    assert {path: what.big for path, what in left.items()} == {
        F: False,
        f"{F}/a.txt": False,
        f"{F}/big.bin": True,
        f"{F}/empty": False,
    }
    assert set(manifest) == {f"{F}{end}"[1:] for end in ("/", "/a.txt", "/big.bin", "/empty")}
    assert manifest[f"{F}/a.txt"[1:]] == (Kind.FILE, 5, 1_700_000_000, HELLO)
    assert manifest[f"{F}/empty"[1:]] == (Kind.DIRECTORY, 0, 1_700_000_000, "")


# nodes of every kind (2.2, 5.4) -----------------------------------------------------------------------------------------------

NODES = planted(
    {
        f"{F}/only a link/l": link("nowhere"),
        f"{F}/small link": link("small"),
        f"{F}/small": b"s",
        f"{F}/big link": link("big"),
        f"{F}/big": Node(content=BIG, mode=0o640),
        f"{F}/to a directory": link("d"),
        f"{F}/d/x": b"x",
        f"{F}/secret": Node(content=b"?", mode=0),
        f"{F}/closed/x": b"x",
        f"{F}/socket": Node(Kind.SOCKET),
        f"{F}/just 2 MiB": bytes(BIG_BYTES),
    }
) | {f"{F}/closed": directory(0)}


def test_nodes_met_in_the_full_flow() -> None:
    left = backup(NODES, {"includes": [F]})
    assert {path.removeprefix(F + "/"): what.big for path, what in left.items()} == {
        "small": False,
        "big": True,
        "d/x": False,
        "just 2 MiB": False,
    }


@pytest.mark.parametrize(
    ("include", "left"),
    [
        ("small link", {"small link": Left(False, Node(content=b"", mode=0o777))}),
        ("big link", {"big link": Left(True, Node(content=BIG, mode=0o640))}),
        ("to a directory", {"to a directory/x": Left(False, Node(content=b"x"))}),
        ("only a link/l", {}),
        ("secret", {}),
        ("closed", {}),
        ("closed/x", {}),
        ("socket", {}),
    ],
)
def test_nodes_named_by_an_include(include: str, left: dict[str, Left]) -> None:
    assert {path.removeprefix(F + "/"): what for path, what in backup(NODES, {"includes": [f"{F}/{include}"]}).items()} == left


def test_nodes_in_the_incremental_flow() -> None:
    left, manifest = incremental(NODES, {"includes": [F]})
    assert {path.removeprefix(F).lstrip("/") for path in left} == {
        "",
        "only a link",
        "small link",
        "small",
        "big link",
        "big",
        "d",
        "d/x",
        "just 2 MiB",
    }
    assert f"{F}/closed"[1:] in manifest
    assert left[f"{F}/small link"] == Left(False, Node(content=b"", mode=0o777))
    assert left[f"{F}/big link"].big
    assert manifest[f"{F}/small link"[1:]][1] == 1


def test_a_fifo_blocks_whoever_opens_it() -> None:
    fifo = planted({f"{F}/p": Node(Kind.FIFO)})
    assert backup(fifo, {"includes": [F]}) == {}
    with pytest.raises(Blocked):
        backup(fifo, {"includes": [f"{F}/p"]})
    with pytest.raises(Blocked):
        incremental(fifo, {"includes": [F]})


# what the incremental flow reads differently (5.2) ----------------------------------------------------------------------------


def test_an_empty_include_hides_the_excludes_as_well() -> None:
    config = {"includes": [INCLUDE, "", "data/storage/el1/base/"], "excludes": [F]}
    assert f"{F}/keep.txt" in incremental(SMALL, config)[0]


def test_only_directories_of_modules_count() -> None:
    odd = planted({"/data/storage/el2/base/haps/entry/files": b"a file", "/data/storage/el2/base/haps/module": b"another"})
    assert stat_list(odd, {"includes": ["data/storage/el2/base/haps/*/files"]}) == []


HAPS = planted(
    {
        f"/data/storage/el2/base/haps/{module}/{kind}/x": b""
        for module in ("entry", "f")
        for kind in ("files", "cache", "database")
    }
)


@pytest.mark.parametrize(
    ("includes", "files"),
    [
        (["data/storage/el2/base/haps/*/files/"], {"entry/files", "entry/database", "f/files", "f/database"}),
        (["data/storage/el2/base/haps/*"], {"entry/files", "entry/database", "f/files", "f/database"}),
        (["data/storage/el2/base/haps/e*/files"], set()),
        (["data/storage/el2/base/haps/entry/cache", ""], {"entry/cache"}),
        (["", "data/storage/el2/base/haps/entry/cache"], set()),
        (["data/storage/el2/base/haps/f/../entry"], set()),
        (["data/storage/el2/base"], set()),
        (["data/storage/el2/base/"], {f"{m}/{k}" for m in ("entry", "f") for k in ("files", "cache", "database")}),
        (["data/storage/el3/base/"], set()),
    ],
)
def test_includes_of_the_incremental_flow(includes: list[str], files: set[str]) -> None:
    left, _ = incremental(HAPS, {"includes": includes})
    found = {path for path, what in left.items() if what.node.kind is Kind.FILE}
    assert found == {f"/data/storage/el2/base/haps/{file}/x" for file in files}


@pytest.mark.parametrize(
    ("excludes", "kept"),
    [
        ([f"{F}/keep.txt"], {"cache/a.txt"}),
        ([f"{F}/cache"], {"keep.txt"}),
        ([f"{F}/nowhere", f"{F}/cache/"], {"keep.txt"}),
        (["", f"{F}/cache/"], {"keep.txt", "cache/a.txt"}),
        ([f"{F}/cache", "", f"{F}/keep.txt"], {"keep.txt"}),
    ],
)
def test_excludes_of_the_incremental_flow(excludes: list[str], kept: set[str]) -> None:
    left, _ = incremental(SMALL, {"includes": [INCLUDE], "excludes": excludes})
    assert {path.removeprefix(F + "/") for path, what in left.items() if what.node.kind is Kind.FILE} == kept


@rows("I", 1, 2, 3, 4, 5, 6, 7, 9, 10)
def test_the_decision(row: Vector) -> None:
    name, mode, is_directory, _, mtime_s, fresh = json.loads(row["Local"])
    previous = json.loads(row["Previous"].replace("2CF2...9824", HELLO))
    node = Node(Kind.DIRECTORY if is_directory else Kind.FILE, b"" if is_directory else b"hello", mode & 0o7777, mtime_s * NS)
    known: Manifest = {f"{F}/{path}"[1:]: (Kind.FILE, *rest) for path, *rest in previous}
    left, manifest = incremental(planted({f"{F}/{name}": node}), {"includes": [F + "/"]}, 0 if fresh else mtime_s, known)
    assert f"{F}/{name}"[1:] in manifest
    assert row['In "all"'].startswith("yes")
    assert (f"{F}/{name}" in left) == row["Sent"].startswith("yes")
    if not is_directory:
        old = "old" in row['In "all"'].lower()
        assert manifest[f"{F}/{name}"[1:]][3] == (previous[0][3] if old else HELLO)


def test_without_a_last_time_everything_has_changed() -> None:
    old = planted({f"{F}/old": Node(mtime_ns=0)})
    assert f"{F}/old" in incremental(old, {"includes": [INCLUDE]})[0]


def test_i14_what_cannot_be_read_is_forgotten() -> None:
    secret = planted({f"{F}/p": Node(content=b"hello", mode=0, mtime_ns=200 * NS)})
    left, manifest = incremental(secret, {"includes": [F]}, 0, {f"{F}/p"[1:]: (Kind.FILE, 5, 100, "OLD")})
    assert f"{F}/p" not in left
    assert f"{F}/p"[1:] not in manifest


@pytest.mark.parametrize(
    ("last_s", "fresh"), [(1_700_000_000, False), (1_699_999_999, True), (0, True)], ids=["I12a", "I12b", "I12c"]
)
def test_what_counts_as_changed_since(last_s: int, fresh: bool) -> None:
    left, manifest = incremental(SMALL, {"includes": [INCLUDE]}, last_s)
    assert (f"{F}/keep.txt" in left) == fresh
    assert f"{F}/keep.txt"[1:] in manifest

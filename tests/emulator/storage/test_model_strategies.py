"""The strategies of the reference model reach what they are for, and trees survive the host's disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from tests.emulator.storage.model import BIG_BYTES, Blocked, backup, include_list, incremental
from tests.emulator.storage.model_tree import Kind, Node, node_at
from tests.emulator.storage.strategies import pattern_lists, patterns, profiles, read_tree, sandboxes, trees, write_tree

STEADY = settings(derandomize=True, database=None, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
SEARCH = settings(STEADY, max_examples=3000, phases=[Phase.generate])


@STEADY
@given(trees())
def test_what_is_written_is_read(tree: dict[str, Node]) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as directory:
        write_tree(tree, Path(directory))
        assert read_tree(Path(directory)) == tree
        assert read_tree(Path(directory)) == tree
        for path, node in tree.items():
            if node.kind is Kind.DIRECTORY:
                os.chmod(directory + path, 0o700)


@STEADY
@given(trees())
def test_every_parent_is_a_directory_of_the_tree(tree: dict[str, Node]) -> None:
    for path in tree:
        parent = path.rpartition("/")[0]
        assert not parent or tree[parent].kind is Kind.DIRECTORY


@STEADY
@given(trees(special=False))
def test_without_special_nodes(tree: dict[str, Node]) -> None:
    assert {node.kind for node in tree.values()} <= {Kind.FILE, Kind.DIRECTORY}


TREES: dict[str, Callable[[dict[str, Node]], bool]] = {
    "link": lambda tree: any(node.kind is Kind.LINK for node in tree.values()),
    "link to a file": lambda tree: any(
        n.kind is Kind.LINK and (target := node_at(tree, p)) is not None and target.kind is Kind.FILE for p, n in tree.items()
    ),
    "fifo": lambda tree: any(node.kind is Kind.FIFO for node in tree.values()),
    "socket": lambda tree: any(node.kind is Kind.SOCKET for node in tree.values()),
    "empty directory": lambda tree: any(
        n.kind is Kind.DIRECTORY and not any(q.startswith(p + "/") for q in tree) for p, n in tree.items()
    ),
    "big": lambda tree: any(len(node.content) == BIG_BYTES + 1 for node in tree.values()),
    "just not big": lambda tree: any(len(node.content) == BIG_BYTES for node in tree.values()),
    "unreadable": lambda tree: any(node.kind is Kind.FILE and not node.readable for node in tree.values()),
    "closed directory": lambda tree: any(tree[path.rpartition("/")[0]].mode == 0 for path in tree if path != "/data"),
    "semicolon": lambda tree: any(";" in path for path in tree),
    "newline": lambda tree: any("\n" in path for path in tree),
    "no utf-8": lambda tree: any("\udcff" in path for path in tree),
    "long": lambda tree: any("n" * 101 in path for path in tree),
    "nothing": lambda tree: not tree,
}


@pytest.mark.parametrize("wanted", TREES)
def test_a_tree_is_reached(wanted: str) -> None:
    find(trees(), TREES[wanted], settings=SEARCH)


PROFILES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "no includes": lambda profile: "includes" not in profile,
    "includes of a wrong type": lambda profile: not isinstance(profile.get("includes", []), list),
    "nothing left of the includes": lambda profile: include_list(profile) == [""] and profile["includes"] != [],
    "an empty text": lambda profile: "" in profile.get("includes", ()) if isinstance(profile.get("includes"), list) else False,
    "modules": lambda profile: any("haps/*" in text for text in include_list(profile) if "includes" in profile),
    "no slash in front": lambda profile: any(text.startswith("data") and "includes" in profile for text in include_list(profile)),
}


@pytest.mark.parametrize("wanted", PROFILES)
def test_a_profile_is_reached(wanted: str) -> None:
    find(profiles(), PROFILES[wanted], settings=SEARCH)


@pytest.mark.parametrize("wanted", ["*", "?", "[", "//", "./"])
def test_a_pattern_is_reached(wanted: str) -> None:
    find(patterns(), lambda text: wanted in text, settings=SEARCH)


def test_a_wrong_item_is_reached() -> None:
    find(pattern_lists(patterns()), lambda items: isinstance(items, list) and {} in items, settings=SEARCH)


@STEADY
@given(sandboxes())
def test_the_model_takes_everything_that_is_drawn(sandbox: tuple[dict[str, Node], dict[str, Any]]) -> None:
    tree, profile = sandbox
    for flow in (backup, incremental):
        try:
            flow(tree, profile)
        except Blocked:
            assert any(node.kind is Kind.FIFO for node in tree.values())


def test_patterns_and_trees_meet() -> None:
    """An exclude that takes a part away, and an include that names a part: both are drawn often enough to test anything."""
    counts = {"partly excluded": 0, "partly included": 0, "nothing": 0}

    @settings(STEADY, max_examples=400)
    @given(sandboxes(special=False))
    def count(sandbox: tuple[dict[str, Node], dict[str, Any]]) -> None:
        tree, profile = sandbox
        with_all = backup(tree, {})
        without_excludes = backup(tree, {key: value for key, value in profile.items() if key != "excludes"})
        left = backup(tree, profile)
        counts["partly excluded"] += 0 < len(left) < len(without_excludes)
        counts["partly included"] += 0 < len(without_excludes) < len(with_all)
        counts["nothing"] += not left

    count()
    assert counts["partly excluded"] >= 10, counts
    assert counts["partly included"] >= 20, counts
    assert counts["nothing"] <= 250, counts

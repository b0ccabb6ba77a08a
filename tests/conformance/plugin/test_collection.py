"""What is collected, and under which node ids."""

from __future__ import annotations

import pytest

from conformance.catalogue import AREAS, CATALOGUE
from conformance.suites import suites_needed
from tests.conformance.plugin.project import Project

NODE_IDS = [f"conformance/{area}::{rule.title}" for area in AREAS for rule in CATALOGUE.values() if rule.area == area]


def collected(project: Project, *arguments: str) -> list[str]:
    result = project.check("--collect-only", "-q", *arguments)
    return [line for line in result.lines if "::" in line]


def test_without_a_path_exactly_the_suites(project: Project) -> None:
    project.write("test_users.py", "raise RuntimeError('is not imported')")
    assert collected(project) == NODE_IDS


def test_testpaths_is_no_path(project: Project) -> None:
    project.write("tests/test_users.py", "raise RuntimeError('is not imported')")
    project.write("pytest.ini", "[pytest]\ntestpaths = tests")
    assert collected(project) == NODE_IDS


def test_with_a_path_exactly_that(project: Project) -> None:
    project.write("tests/test_users.py", "def test_one(): pass")
    project.write("test_other.py", "def test_other(): pass")
    assert collected(project, "tests") == ["tests/test_users.py::test_one"]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("conformance", NODE_IDS),
        ("conformance/progress", [n for n in NODE_IDS if n.startswith("conformance/progress::")]),
        ("conformance/progress::BK401-progress-late", ["conformance/progress::BK401-progress-late"]),
        ("conformance/progress::BK401", ["conformance/progress::BK401-progress-late"]),
        ("../conformance/progress::BK401-progress-late", ["conformance/progress::BK401-progress-late"]),
    ],
)
def test_our_node_ids_are_arguments(project: Project, argument: str, expected: list[str]) -> None:
    assert collected(project, argument) == expected


def test_our_node_ids_beside_paths(project: Project) -> None:
    project.write("test_users.py", "def test_one(): pass")
    assert collected(project, "test_users.py", "conformance/fallback::BK201") == [
        "test_users.py::test_one",
        "conformance/fallback::BK201-empty-return",
    ]


def test_a_directory_of_that_name_is_a_path(project: Project) -> None:
    project.write("conformance/progress/test_users.py", "def test_one(): pass")
    assert collected(project, "conformance/progress") == ["conformance/progress/test_users.py::test_one"]


@pytest.mark.parametrize("name", ["conformance/progress::BK401-progress-last", "conformance/return::BK401-progress-late"])
def test_a_node_id_that_is_none(project: Project, name: str) -> None:
    result = project.check(name)
    assert result.code == 4
    assert result.err == f"ERROR: not found: {name}; did you mean conformance/progress::BK401-progress-late?\n\n"


def test_the_same_node_ids_from_a_directory_below(project: Project) -> None:
    project.write("pytest.ini", "[pytest]")
    below = project.write("below/app.py", (project.directory / "app.py").read_text(encoding="utf-8")).parent
    result = project.check("--junitxml=report.xml", cwd=below)
    assert result.code == 0, result.out
    text = (below / "report.xml").read_text(encoding="utf-8")
    assert 'classname="conformance.progress" name="BK401-progress-late"' in text


@pytest.mark.parametrize(("arguments", "count"), [(["-k", "BK40"], 9), (["--deselect=conformance/return"], 61)])
def test_selection_by_pytest(project: Project, arguments: list[str], count: int) -> None:
    assert len(collected(project, *arguments)) == count


def test_under_xdist_the_same(project: Project) -> None:
    result = project.check("-n", "2", "-v")
    assert result.code == 0, result.out
    ran = sorted(line.split(" PASSED ")[1].strip() for line in result.lines if " PASSED " in line)
    assert ran == sorted(NODE_IDS)


def test_ignored_rules_are_not_collected(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nconformance_ignore = BK101 BK102")
    assert collected(project) == NODE_IDS[2:]


def test_an_ignored_rule_that_is_none(project: Project) -> None:
    project.write("pytest.ini", "[pytest]\nconformance_ignore = bk101")
    result = project.check()
    assert result.code == 4
    assert result.err == ("ERROR: ini option conformance_ignore: there is no rule 'bk101'; did you mean BK101, BK901, BK801?\n\n")


def test_last_failed(project: Project) -> None:
    project.script(BK401={"outcome": "failed", "findings": [{}]})
    assert project.check().code == 1
    assert project.check("--lf").counts == "1 failed, 67 deselected"


def ran(project: Project, *arguments: str) -> list[str]:
    result = project.check("-v", *arguments)
    assert result.code == 0, result.out
    return [line.split(" PASSED ")[0] for line in result.lines if "::" in line and " PASSED " in line]


def test_what_needs_no_session_is_run_first_and_everything_once(project: Project) -> None:
    order = ran(project)
    assert sorted(order) == sorted(NODE_IDS)
    needs = [suites_needed(name.partition("::")[2][:5]) for name in order]
    assert needs == sorted(needs)
    assert [name.partition("::")[0] for name in order[:18]] == ["conformance/package"] * 12 + ["conformance/source"] * 6
    assert order[18].startswith("conformance/lifecycle::BK511-")


def test_the_order_of_other_tests_stays(project: Project) -> None:
    project.write("test_users.py", "def test_b(): pass\ndef test_a(): pass")
    order = ran(project, "test_users.py", "conformance/progress", "conformance/source")
    assert order[:2] == ["test_users.py::test_b", "test_users.py::test_a"]
    assert order[2].startswith("conformance/source::BK801-")
    assert order[-1].startswith("conformance/progress::BK411-")

"""Without an extension the installed plugin is not there."""

from __future__ import annotations

from tests.conformance.plugin.project import Project

HEAVY = """
    import sys

    def test_nothing_heavy_was_imported():
        ours = [name for name in sys.modules if name.split(".")[0] in ("emulator", "conformance")]
        assert sorted(ours) == ["conformance", "conformance._options", "conformance.plugin"]
        assert "jsonschema" not in sys.modules
        assert "hypothesis" not in sys.modules
"""


def test_imports_nothing_heavy(project: Project) -> None:
    project.write("test_users.py", HEAVY)
    result = project.pytest("-p", "no:hypothesispytest", scripted=False)
    assert result.code == 0, result.out


def test_prints_nothing_and_collects_nothing(project: Project) -> None:
    project.write("test_users.py", "def test_one(): pass")
    result = project.pytest(scripted=False)
    assert result.counts == "1 passed"
    assert "conformance" not in result.out.replace(str(project.directory), "")
    assert result.err == ""


def test_leaves_the_names_of_its_fixtures_to_others(project: Project) -> None:
    project.write("conftest.py", "import pytest\n\n@pytest.fixture\ndef device(): return 'mine'")
    project.write("test_users.py", "def test_one(device): assert device == 'mine'\n\ndef test_two(session): pass")
    result = project.pytest(scripted=False)
    assert "fixture 'session' not found" in result.out
    assert result.counts == "1 passed, 1 error"


def test_an_option_without_an_extension_is_told(project: Project) -> None:
    result = project.pytest("--conformance-seed=3", "--replay=x.json", scripted=False)
    assert result.code == 4
    assert result.err == (
        "ERROR: --conformance-seed, --replay: name what is under test too, with --extension=pkg.module.Class\n\n"
    )


def test_help_lists_the_options_and_needs_none(project: Project) -> None:
    result = project.pytest("--help", "--extension=no.such.Thing", scripted=False)
    assert result.code == 0
    assert "--conformance-profile=quick|gate|fuzz" in result.out
    assert "conformance_ignore (args):" in result.out

"""The fixture ``project``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.plugin.project import APP, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with an extension in app.py, whose run finds nothing."""
    made = Project(tmp_path / "project")
    made.write("app.py", APP)
    made.script()
    return made

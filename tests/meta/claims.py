"""Which tests claim which rows of the specification: every test is collected, none is run.

Works as a pytest plugin in a process of its own (``-p tests.meta.claims``), which writes what it collected to the file
named by CLAIMS_FILE.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
VARIABLE = "CLAIMS_FILE"

Claims = Mapping[str, list[str]]
"""The rows that each test claims, by node id."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the rows that each collected test claims."""
    claims = {item.nodeid: [row for mark in item.iter_markers("spec") for row in mark.args] for item in session.items}
    Path(os.environ[VARIABLE]).write_text(json.dumps(claims), encoding="utf-8")


def collect() -> Claims:
    """What each test claims."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "claims.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.meta.claims", "-p", "no:cacheprovider"],
            cwd=CHECKOUT,
            env={**os.environ, VARIABLE: str(file), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"collecting the tests failed:\n{done.stdout}{done.stderr}"
        claims: Claims = json.loads(file.read_text(encoding="utf-8"))
    return claims

"""The test vectors of docs/spec/data-plane.md as parameters of tests; fixtures/vectors/README.md shows how to use them.

A test that takes its parameters from `vectors`, or has the marker ``vector``, claims these vectors; one that nobody claims
fails ``tests/emulator/storage/test_vectors.py``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[1]
DIRECTORY = CHECKOUT / "fixtures" / "vectors"
GROUPS = "CEGPNSTJMIRV"

_ID = re.compile(r"(?P<group>[A-Z])(?P<number>\d+)(?P<letter>[a-z]?)")
_CLAIMS_FILE = "VECTOR_CLAIMS_FILE"


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: its cells by the heading of their column, the literals and the comment of each, and how it was verified.

    ``cells`` are texts with tokens replaced, without backquotes and without the comment behind a literal; ``literals`` are
    what stood in backquotes, in order; ``src`` are the letters S, X, A, U and D.
    """

    id: str
    cells: Mapping[str, str]
    literals: Mapping[str, tuple[str, ...]]
    comments: Mapping[str, str]
    src: str

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def json(self, column: str) -> Any:
        """The first literal of a cell, read as JSON. Raises ValueError, IndexError."""
        return json.loads(self.literals[column][0])


@cache
def load(group: str) -> Mapping[str, Vector]:
    """The vectors of a group by id, in the order of the document. Raises OSError."""
    document = tomllib.loads((DIRECTORY / f"{group}.toml").read_text(encoding="utf-8"))
    return MappingProxyType({row["id"]: _vector(row) for row in document["vector"]})


def vectors(*selectors: str, but: tuple[str, ...] = ()) -> list[Any]:
    """Parameters for ``@pytest.mark.parametrize("vector", vectors(...))``: each has its id and claims its vector.

    A selector is a group (``C``), an id (``C24b``), a number for all its letters (``C24``) or a range of numbers
    (``E3..E19``); ``but`` takes ids away. Raises LookupError for what selects nothing.
    """
    chosen = {vector.id: vector for selector in selectors for vector in _select(selector)}
    for vector_id in but:
        del chosen[vector_id]
    return [pytest.param(vector, id=vector.id, marks=pytest.mark.vector(vector.id)) for vector in chosen.values()]


def claimed(paths: tuple[str, ...]) -> Mapping[str, list[str]]:
    """The vectors that each test below ``paths`` claims, by node id; every test is collected, none is run."""
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "claims.json"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.vectors", "-p", "no:cacheprovider", *paths],
            cwd=CHECKOUT,
            env={**os.environ, _CLAIMS_FILE: str(file), "PYTEST_ADDOPTS": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"collecting the tests failed:\n{done.stdout}{done.stderr}"
        claims: Mapping[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return claims


def pytest_collection_finish(session: pytest.Session) -> None:
    """Write the vectors that each collected test claims; this module is the plugin of the process that `claimed` starts."""
    claims = {item.nodeid: [vector for mark in item.iter_markers("vector") for vector in mark.args] for item in session.items}
    Path(os.environ[_CLAIMS_FILE]).write_text(json.dumps(claims), encoding="utf-8")


def _vector(row: dict[str, Any]) -> Vector:
    cells: dict[str, str] = row["cells"]
    given: dict[str, list[str]] = row.get("literals", {})
    literals = {column: tuple(given.get(column, [text])) for column, text in cells.items()}
    return Vector(row["id"], cells, literals, row.get("comments", {}), row["src"])


def _select(selector: str) -> list[Vector]:
    first, _, last = selector.partition("..")
    if selector in GROUPS:
        return list(load(selector).values())
    lower, upper = _ID.fullmatch(first), _ID.fullmatch(last or first)
    if lower is None or upper is None or lower["group"] != upper["group"]:
        raise LookupError(f"{selector!r} is no group, vector or range")
    group = load(lower["group"])
    if first in group and not last:
        return [group[first]]
    numbers = range(int(lower["number"]), int(upper["number"]) + 1)
    found = [vector for vector in group.values() if _number(vector.id) in numbers]
    if not found or lower["letter"] or upper["letter"]:
        raise LookupError(f"{selector!r} selects no vector")
    return found


def _number(vector_id: str) -> int:
    match = _ID.fullmatch(vector_id)
    assert match is not None, vector_id
    return int(match["number"])
